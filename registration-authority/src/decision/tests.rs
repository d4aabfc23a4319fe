mod digest;
mod given_back;
mod sentences;

use diesel::prelude::*;
use professional_registry::ImportedRegister;
use store::schema::{decision_digest_lines, outbox};

use super::*;
use crate::approval::{Decidable, Statement};
use crate::certification::verify_evidence;
use crate::officers::Role;
use crate::order::{self, OrderState};
use crate::testing::*;

/// Alice has submitted an order for the nurse; bob has a key.
fn waiting(house: &mut House) -> (Chain, Authenticator, Decidable) {
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let subject = order::get(&mut house.db, &number).unwrap().decidable();
    (chain, bob, subject)
}

fn evidence(house: &mut House, number: &str) -> Result<(), &'static str> {
    let at = house.at;
    use store::Fault;
    verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, number, at)
        .map(drop)
        .map_err(|error| error.code().name)
}

/// As somebody with the web role's rights: the row says approved.
fn say_approved(house: &mut House, number: &str) {
    house.sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'")).unwrap();
}

#[test]
fn what_a_passkey_approved_is_evidence_once_the_worker_has_received_it() {
    on_both(|house| {
        let (_, bob, subject) = waiting(house);
        let approved = house.approve_by(("bob", &bob), &subject.number).unwrap();
        assert!(matches!(approved.state, OrderState::Approved { .. }));
        assert_eq!(evidence(house, &subject.number), Err("approval-not-received"));
        let received = house.receive();
        assert_eq!((received.len(), received[0].refusal, received[0].officer.as_str()), (1, None, "bob"));
        assert_eq!(evidence(house, &subject.number), Ok(()));
        assert_eq!(house.receive(), [], "once");
        let told: Vec<DigestLine> = decision_digest_lines::table
            .filter(decision_digest_lines::decided_by.eq("bob"))
            .select(DigestLine::as_select())
            .load(&mut house.db)
            .unwrap();
        let [line] = &told[..] else { panic!("{told:?}") };
        assert_eq!((&line.subject_number, line.verdict.as_str()), (&subject.number, "approve"));
        assert_eq!((line.subject_version, &line.refusal), (1, &None));
    });
}

#[test]
fn a_decision_on_a_version_that_is_gone_is_refused_and_told_to_who_decided() {
    let house = &mut House::new();
    let (_, bob, subject) = waiting(house);
    let proof = house.key_proof(("bob", &bob), &subject);
    let at = house.at.millis();
    house.write_decision(&subject, "bob", at, &proof);
    let alice = house.officer("alice");
    let House { db, rng, .. } = &mut *house;
    db.write(|db| order::refresh(db, &mut ImportedRegister, &subject.number, 1, rng, &alice)).unwrap();
    let received = house.receive();
    assert_eq!((received.len(), received[0].refusal), (1, Some("order-stale-version")));
    let told: Vec<(i64, Option<String>)> = decision_digest_lines::table
        .filter(decision_digest_lines::decided_by.eq("bob"))
        .select((decision_digest_lines::subject_version, decision_digest_lines::refusal))
        .load(&mut house.db)
        .unwrap();
    assert_eq!(told, [(1, Some("order-stale-version".to_owned()))], "never without a line");
}

#[test]
fn a_card_that_a_passkey_approved_is_certified() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (_, bob, subject) = waiting(&mut house);
    house.approve_by(("bob", &bob), &subject.number).unwrap();
    house.receive();
    let card = house.personalise()[0];
    assert_eq!(house.certify(&mut worker, &card).unwrap().certificates.len(), 2);
}

