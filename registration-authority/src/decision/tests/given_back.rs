//! What the worker refuses comes back to the officers: nothing would ever follow from it.

use store::{Database, DatabaseRole};

use super::*;
use crate::approval::Verdict;
use crate::decision::nonce::NONCE_LIFE;
use crate::order::GivenBack;
use crate::outbox::Notice;

fn state(house: &mut House, number: &str) -> (OrderState, i64) {
    let order = order::get(&mut house.db, number).unwrap();
    (order.state, order.version)
}

fn given_back(house: &mut House, number: &str) -> Vec<(i64, Option<String>)> {
    let rows: Vec<GivenBack> = order::given_back(&mut house.db, number).unwrap();
    rows.into_iter().map(|one| (one.order_version, one.refusal)).collect()
}

/// How many letters of this sort wait for whoever is written to about orders.
fn letters(house: &mut House, notice: Notice) -> i64 {
    outbox::table.filter(outbox::notice.eq(notice.as_str())).count().get_result(&mut house.db).unwrap()
}

fn refuse_by(house: &mut House, bob: &Authenticator, subject: &Decidable) {
    let nonce = house.nonce("bob");
    let proof = bob.decide(subject, (Verdict::Refuse, Some("duplicate")), "bob", nonce, house.at);
    let act = house.officer("bob");
    let House { db, rng, verifier, .. } = house;
    db.write(|db| order::refuse(db, verifier, &subject.number, 1, &proof, None, rng, &act)).unwrap();
}

#[test]
fn an_order_whose_approval_the_worker_refuses_is_open_again_and_says_why() {
    on_both(|house| {
        let (_, bob, subject) = waiting(house);
        house.approve_by(("bob", &bob), &subject.number).unwrap();
        // The worker was away for longer than the nonce lives.
        house.later(NONCE_LIFE.as_secs());
        assert_eq!(house.refused(), ["approval-nonce-spent"]);
        assert_eq!(state(house, &subject.number), (OrderState::Submitted, 2));
        assert_eq!(given_back(house, &subject.number), [(1, Some("approval-nonce-spent".to_owned()))]);
        assert_eq!(house.take_effect().told, [""; 0]);
        assert_eq!(letters(house, Notice::Approved), 0, "its holder has heard of nothing");

        house.approve_by(("bob", &bob), &subject.number).unwrap();
        assert_eq!(house.refused(), [""; 0]);
        assert_eq!(evidence(house, &subject.number), Ok(()));
        assert_eq!(given_back(house, &subject.number).len(), 1);
    });
}

#[test]
fn the_worker_gives_back_under_the_least_rights_and_the_web_role_does_not() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let (_, bob, subject) = waiting(&mut house);
    let number = &subject.number;
    house.approve_by(("bob", &bob), number).unwrap();
    house.db = Database::open(&url, DatabaseRole::Web).unwrap();
    let row = format!("INSERT INTO orders_given_back VALUES ('{number}', 1, 1, 'x')");
    assert!(house.sql(&row).unwrap_err().to_string().contains("permission denied"));
    let by_hand =
        format!("UPDATE card_orders SET status = 'submitted', version = 2 WHERE number = '{number}'");
    assert!(house.sql(&by_hand).unwrap_err().to_string().contains("no such transition"));
    house.db = Database::open(&url, DatabaseRole::Worker).unwrap();
    house.later(NONCE_LIFE.as_secs());
    assert_eq!(house.refused(), ["approval-nonce-spent"]);
    house.db = Database::open(&url, DatabaseRole::Web).unwrap();
    assert_eq!(given_back(&mut house, number).len(), 1, "the pages read it");
}

#[test]
fn an_order_whose_refusal_the_worker_refuses_is_open_again_unless_another_took_its_place() {
    on_both(|house| {
        let (_, bob, subject) = waiting(house);
        refuse_by(house, &bob, &subject);
        house.later(NONCE_LIFE.as_secs());
        assert_eq!(house.refused(), ["approval-nonce-spent"]);
        assert_eq!(state(house, &subject.number), (OrderState::Submitted, 2));
        assert_eq!(house.take_effect().told, [""; 0]);

        let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        let subject = order::get(&mut house.db, &second).unwrap().decidable();
        refuse_by(house, &bob, &subject);
        house.submit("alice", cps(&other_nurse(), "60")).unwrap();
        house.later(NONCE_LIFE.as_secs());
        assert_eq!(house.refused(), ["approval-nonce-spent"]);
        assert!(matches!(state(house, &second), (OrderState::Refused { .. }, 1)));
    });
}

