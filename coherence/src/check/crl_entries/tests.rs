//! Entries against rows, without HTTP: what may be missing, and what a million costs.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use store::DatabaseRole;
use tempfile::TempDir;

use super::*;
use crate::difference::Difference;

#[derive(QueryableByName)]
struct Trigger {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Certificates of one authority, `count` of them, all revoked; the first half has expired at second 100.
fn revoked(count: u32) -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
    let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    // The rows are those of years: no trigger lets them be written at once.
    let triggers: Vec<Trigger> = match &mut db {
        Database::Sqlite(c) => {
            sql_query("SELECT name FROM sqlite_master WHERE type = 'trigger'").load(c).unwrap()
        }
        Database::Postgresql(_) => unreachable!("the test's database is a file"),
    };
    for Trigger { name } in triggers {
        db.batch_execute(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.batch_execute(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
         CREATE TEMPORARY TABLE n AS
             WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < {count}) SELECT n FROM r;
         INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256,
                 tbs, der, not_before, not_after, prepared_at, settled_at, revoked_at, revocation_reason)
             SELECT 'ACI', printf('1D%014X', n), 'p', 'revoked', 1, 'officer', zeroblob(32), zeroblob(32),
                 zeroblob(1), NULL, 0, CASE WHEN n * 2 <= {count} THEN 100000 ELSE 900000 END, 0, 50000, 50000, 'superseded'
             FROM n;
         INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
             SELECT n, 'ACI', printf('1D%014X', n), 'revoked', 'superseded', 50000 FROM n;"
    ))
    .unwrap();
    (folder, db)
}

fn serial(n: u64) -> [u8; 8] {
    (0x1D << 56 | n).to_be_bytes()
}

/// A complete CRL of second `this_update` with these entries, after one of second `before`, if any.
fn compared(
    db: &mut Database,
    entries: &[Entry<'_>],
    this_update: i64,
    before: Option<i64>,
) -> Vec<Difference> {
    let last = i64::try_from(entries.len()).unwrap() + 1_000_000;
    let before = before.map(|at| RecordedCrl {
        number: 1,
        base_number: None,
        this_update: Timestamp::from_seconds(at),
        next_update: Timestamp::from_seconds(at + 1),
        entries: 0,
        log_sequence: last,
        recorded_at: Timestamp::from_seconds(at),
    });
    let expected = Expected {
        face: Face::Crl,
        place: "/crl/ACI.crl",
        scope: &recorded::scopes("ACI")[0],
        between: (0, last),
        this_update: Timestamp::from_seconds(this_update),
        before: before.as_ref(),
    };
    let mut differences = Differences::default();
    compare(db, &expected, entries, &mut differences).unwrap();
    differences.into_parts().0
}

fn entries(serials: &[[u8; 8]]) -> Vec<Entry<'_>> {
    serials.iter().map(|serial| Entry { serial, revoked_at: 50, reason: 4 }).collect()
}

#[test]
fn an_entry_may_leave_once_a_crl_has_shown_it_past_its_end() {
    let (_folder, mut db) = revoked(4);
    let all: Vec<_> = (1..=4).map(serial).collect();
    assert_eq!(compared(&mut db, &entries(&all), 60, None), []);
    // (thisUpdate, that of the CRL before): whether the two that expired at second 100 may be gone.
    for (this_update, before, may) in
        [(90, Some(80), false), (200, None, false), (200, Some(100), false), (200, Some(150), true)]
    {
        let found = compared(&mut db, &entries(&all[2..]), this_update, before);
        assert_eq!(found.is_empty(), may, "{this_update} after {before:?}: {found:?}");
    }
    let found = compared(&mut db, &entries(&all[..3]), 200, Some(150));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].kind, found[0].subject.as_str()), (Kind::Missing, "ACI 1D00000000000004"));
}

#[test]
fn each_way_in_which_an_entry_may_differ_is_named() {
    let (_folder, mut db) = revoked(3);
    let all: Vec<_> = (1..=4).map(serial).collect();
    let mut altered = entries(&all);
    altered[0].reason = 1;
    altered[1].revoked_at = 51;
    let kinds: Vec<_> =
        compared(&mut db, &altered, 60, None).into_iter().map(|one| (one.kind, one.subject)).collect();
    let name = |n: u32| format!("ACI 1D{n:014X}");
    assert_eq!(kinds, [(Kind::Differs, name(1)), (Kind::Differs, name(2)), (Kind::Surplus, name(4))]);
}

/// `cargo test --release -p coherence -- --ignored --nocapture a_million`
#[test]
#[ignore = "a measurement"]
fn a_million_entries_take_seconds_and_no_more_memory_than_they_are() {
    let (_folder, mut db) = revoked(1_000_000);
    let all: Vec<_> = (1..=1_000_000).map(serial).collect();
    let entries = entries(&all);
    let before = peak_kib();
    let began = std::time::Instant::now();
    assert_eq!(compared(&mut db, &entries, 60, None), []);
    println!("compared in {:?}; peak memory grew from {before} to {} KiB", began.elapsed(), peak_kib());
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}
