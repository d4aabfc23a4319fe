//! SIGKILL, on the real process: no certificate without a record, none lost, the sweep settles the rest.

use std::collections::BTreeSet;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Running, chance, openssl, start};
use ca_core::certificate::{Certificate, CertificateStatus};
use ca_core::status_log;
use card::{CardNumber, CardStatus, opposition};
use diesel::prelude::*;
use rand_core::Rng;
use serde_json::json;
use store::schema::{audit_events, certificates, opposition_declarations, outbox};
use store::{Database, DatabaseRole};

use super::invariants::{is_good, of_card, states};
use super::standstill::{Standstill, until};
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, workshop};

/// Seconds for which a killed worker is taken for alive.
const SHORT_LEASE: i64 = 2;
/// Seconds that a worker has that is to live.
const LEASE: i64 = 20;

/// A certification that was killed at one exact statement.
struct Killed {
    workshop: Workshop,
    /// The cards of the batch it was at.
    cards: Vec<CardNumber>,
    db: Database,
}

/// Kills `igc job run certification` where it stands still, over a batch of two cards whose certificates all stand
/// at `left`.
fn killed_before(event: &str, condition: &str, left: &str) -> Killed {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.configure("jobs", "lease_seconds", SHORT_LEASE);
    let cards = workshop.personalise(2);
    let mut db = workshop.open(DatabaseRole::Owner);
    let mut standstill = Standstill::before(workshop.url(), event, condition);
    let mut worker = start(&mut workshop.command(&["job", "run", "certification"]));
    let connection = standstill.reached();
    let expect = |db: &mut Database, what: &str| {
        cards.iter().for_each(|card| assert_eq!(states(db, card), [left, left], "card {card}: {what}"));
    };
    expect(&mut db, "where it stands");
    worker.kill();
    workshop.configure("jobs", "lease_seconds", LEASE);
    assert_eq!(worker.stdout(), "", "it did not come to its end");
    standstill.release();
    standstill.forgotten(connection);
    expect(&mut db, "what the dead left");
    Killed { workshop, cards, db }
}

impl Killed {
    /// The certificates of the batch.
    fn left(&mut self) -> Vec<Certificate> {
        let of_each = self.cards.iter().flat_map(|card| of_card(&mut self.db, card));
        of_each.map(|(_, certificate)| certificate).collect()
    }

    /// Sweeps: in vain while the dead worker's lease stands, for good once it has passed.
    #[track_caller]
    fn swept(&mut self, abandoned: u64, revoked: u64) {
        let before = states(&mut self.db, &self.cards[0]);
        let done = self.workshop.job("sweep");
        if self.workshop.lease_stands() {
            assert_eq!(done, json!({"abandoned": 0, "revoked": 0}), "it may still be alive");
            assert_eq!(states(&mut self.db, &self.cards[0]), before);
            self.workshop.let_leases_pass();
            let done = self.workshop.job("sweep");
            assert_eq!(done, json!({"abandoned": abandoned, "revoked": revoked}));
        }
        assert_eq!(
            self.workshop.job("sweep"),
            json!({"abandoned": 0, "revoked": 0}),
            "nothing is left to settle"
        );
    }

    /// Certifies again: two good certificates a card, none of them with a serial number of the dead.
    #[track_caller]
    fn certified_anew(&mut self, ended: &[Certificate]) {
        assert_eq!(self.workshop.certify_the_rest(), 1);
        for card in &self.cards {
            let good: Vec<_> =
                of_card(&mut self.db, card).into_iter().filter(|(_, one)| is_good(one)).collect();
            assert_eq!(good.len(), 2, "card {card}");
            assert!(good.iter().all(|(_, one)| ended.iter().all(|old| old.serial != one.serial)));
        }
        self.workshop.check();
    }
}

#[test]
fn killed_between_intention_and_signature_the_intention_is_abandoned() {
    let event = "BEFORE UPDATE ON certificates FOR EACH ROW";
    let mut killed = killed_before(event, "NEW.status = 'signing'", "intended");
    let intended = killed.left();
    let status = status_service(&killed.workshop);
    assert_eq!(status.says(&killed.workshop, &intended[0]), "unknown");
    killed.swept(4, 0);
    assert!(killed.left().iter().all(|one| one.status == CertificateStatus::Abandoned));
    assert_eq!(status.says(&killed.workshop, &intended[0]), "unknown", "it never was");
    killed.certified_anew(&intended);
}

