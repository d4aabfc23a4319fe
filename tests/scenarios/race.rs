//! Races, on PostgreSQL, where nothing waits in one line: opposition against certification, officer against
//! officer, worker against worker.

use std::collections::BTreeMap;
use std::sync::Barrier;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, chance};
use ca_core::certificate::{self, CertificateStatus};
use card::{CardNumber, CardStatus, KeyUsage};
use diesel::connection::SimpleConnection;
use openssl::pkey::PKey;
use openssl::sha::sha256;
use professional_registry::ImportedRegister;
use registration_authority::approval::SubjectKind;
use registration_authority::opposition::{self, Ground, OpposeError, Opposition};
use registration_authority::order::{self, ApproveError, CardOrder};
use registration_authority::{decision, officers};
use serde_json::Value;
use store::{Database, DatabaseRole, Fault};

use super::invariants::{of_card, states};
use super::standstill::{Standstill, until};
use super::workshop::{APPROVER, REVOKER, Workshop, officer, workshop};

/// Opposes a card as the officers' pages do: with the rights of the web role.
fn oppose(db: &mut Database, card: &CardNumber) -> Result<Opposition, OpposeError> {
    let act = officer(db, REVOKER);
    opposition::oppose(db, card, Ground::Stolen, &mut chance(), &act)
}

fn certification(workshop: &Workshop) -> Value {
    workshop.job("certification")
}

/// Whether a list of a job's answer names this card, and with which code.
fn failure_of(done: &Value, card: &CardNumber) -> Option<String> {
    let failed = done["failed"].as_array().unwrap();
    let row = failed.iter().find(|row| row[0] == format!("card {card}"))?;
    Some(row[1].as_str().unwrap().to_owned())
}

fn is_certified(done: &Value, card: &CardNumber) -> bool {
    done["cards"].as_array().unwrap().contains(&Value::from(card.to_string()))
}

/// Has a card opposed while its certification stands at a statement; what certification said in the end.
fn opposed_while_certification_stands(event: &str) -> (Workshop, Vec<CardNumber>, Value) {
    let workshop = workshop(DatabaseKind::Postgresql);
    let cards = workshop.personalise(2);
    let mut db = workshop.open(DatabaseRole::Web);
    // A statement's trigger: the worker's update has read the rows and holds none of them.
    let mut standstill = Standstill::before(workshop.url(), event, "current_user = 'igc_worker'");
    let done = std::thread::scope(|scope| {
        let certified = scope.spawn(|| certification(&workshop));
        standstill.reached();
        oppose(&mut db, &cards[0]).expect("an opposition never waits for a certification");
        standstill.release();
        certified.join().expect("certification comes to its end")
    });
    assert_eq!(workshop.cards(CardStatus::Personalised), [], "nothing is tried again on an opposed card");
    workshop.check();
    (workshop, cards, done)
}

#[test]
fn a_signature_made_while_the_card_was_opposed_is_thrown_away() {
    let event = "BEFORE UPDATE OF der ON certificates FOR EACH STATEMENT";
    let (workshop, cards, done) = opposed_while_certification_stands(event);
    assert_eq!(failure_of(&done, &cards[0]).as_deref(), Some("certificate-issuance-overtaken"), "{done}");
    assert!(is_certified(&done, &cards[1]) && !is_certified(&done, &cards[0]), "{done}");
    let mut db = workshop.open(DatabaseRole::Owner);
    assert_eq!(states(&mut db, &cards[0]), ["revoked", "revoked"]);
    for (_, certificate) in of_card(&mut db, &cards[0]) {
        let status = &certificate.status;
        assert!(matches!(status, CertificateStatus::Revoked { der: None, .. }), "{status:?}");
    }
    assert_eq!(states(&mut db, &cards[1]), ["good", "good"]);
}

#[test]
fn an_intention_whose_card_was_opposed_is_never_signed() {
    let event = "BEFORE UPDATE OF status ON certificates FOR EACH STATEMENT";
    let (workshop, cards, done) = opposed_while_certification_stands(event);
    assert_eq!(failure_of(&done, &cards[0]).as_deref(), Some("certificate-issuance-overtaken"), "{done}");
    assert!(is_certified(&done, &cards[1]) && !is_certified(&done, &cards[0]), "{done}");
    let mut db = workshop.open(DatabaseRole::Owner);
    assert_eq!(states(&mut db, &cards[0]), ["abandoned", "abandoned"]);
    assert_eq!(states(&mut db, &cards[1]), ["good", "good"]);
}