#[test]
fn an_order_whose_refusal_the_worker_refuses_is_open_again_though_a_first_officer_approved_it() {
    on_both(|house| {
        let (chain, bob, subject) = waiting(house);
        let clara = house.enrolled_key(&chain, "clara", Role::RegistrationOfficer);
        let officer = house.officer("bob");
        let House { db, rng, .. } = &mut *house;
        db.write(|db| order::ask_second_officer(db, &subject.number, 1, rng, &officer)).unwrap();
        house.approve_by(("clara", &clara), &subject.number).unwrap();
        assert_eq!(house.refused(), [""; 0], "one of two");
        refuse_by(house, &bob, &subject);
        house.later(NONCE_LIFE.as_secs());
        assert_eq!(house.refused(), ["approval-nonce-spent"]);
        assert_eq!(state(house, &subject.number), (OrderState::Submitted, 2));
    });
}

#[test]
fn a_forged_decision_beside_a_refusal_that_holds_opens_no_order() {
    on_both(|house| {
        let (_, bob, subject) = waiting(house);
        refuse_by(house, &bob, &subject);
        assert_eq!(house.refused(), [""; 0]);
        let (proof, at) = (house.proof("bob", &subject), house.at.millis());
        house.write_decision(&subject, "clara", at, &proof);
        assert_eq!(house.refused().len(), 1);
        assert!(matches!(state(house, &subject.number), (OrderState::Refused { .. }, 1)));
        assert_eq!(given_back(house, &subject.number), []);
    });
}

#[test]
fn a_forged_decision_that_the_worker_reads_before_the_refusal_opens_no_order_either() {
    on_both(|house| {
        let (_, bob, subject) = waiting(house);
        refuse_by(house, &bob, &subject);
        house.sql("DELETE FROM decision_inbox").unwrap();
        let (proof, at) = (house.proof("bob", &subject), house.at.millis());
        // It comes first by whatever order the inbox is read in.
        house.write_decision(&subject, "admin", at, &proof);
        let number = &subject.number;
        house
            .sql(&format!("INSERT INTO decision_inbox VALUES ('card-order', '{number}', 1, 'bob')"))
            .unwrap();
        assert_eq!(house.refused().len(), 1, "the forged one");
        assert!(matches!(state(house, number), (OrderState::Refused { .. }, 1)));
        assert_eq!(given_back(house, number), []);

        // Beside one that proves nothing either, it is open again.
        let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        let subject = order::get(&mut house.db, &second).unwrap().decidable();
        refuse_by(house, &bob, &subject);
        house.sql("DELETE FROM decision_inbox").unwrap();
        house.write_decision(&subject, "admin", at, &proof);
        house
            .sql(&format!("INSERT INTO decision_inbox VALUES ('card-order', '{second}', 1, 'bob')"))
            .unwrap();
        house.later(NONCE_LIFE.as_secs());
        assert_eq!(house.refused().len(), 2);
        assert_eq!(state(house, &second), (OrderState::Submitted, 2));
    });
}

#[test]
fn the_first_of_two_whose_approval_the_worker_refuses_leaves_nothing_to_the_second() {
    on_both(|house| {
        let (_, bob, subject) = waiting(house);
        let clara = house.officer("clara");
        let House { db, rng, .. } = &mut *house;
        db.write(|db| order::ask_second_officer(db, &subject.number, 1, rng, &clara)).unwrap();
        house.approve_by(("bob", &bob), &subject.number).unwrap();
        assert_eq!(state(house, &subject.number), (OrderState::Submitted, 1));
        house.later(NONCE_LIFE.as_secs());
        assert_eq!(house.refused(), ["approval-nonce-spent"]);
        // The second would sign for a version that one worthless decision keeps from ever being certified.
        assert_eq!(state(house, &subject.number), (OrderState::Submitted, 2));
    });
}