#[test]
fn killed_with_the_signatures_in_its_hand_their_serials_are_revoked_and_published() {
    let event = "BEFORE UPDATE ON certificates FOR EACH ROW";
    let mut killed = killed_before(event, "NEW.status = 'good'", "signing");
    let signing = killed.left();
    let status = status_service(&killed.workshop);
    assert_eq!(status.says(&killed.workshop, &signing[0]), "unknown", "never good");
    let newest = status_log::newest(&mut killed.db).unwrap();
    killed.swept(0, 4);
    let revoked = killed.left();
    let logged = status_log::since(&mut killed.db, newest, 10).unwrap();
    assert_eq!(logged.len(), 4);
    for one in &revoked {
        assert!(
            matches!(&one.status, CertificateStatus::Revoked { der: None, reason, .. } if reason == "superseded"),
            "{:?}",
            one.status
        );
        assert!(
            logged
                .iter()
                .any(|event| (&event.issuer, &event.serial) == (&one.issuer, &one.serial.to_string()))
        );
        status.comes_to_say(&killed.workshop, one, "revoked");
    }

    killed.certified_anew(&signing);
    killed.workshop.igc(&["publish", "crl"]);
    let issuer = &revoked[0].issuer;
    for list in [format!("{issuer}.crl"), format!("{issuer}-delta.crl")] {
        let path = killed.workshop.dir().join("public/crl").join(&list).display().to_string();
        let text = openssl(["crl", "-inform", "DER", "-in", &path, "-noout", "-text"]).expect_exit(0).stdout;
        for one in &revoked {
            assert!(text.contains(&format!("Serial Number: {}", one.serial)), "{list}");
        }
    }
    killed.workshop.check();
}

#[test]
fn killed_between_the_certificates_and_their_cards_what_is_good_stays_and_the_cards_are_certified() {
    let event = "BEFORE UPDATE ON cards FOR EACH ROW";
    let mut killed = killed_before(event, "NEW.status = 'certified'", "good");
    let good = killed.left();
    assert_eq!(killed.workshop.cards(CardStatus::Personalised).len(), 2);
    killed.workshop.check();
    killed.swept(0, 0);
    killed.certified_anew(&[]);
    let now: Vec<_> = killed.left().into_iter().map(|one| one.serial).collect();
    assert_eq!(now, good.into_iter().map(|one| one.serial).collect::<Vec<_>>(), "none was made again");
}

#[test]
fn killed_in_the_middle_of_an_opposition_nothing_of_it_stays_and_opposing_again_is_whole() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    workshop.certify_the_rest();
    let mut db = workshop.open(DatabaseRole::Owner);
    let before = Traces::of(&mut db);
    let stolen = ["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER];

    // The card is opposed, its first certificate revoked and logged, the second revoked and not logged yet.
    let second = format!("NEW.sequence = {}", before.newest + 2);
    let event = "BEFORE INSERT ON certificate_status_events FOR EACH ROW";
    let mut standstill = Standstill::before(workshop.url(), event, &second);
    let mut process = start(&mut workshop.command(&stolen));
    let connection = standstill.reached();
    process.kill();
    assert_eq!(process.stdout(), "", "it promised nothing");
    standstill.release();
    standstill.forgotten(connection);

    assert_eq!(workshop.cards(CardStatus::Certified), [card]);
    assert_eq!(states(&mut db, &card), ["good", "good"]);
    assert_eq!(Traces::of(&mut db), before);
    workshop.check();

    let before = Traces::of(&mut db);
    let receipt = workshop.igc(&stolen).json();
    assert_eq!(receipt["certificates"].as_array().unwrap().len(), 2);
    assert_eq!(workshop.cards(CardStatus::Certified), []);
    assert_eq!(states(&mut db, &card), ["revoked", "revoked"]);
    let after = Traces::of(&mut db);
    assert_eq!(after.newest, before.newest + 2, "the log has no gap");
    assert_eq!(after.oppositions, before.oppositions + 1);
    assert_eq!(after.declarations, before.declarations + 1);
    assert_eq!(after.notices, before.notices + 1);
    let last = opposition::list(&mut db, 0).unwrap().pop().unwrap();
    assert_eq!((last.card_number, Some(last.sequence)), (card, receipt["sequence"].as_i64()));
    workshop.check();
}

/// What an opposition leaves.
#[derive(Debug, PartialEq, Eq)]
struct Traces {
    newest: i64,
    oppositions: usize,
    declarations: i64,
    notices: i64,
    events: i64,
}