#[test]
fn what_becomes_good_under_the_eyes_of_an_opposition_is_revoked() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    let (mut db, mut web) = (workshop.open(DatabaseRole::Owner), workshop.open(DatabaseRole::Web));
    let event = "BEFORE UPDATE OF status ON certificates FOR EACH STATEMENT";
    let mut worker_stands = Standstill::before(workshop.url(), event, "current_user = 'igc_worker'");
    let mut web_stands = Standstill::before(workshop.url(), event, "current_user = 'igc_web'");
    std::thread::scope(|scope| {
        scope.spawn(|| certification(&workshop));
        worker_stands.reached();
        let opposed = scope.spawn(|| oppose(&mut web, &card));
        // The first statement of the opposition has looked: its certificate was intended.
        web_stands.reached();
        assert_eq!(states(&mut db, &card), ["intended", "intended"]);
        worker_stands.release();
        until("the certificates are good", || states(&mut db, &card) == ["good", "good"]);
        web_stands.release();
        opposed.join().unwrap().expect("the card is opposed");
    });
    assert_eq!(states(&mut db, &card), ["revoked", "revoked"]);
    workshop.check();
}

/// Cards of the free race: three batches.
const CARDS: usize = 80;

#[test]
fn a_race_of_oppositions_and_a_certification_leaves_no_good_certificate_on_an_opposed_card() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let cards = workshop.personalise(CARDS);
    oppose(&mut workshop.open(DatabaseRole::Web), &cards[0]).expect("nobody is in the way");
    let done = std::thread::scope(|scope| {
        let certified = scope.spawn(|| certification(&workshop));
        let beside = (&workshop, cards.as_slice());
        let lanes: Vec<_> =
            (0..3).map(|lane| scope.spawn(move || run_beside(beside.0, beside.1, lane))).collect();
        lanes.into_iter().for_each(|lane| lane.join().expect("every opposition of the lane holds"));
        certified.join().expect("certification comes to its end")
    });
    workshop.check();

    let mut db = workshop.open(DatabaseRole::Owner);
    let mut met: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for (at, card) in cards.iter().enumerate() {
        let states = states(&mut db, card);
        if at % 4 == 3 {
            assert_eq!(states, ["good", "good"], "card {card} was left alone");
            assert!(is_certified(&done, card), "{done}");
            continue;
        }
        assert!(
            states.iter().all(|state| ["revoked", "abandoned"].contains(state)),
            "card {card}: {states:?}"
        );
        *met.entry(states).or_default() += 1;
    }
    assert_eq!(states(&mut db, &cards[0]), [""; 0], "opposed before");
    assert!(
        met.keys().any(|states| states.contains(&"revoked")),
        "none was opposed during or after: {met:?}"
    );
}

/// Opposes every fourth card at the moment the worker comes to it, a lane a little later than the other: as the
/// card before has its first certificate, as its own are intended, as they are.
fn run_beside(workshop: &Workshop, cards: &[CardNumber], lane: usize) {
    let mut db = workshop.open(DatabaseRole::Web);
    for at in (0..cards.len()).filter(|at| at % 4 == lane && *at > 0) {
        let (watched, wanted) = match lane {
            0 => (&cards[at - 1], 1),
            lane => (&cards[at], lane),
        };
        until("the worker comes to the card", || {
            card::certificates::of_card(&mut db, watched).unwrap().len() >= wanted
        });
        oppose(&mut db, &cards[at]).unwrap_or_else(|error| panic!("card {}: {error}", cards[at]));
    }
}

#[test]
fn of_two_officers_who_decide_at_once_exactly_one_wins() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let mut db = workshop.open(DatabaseRole::Owner);
    let administrator = officer(&mut db, "alix.moreau");
    let (login, role) = ("lou.garnier", officers::Role::RegistrationOfficer);
    db.write(|db| officers::enrol(db, login, "Lou GARNIER", role, &mut chance(), &administrator)).unwrap();
    for order in workshop.submit(12) {
        let gate = Barrier::new(2);
        let (approved, refused) = std::thread::scope(|scope| {
            let approved = scope.spawn(|| decide(&workshop, &order, APPROVER, true, &gate));
            let refused = scope.spawn(|| decide(&workshop, &order, login, false, &gate));
            (approved.join().unwrap(), refused.join().unwrap())
        });
        assert_ne!(approved.is_ok(), refused.is_ok(), "{approved:?} {refused:?}");
        let expected = if approved.is_ok() { "approved" } else { "refused" };
        let stands = order::get(&mut db, &order.number).unwrap();
        assert_eq!(stands.state.name(), expected);
        let approved_stands = approved.is_ok();
        let loser = approved.err().or(refused.err()).unwrap();
        assert_eq!(loser.code().name, "order-not-open", "{loser}");
        let decisions = decision::of(&mut db, SubjectKind::CardOrder, &order.number).unwrap();
        assert_eq!(decisions.len(), 1, "the loser's decision is not kept: {decisions:?}");
        assert_eq!(decisions[0].approves(), approved_stands);
    }
}

