use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rand_core::{CryptoRng, UnwrapErr};
use sha2::{Digest, Sha256};

use super::checkpoint::{self, Checkpoint, NoteSignature, SignedCheckpoint};
use super::sequencer::{Sequenced, run};
use super::tree::stored::TreeError;
use super::verify::{self, Expected, Outside};
use super::{Event, backlog, export, record};
use crate::schema::audit_subjects;
use crate::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};

pub(super) fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

pub(super) fn act() -> Act {
    Act {
        at: Timestamp::from_seconds(1_790_000_000),
        actor: Actor::Officer("alice".into()),
        request: RequestId("r-1".into()),
    }
}

pub(super) fn chance() -> impl CryptoRng {
    UnwrapErr(getrandom::SysRng)
}

pub(super) fn record_some(db: &mut Database, count: usize) {
    for n in 0..count {
        db.write(|db| record_one(db, n)).unwrap();
    }
}

fn record_one(db: &mut Database, n: usize) -> QueryResult<()> {
    let event = Event {
        action: "test.happened",
        subject: format!("thing {n}"),
        payload: serde_json::json!({ "n": n }),
    };
    record(db, event, &mut chance(), &act())
}

const ORIGIN: &str = "log.test/audit";

/// The signature of these tests: the text itself.
fn signed(checkpoint: Checkpoint) -> SignedCheckpoint {
    let signature = checkpoint.text().into_bytes();
    let signatures = vec![NoteSignature { key_name: ORIGIN.into(), key_id: [1, 2, 3, 4], signature }];
    SignedCheckpoint { checkpoint, signatures }
}

pub(super) fn sequence(db: &mut Database) -> Sequenced {
    run(db, ORIGIN, &mut |_, checkpoint| Ok::<_, TreeError>(signed(checkpoint)), &act()).unwrap()
}

pub(super) fn check(db: &mut Database) -> verify::Verified {
    check_against(db, vec![])
}

/// Verifies against what `kept` holds outside.
fn check_against(db: &mut Database, kept: Vec<SignedCheckpoint>) -> verify::Verified {
    let is_ours = |read: &SignedCheckpoint| *read == signed(read.checkpoint.clone());
    let checkpoints = Box::new(kept.into_iter().map(Ok));
    let outside = vec![Outside { name: "witness".into(), checkpoints }];
    verify::run(db, Expected { origin: ORIGIN, is_ours: &is_ours, outside }).unwrap()
}

fn lines(found: &verify::Verified) -> Vec<String> {
    found.contradictions.iter().map(ToString::to_string).collect()
}

#[test]
fn an_untouched_trail_verifies_across_several_heads() {
    let mut db = database();
    for _ in 0..3 {
        record_some(&mut db, 5);
        sequence(&mut db);
    }
    record_some(&mut db, 2);
    let found = check(&mut db);
    assert!(found.contradictions.is_empty(), "{:?}", found.contradictions);
    assert_eq!((found.events, found.checkpoints, found.waiting, found.unsigned), (15, 3, 2, 0));
}

#[test]
fn a_subject_without_end_is_told_by_how_it_begins_and_none_is_written_by_hand() {
    let mut db = database();
    let subject = format!("order CO-{}", "é".repeat(2000));
    let event = Event { action: "test.happened", subject: subject.clone(), payload: serde_json::json!({}) };
    db.write(|db| record(db, event, &mut chance(), &act())).unwrap();
    assert_eq!(sequence(&mut db).signed_size, 1);
    let found = check(&mut db);
    assert!(found.contradictions.is_empty(), "{:?}", found.contradictions);
    let stored: String = audit_subjects::table.select(audit_subjects::subject).first(&mut db).unwrap();
    let (begins, digest) = stored.rsplit_once(' ').unwrap();
    assert!(stored.len() <= 1024 && subject.starts_with(begins), "{stored}");
    assert_eq!(digest, hex::encode(Sha256::digest(&subject)));
    let by_hand = format!(
        "INSERT INTO audit_events SELECT 'x', occurred_at, actor, request, action, '{}', payload_commitment, leaf_hash
         FROM audit_events",
        "x".repeat(1025)
    );
    assert!(db.batch_execute(&by_hand).unwrap_err().to_string().contains("1024 octets"));
}

#[test]
fn the_database_refuses_to_change_or_delete_an_event() {
    let mut db = database();
    record_some(&mut db, 1);
    assert!(db.batch_execute("UPDATE audit_events SET actor = 'mallory'").is_err());
    assert!(db.batch_execute("DELETE FROM audit_events").is_err());
}

/// What a person with the file in his hands can do: drop the triggers, then change rows.
fn tampered(sql: &str) -> Vec<String> {
    let mut db = database();
    record_some(&mut db, 7);
    sequence(&mut db);
    tamper(&mut db, sql);
    lines(&check(&mut db))
}

