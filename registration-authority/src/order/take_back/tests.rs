use std::time::Duration;

use diesel::prelude::*;
use professional_registry::ImportedRegister;
use store::schema::outbox;

use super::*;
use crate::approval::{Delays, Verdict};
use crate::certification::verify_evidence;
use crate::decision::TookEffect;
use crate::officers::Role;
use crate::order::{ApproveError, refuse};
use crate::personalisation;
use crate::testing::*;

mod of_two;

/// Decisions wait as they do in production, and alice has submitted an order for the nurse.
fn waiting(house: &mut House) -> String {
    house.verifier = house.verifier.clone().with_delays(Delays::DEFAULT);
    house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned()
}

fn back(house: &mut House, login: &str, number: &str, version: i64) -> Result<CardOrder, TakeBackError> {
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| take_back(db, &mut ImportedRegister, verifier, number, version, rng, &act))
}

fn refused(house: &mut House, login: &str, number: &str) -> Result<CardOrder, ApproveError> {
    let order = get(&mut house.db, number).unwrap();
    let (at, act) = (house.at, house.officer(login));
    let proof =
        house.approver.refuse(&order.decidable(), ("duplicate", None), login, &mut house.rng, at).unwrap();
    let House { db, rng, verifier, .. } = house;
    db.write(|db| refuse(db, verifier, number, order.version, &proof, None, rng, &act))
}

fn evidence(house: &mut House, number: &str) -> &'static str {
    match verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, number, house.at) {
        Ok(_) => "",
        Err(error) => error.code().name,
    }
}

/// Orders that went into a batch, and orders that were set aside.
fn batched(house: &mut House) -> (usize, usize) {
    let act = house.job();
    let House { db, rng, verifier, bureau, .. } = house;
    let prefix = "26".parse().unwrap();
    let closed = db
        .write(|db| {
            personalisation::close_batch(
                db,
                &mut ImportedRegister,
                verifier,
                prefix,
                bureau.name(),
                rng,
                &act,
            )
        })
        .unwrap();
    (closed.cards.len(), closed.set_aside.len())
}

/// How often the holder was told this.
fn told(house: &mut House, notice: &str) -> i64 {
    outbox::table
        .filter(outbox::recipient.eq(format!("holder:{}", nurse())).and(outbox::notice.eq(notice)))
        .count()
        .get_result(&mut house.db)
        .unwrap()
}

/// What the worker does every second.
fn worker_looks(house: &mut House) {
    house.receive();
    house.take_effect();
}

#[test]
fn an_approval_has_no_effect_before_its_minute_is_over_and_has_it_then() {
    on_both(|house| {
        let number = waiting(house);
        house.approve("bob", &number).unwrap();
        worker_looks(house);
        house.later(59);
        worker_looks(house);
        assert_eq!(evidence(house, &number), "approval-not-effective");
        assert_eq!(batched(house), (0, 0), "it waits, and is no alarm");
        assert_eq!(told(house, "approved"), 0);
        house.later(1);
        worker_looks(house);
        assert_eq!(told(house, "approved"), 1);
        assert_eq!(house.take_effect(), TookEffect::default(), "nobody is told twice");
        assert_eq!(evidence(house, &number), "");
        assert_eq!(batched(house), (1, 0));
    });
}

#[test]
fn what_has_taken_effect_is_not_taken_back_whatever_the_page_that_asks_thinks_of_the_time() {
    on_both(|house| {
        let number = waiting(house);
        house.approve("bob", &number).unwrap();
        house.later(60);
        worker_looks(house);
        worker_looks(house);
        assert_eq!(told(house, "approved"), 0, "a minute from when the worker saw it");
        house.later(60);
        worker_looks(house);
        assert_eq!(told(house, "approved"), 1);
        // A page whose clock is late, or whoever owns it.
        house.at = house.at.minus(Duration::from_secs(119));
        assert_eq!(code(back(house, "bob", &number, 1)), "decision-in-effect");
        let by_hand = house
            .sql(&format!("INSERT INTO decision_retractions VALUES ('card-order', '{number}', 1, 'bob', 1)"));
        assert!(by_hand.unwrap_err().to_string().contains("in effect:"));
        house.later(119);
        house.sql(&format!("INSERT INTO decisions_pending VALUES ('{number}', 1, 1, 'card-order')")).unwrap();
        worker_looks(house);
        assert_eq!(told(house, "approved"), 1, "nor is its holder told twice");
    });
}

