use store::Database;

use super::TookEffect;
use crate::officers::Role;
use crate::testing::*;

#[test]
fn decisions_that_the_worker_never_saw_keep_none_that_it_saw_from_taking_effect() {
    on_both(|house| {
        let chain = house.pin();
        let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
        let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        // As the web role can write them: orders that say that they are approved, by decisions that it hands to nobody.
        house
            .sql(&format!("CREATE TEMP TABLE forged AS SELECT * FROM card_orders WHERE number = '{number}'"))
            .unwrap();
        let proof = if matches!(house.db, Database::Sqlite(_)) { "x'00'" } else { "'\\x00'" };
        for at in 0..250 {
            let forged = format!("CO-1999-{at:06}");
            house
                .sql(&format!(
                    "UPDATE forged SET number = '{forged}', holder = '8{at:011}';
                     INSERT INTO card_orders SELECT * FROM forged;
                     INSERT INTO decisions VALUES ('card-order', '{forged}', 1, 'bob', 'approve', NULL, NULL, 1, 'demo', {proof});
                     UPDATE card_orders SET status = 'approved' WHERE number = '{forged}';
                     INSERT INTO decisions_pending VALUES ('{forged}', 1, 1)"
                ))
                .unwrap();
        }
        house.approve_by(("bob", &bob), &number).unwrap();
        house.receive();
        assert_eq!(house.take_effect().told, [number]);
    });
}

#[test]
fn a_page_that_keeps_the_state_of_a_decided_order_back_keeps_nobody_from_being_told() {
    let mut house = House::on(&fresh_postgresql());
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.approve_by(("bob", &bob), &number).unwrap();
    house.receive();
    let set = |house: &mut House, status: &str| {
        // What a page can leave undone and do later; here it is undone by hand.
        let triggers = |which: &str| format!("ALTER TABLE card_orders {which} TRIGGER USER");
        let update = format!("UPDATE card_orders SET status = '{status}' WHERE number = '{number}'");
        house.sql(&format!("{}; {update}; {}", triggers("DISABLE"), triggers("ENABLE"))).unwrap();
    };
    set(&mut house, "submitted");
    assert_eq!(house.take_effect(), TookEffect::default());
    set(&mut house, "approved");
    assert_eq!(house.take_effect().told, [number.as_str()], "it was not forgotten meanwhile");
}