fn tamper(db: &mut Database, sql: &str) {
    let triggers: Vec<(String,)> = diesel::sql_query(
        "SELECT name AS name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'",
    )
    .load::<Name>(db)
    .unwrap()
    .into_iter()
    .map(|row| (row.name,))
    .collect();
    for (name,) in triggers {
        db.batch_execute(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    db.batch_execute(sql).unwrap();
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

#[test]
fn each_altered_row_is_named() {
    let cases = [
        ("UPDATE audit_events SET actor = 'officer:mallory' WHERE subject = 'thing 3'", "audit_events"),
        ("UPDATE audit_events SET occurred_at = occurred_at + 1 WHERE subject = 'thing 3'", "audit_events"),
        ("UPDATE audit_payloads SET payload = '{}' WHERE payload = '{\"n\":3}'", "audit_payloads"),
        ("DELETE FROM audit_payloads WHERE payload = '{\"n\":3}'", "audit_payloads"),
        ("UPDATE audit_leaves SET leaf_hash = zeroblob(32) WHERE sequence = 3", "audit_leaves"),
        ("DELETE FROM audit_events WHERE subject = 'thing 3'", "audit_events"),
        ("DELETE FROM audit_leaves WHERE sequence = 3", "audit_leaves"),
        ("DELETE FROM audit_leaves WHERE sequence = 6", "audit_checkpoints"),
        ("DELETE FROM audit_subjects WHERE sequence = 3", "audit_subjects"),
        ("UPDATE audit_subjects SET subject = 'another thing' WHERE sequence = 3", "audit_subjects"),
        ("INSERT INTO audit_subjects VALUES ('another thing', 3)", "audit_subjects"),
        ("UPDATE audit_checkpoints SET signed_at = signed_at + 1", "audit_checkpoints"),
        ("UPDATE audit_checkpoints SET frontier = zeroblob(length(frontier))", "audit_checkpoints"),
        ("DELETE FROM audit_checkpoints", "audit_checkpoints"),
        ("INSERT INTO audit_pending SELECT event_id FROM audit_leaves WHERE sequence = 2", "audit_pending"),
        (
            "DELETE FROM audit_pending; INSERT INTO audit_events SELECT replace(id, substr(id, 1, 4), 'ffff'), occurred_at, actor, request, action, subject, payload_commitment, leaf_hash FROM audit_events LIMIT 1",
            "audit_events",
        ),
    ];
    for (sql, table) in cases {
        let found = tampered(sql);
        assert!(found.iter().any(|line| line.starts_with(table)), "{sql}: {found:?}");
    }
}

#[test]
fn an_event_that_was_put_back_in_the_waiting_room_does_not_stop_the_sequencer() {
    let mut db = database();
    record_some(&mut db, 2);
    sequence(&mut db);
    db.batch_execute("INSERT INTO audit_pending SELECT event_id FROM audit_leaves").unwrap();
    record_some(&mut db, 1);
    assert_eq!(sequence(&mut db).signed_size, 3);
    assert!(check(&mut db).contradictions.is_empty());
}

#[test]
fn two_events_that_swap_places_are_found() {
    let found = tampered(
        "UPDATE audit_leaves SET sequence = 100 WHERE sequence = 3;
         UPDATE audit_leaves SET sequence = 3 WHERE sequence = 4;
         UPDATE audit_leaves SET sequence = 4 WHERE sequence = 100;",
    );
    assert!(found.iter().any(|line| line.contains("root")), "{found:?}");
}

#[test]
fn a_stored_subtree_that_is_not_the_root_of_its_leaves_is_named() {
    for (sql, row) in [
        ("UPDATE audit_subtrees SET root_hash = zeroblob(32)", "audit_subtrees 1 0: is not"),
        ("DELETE FROM audit_subtrees", "audit_subtrees 1 0: missing"),
        (
            "INSERT INTO audit_subtrees VALUES (1, 1, zeroblob(32))",
            "audit_subtrees 1 1: stands over no leaves",
        ),
    ] {
        let mut db = database();
        db.write(|db| (0..257).try_for_each(|n| record_one(db, n))).unwrap();
        sequence(&mut db);
        assert_eq!(lines(&check(&mut db)), [""; 0]);
        tamper(&mut db, sql);
        let found = lines(&check(&mut db));
        assert!(found.iter().any(|line| line.starts_with(row)), "{sql}: {found:?}");
    }
}

#[test]
fn a_checkpoint_kept_outside_finds_a_database_that_was_rolled_back_or_rewritten() {
    let mut db = database();
    let mut kept = Vec::new();
    for _ in 0..3 {
        record_some(&mut db, 4);
        sequence(&mut db);
        kept.push(checkpoint::newest(&mut db, ORIGIN).unwrap().unwrap());
    }
    assert_eq!(lines(&check_against(&mut db, kept.clone())), [""; 0]);
    assert_eq!(check_against(&mut db, kept.clone()).outside, 3);

    // Events, leaves and heads together, so that nothing inside contradicts anything.
    tamper(
        &mut db,
        "DELETE FROM audit_checkpoints WHERE tree_size > 8;
         DELETE FROM audit_payloads WHERE event_id IN (SELECT event_id FROM audit_leaves WHERE sequence >= 8);
         DELETE FROM audit_events WHERE id IN (SELECT event_id FROM audit_leaves WHERE sequence >= 8);
         DELETE FROM audit_subjects WHERE sequence >= 8;
         DELETE FROM audit_leaves WHERE sequence >= 8;",
    );
    assert_eq!(lines(&check(&mut db)), [""; 0]);
    let found = lines(&check_against(&mut db, kept.clone()));
    assert!(found[0].starts_with("witness 12: the tree had 12 leaves"), "{found:?}");
    assert_eq!(found.len(), 1);

    // And when it has grown past the lost head, the root tells.
    record_some(&mut db, 9);
    sequence(&mut db);
    let found = lines(&check_against(&mut db, kept.clone()));
    assert!(found[0].starts_with("witness 12: the tree had another root"), "{found:?}");

    kept[0].checkpoint.at = kept[0].checkpoint.at.plus(std::time::Duration::from_secs(1));
    let found = lines(&check_against(&mut db, kept));
    assert!(found[0].starts_with("witness 4: its signature"), "{found:?}");
}

#[test]
fn nothing_is_signed_over_a_hole() {
    let mut db = database();
    record_some(&mut db, 5);
    let down = |_: &mut Database, _| Err(TreeError::from(diesel::result::Error::NotFound));
    run(&mut db, ORIGIN, &mut { down }, &act()).unwrap_err();
    tamper(&mut db, "DELETE FROM audit_leaves WHERE sequence = 2");
    let hole = run(&mut db, ORIGIN, &mut |_, checkpoint| Ok::<_, TreeError>(signed(checkpoint)), &act());
    assert_eq!(hole.unwrap_err().to_string(), "the audit tree has a hole: level 0, from 2 on, 1 hashes");
}

#[test]
fn a_note_reads_back_and_has_one_form() {
    let mut db = database();
    record_some(&mut db, 3);
    sequence(&mut db);
    let newest = checkpoint::newest(&mut db, ORIGIN).unwrap().unwrap();
    let note = newest.to_string();
    assert_eq!(note.parse::<SignedCheckpoint>().unwrap(), newest);
    assert!(note.starts_with("log.test/audit\n3\n"), "{note}");
    assert!(note.contains("\nigc-signed-at 1790000000000\n\n\u{2014} log.test/audit AQIDB"), "{note}");
    for (from, to, line) in [
        ("\n3\n", "\n03\n", 1),
        ("\n3\n", "\nthree\n", 2),
        ("igc-signed-at", "igc-signed", 4),
        ("\n\n", "\n", 5),
        ("\u{2014}", "-", 6),
    ] {
        let refused = note.replacen(from, to, 1).parse::<SignedCheckpoint>().unwrap_err();
        assert_eq!(refused.line, line, "{from} -> {to}: {refused}");
    }
    assert!(note.trim_end().parse::<SignedCheckpoint>().is_err());
}

#[test]
fn a_leaf_under_no_signed_head_grows_old_and_is_late_after_five_seconds() {
    let mut db = database();
    let later = |seconds| act().at.plus(std::time::Duration::from_secs(seconds));
    assert!(!backlog::of(&mut db).unwrap().is_late(later(60)));
    record_some(&mut db, 2);
    let waits = backlog::of(&mut db).unwrap();
    assert_eq!((waits.waiting, waits.is_late(later(5)), waits.is_late(later(6))), (2, false, true));
    // Ordered, and under no signed head: a token that does not sign is as late as a worker that does not run.
    let down = |_: &mut Database, _| Err(TreeError::from(diesel::result::Error::NotFound));
    run(&mut db, ORIGIN, &mut { down }, &act()).unwrap_err();
    assert!(backlog::of(&mut db).unwrap().is_late(later(6)));
    sequence(&mut db);
    let done = backlog::of(&mut db).unwrap();
    assert_eq!((done.waiting, done.oldest, done.signed_size), (0, None, 2));
}

#[test]
fn an_event_is_exported_with_what_its_leaf_is_computed_from() {
    let mut db = database();
    record_some(&mut db, 3);
    assert_eq!(export::waiting(&mut db, "", 10).unwrap().len(), 3);
    sequence(&mut db);
    assert_eq!(export::waiting(&mut db, "", 10).unwrap().len(), 0);
    let all = export::from(&mut db, 1, 10).unwrap();
    assert_eq!(all.iter().map(|event| event.sequence).collect::<Vec<_>>(), [Some(1), Some(2)]);
    let about = export::about(&mut db, &all[0].subject, 10).unwrap();
    assert_eq!(about.len(), 1);
    assert_eq!(export::find(&mut db, &about[0].id).unwrap().unwrap().leaf_hash, all[0].leaf_hash);
    tamper(&mut db, "DELETE FROM audit_payloads");
    let erased = export::find(&mut db, &about[0].id).unwrap().unwrap();
    assert_eq!((erased.salt, erased.payload), (None, None));
}