#[test]
fn a_row_written_by_hand_obtains_nothing() {
    let mut house = House::new();
    let (_, _, subject) = waiting(&mut house);
    let at = house.at;
    // A key that nobody enrolled, under bob's name and under the name of his key.
    let mut mallory = Authenticator::new("mallory");
    let nonce = house.nonce("bob");
    let proof = mallory.decide(&subject, (Verdict::Approve, None), "bob", nonce, at);
    house.write_decision(&subject, "bob", at.millis(), &proof);
    mallory.credential_id = Authenticator::new("bob").credential_id;
    let proof = mallory.decide(&subject, (Verdict::Approve, None), "clara", nonce, at);
    house.write_decision(&subject, "clara", at.millis(), &proof);
    say_approved(&mut house, &subject.number);
    assert_eq!(evidence(&mut house, &subject.number), Err("approval-proof-invalid"));
    // With the first of them the order is open again, in its next version.
    assert_eq!(house.refused(), ["approval-proof-invalid", "order-stale-version"]);
    assert_eq!(evidence(&mut house, &subject.number), Err("approval-evidence-missing"));
    let told: i64 = outbox::table
        .filter(outbox::notice.eq("decision-not-held"))
        .count()
        .get_result(&mut house.db)
        .unwrap();
    assert_eq!(told, 2, "bob and clara read that somebody decided in their names");
}

#[test]
fn a_signature_is_worth_what_it_was_made_over_and_nothing_else() {
    let mut house = House::new();
    let (chain, bob, subject) = waiting(&mut house);
    let clara = house.enrolled_key(&chain, "clara", Role::RegistrationOfficer);
    let rita = house.enrolled_key(&chain, "rita", Role::RevocationOfficer);
    let other = Decidable { canonical: b"another order".to_vec(), ..subject.clone() };
    let later = Decidable { version: 2, ..subject.clone() };
    let at = house.at;
    let mut over = |subject: &Decidable, verdict, login: &str| {
        let nonce = house.nonce(login);
        Statement::over_nonce(subject, verdict, None, login, nonce, at)
    };
    let yes = Verdict::Approve;
    let hostile = [
        ("another order", bob.prove(&over(&other, yes, "bob"))),
        ("another version", bob.prove(&over(&later, yes, "bob"))),
        ("another verdict", bob.prove(&over(&subject, Verdict::Refuse, "bob"))),
        ("another officer", bob.prove(&over(&subject, yes, "clara"))),
        ("another's key", clara.prove(&over(&subject, yes, "bob"))),
        ("a key for oppositions", rita.prove(&over(&subject, yes, "rita"))),
    ];
    for (what, proof) in hostile {
        assert_eq!(code(house.approve_with("bob", "CO-0", 1, &proof)), "order-unknown", "{what}");
        let refused = house.approve_with("bob", &subject.number, 1, &proof);
        assert_eq!(code(refused), "approval-proof-invalid", "{what}");
    }
    assert!(house.approve_by(("bob", &bob), &subject.number).is_ok());
}

#[test]
fn a_nonce_that_the_worker_did_not_draw_for_this_officer_or_no_longer_takes_is_refused() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    let approve = (Verdict::Approve, None);
    let of_clara = house.nonce("clara");
    let old = house.nonce("bob");
    let at = house.at;
    for nonce in [[3; 16], of_clara] {
        let proof = bob.decide(&subject, approve, "bob", nonce, at);
        assert_eq!(code(house.approve_with("bob", &subject.number, 1, &proof)), "approval-nonce-spent");
    }
    house.later(nonce::NONCE_LIFE.as_secs());
    let (proof, at) = (bob.decide(&subject, approve, "bob", old, house.at), house.at.millis());
    assert_eq!(code(house.approve_with("bob", &subject.number, 1, &proof)), "approval-nonce-spent");
    house.write_decision(&subject, "bob", at, &proof);
    say_approved(&mut house, &subject.number);
    assert_eq!(house.refused(), ["approval-nonce-spent"]);
    assert_eq!(evidence(&mut house, &subject.number), Err("approval-evidence-missing"));
}

