use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::Database;
use store::schema::decisions_pending;

use crate::approval::Delays;
use crate::decision::TookEffect;
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
                     INSERT INTO decisions_pending VALUES ('{forged}', 1, 1, 'card-order')"
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

#[test]
fn what_took_effect_before_that_was_written_down_counts_as_having_taken_it() {
    const BACKFILL: &str =
        include_str!("../../../../migrations/sqlite/0084_effects_before_they_were_written/up.sql");
    let mut house = House::new();
    let (old, worthless) = (house.approved(&nurse()).number, house.approved(&other_nurse()).number);
    house.receive();
    house.take_effect();
    // As an installation was that knew no effects: of the second one the worker had refused the decision.
    let waits = house.submit("alice", cps(&military_nurse(), "60")).unwrap().number().to_owned();
    house.verifier = house.verifier.clone().with_delays(Delays::DEFAULT);
    house.approve("bob", &waits).unwrap();
    house
        .sql(&format!(
            "DROP TRIGGER decision_receipts_are_never_changed;
             UPDATE decision_receipts SET refusal = 'x' WHERE subject_number = '{worthless}';
             DROP TABLE decisions_in_effect;
             CREATE TABLE decisions_in_effect (order_number TEXT, order_version BIGINT, took_effect_at BIGINT);
             CREATE TEMP TABLE waiting AS SELECT subject_number, subject_version, effective_at FROM decisions_pending;
             DROP TABLE decisions_pending;
             CREATE TABLE decisions_pending (order_number TEXT, order_version BIGINT, effective_at BIGINT);
             INSERT INTO decisions_pending SELECT * FROM waiting"
        ))
        .unwrap();
    house.sql(BACKFILL).unwrap();
    house.sql(BACKFILL).unwrap();
    let counted = diesel::sql_query("SELECT order_number AS number FROM decisions_in_effect");
    let counted: Vec<Counted> = counted.load(&mut house.db).unwrap();
    let counted: Vec<&str> = counted.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(counted, [old.as_str()], "neither what was refused, nor what still waits");
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = diesel::sql_types::Text)]
    number: String,
}

#[test]
fn orders_that_wait_for_their_second_officer_keep_no_other_decision_from_taking_effect() {
    on_both(|house| {
        let chain = house.pin();
        let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
        let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        // More of them than one run takes up: approved by one, which the worker has received and noted, and open.
        house
            .sql(&format!("CREATE TEMP TABLE waiting AS SELECT * FROM card_orders WHERE number = '{number}'"))
            .unwrap();
        let proof = if matches!(house.db, Database::Sqlite(_)) { "x'00'" } else { "'\\x00'" };
        let seen = hex::encode(Sha256::digest([0]));
        for at in 0..250 {
            let waits = format!("CO-1999-{at:06}");
            house
                .sql(&format!(
                    "UPDATE waiting SET number = '{waits}', holder = '8{at:011}';
                     INSERT INTO card_orders SELECT * FROM waiting;
                     INSERT INTO decisions VALUES ('card-order', '{waits}', 1, 'bob', 'approve', NULL, NULL, 1, 'demo', {proof});
                     INSERT INTO decision_receipts VALUES ('card-order', '{waits}', 1, 'bob', '{seen}', NULL, NULL, 1, NULL);
                     INSERT INTO decisions_pending (subject_kind, subject_number, subject_version, effective_at) VALUES ('card-order', '{waits}', 1, 1)"
                ))
                .unwrap();
        }
        house.approve_by(("bob", &bob), &number).unwrap();
        house.receive();
        assert_eq!(house.take_effect().told, [number]);
        let left: i64 = decisions_pending::table.count().get_result(&mut house.db).unwrap();
        assert_eq!(left, 250, "they wait for who comes second");
    });
}