#[test]
fn the_web_role_takes_nothing_back_at_another_time_nor_after_the_longest_delay() {
    let mut house = House::on(&fresh_postgresql());
    let number = waiting(&mut house);
    house.approve("bob", &number).unwrap();
    let now = house.db.now().unwrap().millis();
    let retract = |house: &mut House, at: i64| {
        house.sql(&format!(
            "INSERT INTO decision_retractions VALUES ('card-order', '{number}', 1, 'bob', {at})"
        ))
    };
    house.sql("SET ROLE igc_web").unwrap();
    for moved in [-400_000, 400_000] {
        assert!(retract(&mut house, now + moved).unwrap_err().to_string().contains("in effect:"), "{moved}");
    }
    house.sql("RESET ROLE; ALTER TABLE decisions DISABLE TRIGGER USER").unwrap();
    house.sql("UPDATE decisions SET decided_at = decided_at - 87000000; SET ROLE igc_web").unwrap();
    assert!(retract(&mut house, now).unwrap_err().to_string().contains("in effect:"), "a day later");
    house
        .sql("RESET ROLE; UPDATE decisions SET decided_at = decided_at + 87000000; SET ROLE igc_web")
        .unwrap();
    retract(&mut house, now).unwrap();
}

#[test]
fn the_worker_tells_an_officer_once_that_a_decision_of_his_was_taken_back() {
    on_both(|house| {
        let number = waiting(house);
        house.approve("bob", &number).unwrap();
        back(house, "bob", &number, 1).unwrap();
        let act = house.job();
        let House { db, rng, .. } = house;
        let seen = decision::witness_retractions(db, rng, &act).unwrap();
        assert_eq!(seen, [format!("card-order {number} version 1")]);
        assert_eq!(decision::witness_retractions(db, rng, &act).unwrap(), [""; 0], "once");
        let told: Vec<(String, String)> = outbox::table
            .filter(outbox::notice.eq("decision-taken-back"))
            .select((outbox::recipient, outbox::subject))
            .load(db)
            .unwrap();
        assert_eq!(told, [("officer:bob".to_owned(), format!("card-order {number} version 1"))]);
    });
}

#[test]
fn a_page_that_does_not_say_that_a_decision_waits_keeps_nobody_from_being_told() {
    on_both(|house| {
        let number = waiting(house);
        house.approve("bob", &number).unwrap();
        house.sql("DELETE FROM decisions_pending").unwrap();
        worker_looks(house);
        house.later(60);
        worker_looks(house);
        assert_eq!(told(house, "approved"), 1);
    });
}

#[test]
fn a_refusal_leaves_after_ten_minutes_unless_its_officer_takes_it_back() {
    on_both(|house| {
        let number = waiting(house);
        refused(house, "bob", &number).unwrap();
        house.later(599);
        worker_looks(house);
        assert_eq!(told(house, "refused"), 0);
        let order = back(house, "bob", &number, 1).unwrap();
        assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
        house.later(1000);
        worker_looks(house);
        assert_eq!(told(house, "refused"), 0, "what was taken back is told to nobody");
        refused(house, "bob", &number).unwrap();
        worker_looks(house);
        house.later(600);
        worker_looks(house);
        assert_eq!(told(house, "refused"), 1);
        assert_eq!(code(back(house, "bob", &number, 2)), "decision-in-effect");
    });
}

#[test]
fn only_whoever_decided_takes_back_and_only_what_still_waits() {
    let mut house = House::new();
    let number = waiting(&mut house);
    assert_eq!(code(back(&mut house, "bob", &number, 1)), "decision-not-yours", "nobody has decided");
    house.approve("bob", &number).unwrap();
    assert_eq!(code(back(&mut house, "clara", &number, 1)), "decision-not-yours");
    assert_eq!(code(back(&mut house, "alice", &number, 1)), "decision-not-yours");
    assert_eq!(code(back(&mut house, "audrey", &number, 1)), "officer-role-missing");
    house.later(60);
    assert_eq!(code(back(&mut house, "bob", &number, 1)), "decision-in-effect");
    assert_eq!(batched(&mut house), (1, 0));
    assert_eq!(code(back(&mut house, "bob", &number, 1)), "order-not-open");
}

#[test]
fn what_was_taken_back_is_decided_again_by_the_same_officer() {
    let mut house = House::new();
    let number = waiting(&mut house);
    house.approve("bob", &number).unwrap();
    house.later(30);
    back(&mut house, "bob", &number, 1).unwrap();
    assert_eq!(evidence(&mut house, &number), "approval-evidence-missing");
    assert_eq!(code(back(&mut house, "bob", &number, 1)), "order-not-open");
    house.approve("bob", &number).unwrap();
    house.later(40);
    worker_looks(&mut house);
    assert_eq!(evidence(&mut house, &number), "approval-not-effective", "the first minute counts no more");
    house.later(60);
    worker_looks(&mut house);
    assert_eq!((evidence(&mut house, &number), told(&mut house, "approved")), ("", 1));
}

