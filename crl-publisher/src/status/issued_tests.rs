//! What became good while a status role runs.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use const_oid::db::rfc5912::ID_SHA_256;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::Timestamp;
use store::schema::certificates;

use super::issued::settled_from;
use super::load::{Loaded, load};
use super::tests::{known, plan, serial};
use super::{Status, StatusImage, Statuses};
use crate::fixture::{ISSUING, World};
use crate::ocsp::AnswerKind;
use crate::ocsp::kept_tests::{about, desk};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

fn issue(world: &mut World, one: &str) {
    world.issue(ISSUING, one, world.start.plus(300 * DAY));
}

/// A status role that has read everything.
fn synchronised(world: &mut World) -> Statuses {
    let statuses = Statuses::default();
    assert!(!statuses.take_in_issued(&mut world.db).unwrap());
    assert!(statuses.view().is_none(), "everything is read before anything is taken in");
    statuses.synchronise(&mut world.db, world.start).unwrap();
    statuses
}

/// Becomes good in a transaction that read this time and commits only now.
fn settle_late(world: &mut World, one: &str, settled_at: Timestamp) {
    let at = settled_at.millis();
    let sql = format!(
        "UPDATE certificates SET status = 'good', der = X'01', settled_at = {at} WHERE serial = '{one}'"
    );
    world.db.batch_execute(&sql).unwrap();
}

#[test]
fn a_certificate_issued_since_that_nobody_asked_about_is_answered_without_the_database() {
    let mut world = World::new();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    issue(&mut world, "1D03");
    assert!(!desk.answers.statuses.take_in_issued(&mut world.db).unwrap());
    desk.cut();
    let is_answered = |last: u8| {
        let answer = desk.ask(&about(&world, ID_SHA_256, &[0x1D, last]), &act);
        matches!(answer.kind, AnswerKind::Signed { .. })
    };
    assert!(is_answered(0x03));
    assert!(!is_answered(0x04), "it was never issued");
}

#[test]
fn what_is_settled_by_an_earlier_time_in_a_transaction_that_commits_late_is_taken_in() {
    let mut world = World::new();
    for one in ["1D01", "1D02", "1D03"] {
        world.intend(ISSUING, one);
    }
    world.settle(ISSUING, "1D01", "signing", None);
    let statuses = synchronised(&mut world);
    let long_ago = world.start.minus(DAY);
    settle_late(&mut world, "1D01", long_ago);
    world.settle(ISSUING, "1D02", "signing", None);
    statuses.take_in_issued(&mut world.db).unwrap();
    assert_eq!(known(&statuses, ISSUING, "1D01"), Some(Status::Good), "unsettled when everything was read");
    assert_eq!(known(&statuses, ISSUING, "1D02"), None, "nothing may be relied on yet");
    settle_late(&mut world, "1D02", long_ago);
    world.settle(ISSUING, "1D03", "abandoned", None);
    statuses.take_in_issued(&mut world.db).unwrap();
    assert_eq!(known(&statuses, ISSUING, "1D02"), Some(Status::Good), "unsettled at the look before");
    assert_eq!(known(&statuses, ISSUING, "1D03"), None, "given up");
}

#[test]
fn nothing_is_missed_where_the_clock_of_the_database_is_put_back() {
    let mut world = World::new();
    world.db.set_clock_ahead(HOUR).unwrap();
    issue(&mut world, "1D01");
    let statuses = synchronised(&mut world);
    issue(&mut world, "1D02");
    world.db.set_clock_ahead(Duration::ZERO).unwrap();
    issue(&mut world, "1D03");
    statuses.take_in_issued(&mut world.db).unwrap();
    for one in ["1D02", "1D03"] {
        assert_eq!(known(&statuses, ISSUING, one), Some(Status::Good), "{one}");
    }
}

