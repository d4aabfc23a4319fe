//! `igc doctor`: what is well, what is broken, what to do.

use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::harness::{Finished, igc, run};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use super::audit_bundle::triggers;
use super::demonstration::{copy_of, on_sqlite};

fn igc_in(dir: &Path, arguments: &[&str]) -> Finished {
    run(igc().args(["-o", "json", "--dir"]).arg(dir).args(arguments))
}

#[test]
fn doctor_finds_a_demonstration_well_and_a_missing_crl_broken() {
    let copy = copy_of(on_sqlite());
    igc_in(copy.path(), &["doctor"]).expect_exit(0);
    fs::remove_file(copy.path().join("public/crl/ACI-FO-PP.crl")).unwrap();
    let broken = igc_in(copy.path(), &["doctor"]).expect_exit(1).json();
    let finding = broken.as_array().unwrap().iter().find(|row| row["what"] == "CRL ACI-FO-PP").unwrap();
    assert_eq!(finding["verdict"], "broken");
    igc_in(copy.path(), &["job", "run", "publication"]).expect_exit(0);
    igc_in(copy.path(), &["doctor"]).expect_exit(0);
}

#[test]
fn doctor_says_that_an_import_which_broke_off_stops_re_validation() {
    let copy = copy_of(on_sqlite());
    let register = || {
        let doctor = run(igc().args(["-o", "json", "doctor", "--dir"]).arg(copy.path())).json();
        let rows = doctor.as_array().unwrap().iter().filter(|it| it["what"] == "register").cloned();
        rows.map(|it| format!("{}: {}", it["verdict"].as_str().unwrap(), it["found"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(register(), ["well: no feed is put aside"]);
    let mut db = SqliteConnection::establish(copy.path().join("igc.sqlite").to_str().unwrap()).unwrap();
    db.batch_execute(
        "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, rows_rejected)
         SELECT lower(hex(zeroblob(32))), source, file_name, extracted_at + 1, imported_at, 'importing', sequence + 1, 0, 0
         FROM register_feeds ORDER BY sequence DESC LIMIT 1",
    )
    .unwrap();
    drop(db);
    assert!(register().iter().any(|it| it.starts_with("warning: the newest extract is half imported")));
}

#[test]
fn doctor_says_that_the_newest_extract_names_nobody_who_has_left_and_that_rows_cannot_be_read() {
    let copy = copy_of(on_sqlite());
    let mut db = SqliteConnection::establish(copy.path().join("igc.sqlite").to_str().unwrap()).unwrap();
    db.batch_execute(
        "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, rows_rejected,
             difference)
         SELECT lower(hex(zeroblob(32))), source, 'muet.txt', extracted_at + 1, imported_at, 'complete', sequence + 1, 5, 1,
             '{\"new\":0,\"changed\":2,\"ceased\":0,\"merged\":0,\"held\":0,\"reappeared\":0,\"unreadable\":2}'
         FROM register_feeds ORDER BY sequence DESC LIMIT 1",
    )
    .unwrap();
    drop(db);
    let doctor = run(igc().args(["-o", "json", "doctor", "--dir"]).arg(copy.path())).json();
    let says = |verdict: &str, found: &str| {
        let rows = doctor.as_array().unwrap();
        rows.iter().any(|it| it["verdict"] == verdict && it["found"].as_str().unwrap().starts_with(found))
    };
    assert!(says("warning", "muet.txt does not say who has left"), "{doctor}");
    assert!(says("broken", "2 rows of the register cannot be read"), "{doctor}");
}

#[test]
fn doctor_finds_rows_that_contradict_each_other() {
    let copy = copy_of(on_sqlite());
    let rows = || {
        let doctor = run(igc().args(["-o", "json", "doctor", "--dir"]).arg(copy.path())).json();
        let rows = doctor.as_array().unwrap().iter().filter(|it| it["what"] == "rows").cloned();
        rows.map(|it| format!("{}: {}", it["verdict"].as_str().unwrap(), it["found"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(rows(), ["well: cards, certificates, status log and opposition list agree"]);
    // What only somebody who owns the file can do: the triggers refuse it.
    let mut db = SqliteConnection::establish(copy.path().join("igc.sqlite").to_str().unwrap()).unwrap();
    for trigger in triggers(&mut db) {
        db.batch_execute(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    db.batch_execute(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
         UPDATE certificates SET status = 'good' WHERE status = 'revoked';
         DELETE FROM card_oppositions;",
    )
    .unwrap();
    drop(db);
    let broken = rows();
    for rule in [
        "a card is opposed, and a certificate of it is good: 26",
        "a card is opposed, and does not stand on the opposition list: 26",
        "the status log says that a certificate ended, and it did not: ACI-FO-PP ",
        "the counter of the opposition list is not at its newest entry: last 1 (1 in all)",
    ] {
        assert!(broken.iter().any(|it| it.starts_with(&format!("broken: {rule}"))), "{rule}: {broken:?}");
    }
    assert_eq!(broken.len(), 4, "{broken:?}");
}

#[test]
fn doctor_says_of_a_clock_that_went_back_and_of_tokens_that_are_gone_what_is_wrong() {
    let copy = copy_of(on_sqlite());
    let broken = |finished: Finished, what: &str| {
        let findings = finished.expect_exit(1).json();
        findings.as_array().unwrap().iter().any(|row| row["what"] == what && row["verdict"] == "broken")
    };
    let mut back = Command::new("faketime");
    let igc = igc();
    back.args(["-f", "-5d"]).arg(igc.get_program()).args(igc.get_args());
    back.args(["-o", "json", "doctor", "--dir"]).arg(copy.path());
    assert!(broken(run(&mut back), "CRL ACI-FO-PP"), "nothing can be signed before the CRL that stands");
    fs::rename(copy.path().join("tokens/store"), copy.path().join("tokens/away")).unwrap();
    assert!(broken(igc_in(copy.path(), &["doctor"]), "tokens"), "and the rest is looked at all the same");
}

/// Invariant 10: what stands on a CRL leaves it only where that is explained. The last good one goes on being served.
#[test]
fn a_crl_that_would_forget_a_revocation_is_not_published_and_is_loud_at_once() {
    let copy = copy_of(on_sqlite());
    igc_in(copy.path(), &["job", "run", "full-crl"]).expect_exit(0);
    let published = || fs::read(copy.path().join("public/crl/ACI-FO-PP.crl")).unwrap();
    let (good, job) = (published(), |name: &str| igc_in(copy.path(), &["job", "run", name]));
    let mut db = SqliteConnection::establish(copy.path().join("igc.sqlite").to_str().unwrap()).unwrap();
    for trigger in triggers(&mut db) {
        db.batch_execute(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    db.batch_execute(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
         UPDATE certificates SET status = 'good', revoked_at = NULL, revocation_reason = NULL
         WHERE issuer = 'ACI-FO-PP' AND status = 'revoked';
         DELETE FROM certificate_status_events WHERE issuer = 'ACI-FO-PP';",
    )
    .unwrap();
    drop(db);
    let refused = job("full-crl").expect_exit(9);
    assert!(refused.stderr.contains("crl-entry-lost"), "{}", refused.stderr);
    assert_eq!(published(), good);
    let doctor = igc_in(copy.path(), &["doctor"]).expect_exit(1).json();
    let row = doctor.as_array().unwrap().iter().find(|row| row["what"] == "job full-crl").unwrap();
    assert_eq!(row["verdict"], "broken", "{row}");
    assert!(row["found"].as_str().unwrap().contains("crl-entry-lost"), "{row}");
}
