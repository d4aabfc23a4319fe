//! The token of the issuing authorities is away for days: who looks is told in time, and publication goes on by itself
//! once it is back. The clock of the installation is what moves (`demo.clock_offset_days`).

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Finished, run, start};
use ca_core::job_run;
use crl_publisher::crl::CrlKind;
use crl_publisher::crl::read::Crl;
use serde_json::Value;
use store::DatabaseRole;

use super::standstill::until;
use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

fn days_later(workshop: &Workshop, days: i64) {
    workshop.configure("demo", "clock_offset_days", days);
}

/// What doctor thinks of this, in a word.
fn verdict(doctor: &Finished, what: &str) -> String {
    let findings: Value = doctor.json();
    let found = findings.as_array().unwrap().iter().find(|line| line["what"] == what);
    found.map_or_else(|| "nothing".to_owned(), |line| line["verdict"].as_str().unwrap().to_owned())
}

/// Every CRL and delta of the issuing authorities.
fn lists(workshop: &Workshop) -> Vec<(PathBuf, CrlKind)> {
    let folder = workshop.dir().join("public/crl");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let issuing = names.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("ACI-"));
    issuing
        .map(|path| {
            let delta = path.to_str().unwrap().ends_with("-delta.crl");
            (path, if delta { CrlKind::Delta } else { CrlKind::Full })
        })
        .collect()
}

#[test]
fn a_token_that_is_away_is_told_at_half_and_at_three_quarters_of_a_crls_life_and_publication_resumes_by_itself()
 {
    let workshop = workshop(DatabaseKind::Sqlite);
    let (there, away) = (workshop.dir().join("tokens/store"), workshop.dir().join("tokens/away"));
    fs::rename(&there, &away).unwrap();
    // They live for ten days here.
    for (days, doctors, said) in [
        (4, ["well", "nothing"], ""),
        (6, ["warning", "warning"], "WARNING: not made anew since"),
        (8, ["broken", "broken"], "ALARM: not made anew since"),
    ] {
        days_later(&workshop, days);
        let failed = run(&mut workshop.command(&["job", "run", "publication"]));
        assert!(failed.stderr.contains("token"), "{}", failed.said());
        let doctor = run(&mut workshop.command(&["doctor"]));
        let found = ["CRL ACI-FO-PP", "delta CRL ACI-FO-PP"].map(|what| verdict(&doctor, what));
        assert_eq!(found, doctors, "after {days} days: {}", doctor.stdout);
        let service = status_service(&workshop);
        let mut readiness = String::new();
        until("the status role says how its CRLs are", || {
            readiness = service.readiness().1;
            readiness.contains("crl ACI-FO-PP full")
        });
        let line = readiness.lines().find(|line| line.contains("crl ACI-FO-PP full")).unwrap();
        assert!(line.starts_with("[+]") && line.contains(said), "after {days} days: {readiness}");
    }
    // Everything has ended meanwhile. Nobody does anything but plug it in again.
    days_later(&workshop, 60);
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let mut service = status_service(&workshop);
    assert!(!service.readiness().0);
    fs::rename(&away, &there).unwrap();
    until("every list lasts again, and every responder", || service.readiness().0);
    assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());
    assert!(service.process().stop(Duration::from_secs(30)).success());
    let doctor = run(&mut workshop.command(&["doctor"]));
    assert_eq!(verdict(&doctor, "CRL ACI-FO-PP"), "well", "{}", doctor.stdout);
}

/// Nobody runs a job by hand: the worker is started anew under each day's clock, as after a restart of the machine, and left to itself.
#[test]
fn no_list_ends_in_sixty_days_in_which_the_worker_runs() {
    let workshop = workshop(DatabaseKind::Sqlite);
    for days in (0..=60).step_by(4) {
        days_later(&workshop, days);
        let now = workshop.now();
        let before = lists(&workshop);
        assert_eq!(before.len(), 12, "six authorities: {before:?}");
        for (path, kind) in before {
            let der = fs::read(&path).unwrap();
            let crl = Crl::read(&der).unwrap();
            assert_eq!(crl.kind(), kind);
            assert!(crl.next_update > now, "{}: ended {}, and it is {now}", path.display(), crl.next_update);
        }
        let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
        // One that is asked to end while it is still starting ends otherwise.
        until("the worker goes about its work", || {
            let runs = job_run::all(&mut workshop.open(DatabaseRole::Owner)).unwrap();
            runs.iter().any(|run| run.job == "publication" && run.began_at >= now)
        });
        until("each list has been made anew that was due", || {
            lists(&workshop).iter().all(|(path, kind)| {
                let Ok(der) = fs::read(path) else { return false };
                let Ok(crl) = Crl::read(&der) else { return false };
                let life = crl.next_update.millis() - crl.this_update.millis();
                let left = crl.next_update.millis() - now.millis();
                crl.kind() == *kind && 2 * left >= life
            })
        });
        assert!(worker.stop(Duration::from_secs(30)).success(), "after {days} days: {}", worker.stderr());
    }
}
