//! The image: what is in it, how it is read, and what happens when the log goes back.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use ca_core::serial::SerialNumber;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use proptest::prelude::*;
use store::{Database, DatabaseRole, Timestamp};

use super::load::{ABANDONED, UNSETTLED, serials_after};
use super::{Standing, Status, StatusImage, Statuses};
use crate::fixture::{ISSUING, OTHER, World};

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn serial(text: &str) -> SerialNumber {
    text.parse().unwrap()
}

pub(super) fn known(statuses: &Statuses, issuer: &str, text: &str) -> Option<Status> {
    statuses.view().unwrap().image.get(issuer, &serial(text)).map(Standing::status)
}

fn world() -> World {
    let mut world = World::new();
    for one in ["1D01", "1D02", "1D03"] {
        world.issue(ISSUING, one, world.start.plus(300 * DAY));
    }
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    for (one, status) in [("1D04", "signing"), ("1D05", "abandoned")] {
        world.intend(ISSUING, one);
        world.settle(ISSUING, one, status, None);
    }
    world.intend(ISSUING, "1D06");
    world
}

#[test]
fn the_image_holds_what_is_good_or_revoked_and_nothing_else() {
    let mut world = world();
    world.settle(ISSUING, "1D06", "signing", None);
    world.revoke(ISSUING, "1D06", RevocationReason::Superseded);
    let statuses = Statuses::default();
    assert!(statuses.view().is_none());
    assert!(statuses.synchronise(&mut world.db, world.start).unwrap().loaded);
    assert_eq!(known(&statuses, ISSUING, "1D01"), Some(Status::Good));
    for (one, expected) in [("1D02", RevocationReason::KeyCompromise), ("1D06", RevocationReason::Superseded)]
    {
        let Some(Status::Revoked { reason, .. }) = known(&statuses, ISSUING, one) else { panic!("{one}") };
        assert_eq!(reason, Some(expected));
    }
    for one in ["1D04", "1D05", "1DFF"] {
        assert_eq!(known(&statuses, ISSUING, one), None, "{one}");
    }
    assert_eq!(known(&statuses, OTHER, "1D01"), None, "serial numbers are an authority's own");
    // Three of this test, one revoked while it was signed, and the authorities' and services' own.
    assert_eq!(statuses.view().unwrap().image.certificates(), 4 + 6);
}

/// What SQLite means to do for a statement.
pub(crate) fn plan(db: &mut Database, sql: &str) -> String {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Integer)]
        #[expect(dead_code, reason = "SQLite names its columns, and diesel reads them by name")]
        id: i32,
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let lines: Vec<Line> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(db).unwrap();
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("\n")
}

#[test]
fn reading_everything_touches_no_row_of_a_certificate_that_is_good() {
    let mut world = world();
    let text = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&serials_after("A", "B")).to_string();
    let (sql, _) = text.split_once(" -- binds").unwrap();
    let found = plan(&mut world.db, sql);
    assert!(found.contains("USING COVERING INDEX sqlite_autoindex_certificates_1 (issuer=?"), "{found}");
    assert!(!found.contains("TEMP B-TREE"), "{found}");
    for (condition, index) in [(UNSETTLED, "certificates_unsettled"), (ABANDONED, "certificates_abandoned")] {
        let found =
            plan(&mut world.db, &format!("SELECT issuer, serial FROM certificates WHERE {condition}"));
        assert!(found.contains(&format!("INDEX {index}")), "{found}");
    }
}

#[test]
fn a_row_that_was_read_before_a_revocation_was_applied_takes_nothing_back() {
    let image = StatusImage::default();
    let at = Timestamp::from_seconds(1_800_000_000);
    let revoked = Status::Revoked { at, reason: Some(RevocationReason::Superseded) };
    let revoked_standing = Standing::of(&revoked).unwrap();
    assert_eq!(image.learn("A", &serial("1D01"), revoked_standing).status(), revoked);
    assert_eq!(image.learn("A", &serial("1D01"), Standing::GOOD).status(), revoked);
    assert_eq!(image.learn("A", &serial("1D02"), Standing::GOOD).status(), Status::Good);
    assert_eq!(image.learn("A", &serial("1D02"), revoked_standing).status(), revoked);
    assert_eq!(image.certificates(), 2);
}