/// A database that is away for ten minutes, a machine that sleeps: what became good meanwhile did so long before the next look.
#[test]
fn nothing_is_missed_where_the_clock_is_put_back_while_nobody_looks() {
    let mut world = World::new();
    let standstill = Duration::from_secs(600);
    for (one, ahead, settled_before) in
        [("1D01", HOUR, standstill / 2), ("1D02", Duration::ZERO, standstill / 2), ("1D03", HOUR, standstill)]
    {
        world.db.set_clock_ahead(ahead).unwrap();
        let Loaded { mut issued, .. } = load(&mut world.db).unwrap();
        let image = StatusImage::default();
        while issued.follow(&mut world.db, &image).unwrap() {}
        world.db.set_clock_ahead(Duration::ZERO).unwrap();
        world.intend(ISSUING, one);
        world.settle(ISSUING, one, "signing", None);
        let now = world.db.now().unwrap();
        settle_late(&mut world, one, now.minus(settled_before));
        issued.after_standstill(standstill, &mut world.db, &image).unwrap();
        assert!(image.get(ISSUING, &serial(one)).is_some_and(|known| known.is_good()), "{one}");
    }
}

#[test]
fn what_the_log_has_said_is_not_taken_back_by_a_row_that_is_good() {
    let mut world = World::new();
    let statuses = synchronised(&mut world);
    for one in ["1D01", "1D02", "1D03"] {
        issue(&mut world, one);
    }
    let since = world.hold(ISSUING, "1D01").whole_second();
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    world.hold(ISSUING, "1D03");
    // The rows before the log: what is held is never good meanwhile, and what is revoked is the log's to tell.
    statuses.take_in_issued(&mut world.db).unwrap();
    assert_eq!(known(&statuses, ISSUING, "1D01"), Some(Status::Held { at: since }));
    assert_eq!(known(&statuses, ISSUING, "1D02"), None);
    statuses.synchronise(&mut world.db, world.start).unwrap();
    world.release(ISSUING, "1D03");
    // The row says good again, and the log was not read since.
    statuses.take_in_issued(&mut world.db).unwrap();
    assert!(matches!(known(&statuses, ISSUING, "1D02"), Some(Status::Revoked { .. })));
    assert!(matches!(known(&statuses, ISSUING, "1D03"), Some(Status::Held { .. })));
    statuses.synchronise(&mut world.db, world.start).unwrap();
    assert_eq!(known(&statuses, ISSUING, "1D03"), Some(Status::Good));
}

#[test]
fn more_than_a_page_is_taken_in_page_by_page_also_where_all_became_good_in_one_moment() {
    let mut world = World::new();
    let Loaded { issued, .. } = load(&mut world.db).unwrap();
    let mut issued = issued.by_pages_of(2);
    // What is there already, once: the margin reads it again.
    while issued.follow(&mut world.db, &StatusImage::default()).unwrap() {}
    let all: Vec<String> = (1..=9).map(|n| format!("1D0{n}")).collect();
    for one in &all {
        world.intend(ISSUING, one);
        world.settle(ISSUING, one, "signing", None);
    }
    let at = world.db.now().unwrap();
    for (n, one) in (0..).zip(&all) {
        // Six of one moment, and three of later ones.
        settle_late(&mut world, one, at.plus(Duration::from_millis(10 * (n.max(5) - 5))));
    }
    let image = StatusImage::default();
    let mut looks = 1;
    while issued.follow(&mut world.db, &image).unwrap() {
        looks += 1;
        assert!(looks < 50, "it gets nowhere");
    }
    assert!(looks > 3, "{looks} looks");
    assert!(all.iter().all(|one| image.get(ISSUING, &serial(one)).is_some_and(|known| known.is_good())));
}

#[test]
fn what_became_good_is_found_without_reading_what_was_good_before() {
    let mut world = World::new();
    let query = settled_from(world.start, 10);
    let text = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&query).to_string();
    let (sql, _) = text.split_once(" -- binds").unwrap();
    let found = plan(&mut world.db, sql);
    assert!(found.contains("USING INDEX certificates_settled (settled_at>?)"), "{found}");
    assert!(!found.contains("TEMP B-TREE"), "{found}");
    let settled = certificates::table.filter(certificates::settled_at.is_not_null());
    assert!(settled.count().get_result::<i64>(&mut world.db).unwrap() > 0, "as issuance records it");
}