#[test]
fn one_gesture_is_one_decision_wherever_it_is_written_again() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    // Two proofs over one nonce: an owned page asks twice, and has the officer sign twice.
    let nonce = house.nonce("bob");
    let at = house.at;
    let first = bob.decide(&subject, (Verdict::Approve, None), "bob", nonce, at);
    house.approve_with("bob", &subject.number, 1, &first).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
    let other = order::get(&mut house.db, &second).unwrap().decidable();
    let replayed = bob.decide(&other, (Verdict::Approve, None), "bob", nonce, at);
    house.write_decision(&other, "bob", at.millis(), &replayed);
    say_approved(&mut house, &second);
    assert_eq!(house.refused(), ["approval-nonce-spent"]);
    assert_eq!(evidence(&mut house, &second), Err("approval-evidence-missing"));
    // The first one, handed to the worker again: it has its receipt, and no second one.
    let number = &subject.number;
    house.sql(&format!("INSERT INTO decision_inbox VALUES ('card-order', '{number}', 1, 'bob')")).unwrap();
    assert_eq!(house.receive(), []);
    assert_eq!(evidence(&mut house, &subject.number), Ok(()));
}

#[test]
fn a_withdrawn_order_is_certified_by_no_decision() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    house.approve_by(("bob", &bob), &subject.number).unwrap();
    house.receive();
    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &subject.number, rng, &act)).unwrap();
    assert_eq!(evidence(&mut house, &subject.number), Err("approval-evidence-missing"));
    let number = &subject.number;
    let back = house.sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'"));
    assert!(back.unwrap_err().to_string().contains("no such transition"));
}

#[test]
fn another_proof_than_the_one_that_the_worker_saw_is_no_evidence() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    house.approve_by(("bob", &bob), &subject.number).unwrap();
    house.receive();
    let proof = house.key_proof(("bob", &bob), &subject);
    house.sql("DROP TRIGGER decisions_are_never_changed").unwrap();
    let proof = hex::encode(proof.encode());
    house
        .sql(&format!("UPDATE decisions SET proof = x'{proof}' WHERE subject_number = '{}'", subject.number))
        .unwrap();
    assert_eq!(evidence(&mut house, &subject.number), Err("approval-evidence-missing"));
}

#[test]
fn a_key_that_was_revoked_meanwhile_signs_for_no_moment_before() {
    let mut house = House::new();
    let (chain, bob, subject) = waiting(&mut house);
    let proof = house.key_proof(("bob", &bob), &subject);
    let at = house.at.millis();
    house.later(60);
    house.revoke(&chain, &bob);
    assert_eq!(code(house.approve_with("bob", &subject.number, 1, &proof)), "approval-proof-invalid");
    house.write_decision(&subject, "bob", at, &proof);
    say_approved(&mut house, &subject.number);
    assert_eq!(house.refused(), ["approval-proof-invalid"]);
    assert_eq!(evidence(&mut house, &subject.number), Err("approval-evidence-missing"));
    let refused = refused_since(&mut house.db, Timestamp::from_millis(0), 9).unwrap();
    assert_eq!((refused.len(), refused[0].decided_by.as_str()), (1, "bob"));
}

#[test]
fn production_refuses_the_demonstrations_proof_and_takes_the_passkeys() {
    let mut house = House::new();
    let (chain, bob, subject) = waiting(&mut house);
    let roots = vec![chain.admin.root("admin", "Prénom Nom"), chain.amina.root("amina", "Prénom Nom")];
    let roots = crate::enrolment::PinnedRoots::new(roots).unwrap();
    let told = [("bob".to_owned(), "bob@exemple.fr".parse().unwrap())].into();
    house.verifier = crate::approval::ApprovalVerifier::production()
        .with_passkeys(relying_party(), roots)
        .with_addresses(told);
    let demo = house.proof("bob", &subject);
    let refused = house.approve_with("bob", &subject.number, 1, &demo);
    assert_eq!(code(refused), "approval-proof-kind-refused");
    house.approve_by(("bob", &bob), &subject.number).unwrap();
    house.receive();
    assert_eq!(
        evidence(&mut house, &subject.number),
        Err("approval-not-effective"),
        "a minute, unless it says so"
    );
    house.later(60);
    assert_eq!(evidence(&mut house, &subject.number), Ok(()));
}

