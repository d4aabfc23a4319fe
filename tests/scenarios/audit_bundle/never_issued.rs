//! Certificates that were recorded and never came to be: their rows are missed as those of the others are.

use std::fs;
use std::path::Path;

use acceptance::harness::{DatabaseKind, Finished, folder, igc_verify, run};
use diesel::connection::SimpleConnection;
use serde_json::Value;
use store::DatabaseRole;

use super::export;
use super::fields::every_field_is_found;
use crate::scenarios::workshop::{Workshop, workshop};

const BUREAU_BEFORE: &str = "bureau-before.pem";

fn verify(workshop: &Workshop, bundle: &Path) -> Finished {
    let [now, before] = ["bureau.pem", BUREAU_BEFORE].map(|name| workshop.dir().join(name));
    run(igc_verify().arg("--bureau").arg(now).arg("--bureau").arg(before).arg(bundle))
}

/// Runs a certification in a database that refuses one step of its certificates.
fn certify_up_to(workshop: &Workshop, refused: &str) {
    let trigger = format!(
        "CREATE TRIGGER refused_by_this_test BEFORE UPDATE ON certificates WHEN NEW.status = '{refused}'
         BEGIN SELECT RAISE(ABORT, 'refused by this test'); END"
    );
    let mut db = workshop.open(DatabaseRole::Owner);
    db.batch_execute(&trigger).unwrap();
    let ended = run(&mut workshop.command(&["job", "run", "certification"]));
    assert_ne!(ended.status.code(), Some(0), "{}", ended.stdout);
    db.batch_execute("DROP TRIGGER refused_by_this_test").unwrap();
}

fn sweep(workshop: &Workshop) {
    workshop.let_leases_pass();
    workshop.job("sweep");
}

/// Certificates that are abandoned, revoked without ever having been there, and of one more certification that went so far.
fn never_issued(refused: &str) -> Workshop {
    let workshop = workshop(DatabaseKind::Sqlite);
    workshop.configure("jobs", "lease_seconds", 2);
    // The demonstration's own cards are of the bureau before.
    fs::copy(workshop.dir().join("bureau.pem"), workshop.dir().join(BUREAU_BEFORE)).unwrap();
    workshop.personalise(1);
    certify_up_to(&workshop, "signing");
    sweep(&workshop);
    certify_up_to(&workshop, "good");
    sweep(&workshop);
    certify_up_to(&workshop, refused);
    workshop.job("audit");
    workshop
}

fn lines(file: &Path) -> Vec<Value> {
    fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(file: &Path, lines: &[Value]) {
    fs::write(file, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}

#[test]
fn a_row_of_a_certificate_that_was_never_issued_is_missed_whatever_its_state() {
    check(&never_issued("good"), &["abandoned", "revoked", "signing"]);
    check(&never_issued("signing"), &["intended"]);
}

fn check(workshop: &Workshop, states: &[&str]) {
    let place = folder();
    let bundle = place.path().join("bundle");
    export(workshop.dir(), &bundle);
    verify(workshop, &bundle).expect_exit(0);
    let [head, certificates, events] =
        ["bundle.json", "certificates.jsonl", "status_events.jsonl"].map(|name| bundle.join(name));
    let (counted, all, logged) = (fs::read_to_string(&head).unwrap(), lines(&certificates), lines(&events));
    for state in states {
        let gone = |line: &Value| line["status"] == *state && line["certificate"].is_null();
        let lost = all.iter().find(|line| gone(line)).unwrap_or_else(|| panic!("none is {state}"));
        let is_its = |line: &Value| line["serial"] == lost["serial"] && line["issuer"] == lost["issuer"];
        let without =
            |lines: &[Value]| lines.iter().filter(|line| !is_its(line)).cloned().collect::<Vec<_>>();
        let mut count: Value = serde_json::from_str(&counted).unwrap();
        count["certificates"] = (all.len() - 1).into();
        fs::write(&head, count.to_string()).unwrap();
        write(&certificates, &without(&all));
        write(&events, &without(&logged));
        let said = verify(workshop, &bundle).expect_exit(8).stdout;
        let row =
            format!("certificate {} {}", lost["issuer"].as_str().unwrap(), lost["serial"].as_str().unwrap());
        let words = "was recorded, and does not stand in certificates.jsonl";
        // Its status event leaves a hole, where others follow.
        let hole = logged.iter().position(is_its).filter(|place| place + 1 < logged.len());
        let hole = hole.map(|place| format!("has the number {}, where {} follows", place + 2, place + 1));
        assert!(hole.as_ref().is_none_or(|hole| said.contains(hole)), "{state}: {said}");
        assert_eq!(said.matches("BROKEN").count(), 1 + usize::from(hole.is_some()), "{state}: {said}");
        assert!(said.contains(&format!("BROKEN {row}: {words}")), "{state}: {said}");
    }
    fs::write(&head, &counted).unwrap();
    write(&certificates, &all);
    write(&events, &logged);
    let altered = every_field_is_found(&bundle, Some("bureaus"), &|bundle| verify(workshop, bundle));
    assert!(altered > 200, "{altered}");
}