fn decide(
    workshop: &Workshop,
    order: &CardOrder,
    login: &str,
    approves: bool,
    gate: &Barrier,
) -> Result<CardOrder, ApproveError> {
    let mut db = workshop.open(DatabaseRole::Web);
    let act = officer(&mut db, login);
    let approver = workshop.approver();
    let (verifier, subject) = (approver.verifier(), order.decidable());
    let proof = match approves {
        true => approver.approve(&subject, login, &mut chance(), act.at).unwrap(),
        false => approver.refuse(&subject, ("incomplete", None), login, &mut chance(), act.at).unwrap(),
    };
    let (number, version) = (&order.number, order.version);
    gate.wait();
    db.write(|db| match approves {
        true => {
            let registry = &mut ImportedRegister;
            order::approve(db, registry, &verifier, number, version, &proof, &mut chance(), &act)
        }
        false => order::refuse(db, &verifier, number, version, &proof, None, &mut chance(), &act),
    })
}

#[test]
fn two_workers_over_the_same_cards_make_one_good_certificate_a_key() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let cards = workshop.personalise(10);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..2).map(|_| scope.spawn(|| certification(&workshop))).collect();
            workers.into_iter().for_each(|worker| drop(worker.join().expect("a worker comes to its end")));
        });
        workshop.check();
        workshop.certify_the_rest();
        workshop.check();
        let mut db = workshop.open(DatabaseRole::Owner);
        for card in &cards {
            let certificates = of_card(&mut db, card);
            let usages: Vec<KeyUsage> = certificates.iter().map(|(usage, _)| *usage).collect();
            assert_eq!(usages, [KeyUsage::Authentication, KeyUsage::Signature], "on {kind}, card {card}");
            assert_eq!(states(&mut db, card), ["good", "good"]);
        }
    }
}

#[test]
fn a_run_that_takes_longer_than_its_lease_keeps_it() {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.configure("jobs", "lease_seconds", 2);
    let cards = workshop.personalise(5);
    // A slow disk: 0.3 s a certificate, 3 s in all.
    let slow = "BEFORE UPDATE OF der ON certificates FOR EACH ROW";
    workshop
        .open(DatabaseRole::Owner)
        .batch_execute(&format!(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_sleep(0.3); RETURN NEW; END $$;
             CREATE TRIGGER dawdles {slow} EXECUTE FUNCTION dawdle();"
        ))
        .unwrap();
    let mut db = workshop.open(DatabaseRole::Owner);
    let done = std::thread::scope(|scope| {
        let certified = scope.spawn(|| certification(&workshop));
        until("the batch is being signed", || states(&mut db, &cards[0]).contains(&"signing"));
        std::thread::sleep(Duration::from_millis(2500));
        assert!(!certified.is_finished() && workshop.lease_stands(), "the lease is kept meanwhile");
        certified.join().expect("certification comes to its end")
    });
    assert_eq!(done["failed"], serde_json::json!([]));
    assert!(cards.iter().all(|card| is_certified(&done, card)), "{done}");
    workshop.check();
}

#[test]
fn nobody_else_looks_whose_a_key_is_until_its_certificate_is_committed() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    let pem = std::fs::read(workshop.chip_key(card, KeyUsage::Authentication)).unwrap();
    let key = PKey::private_key_from_pem(&pem).unwrap().public_key_to_der().unwrap();
    let digest: String = sha256(&key).iter().map(|octet| format!("{octet:02x}")).collect();
    let this_key = format!("NEW.spki_sha256 = '\\x{digest}'");
    let mut standstill =
        Standstill::before(workshop.url(), "BEFORE INSERT ON certificates FOR EACH ROW", &this_key);
    let mut db = workshop.open(DatabaseRole::Worker);
    let mut look = || {
        db.write(|db| {
            certificate::hold_key(db, &key)?;
            certificate::with_key(db, &key)
        })
    };
    std::thread::scope(|scope| {
        let certified = scope.spawn(|| certification(&workshop));
        standstill.reached();
        let looked = scope.spawn(&mut look);
        std::thread::sleep(Duration::from_secs(1));
        assert!(!looked.is_finished(), "whoever looked now would find the key free");
        standstill.release();
        assert_eq!(looked.join().unwrap().unwrap().len(), 1);
        assert!(is_certified(&certified.join().unwrap(), &card));
    });
}