#[test]
fn a_decision_that_was_taken_back_obtains_nothing_where_its_row_is_put_back_by_hand() {
    let mut house = House::new();
    let mut worker = house.worker();
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let number = waiting(&mut house);
    let approved = |house: &mut House, version: i64| {
        let subject = get(&mut house.db, &number).unwrap().decidable();
        let proof = house.key_proof(("bob", &bob), &subject);
        house.approve_with("bob", &number, version, &proof).unwrap();
        assert_eq!(house.refused(), [""; 0], "the worker has received it");
        proof
    };
    let signed_at = house.at.millis();
    let proof = approved(&mut house, 1);
    back(&mut house, "bob", &number, 1).unwrap();
    house.later(3600);

    // With the web role's rights: the same proof, over the version that stands.
    let set = |house: &mut House, what: &str| {
        house.sql(&format!("UPDATE card_orders SET {what} WHERE number = '{number}'")).unwrap();
    };
    let next = get(&mut house.db, &number).unwrap().decidable();
    house.write_decision(&next, "bob", signed_at, &proof);
    set(&mut house, "status = 'approved'");
    assert_eq!(evidence(&mut house, &number), "approval-proof-invalid");
    assert_eq!(batched(&mut house), (0, 1));
    assert_eq!(house.refused(), ["approval-proof-invalid"]);
    assert_eq!(get(&mut house.db, &number).unwrap().state, OrderState::Submitted, "it is open again");

    // As the owner of the database: the version that was signed for, and approved.
    house.sql("DROP TRIGGER card_orders_go_one_way; DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    set(&mut house, "version = 1, status = 'approved'");
    worker_looks(&mut house);
    assert_eq!(evidence(&mut house, &number), "approval-evidence-missing");
    assert_eq!((batched(&mut house), told(&mut house, "approved")), ((0, 1), 0));
    let found = crate::contradictions::contradictions(&mut house.db).unwrap();
    assert!(found.iter().any(|one| one.rule.contains("took back")), "{found:?}");

    // And beside a card that is there, by a decision that stands.
    set(&mut house, "version = 3, status = 'submitted'");
    approved(&mut house, 3);
    house.later(60);
    let card = house.personalise()[0];
    set(&mut house, "version = 1");
    assert_eq!(code(house.certify(&mut worker, &card)), "approval-evidence-missing");
    set(&mut house, "version = 3");
    assert!(house.certify(&mut worker, &card).is_ok(), "what stands is certified");
}

#[test]
fn a_page_that_dates_a_decision_back_shortens_no_delay() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let number = waiting(&mut house);
    let subject = get(&mut house.db, &number).unwrap().decidable();
    let nonce = house.nonce("bob");
    let signed_at = house.at;
    house.later(300);
    let proof = bob.decide(&subject, (Verdict::Approve, None), "bob", nonce, signed_at);
    house.approve_with("bob", &number, 1, &proof).unwrap();
    worker_looks(&mut house);
    assert_eq!(evidence(&mut house, &number), "approval-not-effective");
    house.later(59);
    assert_eq!(evidence(&mut house, &number), "approval-not-effective");
    house.later(1);
    assert_eq!(evidence(&mut house, &number), "");
}

#[test]
fn a_refusal_is_not_taken_back_beside_an_order_that_was_submitted_since() {
    on_both(|house| {
        let number = waiting(house);
        refused(house, "bob", &number).unwrap();
        worker_looks(house);
        house.later(60);
        house.submit("alice", cps(&nurse(), "60")).unwrap();
        assert_eq!(code(back(house, "bob", &number, 1)), "order-already-open");
        let order = get(&mut house.db, &number).unwrap();
        assert_eq!((order.version, order.state.name()), (1, "refused"), "nothing half done");
        house.later(600);
        worker_looks(house);
        assert_eq!(told(house, "refused"), 1);
    });
}

#[test]
fn nobody_is_told_of_a_decision_that_the_worker_has_not_received_or_has_refused() {
    let mut house = House::new();
    let number = waiting(&mut house);
    house.approve("bob", &number).unwrap();
    house.later(60);
    assert_eq!(house.take_effect(), TookEffect::default());
    assert_eq!(house.receive().len(), 1);
    house.later(60);
    // What the worker received is another proof.
    house.sql("DROP TRIGGER decision_receipts_are_never_changed").unwrap();
    house.sql("UPDATE decision_receipts SET proof = 'another'").unwrap();
    assert_eq!(house.take_effect(), TookEffect::default());
    assert_eq!(told(&mut house, "approved"), 0);
}

#[test]
fn a_page_offers_to_take_back_as_long_as_the_rule_lets_it() {
    let mut house = House::new();
    let number = waiting(&mut house);
    house.approve("bob", &number).unwrap();
    let order = get(&mut house.db, &number).unwrap();
    let decisions = decision::of(&mut house.db, SubjectKind::CardOrder, &number).unwrap();
    let mut offered = |login: &str, at| {
        let officer = officers::find(&mut house.db, login).unwrap().unwrap();
        may_take_back(&house.verifier, &officer, &order, &decisions, at).map(|(_, until)| until)
    };
    let minute = Duration::from_secs(60);
    assert_eq!(offered("bob", house.at), Some(Revocable::Until(house.at.plus(minute))));
    assert_eq!(offered("clara", house.at), None);
    assert_eq!(offered("bob", house.at.plus(minute)), None);
}
