//! The status log, followed from another process: nothing is missed, and nothing takes long.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, chance};
use ca_core::revocation::{self, RevocationReason, RevokeError};
use card::{CardNumber, CardStatus};
use crl_publisher::status::{Standing, Status, Statuses};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use openssl::ocsp::OcspCertStatus;
use registration_authority::opposition::{self, Ground};
use store::database::Commits;
use store::{Act, Actor, Database, DatabaseRole, RequestId};

use super::invariants::of_card;
use super::standstill::until;
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, officer, workshop};

fn first_card(workshop: &Workshop) -> CardNumber {
    workshop.cards(CardStatus::Active).remove(0)
}

fn act(db: &mut Database) -> Act {
    let at = db.now().unwrap();
    Act { at, actor: Actor::Job("test"), request: RequestId("test".to_owned()) }
}

/// How many connections to this database wait for a lock that another holds.
fn waiting(db: &mut Database) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let sql = "SELECT count(*) AS count FROM pg_stat_activity
               WHERE datname = current_database() AND wait_event_type = 'Lock'";
    diesel::sql_query(sql).get_result::<Count>(db).unwrap().count
}

#[test]
fn a_revocation_that_commits_late_is_never_passed_over() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = first_card(&workshop);
    let mut db = workshop.open(DatabaseRole::Owner);
    let both: Vec<_> = of_card(&mut db, &card).into_iter().map(|(_, one)| (one.issuer, one.serial)).collect();
    let [first, second] = both.as_slice() else { panic!("{both:?}") };
    let statuses = Statuses::default();
    let mut follower = workshop.open(DatabaseRole::Status);
    let act = act(&mut db);
    let known = |one: &(String, ca_core::serial::SerialNumber)| {
        statuses.view().unwrap().image.get(&one.0, &one.1).map(Standing::status)
    };
    statuses.synchronise(&mut follower, act.at).unwrap();
    assert_eq!((known(first), known(second)), (Some(Status::Good), Some(Status::Good)));

    let (has_number, numbered) = channel();
    let (may_commit, commits) = channel::<()>();
    std::thread::scope(|scope| {
        let revoke = |one: &(String, ca_core::serial::SerialNumber), then: &mut dyn FnMut()| {
            workshop.open(DatabaseRole::Owner).write(|db| {
                let reason = RevocationReason::Superseded;
                let revoked = revocation::revoke(db, &one.0, &one.1, reason, &mut chance(), &act)?;
                then();
                Ok::<_, RevokeError>(revoked)
            })
        };
        // Draws its number first, and commits late.
        let slow = scope.spawn(move || {
            revoke(first, &mut || {
                has_number.send(()).unwrap();
                commits.recv().unwrap();
            })
        });
        numbered.recv().unwrap();
        let quick = scope.spawn(move || revoke(second, &mut || ()));
        until("the second waits for the first", || waiting(&mut db) == 1);
        let step = statuses.synchronise(&mut follower, act.at).unwrap();
        assert_eq!(step.changed, [], "nothing is committed");
        assert!(!quick.is_finished(), "no larger number can be committed before the smaller one");
        may_commit.send(()).unwrap();
        slow.join().unwrap().unwrap();
        // Read at any moment, the log has no gap.
        let mut ended = statuses.synchronise(&mut follower, act.at).unwrap().changed;
        quick.join().unwrap().unwrap();
        ended.extend(statuses.synchronise(&mut follower, act.at).unwrap().changed);
        let text = |one: &(String, ca_core::serial::SerialNumber)| (one.0.clone(), one.1.to_string());
        assert_eq!(ended, [text(first), text(second)]);
    });
    for one in [first, second] {
        assert!(matches!(known(one), Some(Status::Revoked { .. })));
    }
}

#[test]
fn an_opposition_is_answered_by_another_process_a_moment_after_it_was_acknowledged() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let card = first_card(&workshop);
        let mut db = workshop.open(DatabaseRole::Web);
        let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
        let status = status_service(&workshop);
        assert_eq!(status.status_of(&workshop, &certificate), OcspCertStatus::GOOD);
        assert_eq!(status.status_of(&workshop, &certificate), OcspCertStatus::GOOD, "now it is kept");
        let act = officer(&mut db, REVOKER);
        opposition::oppose(&mut db, &card, Ground::Stolen, &mut chance(), &act).unwrap();
        let acknowledged = Instant::now();
        while status.status_of(&workshop, &certificate) != OcspCertStatus::REVOKED {
            assert!(acknowledged.elapsed() < Duration::from_secs(10), "on {kind}");
        }
        note(&format!("on {kind}: {} ms from the receipt to the answer", acknowledged.elapsed().as_millis()));
    }
}

#[test]
fn who_follows_the_log_hears_of_a_revocation_once_it_is_committed_and_not_before() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let mut db = workshop.open(DatabaseRole::Owner);
        let (_, certificate) = of_card(&mut db, &first_card(&workshop)).remove(0);
        let (mut follower, act) = (workshop.open(DatabaseRole::Status), act(&mut db));
        let mut commits = Commits::listen(&mut follower, "certificate_status_events").unwrap();
        db.write(|db| {
            let reason = RevocationReason::KeyCompromise;
            let (issuer, serial) = (&certificate.issuer, &certificate.serial);
            revocation::revoke(db, issuer, serial, reason, &mut chance(), &act)?;
            assert!(!commits.heard(&mut follower).unwrap(), "on {kind}: nothing is committed");
            Ok::<_, RevokeError>(())
        })
        .unwrap();
        until("the follower hears of it", || commits.heard(&mut follower).unwrap());
    }
}

/// One line into the captured output of the test.
#[expect(clippy::print_stdout, reason = "captured by the test runner, shown on failure")]
fn note(line: &str) {
    println!("{line}");
}
