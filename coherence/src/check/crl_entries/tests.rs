//! Entries against rows, without HTTP: what may be missing, and what a million costs.

use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::*;
use crate::difference::Difference;
use crate::fixture::unguarded;
use crate::recorded::CrlKind;

/// Certificates of one authority, `count` of them, all revoked; the first half has expired at second 100.
fn revoked(count: u32) -> (TempDir, Database) {
    let (folder, mut db) = unguarded();
    db.batch_execute(&format!(
        "PRAGMA ignore_check_constraints = ON;
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
    compared_in(db, (&Scope::whole("ACI"), last), entries, this_update, before)
}

/// The same of a scope, cut at this place of the log.
fn compared_in(
    db: &mut Database,
    (scope, last): (&Scope, i64),
    entries: &[Entry<'_>],
    this_update: i64,
    before: Option<i64>,
) -> Vec<Difference> {
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
        scope,
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
fn a_shards_crl_has_the_certificates_of_the_shard_and_no_others() {
    let (_folder, mut db) = revoked(6);
    db.batch_execute(
        "INSERT INTO crl_shards (issuer, number, crl_url, delta_crl_url, opened_at) VALUES
             ('ACI', 1, 'http://localhost/1.crl', 'http://localhost/1-delta.crl', 0),
             ('ACI', 2, 'http://localhost/2.crl', 'http://localhost/2-delta.crl', 0);
         UPDATE certificates SET shard = CAST(substr(serial, -1) AS INTEGER) % 2 + 1;",
    )
    .unwrap();
    let second = Scope::of_authority(&mut db, "ACI").unwrap().pop().unwrap();
    assert_eq!(second.path(CrlKind::Full), "/crl/ACI/2.crl");
    let odd: Vec<_> = [1, 3, 5].map(serial).into();
    // Few events are read by the log, many by the index of the shard.
    for cut in [10, 1_000_000] {
        let mut found = |entries: &[Entry<'_>]| compared_in(&mut db, (&second, cut), entries, 60, None);
        let [right, all, lacking] =
            [&odd[..], &[1, 2, 3, 5].map(serial), &odd[..2]].map(entries).map(|one| found(&one));
        assert_eq!(right, []);
        assert_eq!(
            all.iter().map(|one| (one.kind, one.subject.as_str())).collect::<Vec<_>>(),
            [(Kind::Surplus, "ACI 1D00000000000002")]
        );
        assert_eq!(
            lacking.iter().map(|one| (one.kind, one.subject.as_str())).collect::<Vec<_>>(),
            [(Kind::Missing, "ACI 1D00000000000005")]
        );
    }
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

/// Two more certificates that are good; the second is held, and with it what `sql` says.
fn with_holds(sql: &str) -> (TempDir, Database) {
    let (folder, mut db) = revoked(2);
    db.batch_execute(&format!(
        "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256,
                 tbs, der, not_before, not_after, prepared_at, held_at)
             SELECT 'ACI', printf('1D%014X', n), 'p', 'good', 1, 'officer', zeroblob(32), zeroblob(32),
                 zeroblob(1), x'00', 0, 900000, 0, iif(n = 4, 60000, NULL) FROM (SELECT 3 AS n UNION SELECT 4);
         INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
             VALUES (3, 'ACI', '1D00000000000003', 'held', 'certificateHold', 55000),
                    (4, 'ACI', '1D00000000000003', 'released', 'removeFromCRL', 56000),
                    (5, 'ACI', '1D00000000000004', 'held', 'certificateHold', 60000);
         {sql}"
    ))
    .unwrap();
    (folder, db)
}

/// What is found of entries of a complete CRL and of a delta from its beginning.
fn found(db: &mut Database, face: Face, cut: i64, entries: &[Entry<'_>]) -> Vec<(Kind, String)> {
    let scope = Scope::whole("ACI");
    let expected = Expected {
        face,
        place: "here",
        scope: &scope,
        between: (if face == Face::Delta { 2 } else { 0 }, cut),
        this_update: Timestamp::from_seconds(90),
        before: None,
    };
    let mut differences = Differences::default();
    compare(db, &expected, entries, &mut differences).unwrap();
    differences.into_parts().0.into_iter().map(|one| (one.kind, one.subject)).collect()
}

#[test]
fn a_hold_stands_on_every_crl_and_its_release_on_deltas_alone() {
    let all: Vec<_> = (1..=4).map(serial).collect();
    // Few events are read at once, many page by page.
    for cut in [10, 1_000_000] {
        let (_folder, mut db) = with_holds("");
        let revoked = entries(&all[..2]);
        let [lifted, held] =
            [(2, 56, 8), (3, 60, 6)].map(|(n, at, reason)| Entry { serial: &all[n], revoked_at: at, reason });
        let complete = [&revoked[..], &[held]].concat();
        assert_eq!(found(&mut db, Face::Crl, cut, &complete), []);
        assert_eq!(found(&mut db, Face::Delta, cut, &[lifted, held]), []);
        let name = |n: u32| format!("ACI 1D{n:014X}");
        for (face, on_it, wrong) in [
            (Face::Crl, [&revoked[..], &[lifted, held]].concat(), (Kind::Surplus, name(3))),
            (Face::Crl, revoked.clone(), (Kind::Missing, name(4))),
            (Face::Delta, vec![held], (Kind::Missing, name(3))),
            (Face::Delta, vec![Entry { reason: 6, ..lifted }, held], (Kind::Differs, name(3))),
            (Face::Delta, vec![lifted, Entry { reason: 8, ..held }], (Kind::Differs, name(4))),
            (Face::Delta, vec![lifted, Entry { revoked_at: 61, ..held }], (Kind::Differs, name(4))),
        ] {
            assert_eq!(found(&mut db, face, cut, &on_it), [wrong], "{on_it:?}");
        }
    }
}

#[test]
fn what_was_revoked_while_it_was_held_stands_under_the_date_of_its_hold() {
    let (_folder, mut db) = with_holds(
        "INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at, since)
             VALUES (6, 'ACI', '1D00000000000004', 'revoked', 'keyCompromise', 70000, 60000);
         UPDATE certificates SET status = 'revoked', held_at = NULL, revoked_at = 60000,
             revocation_reason = 'keyCompromise' WHERE serial = '1D00000000000004';",
    );
    let all: Vec<_> = (1..=4).map(serial).collect();
    for cut in [10, 1_000_000] {
        let mut complete = entries(&all[..2]);
        complete.push(Entry { serial: &all[3], revoked_at: 60, reason: 1 });
        assert_eq!(found(&mut db, Face::Crl, cut, &complete), []);
        complete[2].revoked_at = 70;
        assert_eq!(found(&mut db, Face::Crl, cut, &complete).len(), 1);
    }
    // The CRL that was cut before is still right, though the row has moved on.
    let mut before = entries(&all[..2]);
    before.push(Entry { serial: &all[3], revoked_at: 60, reason: 6 });
    assert_eq!(found(&mut db, Face::Crl, 5, &before), []);
}

#[test]
fn a_row_that_says_nothing_of_its_hold_is_told() {
    for sql in [
        "UPDATE certificates SET held_at = NULL;",
        "UPDATE certificates SET held_at = 60001 WHERE held_at = 60000;",
        "UPDATE certificates SET held_at = 55000 WHERE held_at IS NULL AND status = 'good';",
    ] {
        let (_folder, mut db) = with_holds(sql);
        let all: Vec<_> = (1..=4).map(serial).collect();
        let [lifted, held] =
            [(2, 56, 8), (3, 60, 6)].map(|(n, at, reason)| Entry { serial: &all[n], revoked_at: at, reason });
        let told = found(&mut db, Face::Delta, 10, &[lifted, held]);
        assert!(matches!(&told[..], [(Kind::Differs, _)]), "{sql}: {told:?}");
    }
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
