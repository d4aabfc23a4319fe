//! How long after an act the signed head over it is published, while every role of an installation runs.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, chance, free_port, start, wait_for_port};
use diesel::prelude::*;
use serde_json::json;
use store::audit::checkpoint::SignedCheckpoint;
use store::audit::{Event, record};
use store::schema::{audit_events, audit_leaves};
use store::{Database, DatabaseRole};

use super::standstill::PATIENCE;
use super::workshop::{SUBMITTER, officer, workshop};

const ACTS: usize = 40;

/// The goal is a second (docs/performance.md has what was measured); here only that it comes is asserted.
#[test]
fn an_act_stands_under_a_signed_and_published_head_soon_after_and_the_time_is_told() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let operations = free_port();
        for (key, port) in [("web", free_port()), ("status", free_port()), ("operations", operations)] {
            workshop.configure("listen", key, format!("127.0.0.1:{port}"));
        }
        let _serving = start(&mut workshop.command(&["serve"]));
        wait_for_port(operations, Duration::from_secs(30));
        let mut db = workshop.open(DatabaseRole::Owner);
        let published = workshop.dir().join("public/audit/checkpoint");
        let size = || {
            let note = fs::read_to_string(&published).ok().and_then(|note| note.parse().ok());
            note.map_or(0, |note: SignedCheckpoint| note.checkpoint.size)
        };
        let mut took = Vec::new();
        // The first one finds a worker that has just begun.
        for act in 0..=ACTS {
            let subject = format!("measured act {act}");
            let event =
                Event { action: "test.act", subject: subject.clone(), payload: json!({ "act": act }) };
            let by = officer(&mut db, SUBMITTER);
            db.write(|db| record(db, event, &mut chance(), &by)).unwrap();
            let committed = Instant::now();
            while place_of(&mut db, &subject).is_none_or(|place| size() <= place) {
                assert!(committed.elapsed() < PATIENCE, "{kind}: no head over {subject} was published");
                thread::sleep(Duration::from_millis(5));
            }
            took.extend((act > 0).then(|| committed.elapsed()));
            // So that the acts fall on every moment of the sequencer's pause.
            thread::sleep(Duration::from_millis(37 * act as u64 % 500));
        }
        took.sort();
        println!(
            "{kind}, {ACTS} acts: a signed head over each was published after {:?} (median), {:?} at most",
            took[ACTS / 2],
            took[ACTS - 1]
        );
    }
}

/// The place of the newest event about this subject; none before it has one.
fn place_of(db: &mut Database, subject: &str) -> Option<u64> {
    let place: Option<i64> = audit_leaves::table
        .inner_join(audit_events::table)
        .filter(audit_events::subject.eq(subject))
        .select(diesel::dsl::max(audit_leaves::sequence))
        .first(db)
        .unwrap();
    place.map(i64::unsigned_abs)
}
