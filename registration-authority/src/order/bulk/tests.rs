use professional_registry::ImportedRegister;
use store::Timestamp;

use super::*;
use crate::approval::{BulkStatement, Decidable, Delays};
use crate::certification::verify_evidence;
use crate::decision::nonce;
use crate::officers::{Reach, Role, Scope};
use crate::order::{self, OrderState};
use crate::testing::*;

mod whole;

/// A house whose register is of today, where bob has a key, and orders that raise no flag wait, submitted by alice.
fn waiting(house: &mut House) -> (Authenticator, Vec<Decidable>) {
    let bob = key_of(house, "bob", Scope::default());
    let subjects = [nurse(), other_nurse(), twofold()].map(|holder| submitted(house, "alice", &holder));
    (bob, subjects.to_vec())
}

fn key_of(house: &mut House, login: &str, scope: Scope) -> Authenticator {
    let chain = house.pin();
    let key = house.enrolled_key_within(&chain, login, Role::RegistrationOfficer, scope);
    let mut lines = second_day();
    lines.extend(crowd(1));
    house.import_day(30, &lines);
    key
}

fn submitted(house: &mut House, login: &str, holder: &professional_registry::IdNatPs) -> Decidable {
    let number = house.submit(login, cps(holder, "60")).unwrap().number().to_owned();
    subject(house, &number)
}

fn subject(house: &mut House, number: &str) -> Decidable {
    get(&mut house.db, number).unwrap().decidable()
}

fn signed(house: &mut House, key: &Authenticator, subjects: &[Decidable]) -> ApprovalProof {
    signed_as(house, "bob", key, subjects)
}

fn signed_as(house: &mut House, login: &str, key: &Authenticator, subjects: &[Decidable]) -> ApprovalProof {
    let nonce = house.nonce(login);
    let statement =
        BulkStatement::over_nonce(subjects, Verdict::Approve, None, login, nonce, house.at).unwrap();
    key.prove_octets(&statement.encode())
}

fn decided(house: &mut House, subject: &Decidable, proof: &ApprovalProof) -> Result<CardOrder, ApproveError> {
    let act = house.officer("bob");
    let chosen = Chosen { number: subject.number.clone(), version: subject.version };
    let House { db, rng, verifier, .. } = house;
    let (registry, what) = (&mut ImportedRegister, (Verdict::Approve, None));
    db.write(|db| decide(db, registry, verifier, &chosen, what, proof, rng, &act))
}

fn examined(house: &mut House, subject: &Decidable, verdict: Verdict) -> &'static str {
    let act = house.officer("bob");
    let chosen = Chosen { number: subject.number.clone(), version: subject.version };
    match examine(&mut house.db, &mut ImportedRegister, &chosen, verdict, &act) {
        Ok(_) => "",
        Err(error) => error.code().name,
    }
}

fn evidence(house: &mut House, subject: &Decidable) -> &'static str {
    match verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &subject.number, house.at) {
        Ok(_) => "",
        Err(error) => error.code().name,
    }
}

/// Whether the order waits for officers in its next version: the worker has given it back.
fn open(house: &mut House, subject: &Decidable) -> bool {
    let order = get(&mut house.db, &subject.number).unwrap();
    order.state == OrderState::Submitted && order.version == subject.version + 1
}

/// As somebody with the web role's rights: the decision's row, and the order's.
fn by_hand(house: &mut House, subject: &Decidable, at: Timestamp, proof: &ApprovalProof) {
    by_hand_as(house, "bob", subject, at, proof);
}

fn by_hand_as(house: &mut House, login: &str, subject: &Decidable, at: Timestamp, proof: &ApprovalProof) {
    house.write_decision(subject, login, at.millis(), proof);
    house
        .sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{}'", subject.number))
        .unwrap();
}