#[test]
fn a_restored_backup_is_noticed_and_what_was_revoked_stays_so() {
    let mut world = world();
    let backup = world.path("backup.sqlite");
    world.db.copy_into(&backup).unwrap();
    let mut restored = Database::open(&format!("sqlite:{}", backup.display()), DatabaseRole::Owner).unwrap();
    let statuses = Statuses::default();
    statuses.synchronise(&mut world.db, world.start).unwrap();
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    assert_eq!(statuses.synchronise(&mut world.db, world.start).unwrap().changed.len(), 1);

    let step = statuses.synchronise(&mut restored, world.start).unwrap();
    assert!(step.loaded, "the counter went back");
    assert!(matches!(known(&statuses, ISSUING, "1D01"), Some(Status::Revoked { .. })));
    assert_eq!(statuses.view().unwrap().forgotten, 1);
    assert!(!statuses.synchronise(&mut restored, world.start).unwrap().loaded, "once is enough");
    assert_eq!(statuses.view().unwrap().forgotten, 1, "until it is revoked again");

    // The same number again, and another event under it.
    let other = Statuses::default();
    other.synchronise(&mut world.db, world.start).unwrap();
    std::mem::swap(&mut world.db, &mut restored);
    world.revoke(ISSUING, "1D03", RevocationReason::Superseded);
    assert!(other.synchronise(&mut world.db, world.start).unwrap().loaded, "another history");
    assert!(matches!(known(&other, ISSUING, "1D03"), Some(Status::Revoked { .. })));
    assert!(matches!(known(&other, ISSUING, "1D01"), Some(Status::Revoked { .. })));

    // As the operator is asked to.
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    for statuses in [&statuses, &other] {
        statuses.synchronise(&mut world.db, world.start).unwrap();
        assert_eq!(statuses.view().unwrap().forgotten, 0);
    }
}

#[test]
fn a_hold_is_answered_until_the_log_says_that_it_was_lifted_and_a_revocation_for_ever() {
    let mut world = world();
    let statuses = Statuses::default();
    statuses.synchronise(&mut world.db, world.start).unwrap();
    let follow = |world: &mut World| {
        statuses.synchronise(&mut world.db, world.start).unwrap();
        known(&statuses, ISSUING, "1D01")
    };
    let since = world.hold(ISSUING, "1D01").whole_second();
    assert_eq!(follow(&mut world), Some(Status::Held { at: since }));
    assert_eq!(
        super::lookup(&mut world.db, ISSUING, &serial("1D01"))
            .unwrap()
            .revoked_at()
            .map(Timestamp::whole_second),
        Some(since)
    );
    world.release(ISSUING, "1D01");
    assert_eq!(follow(&mut world), Some(Status::Good));
    let since = world.hold(ISSUING, "1D01").whole_second();
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    let revoked = Some(Status::Revoked { at: since, reason: Some(RevocationReason::Superseded) });
    assert_eq!(follow(&mut world), revoked, "since its hold");
    // And one that reads everything anew.
    let anew = Statuses::default();
    anew.synchronise(&mut world.db, world.start).unwrap();
    assert_eq!(known(&anew, ISSUING, "1D01"), revoked);
}

#[test]
fn a_row_that_was_read_while_it_was_held_says_nothing_against_the_log_that_released_it() {
    let image = StatusImage::default();
    let held = Standing::of(&Status::Held { at: Timestamp::from_seconds(1_800_000_000) }).unwrap();
    image.follow("A", &serial("1D01"), held);
    assert_eq!(image.learn("A", &serial("1D01"), Standing::GOOD), held, "read before it was held");
    image.follow("A", &serial("1D01"), Standing::GOOD);
    assert_eq!(image.learn("A", &serial("1D01"), held), Standing::GOOD, "read before it was released");
}