impl Traces {
    fn of(db: &mut Database) -> Self {
        Self {
            newest: status_log::newest(db).unwrap(),
            oppositions: opposition::list(db, 0).unwrap().len(),
            declarations: opposition_declarations::table.count().get_result(db).unwrap(),
            notices: outbox::table.count().get_result(db).unwrap(),
            events: audit_events::table.count().get_result(db).unwrap(),
        }
    }
}

/// Cards, and so twice as many certificates, that a run on SQLite has to make.
const CARDS: usize = 4;
/// Runs killed on SQLite, a third of them in each of three workshops at a time.
const ROUNDS: usize = 4;

#[test]
fn killed_at_any_moment_on_sqlite_nothing_is_lost_and_nothing_is_good_without_a_record() {
    // Made before the threads: they would only wait for each other.
    drop(workshop(DatabaseKind::Sqlite));
    let lanes: Vec<_> = (0..3).map(|_| std::thread::spawn(lane_of_rounds)).collect();
    let interrupted: usize = lanes.into_iter().map(|lane| lane.join().expect("every round holds")).sum();
    assert!(interrupted >= 3 * ROUNDS / 2, "only {interrupted} runs were killed with work undone");
}

/// Rounds until half as many as wanted have interrupted something; how many did. A machine that is quicker than the
/// window that the kill falls into makes it smaller.
fn lane_of_rounds() -> usize {
    let (mut window, mut interrupted) = (AFTER_INTENTION, 0);
    for round in 0..MOST_ROUNDS {
        if round >= ROUNDS && interrupted >= ROUNDS / 2 {
            break;
        }
        match killed_on_sqlite(round, window) {
            true => interrupted += 1,
            false => window = (window / 2).max(1),
        }
    }
    interrupted
}

/// Most rounds of a lane.
const MOST_ROUNDS: usize = 4 * ROUNDS;

/// Longest time, in milliseconds, that a batch of so few cards needs on a busy machine for its three steps after the
/// first.
const AFTER_INTENTION: u32 = 60;

/// Kills a run at a random moment after its certificates are intended; whether work was undone.
fn killed_on_sqlite(round: usize, window: u32) -> bool {
    let workshop = workshop(DatabaseKind::Sqlite);
    workshop.configure("jobs", "lease_seconds", SHORT_LEASE);
    let cards = workshop.personalise(CARDS);
    let mut db = workshop.open(DatabaseRole::Owner);
    let count = |db: &mut Database| certificates::table.count().get_result::<i64>(db).unwrap();
    let before = count(&mut db);

    let mut worker: Running = start(&mut workshop.command(&["job", "run", "certification"]));
    until("the worker has begun", || count(&mut db) > before);
    std::thread::sleep(Duration::from_millis(u64::from(chance().next_u32() % window)));
    worker.kill();
    workshop.configure("jobs", "lease_seconds", LEASE);

    let left: Vec<Vec<_>> = cards.iter().map(|card| of_card(&mut db, card)).collect();
    let good = |left: &[Vec<(_, Certificate)>]| -> BTreeSet<String> {
        left.iter().flatten().filter(|(_, one)| is_good(one)).map(|(_, one)| one.serial.to_string()).collect()
    };
    let kept = good(&left);
    let unsettled: Vec<_> = left
        .iter()
        .flatten()
        .map(|(_, one)| one)
        .filter(|one| matches!(one.status, CertificateStatus::Intended | CertificateStatus::Signing))
        .collect();
    let steps: BTreeSet<&str> = unsettled.iter().map(|one| one.status.word()).collect();
    assert!(steps.len() <= 1, "a batch takes its steps together: {unsettled:?}");
    workshop.check();

    workshop.let_leases_pass();
    let swept = workshop.job("sweep");
    let of_state = |state: CertificateStatus| unsettled.iter().filter(|one| one.status == state).count();
    let expected = json!({
        "abandoned": of_state(CertificateStatus::Intended),
        "revoked": of_state(CertificateStatus::Signing),
    });
    assert_eq!(swept, expected, "round {round}");
    workshop.certify_the_rest();
    workshop.check();
    let now: Vec<Vec<_>> = cards.iter().map(|card| of_card(&mut db, card)).collect();
    assert!(kept.is_subset(&good(&now)), "what was good stays good");
    assert_eq!(good(&now).len(), 2 * CARDS);
    assert!(unsettled.iter().all(|one| !good(&now).contains(&one.serial.to_string())));
    kept.len() < 2 * CARDS
}