#[test]
fn one_signature_is_evidence_for_each_of_its_rows_once_the_worker_has_received_them() {
    on_both(|house| {
        let (bob, subjects) = waiting(house);
        let proof = signed(house, &bob, &subjects);
        for subject in &subjects {
            let order = decided(house, subject, &proof).unwrap();
            assert!(matches!(order.state, OrderState::Approved { .. }));
            assert_eq!(evidence(house, subject), "approval-not-received");
        }
        let received = house.receive();
        assert!(received.len() == 3 && received.iter().all(|one| one.refusal.is_none()), "{received:?}");
        for subject in &subjects {
            assert_eq!(evidence(house, subject), "");
        }
    });
}

#[test]
fn a_row_that_the_worker_receives_before_the_next_is_recorded_keeps_none_back() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let proof = signed(&mut house, &bob, &subjects);
    for subject in &subjects {
        decided(&mut house, subject, &proof).unwrap();
        assert_eq!(house.refused(), [""; 0]);
        assert_eq!(evidence(&mut house, subject), "");
    }
}

#[test]
fn cards_that_one_gesture_approved_are_certified() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (bob, subjects) = waiting(&mut house);
    let proof = signed(&mut house, &bob, &subjects);
    for subject in &subjects[..2] {
        decided(&mut house, subject, &proof).unwrap();
    }
    house.receive();
    let cards = house.personalise();
    assert_eq!(cards.len(), 2, "the third row was signed for, and never handed in");
    for card in cards {
        assert_eq!(house.certify(&mut worker, &card).unwrap().certificates.len(), 2);
    }
}

#[test]
fn an_order_that_the_bulk_does_not_name_or_in_another_version_is_no_row_of_it() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (at, [first, second, added]) = (house.at, subjects.as_slice()) else { unreachable!() };
    let later = Decidable { version: 2, ..second.clone() };
    let proof = signed(&mut house, &bob, &[first.clone(), later]);
    for stranger in [second, added] {
        assert_eq!(code(decided(&mut house, stranger, &proof)), "approval-proof-invalid");
        by_hand(&mut house, stranger, at, &proof);
    }
    decided(&mut house, first, &proof).unwrap();
    assert_eq!(evidence(&mut house, second), "approval-proof-invalid");
    assert_eq!(evidence(&mut house, added), "approval-proof-invalid");
    assert_eq!(house.refused(), ["approval-proof-invalid"; 2]);
    assert_eq!([first, second, added].map(|one| open(&mut house, one)), [false, true, true]);
    assert_eq!(evidence(&mut house, first), "");
}

#[test]
fn rows_by_hand_beside_a_bulk_of_a_key_that_nobody_enrolled_obtain_nothing() {
    let mut house = House::new();
    let (_, subjects) = waiting(&mut house);
    let (mallory, at) = (Authenticator::new("bob"), house.at);
    let proof = signed(&mut house, &mallory, &subjects);
    for subject in &subjects {
        by_hand(&mut house, subject, at, &proof);
    }
    for subject in &subjects {
        assert_eq!(evidence(&mut house, subject), "approval-proof-invalid");
    }
    assert_eq!(house.refused(), ["approval-proof-invalid"; 3]);
    assert!(subjects.iter().all(|one| open(&mut house, one)));
}

#[test]
fn a_bulk_that_names_an_order_twice_is_no_statement_whoever_signs_it() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (nonce, at) = (house.nonce("bob"), house.at);
    let statement = |subjects: &[Decidable]| {
        BulkStatement::over_nonce(subjects, Verdict::Approve, None, "bob", nonce, at).unwrap()
    };
    // The row of the first once more in the place of the second's: the same lengths, so that the rest of the DER stands.
    let twice = statement(&subjects[..1]).encode();
    let both = statement(&subjects[..2]).encode();
    let row = &twice[twice.windows(3).position(|it| it == b"CO-").unwrap() - 4..][..55];
    let at_second = both.windows(3).rposition(|it| it == b"CO-").unwrap() - 4;
    let mut forged = both.clone();
    forged[at_second..at_second + row.len()].copy_from_slice(row);
    let proof = bob.prove_octets(&forged);
    by_hand(&mut house, &subjects[0], at, &proof);
    assert_eq!(evidence(&mut house, &subjects[0]), "approval-proof-invalid");
    assert_eq!(house.refused(), ["approval-proof-invalid"]);
    assert!(open(&mut house, &subjects[0]));
    // It is the second row that does it: as it was signed, both hold.
    let proof = bob.prove_octets(&both);
    by_hand(&mut house, &subjects[1], at, &proof);
    assert_eq!((house.refused(), evidence(&mut house, &subjects[1])), (vec![], ""));
}

