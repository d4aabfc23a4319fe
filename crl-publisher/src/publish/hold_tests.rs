//! Holds on CRLs: listed, removed, made final; and what is refused where row, log and publication disagree.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use diesel::connection::SimpleConnection;
use store::{Fault, Timestamp};
use x509_cert::ext::pkix::CrlReason;

use super::tests::{DAY, HOUR, SECOND, back_up, publish, publish_now, published, restore, run};
use crate::crl::entries;
use crate::crl::read::Crl;
use crate::crl::{CrlKind, Scope};
use crate::fixture::{ISSUING, World};

const ONE: &str = "1D01";

fn world() -> World {
    let mut world = World::new();
    world.issue(ISSUING, ONE, world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    world
}

/// Serial number, reason and second of each entry.
fn listed(world: &World, kind: CrlKind) -> Vec<(String, CrlReason, i64)> {
    let bytes = published(world, ISSUING, kind);
    let entries = Crl::read(&bytes).unwrap().entries();
    let read = entries.map(|entry| {
        let entry = entry.unwrap();
        (hex::encode_upper(entry.serial), entry.reason.unwrap(), entry.revoked_at.seconds())
    });
    read.collect()
}

fn one(reason: CrlReason, at: Timestamp) -> Vec<(String, CrlReason, i64)> {
    vec![(ONE.to_owned(), reason, at.seconds())]
}

#[test]
fn a_hold_is_listed_and_its_release_stands_on_each_delta_of_a_base_that_may_have_it() {
    let mut world = world();
    let held = world.hold(ISSUING, ONE);
    publish(&mut world, 2 * SECOND);
    assert_eq!(listed(&world, CrlKind::Delta), one(CrlReason::CertificateHold, held));
    publish_now(&mut world, HOUR);
    assert_eq!(listed(&world, CrlKind::Full), one(CrlReason::CertificateHold, held));

    world.release(ISSUING, ONE);
    publish(&mut world, HOUR + SECOND);
    let removed = listed(&world, CrlKind::Delta);
    assert_eq!((removed.len(), removed[0].1), (1, CrlReason::RemoveFromCRL));
    // Complete CRLs are without it; the deltas beside them still remove it for whoever holds one that has it.
    for later in [2 * HOUR, 3 * HOUR] {
        publish_now(&mut world, later);
        assert_eq!(listed(&world, CrlKind::Full), []);
        assert_eq!(listed(&world, CrlKind::Delta), removed);
    }
    // Those have ended.
    publish_now(&mut world, 8 * DAY + 2 * HOUR - SECOND);
    assert_eq!(listed(&world, CrlKind::Delta), []);
}

#[test]
fn what_was_held_and_released_since_the_base_is_removed_by_the_delta_too() {
    let mut world = world();
    world.hold(ISSUING, ONE);
    publish(&mut world, 2 * SECOND);
    world.release(ISSUING, ONE);
    world.hold(ISSUING, ONE);
    world.release(ISSUING, ONE);
    publish(&mut world, 3 * SECOND);
    let entries = listed(&world, CrlKind::Delta);
    assert_eq!((entries.len(), entries[0].1), (1, CrlReason::RemoveFromCRL), "{entries:?}");
}

#[test]
fn a_hold_that_becomes_final_keeps_its_date() {
    let mut world = world();
    let held = world.hold(ISSUING, ONE);
    publish_now(&mut world, HOUR);
    std::thread::sleep(SECOND);
    world.revoke(ISSUING, ONE, RevocationReason::KeyCompromise);
    publish(&mut world, HOUR + SECOND);
    assert_eq!(listed(&world, CrlKind::Delta), one(CrlReason::KeyCompromise, held));
    publish_now(&mut world, 2 * HOUR);
    assert_eq!(listed(&world, CrlKind::Full), one(CrlReason::KeyCompromise, held));
}

#[test]
fn a_crl_says_what_stood_at_its_cut_whatever_happened_since() {
    let mut world = world();
    let all = |world: &mut World, cut| {
        let mut by_state = Vec::new();
        entries::for_each_by_state(&mut world.db, ISSUING, &Scope::All, cut, &mut |row| {
            by_state.push((row.serial.to_string(), row.reason, row.revoked_at));
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
        let mut by_log = Vec::new();
        entries::for_each_by_log(&mut world.db, ISSUING, &Scope::All, cut, &mut |row| {
            by_log.push((row.serial.to_string(), row.reason, row.revoked_at));
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
        assert_eq!(by_state, by_log, "cut at {cut}");
        by_log
    };
    let row = |reason: &str, at| vec![(ONE.to_owned(), reason.parse().unwrap(), at)];
    let first = world.hold(ISSUING, ONE);
    assert_eq!(all(&mut world, 1), row("certificateHold", first));
    world.release(ISSUING, ONE);
    let second = world.hold(ISSUING, ONE);
    world.revoke(ISSUING, ONE, RevocationReason::Superseded);
    assert_eq!(all(&mut world, 0), []);
    assert_eq!(all(&mut world, 1), row("certificateHold", first));
    assert_eq!(all(&mut world, 2), []);
    assert_eq!(all(&mut world, 3), row("certificateHold", second));
    assert_eq!(all(&mut world, 4), row("superseded", second));
}

/// The rows as somebody may leave them who writes past the program.
fn write(world: &mut World, sql: &str) {
    world
        .db
        .batch_execute(&format!(
            "DROP TRIGGER IF EXISTS certificate_status_events_are_never_deleted;
             DROP TRIGGER IF EXISTS certificate_status_counter_grows; {sql}"
        ))
        .unwrap();
}

#[test]
fn a_hold_that_the_database_forgot_does_not_leave_the_crl() {
    let mut world = world();
    world.hold(ISSUING, ONE);
    publish_now(&mut world, HOUR);
    let before = published(&world, ISSUING, CrlKind::Full);
    write(
        &mut world,
        "UPDATE certificates SET held_at = NULL;
         DELETE FROM certificate_status_events; UPDATE certificate_status_counter SET last = 0;",
    );
    let report = publish_now(&mut world, 2 * HOUR);
    let lost = report.failures.iter().any(|failure| failure.error.code().name == "crl-entry-lost");
    assert!(lost, "{:?}", report.failures);
    assert_eq!(published(&world, ISSUING, CrlKind::Full), before);
}

/// A backup from after a hold that was lifted, restored after another one, or after a revocation for good: its last word on the
/// certificate is the end of the first hold, which explains neither.
#[test]
fn the_end_of_an_earlier_hold_explains_no_later_one_and_no_revocation() {
    for is_final in [false, true] {
        let mut world = world();
        world.hold(ISSUING, ONE);
        publish_now(&mut world, HOUR);
        std::thread::sleep(Duration::from_secs(1));
        world.release(ISSUING, ONE);
        publish_now(&mut world, 2 * HOUR);
        back_up(&mut world, "backup.sqlite");
        std::thread::sleep(Duration::from_secs(1));
        world.hold(ISSUING, ONE);
        if is_final {
            world.revoke(ISSUING, ONE, RevocationReason::Superseded);
        }
        publish_now(&mut world, 3 * HOUR);
        let before = published(&world, ISSUING, CrlKind::Full);
        restore(&mut world, "backup.sqlite");
        let report = publish_now(&mut world, 4 * HOUR);
        let lost = report.failures.iter().any(|failure| failure.error.code().name == "crl-entry-lost");
        assert!(lost, "final {is_final}: {:?}", report.failures);
        assert_eq!(published(&world, ISSUING, CrlKind::Full), before);
    }
}

/// The clock was an hour ahead when it was held, and was set right before the hold was lifted.
#[test]
fn a_hold_that_a_clock_ahead_has_dated_is_lifted_by_an_earlier_date() {
    let mut world = world();
    world.hold(ISSUING, ONE);
    write(
        &mut world,
        "DROP TRIGGER certificate_status_events_are_never_changed; DROP TRIGGER certificates_keep_the_date_of_their_hold;
         UPDATE certificate_status_events SET occurred_at = occurred_at + 3600000 WHERE event = 'held';
         UPDATE certificates SET held_at = held_at + 3600000 WHERE held_at IS NOT NULL",
    );
    assert!(publish_now(&mut world, 2 * HOUR).failures.is_empty());
    assert_eq!(listed(&world, CrlKind::Full).len(), 1);
    world.release(ISSUING, ONE);
    let report = publish_now(&mut world, 3 * HOUR);
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert_eq!(listed(&world, CrlKind::Full), []);
}

/// A backup that knows of the hold alone would let somebody lift what was final.
#[test]
fn a_revocation_for_good_does_not_become_a_hold_again() {
    let mut world = world();
    world.hold(ISSUING, ONE);
    publish_now(&mut world, HOUR);
    back_up(&mut world, "backup.sqlite");
    world.revoke(ISSUING, ONE, RevocationReason::Superseded);
    publish_now(&mut world, 2 * HOUR);
    // The delta that told of it has gone: the complete CRL alone remembers.
    std::fs::remove_file(world.folder.crl_path(ISSUING, CrlKind::Delta)).unwrap();
    let before = published(&world, ISSUING, CrlKind::Full);
    restore(&mut world, "backup.sqlite");
    let report = publish_now(&mut world, 3 * HOUR);
    let lost = report.failures.iter().any(|failure| failure.error.code().name == "crl-entry-lost");
    assert!(lost, "{:?}", report.failures);
    assert_eq!(published(&world, ISSUING, CrlKind::Full), before);
}

#[test]
fn where_row_and_log_disagree_about_a_hold_nothing_is_published() {
    for (held, row) in [(true, "NULL"), (false, "1"), (true, "1")] {
        let mut world = world();
        world.hold(ISSUING, ONE);
        if !held {
            world.release(ISSUING, ONE);
        }
        world.db.batch_execute("DROP TRIGGER certificates_keep_the_date_of_their_hold").unwrap();
        write(&mut world, &format!("UPDATE certificates SET held_at = {row} WHERE serial = '{ONE}'"));
        let act = world.act(2 * SECOND);
        let report = run(&mut world, &act);
        let refused = report.failures.iter().any(|one| one.error.code() == crate::faults::CRL_ENTRIES);
        assert!(refused, "held {held}, held_at {row}: {:?}", report.failures);
    }
}