#[test]
fn a_backup_from_before_a_hold_makes_nothing_good() {
    let mut world = world();
    let backup = world.path("backup.sqlite");
    world.db.copy_into(&backup).unwrap();
    let mut restored = Database::open(&format!("sqlite:{}", backup.display()), DatabaseRole::Owner).unwrap();
    let statuses = Statuses::default();
    world.hold(ISSUING, "1D01");
    statuses.synchronise(&mut world.db, world.start).unwrap();
    assert!(statuses.synchronise(&mut restored, world.start).unwrap().loaded);
    assert!(matches!(known(&statuses, ISSUING, "1D01"), Some(Status::Held { .. })));
    assert_eq!(statuses.view().unwrap().forgotten, 1);
    // Held again, as it is asked for, and released.
    std::mem::swap(&mut world.db, &mut restored);
    world.hold(ISSUING, "1D01");
    world.release(ISSUING, "1D01");
    statuses.synchronise(&mut world.db, world.start).unwrap();
    assert_eq!(known(&statuses, ISSUING, "1D01"), Some(Status::Good));
    assert_eq!(statuses.view().unwrap().forgotten, 0);
}

/// An image of `count` certificates, as evenly over its maps as chance would at best; every tenth is revoked, every
/// eleventh held, and every twelfth was held and is released.
fn image_of(count: u32) -> StatusImage {
    let image = StatusImage::default();
    let at = Timestamp::from_seconds(1_800_000_000);
    let reason = Some(RevocationReason::Superseded);
    let standing = |status| Standing::of(&status).unwrap();
    for n in 0..count {
        // Sixteen octets, as authorities give them; the last one says in which map it is.
        let octets = [&[0x4D; 11][..], &(n / 256).to_be_bytes(), &[(n % 256) as u8]].concat();
        let serial = SerialNumber::from_octets(&octets).unwrap();
        image.learn("A", &serial, Standing::GOOD);
        let changes = match n {
            n if n % 10 == 0 => vec![Status::Revoked { at, reason }],
            n if n % 11 == 0 => vec![Status::Held { at }],
            n if n % 12 == 0 => vec![Status::Held { at }, Status::Good],
            _ => Vec::new(),
        };
        changes.into_iter().for_each(|status| image.follow("A", &serial, standing(status)));
    }
    image
}

#[test]
fn the_status_of_a_certificate_takes_at_most_64_octets_unused_places_included() {
    // A map of 448 places is full: with one more each of the 256 has just doubled.
    let just_before = 448 * 256;
    for count in [100_000, just_before, just_before + 256] {
        let image = image_of(count);
        assert_eq!(image.certificates(), count as usize);
        let each = image.octets() as f64 / f64::from(count);
        assert!(each <= 64.0, "{each} octets for each of {count} certificates");
    }
    let full = image_of(just_before).octets();
    let grown = image_of(just_before + 256).octets();
    assert!(grown >= 2 * full, "{full} octets, and {grown} after the maps have grown: not their worst size");
}

#[test]
fn a_log_that_cannot_be_read_leaves_what_is_known_and_since_when() {
    let mut world = world();
    let statuses = Statuses::default();
    statuses.synchronise(&mut world.db, world.start).unwrap();
    world.db.batch_execute("ALTER TABLE certificate_status_events RENAME TO away").unwrap();
    assert!(statuses.synchronise(&mut world.db, world.start.plus(DAY)).is_err());
    assert_eq!(statuses.view().unwrap().synchronised_at, world.start);
    assert_eq!(known(&statuses, ISSUING, "1D01"), Some(Status::Good));
}

proptest! {
    #[test]
    fn a_standing_reads_back_to_the_second(millis in 0..(1_i64 << 40) * 1000, code in 0..7_u8) {
        let at = Timestamp::from_millis(millis);
        let reason = RevocationReason::from_code(code);
        let read = Standing::of(&Status::Revoked { at, reason }).unwrap();
        prop_assert!(read.is_final());
        prop_assert_eq!(read.status(), Status::Revoked { at: at.whole_second(), reason });
    }

    #[test]
    fn serial_numbers_of_every_length_are_told_apart(
        all in proptest::collection::hash_set(
            proptest::collection::vec(any::<u8>(), 1..=20).prop_filter("no leading zero", |s| s[0] != 0), 1..50
        )
    ) {
        let image = StatusImage::default();
        for octets in &all {
            image.learn("A", &SerialNumber::from_octets(octets).unwrap(), Standing::GOOD);
        }
        prop_assert_eq!(image.certificates(), all.len());
    }
}