#[test]
fn a_nonce_goes_into_one_bulk_and_into_nothing_else() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let [first, second, third] = subjects.as_slice() else { unreachable!() };
    let (nonce, at) = (house.nonce("bob"), house.at);
    let over = |subjects: &[Decidable]| {
        let statement = BulkStatement::over_nonce(subjects, Verdict::Approve, None, "bob", nonce, at);
        bob.prove_octets(&statement.unwrap().encode())
    };
    let proof = over(&[first.clone(), second.clone()]);
    decided(&mut house, first, &proof).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    // An owned page has the officer sign again over the same nonce: another bulk, and a single decision.
    let (bulk, single) = (over(&subjects), bob.decide(third, (Verdict::Approve, None), "bob", nonce, at));
    assert_eq!(code(decided(&mut house, second, &bulk)), "approval-nonce-spent");
    assert_eq!(code(decided(&mut house, third, &single)), "approval-nonce-spent");
    by_hand(&mut house, second, at, &bulk);
    by_hand(&mut house, third, at, &single);
    assert_eq!(house.refused(), ["approval-nonce-spent"; 2]);
    for subject in [second, third] {
        assert_eq!(evidence(&mut house, subject), "approval-evidence-missing");
    }
    // Half an hour later its other rows are worth nothing either.
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (proof, at) = (signed(&mut house, &bob, &subjects), house.at);
    decided(&mut house, &subjects[0], &proof).unwrap();
    house.later(nonce::NONCE_LIFE.as_secs());
    by_hand(&mut house, &subjects[1], at, &proof);
    assert_eq!(house.refused(), ["approval-nonce-spent"; 2]);
}

#[test]
fn a_signature_over_a_bulk_says_neither_another_verdict_nor_another_officer() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (nonce, at) = (house.nonce("bob"), house.at);
    let (no, reason) = (Verdict::Refuse, Some("duplicate"));
    for (verdict, reason, login) in [(no, reason, "bob"), (Verdict::Approve, None, "clara")] {
        let statement = BulkStatement::over_nonce(&subjects, verdict, reason, login, nonce, at).unwrap();
        let proof = bob.prove_octets(&statement.encode());
        assert_eq!(code(decided(&mut house, &subjects[0], &proof)), "approval-proof-invalid");
    }
}

#[test]
fn a_bulk_is_never_one_of_two_officers() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let flagged = &subjects[0];
    let (proof, at) = (signed(&mut house, &bob, &subjects), house.at);
    house
        .sql(&format!(
            "INSERT INTO order_flags VALUES ('{}', 1, 'rush-of-structure', 'red', TRUE, 'x', 0)",
            flagged.number
        ))
        .unwrap();
    assert_eq!(code(decided(&mut house, flagged, &proof)), "bulk-two-officers");
    // Past the page's look, by another way in.
    assert_eq!(code(house.approve_with("bob", &flagged.number, 1, &proof)), "bulk-two-officers");
    house.approve("clara", &flagged.number).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    by_hand(&mut house, flagged, at, &proof);
    assert_eq!(house.refused(), ["bulk-two-officers"]);
    assert!(open(&mut house, flagged), "clara signed, and bob for a bulk");
}

