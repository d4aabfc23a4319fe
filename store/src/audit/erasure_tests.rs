//! Erasing a payload: only with its event, and then for good.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::erasure::{EraseError, erase_payload};
use super::sequencer::run;
use super::tests::{act, chance, check, database, record_some, sign};
use crate::schema::{audit_events, audit_payloads};
use crate::{Database, DatabaseRole};

fn event_of(db: &mut Database, subject: &str) -> String {
    audit_events::table.filter(audit_events::subject.eq(subject)).select(audit_events::id).first(db).unwrap()
}

fn payloads(db: &mut Database) -> i64 {
    audit_payloads::table.count().get_result(db).unwrap()
}

#[test]
fn a_payload_is_erased_with_its_event_and_the_trail_still_verifies() {
    let mut db = database();
    record_some(&mut db, 5);
    run(&mut db, &mut sign, &act()).unwrap();
    let event = event_of(&mut db, "thing 3");
    erase_payload(&mut db, &event, "demande 2026-17", &mut chance(), &act()).unwrap();
    run(&mut db, &mut sign, &act()).unwrap();
    let found = check(&mut db);
    assert!(found.contradictions.is_empty(), "{:?}", found.contradictions);
    assert_eq!((found.events, found.erased_payloads), (6, 1));
    let told = event_of(&mut db, &format!("event {event}"));
    let reason: String =
        audit_payloads::table.find(told).select(audit_payloads::payload).first(&mut db).unwrap();
    assert_eq!(reason, r#"{"reason":"demande 2026-17"}"#);
}

#[test]
fn the_database_refuses_to_erase_without_an_event_that_says_so() {
    let mut db = database();
    record_some(&mut db, 2);
    let event = event_of(&mut db, "thing 0");
    erase_payload(&mut db, &event, "demande 2026-17", &mut chance(), &act()).unwrap();
    let other = event_of(&mut db, "thing 1");
    for sql in
        ["DELETE FROM audit_payloads", &format!("DELETE FROM audit_payloads WHERE event_id = '{other}'")]
    {
        let refused = db.batch_execute(sql).unwrap_err().to_string();
        assert!(refused.contains("no event says"), "{refused}");
    }
    assert_eq!(payloads(&mut db), 2, "that of the other event, and that of the erasure");
}

#[test]
fn nothing_is_recorded_where_nothing_is_erased() {
    let mut db = database();
    record_some(&mut db, 1);
    let event = event_of(&mut db, "thing 0");
    let unknown = "0".repeat(32);
    let mut erase = |event: &str, reason: &str| erase_payload(&mut db, event, reason, &mut chance(), &act());
    assert!(matches!(erase(&unknown, "demande"), Err(EraseError::Unknown(_))));
    for reason in ["", "a\nb", &"x".repeat(201)] {
        assert!(matches!(erase(&event, reason), Err(EraseError::Reason)), "{reason:?}");
    }
    erase(&event, "demande").unwrap();
    assert!(matches!(erase(&event, "demande"), Err(EraseError::Unknown(_))));
    let events: i64 = audit_events::table.count().get_result(&mut db).unwrap();
    assert_eq!(events, 2, "the event, and its one erasure");
}

#[test]
fn what_was_erased_is_no_longer_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("igc.sqlite");
    let mut db = Database::open(&format!("sqlite:{}", path.display()), DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    record_some(&mut db, 3);
    let event = event_of(&mut db, "thing 1");
    let salt: Vec<u8> =
        audit_payloads::table.find(&event).select(audit_payloads::salt).first(&mut db).unwrap();
    let on_disk = |db: &mut Database| {
        db.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        std::fs::read(&path).unwrap().windows(salt.len()).any(|window| window == salt)
    };
    assert!(on_disk(&mut db), "it stood there");
    erase_payload(&mut db, &event, "demande 2026-17", &mut chance(), &act()).unwrap();
    assert!(!on_disk(&mut db), "and does no longer");
}