fn trail(house: &mut House) -> Vec<String> {
    use store::schema::audit_payloads;
    audit_payloads::table.select(audit_payloads::payload).load(&mut house.db).unwrap()
}

#[test]
fn the_trail_says_by_which_kind_of_proof_each_decision_was_made() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    house.approve_by(("bob", &bob), &subject.number).unwrap();
    let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
    house.approve("bob", &second).unwrap();
    let payloads = trail(&mut house);
    let of = |kind: &str| payloads.iter().filter(|it| it.contains(&format!("\"proof\":\"{kind}\""))).count();
    assert_eq!((of("passkey"), of("demo")), (3, 1), "two enrolled bob's key, and he decided; {payloads:?}");
}

#[test]
fn a_signature_counter_that_goes_back_is_told_to_the_trail() {
    let mut house = House::new();
    let (_, mut bob, subject) = waiting(&mut house);
    bob.count = 9;
    house.approve_by(("bob", &bob), &subject.number).unwrap();
    house.receive();
    let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
    bob.count = 4;
    house.approve_by(("bob", &bob), &second).unwrap();
    assert_eq!(house.refused(), [""; 0], "a synchronised key may count anew on each device");
    let payloads = trail(&mut house);
    assert_eq!(payloads.iter().filter(|payload| payload.contains("sign_count_went_back")).count(), 1);
}

#[test]
fn nonces_wait_are_taken_once_and_are_forgotten() {
    on_both(|house| {
        let mut taken = std::collections::BTreeSet::new();
        for turn in 0..64 {
            let act = house.job();
            if taken.is_empty() {
                let House { db, rng, .. } = house;
                db.write(|db| nonce::draw(db, rng, &act)).unwrap();
            }
            let officer = ["bob", "clara", "rita"][turn % 3];
            taken.insert(house.db.write(|db| nonce::take(db, officer, act.at)).unwrap());
        }
        assert_eq!(taken.len(), 64);
        let at = house.at;
        assert_eq!(code(house.db.write(|db| nonce::take(db, "bob", at))), "approval-nonce-none");
        house.later(nonce::NONCE_LIFE.as_secs());
        house.nonce("bob");
        let rows: i64 = store::schema::decision_nonces::table.count().get_result(&mut house.db).unwrap();
        assert_eq!(rows, 64, "those that expired are gone");
    });
}

#[test]
fn one_session_takes_no_more_nonces_than_an_officer_may_have_open() {
    on_both(|house| {
        let chain = house.pin();
        let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
        let take = |house: &mut House, login: &str| {
            let (act, House { db, rng, .. }) = (house.job(), house);
            // The worker goes on drawing.
            db.write(|db| nonce::draw(db, rng, &act)).unwrap();
            db.write(|db| nonce::take(db, login, act.at))
        };
        let taken: Vec<_> = (0..200).map_while(|_| take(house, "bob").ok()).collect();
        assert_eq!(taken.len(), 24);
        assert_eq!(code(take(house, "bob")), "approval-nonce-too-many");
        assert!(take(house, "clara").is_ok(), "nobody else is kept from deciding");
        // One that a decision used is his no more.
        let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        let subject = order::get(&mut house.db, &number).unwrap().decidable();
        let proof = bob.decide(&subject, (Verdict::Approve, None), "bob", taken[0], house.at);
        house.approve_with("bob", &number, 1, &proof).unwrap();
        house.receive();
        assert!(take(house, "bob").is_ok());
        assert_eq!(code(take(house, "bob")), "approval-nonce-too-many");
        house.later(nonce::NONCE_LIFE.as_secs());
        assert!(take(house, "bob").is_ok(), "half an hour later they are over");
    });
}
