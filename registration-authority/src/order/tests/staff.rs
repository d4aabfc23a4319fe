//! Orders for the staff of a structure.

use professional_registry::ImportedRegister;

use super::*;
use crate::staff::{NewMember, Post};
use crate::testing::*;

const MEMBER: &str = "CPET0002";

fn house_with_staff() -> House {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member(MEMBER, Post::Employee)).unwrap();
    house.declare("agent", STRUCTURE, &member("DIR1", Post::Head)).unwrap();
    house
}

fn rules(error: &SubmitError) -> Vec<String> {
    Fault::broken_rules(error).into_iter().map(|broken| broken.rule).collect()
}

#[test]
fn an_agent_orders_for_the_staff_that_he_declared_and_another_approves() {
    let mut house = house_with_staff();
    let order = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap();
    assert_eq!(order.holder.to_string(), "30B0193488/CPET0002");
    assert_eq!(order.tie.label(), "Personnel santé ou social");
    let stored = get(&mut house.db, &order.number).unwrap();
    assert_eq!(stored, order, "it is read back as it was written");
    let approved = house.approve("bob", &order.number).unwrap();
    assert!(matches!(approved.state, OrderState::Approved { .. }));
}

#[test]
fn every_rule_of_the_staff_that_is_broken_is_named() {
    let mut house = house_with_staff();
    house.with_authorised_structure();
    house.enrol_other_agent();
    let cases = [
        ("mallory", CardKind::Cpe, STRUCTURE, MEMBER, vec!["R-CPE-01"]),
        ("alice", CardKind::Cpe, STRUCTURE, MEMBER, vec!["R-CPE-01", "R-CPE-02"]),
        ("agent", CardKind::Cpe, AUTHORISED_STRUCTURE, MEMBER, vec!["R-CPE-01", "R-CPE-04", "R-CPE-05"]),
        ("agent", CardKind::Cpe, "F000000000", MEMBER, vec!["R-CPE-01", "R-CPE-03", "R-CPE-05"]),
        ("agent", CardKind::Cpa, STRUCTURE, MEMBER, vec!["R-CPA-04"]),
        ("agent", CardKind::Cpe, STRUCTURE, "NOBODY", vec!["R-CPE-05"]),
        ("agent", CardKind::Cde, STRUCTURE, MEMBER, vec!["R-CDE-06"]),
        ("agent", CardKind::Cpe, STRUCTURE, "DIR1", vec!["R-CPE-06"]),
    ];
    for (login, kind, structure, local_id, expected) in cases {
        let error = house.submit_staff(login, kind, structure, local_id).unwrap_err();
        assert_eq!(rules(&error), expected, "{login} {kind} {structure} {local_id}: {error}");
    }
    let error = house.submit_staff("agent", CardKind::Cps, STRUCTURE, MEMBER).unwrap_err();
    assert_eq!(code(Err::<(), _>(error)), "order-kind-not-offered");
    house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap();
    let again = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap_err();
    assert_eq!(rules(&again), ["R-CPE-07"], "one order is open");
}

#[test]
fn what_is_decided_is_what_the_agent_declares_now() {
    let mut house = house_with_staff();
    let number = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap().number;
    let renamed = NewMember { family_name: "LEROY-MARTIN".to_owned(), ..member(MEMBER, Post::Employee) };
    house.declare("agent", STRUCTURE, &renamed).unwrap();
    assert_eq!(code(house.approve("bob", &number)), "order-member-changed");
    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| refresh(db, &mut ImportedRegister, &number, 1, rng, &act)).unwrap();
    assert_eq!(house.approve("bob", &number).unwrap().family_name, "LEROY-MARTIN");
}

#[test]
fn a_mandate_that_ends_before_the_decision_ends_what_waits_for_it() {
    let mut house = house_with_staff();
    let order = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap();
    let mandate = order.tie.staff().unwrap().mandate.clone();
    house.later(10);
    house.end_mandate("clara", &mandate).unwrap();
    let error = house.approve("bob", &order.number).unwrap_err();
    assert_eq!(Fault::broken_rules(&error)[0].rule, "R-CPE-01");
}

#[test]
fn somebody_of_the_same_name_in_the_same_structure_needs_two_officers() {
    let mut house = house_with_staff();
    house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap();
    house.declare("agent", STRUCTURE, &member("CPET0003", Post::Employee)).unwrap();
    let twin = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "CPET0003").unwrap().number;
    assert_eq!(house.approve("bob", &twin).unwrap().state, OrderState::Submitted, "the first of two");
    assert!(matches!(house.approve("clara", &twin).unwrap().state, OrderState::Approved { .. }));
}

#[test]
fn each_field_of_a_staff_order_changes_its_canonical_encoding() {
    let mut house = house_with_staff();
    let order = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, MEMBER).unwrap();
    fn tie(order: &mut CardOrder) -> &mut StaffTie {
        match &mut order.tie {
            Tie::Structure(staff) => staff,
            Tie::Exercise { .. } => unreachable!(),
        }
    }
    let changes: [fn(&mut CardOrder); 4] = [
        |o| tie(o).structure = structure(AUTHORISED_STRUCTURE),
        |o| tie(o).title.push('x'),
        |o| tie(o).mandate.push('x'),
        |o| o.family_name.clear(),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut changed = order.clone();
        change(&mut changed);
        assert_ne!(CanonicalOrder::of(&changed), CanonicalOrder::of(&order), "change {place}");
    }
}
