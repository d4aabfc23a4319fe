use store::Actor;

use super::*;
use crate::testing::*;

fn end_enrolment(house: &mut House, login: &str) {
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = house;
    db.write(|db| officers::end(db, login, rng, &act)).unwrap();
}

#[test]
fn rights_are_those_of_the_moment_of_the_decision_not_of_when_the_proof_was_made() {
    let mut house = House::new();
    let order = house.submit("agent", cps(&nurse(), "60")).unwrap().into_order();
    let proof = house.proof("bob", &order.decidable());
    end_enrolment(&mut house, "bob");
    assert_eq!(code(house.approve_with("bob", &order.number, 1, &proof)), "officer-unknown");
    assert_eq!(get(&mut house.db, &order.number).unwrap().state, OrderState::Submitted);
}

#[test]
fn a_refusal_to_decide_on_ones_own_order_names_its_rule() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let error = house.approve("alice", &number).unwrap_err();
    assert_eq!(error.code().name, "order-self-approval");
    assert_eq!(error.broken_rules()[0].rule, "R-CPS-14");
    assert!(error.broken_rules()[0].helper.contains("Un autre opérateur"));
}

#[test]
fn the_version_that_was_read_is_part_of_the_decision_whatever_the_row_says_later() {
    let mut house = House::new();
    let order = house.submit("agent", cps(&nurse(), "60")).unwrap().into_order();
    let read = house.proof("bob", &order.decidable());
    let renamed = format!(
        "UPDATE card_orders SET version = 2, family_name = 'AUTRE' WHERE number = '{}'",
        order.number
    );
    house.sql(&renamed).unwrap();
    assert_eq!(code(house.approve_with("bob", &order.number, 1, &read)), "order-stale-version");
    assert_eq!(code(house.approve_with("bob", &order.number, 2, &read)), "approval-proof-invalid");
    let refused = house.approve("bob", &order.number).unwrap_err();
    assert_eq!(refused.broken_rules()[0].rule, "R-CPS-13", "a name that the register does not know");
}