#[test]
fn a_bulk_beyond_what_the_worker_takes_at_once_obtains_nothing() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (proof, at) = (signed(&mut house, &bob, &subjects), house.at);
    let bound = |orders| crate::approval::BulkBound::new(orders).unwrap();
    // The web role's configuration says 25, the worker's 2.
    decided(&mut house, &subjects[0], &proof).unwrap();
    house.verifier = house.verifier.clone().with_bulk_bound(bound(2));
    by_hand(&mut house, &subjects[1], at, &proof);
    assert_eq!(evidence(&mut house, &subjects[0]), "bulk-too-many");
    assert_eq!(house.refused(), ["bulk-too-many"; 2]);
    assert!(open(&mut house, &subjects[0]));
    assert_eq!(code(decided(&mut house, &subjects[2], &proof)), "bulk-too-many");
    // Where each order has a gesture of its own, a list of one is one gesture for one order.
    house.verifier = house.verifier.clone().with_bulk_bound(bound(1));
    let alone = signed(&mut house, &bob, &subjects[2..]);
    decided(&mut house, &subjects[2], &alone).unwrap();
    assert_eq!((house.refused(), evidence(&mut house, &subjects[2])), (vec![], ""));
}

#[test]
fn what_cannot_be_decided_in_a_bulk_says_why() {
    let mut house = House::new();
    let (_, subjects) = waiting(&mut house);
    let [first, second, third] = subjects.as_slice() else { unreachable!() };
    let (yes, no) = (Verdict::Approve, Verdict::Refuse);
    assert_eq!((examined(&mut house, first, yes), examined(&mut house, first, no)), ("", ""));
    let old = Decidable { version: 2, ..first.clone() };
    assert_eq!(examined(&mut house, &old, yes), "order-stale-version");
    let unknown = Decidable { number: "CO-1".to_owned(), reach: Reach::Everything, ..first.clone() };
    assert_eq!(examined(&mut house, &unknown, yes), "order-unknown");

    let act = house.officer("clara");
    let rng = &mut house.rng;
    house.db.write(|db| lease::begin(db, &second.number, rng, &act)).unwrap();
    assert_eq!(
        (examined(&mut house, second, yes), examined(&mut house, second, no)),
        ("order-taken", "order-taken")
    );
    let act = house.officer("bob");
    let rng = &mut house.rng;
    house.db.write(|db| lease::begin(db, &third.number, rng, &act)).unwrap();
    assert_eq!(examined(&mut house, third, yes), "", "he is on it himself");

    let own = house.submit("bob", cps(&military_nurse(), "60")).unwrap().number().to_owned();
    let own = subject(&mut house, &own);
    assert_eq!(examined(&mut house, &own, no), "order-self-approval");
    house
        .sql(&format!(
            "INSERT INTO order_flags VALUES ('{}', 1, 'snapshot-age', 'orange', FALSE, 'x', 0)",
            first.number
        ))
        .unwrap();
    assert_eq!(examined(&mut house, first, yes), "bulk-look-needed");
    assert_eq!(examined(&mut house, first, no), "", "a refusal makes no card");
    house.approve("clara", &second.number).unwrap();
    assert_eq!(examined(&mut house, second, yes), "order-not-open");
}

#[test]
fn an_approval_in_a_bulk_waits_as_long_as_a_refusal() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    house.verifier = house.verifier.clone().with_delays(Delays::DEFAULT);
    let proof = signed(&mut house, &bob, &subjects);
    decided(&mut house, &subjects[0], &proof).unwrap();
    house.approve_by(("bob", &bob), &subjects[1].number).unwrap();
    house.receive();
    house.later(Delays::DEFAULT.approval.as_secs());
    assert_eq!(evidence(&mut house, &subjects[1]), "", "decided on alone");
    assert_eq!(evidence(&mut house, &subjects[0]), "approval-not-effective");
    assert_eq!(house.take_effect().told, [subjects[1].number.clone()]);
    let act = house.officer("bob");
    let House { db, rng, verifier, .. } = &mut house;
    let back = |db: &mut Database, rng: &mut Rng| {
        order::take_back(db, &mut ImportedRegister, verifier, &subjects[0].number, 1, rng, &act)
    };
    assert_eq!(db.write(|db| back(db, rng)).unwrap().version, 2);
    let again = subject(&mut house, &subjects[0].number);
    assert_eq!(code(decided(&mut house, &again, &proof)), "approval-proof-invalid");
}
