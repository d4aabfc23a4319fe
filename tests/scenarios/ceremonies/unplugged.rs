//! The token of the roots is away in normal running: everything works, and says how long their lists last.

use std::fs;
use std::time::Duration;

use acceptance::harness::{self, DatabaseKind, free_port, openssl, run, wait_for_port};
use card::CardStatus;
use serde_json::json;
use store::DatabaseRole;

use super::token_folder;
use crate::scenarios::invariants::of_card;
use crate::scenarios::standstill::until;
use crate::scenarios::workshop::{Workshop, workshop};

/// The token's folder is somewhere else, as when it is unplugged.
fn unplug(workshop: &Workshop) {
    let token = token_folder(workshop.dir(), "igc-roots").unwrap();
    fs::rename(&token, workshop.dir().join("unplugged")).unwrap();
    assert_eq!(token_folder(workshop.dir(), "igc-roots"), None);
}

#[test]
fn without_the_token_of_the_roots_cards_are_certified_lists_published_and_the_doctor_is_content() {
    let workshop = workshop(DatabaseKind::Sqlite);
    unplug(&workshop);
    workshop.personalise(1);
    workshop.certify_the_rest();
    workshop.job("reserve");
    for job in ["publication", "full-crl", "publication"] {
        assert_eq!(workshop.job(job)["failed"], json!([]), "{job}");
    }
    // No worker takes the events into the log meanwhile.
    workshop.igc(&["job", "run", "audit"]);
    let doctor = workshop.igc(&["doctor", "--strict"]);
    assert!(doctor.stdout.contains("token roots is away"), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("lasts 364 days"), "{}", doctor.stdout);

    // Nor need tokens.toml name it.
    let tokens = workshop.dir().join("tokens/tokens.toml");
    let text = fs::read_to_string(&tokens).unwrap();
    let (head, rest) = text.split_once("# The roots").unwrap();
    let rest = &rest[rest.find("# The six issuing").unwrap()..];
    fs::write(&tokens, format!("{head}{rest}")).unwrap();
    workshop.igc(&["doctor", "--strict"]);
    assert_eq!(workshop.job("full-crl")["failed"], json!([]));
}

#[test]
fn warning_and_alarm_of_a_root_crl_come_from_the_configuration() {
    let workshop = workshop(DatabaseKind::Sqlite);
    unplug(&workshop);
    for (alarm, urgency, strict, lax) in [(14, "warning", 1, 0), (366, "alarm", 1, 1)] {
        workshop.configure("publication", "root_crl_warning_days", 400);
        workshop.configure("publication", "root_crl_alarm_days", alarm);
        let job = workshop.igc(&["job", "run", "root-crls"]);
        let said = job.json();
        assert_eq!(said.as_array().unwrap().len(), 3);
        assert!(said.as_array().unwrap().iter().all(|root| root["urgency"] == urgency), "{said}");
        assert!(job.stderr.contains("ceremony of kind root-crl"), "{}", job.stderr);
        run(&mut workshop.command(&["doctor", "--strict"])).expect_exit(strict);
        run(&mut workshop.command(&["doctor"])).expect_exit(lax);
        // It is no fault of publication, and no reason to say so every few seconds.
        let publication = workshop.igc(&["job", "run", "publication"]);
        assert!(!publication.stderr.contains("ACR-"), "{}", publication.stderr);
    }
}

#[test]
fn every_role_serves_without_the_token_of_the_roots() {
    let workshop = workshop(DatabaseKind::Sqlite);
    unplug(&workshop);
    let [web, status, operations] = [free_port(), free_port(), free_port()];
    for (key, port) in [("web", web), ("status", status), ("operations", operations)] {
        workshop.configure("listen", key, format!("127.0.0.1:{port}"));
    }
    let card = workshop.personalise(1)[0];
    let mut serving = harness::start(workshop.command(&["serve"]).env("IGC_LOG", "info"));
    for port in [web, status, operations] {
        wait_for_port(port, Duration::from_secs(30));
    }
    let begun = std::time::Instant::now();
    // The demonstration's bureau delivers it as soon as it is certified.
    while !workshop.cards(CardStatus::Active).contains(&card) {
        assert!(begun.elapsed() < Duration::from_secs(30), "the worker certifies: {}", serving.stderr());
        std::thread::sleep(Duration::from_millis(100));
    }
    let asked = |path: &str| {
        let url = format!("http://localhost:{operations}{path}");
        run(std::process::Command::new("curl").args(["--silent", "--show-error", "--fail", &url]))
    };
    until("the status log was read once", || asked("/readyz").status.success());
    let get = |path: &str| asked(path).expect_exit(0).stdout;
    assert!(get("/readyz?verbose").contains("[+] crl ACR-FO full: ok, lasts 364 days"));
    assert!(get("/metrics").contains("igc_root_crl_remaining_seconds{issuer=\"ACR-FO\"} 31"));

    let mut db = workshop.open(DatabaseRole::Owner);
    let (_, certificate) = of_card(&mut db, &card).remove(0);
    let ca = workshop.dir().join("public/ca");
    let said = openssl([
        "ocsp",
        "-no_nonce",
        "-url",
        &format!("http://localhost:{status}/ocsp"),
        "-issuer",
        ca.join("ACI-FO-PP.cer").to_str().unwrap(),
        "-serial",
        &format!("0x{}", certificate.serial),
        "-CAfile",
        ca.join("chain.pem").to_str().unwrap(),
    ])
    .said();
    assert!(said.contains("Response verify OK") && said.contains("good"), "{said}");
    // Two rounds of publication are over by now.
    std::thread::sleep(Duration::from_secs(6));
    assert!(serving.stop(Duration::from_secs(30)).success());
    let log = serving.stderr();
    assert!(!log.contains("\"roots\"") && !log.contains("ERROR"), "{log}");
    assert_eq!(log.matches("the CRL of ACR-FO lasts").count(), 1, "once an hour: {log}");
}
