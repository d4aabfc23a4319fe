//! What the worker does by the clock: cron expressions of `igc.toml`.

use std::time::Duration;

use acceptance::harness::{DatabaseKind, openssl, run, start};
use ca_core::job_run;
use diesel::connection::SimpleConnection;
use store::DatabaseRole;

use super::standstill::until;
use super::workshop::{Workshop, workshop};

/// CRLNumber of the published CRL, as OpenSSL reads it.
fn number(workshop: &Workshop) -> u64 {
    let file = workshop.dir().join("public/crl/ACI-FO-PP.crl");
    let said = openssl(["crl", "-inform", "DER", "-noout", "-crlnumber", "-in", file.to_str().unwrap()]);
    let said = said.expect_exit(0).stdout;
    u64::from_str_radix(said.trim().trim_start_matches("crlNumber=").trim_start_matches("0x"), 16)
        .unwrap_or_else(|error| panic!("{said}: {error}"))
}

/// The CRL lasts ten days here and nothing is revoked: only its schedule makes a new one.
#[test]
fn the_worker_makes_the_crl_anew_whenever_its_schedule_says_so() {
    let workshop = workshop(DatabaseKind::Sqlite);
    workshop.job("full-crl");
    workshop.configure("jobs", "full_crl", "*/2 * * * * *");
    let before = number(&workshop);
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let mut last = before;
    for _ in 0..3 {
        until("another CRL", || number(&workshop) > last);
        last = number(&workshop);
    }
    assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());

    // One that is due but once a year runs beside it for as long without another.
    workshop.configure("publication", "crl_lifetime_hours", 9000);
    workshop.configure("jobs", "full_crl", "0 0 3 29 2 *");
    let refused = run(&mut workshop.command(&["serve", "--role", "worker"]));
    assert!(refused.expect_exit(2).stderr.contains("jobs.full_crl"), "a leap day comes every fourth year");
    workshop.configure("jobs", "full_crl", "0 0 3 1 1 *");
    let (before, started) = (number(&workshop), workshop.now());
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let has_run = || {
        let runs = job_run::all(&mut workshop.open(DatabaseRole::Owner)).unwrap();
        runs.iter().any(|run| run.job == "publication" && run.began_at > started)
    };
    until("the worker goes about its work", has_run);
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(number(&workshop), before, "made anew by nobody");
    assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());

    // Nobody was there when it was due: the next one makes up for it, once.
    let a_year_ago = "UPDATE job_runs SET began_at = began_at - 34560000000 WHERE job = 'full-crl'";
    workshop.open(DatabaseRole::Owner).batch_execute(a_year_ago).unwrap();
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    until("what was missed is made up for", || number(&workshop) > before);
    let made = number(&workshop);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(number(&workshop), made, "once");
    assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());
}
