//! What was answered of a certificate at a moment, for a prescription that somebody disputes: told from the log, the
//! recorded CRLs and what was seen from outside, with proofs.

use std::fs;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, openssl, run};
use ca_core::certificate::Certificate;
use ca_core::status_log;
use card::CardStatus;
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};
use store::{DatabaseRole, Timestamp};

use super::audit_bundle::triggers;
use super::invariants::of_card;
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, workshop};

fn history(workshop: &Workshop, certificate: &Certificate, at: Timestamp) -> Value {
    let at = at.to_string();
    workshop.igc(&["certificate", "history", &certificate.serial.to_string(), "--at", &at]).json()
}

/// When the log says that it ended.
fn ended(workshop: &Workshop, certificate: &Certificate) -> Timestamp {
    let events = status_log::since(&mut workshop.open(DatabaseRole::Owner), 0, 1000).unwrap();
    events.iter().find(|event| event.serial == certificate.serial.to_string()).unwrap().occurred_at
}

fn crl<'a>(told: &'a Value, kind: &str) -> &'a Value {
    told["crls"].as_array().unwrap().iter().find(|crl| crl["kind"] == kind).unwrap()
}

fn tells_before_and_after(kind: DatabaseKind) {
    let workshop = workshop(kind);
    let card = workshop.cards(CardStatus::Active)[0];
    let status = status_service(&workshop);
    let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
    let kept = workshop.dir().join("kept.der");
    let asked = status.ask_keeping(&workshop, &certificate, &kept);
    assert!(asked.said().contains("Response verify OK"), "{}", asked.said());
    // Moments on the command line have whole seconds.
    std::thread::sleep(Duration::from_secs(2));
    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER]);
    workshop.job("publication");
    status.comes_to_say(&workshop, &certificate, "revoked");
    workshop.igc(&["job", "run", "coherence"]);
    workshop.igc(&["job", "run", "audit"]);
    let ended = ended(&workshop, &certificate);

    let before = history(&workshop, &certificate, ended.minus(Duration::from_secs(1)));
    assert_eq!((&before["issuer"], &before["ocsp"]), (&json!(certificate.issuer), &json!("good")));
    for kind in ["full", "delta"] {
        assert_eq!(crl(&before, kind)["revoked_at"], Value::Null, "{before}");
    }
    let moment = |value: &Value| -> Timestamp {
        value.as_str().unwrap_or_else(|| panic!("{before}")).parse().unwrap()
    };
    let held = &before["held_elsewhere"];
    for until in ["ocsp_good_until", "crl_without_until", "delta_without_until"] {
        assert!(
            moment(&held[until]) > ended.plus(Duration::from_secs(6 * 86_400)),
            "answers live a week here: {held}"
        );
    }

    let now = workshop.now();
    let after = history(&workshop, &certificate, now.plus(Duration::from_secs(3)));
    assert_eq!((&after["ocsp"], &after["ended"]["reason"]), (&json!("revoked"), &json!("keyCompromise")));
    assert!(moment(&after["ended"]["seen_in_ocsp_at"]) >= ended.whole_second(), "{after}");
    let not_known = after["not_known"].as_str().unwrap();
    assert!(
        not_known.contains("seen at one address") && not_known.contains("ocsp_good_until"),
        "{not_known}"
    );
    for kind in ["full", "delta"] {
        let crl = crl(&after, kind);
        assert_eq!(moment(&crl["revoked_at"]), ended.whole_second(), "{crl}");
        let name = if kind == "full" { ".crl" } else { "-delta.crl" };
        let file = fs::read(workshop.dir().join(format!("public/crl/{}{name}", certificate.issuer))).unwrap();
        assert_eq!(crl["sha256"], hex_sha256(&file), "the one that is published: {crl}");
    }
    // Issued, revoked, and each CRL with the digest that is shown: all of it in the log, proven.
    let proofs = after["proofs"].as_array().unwrap();
    let event = |action: &str| proofs.iter().find(|proof| proof["event"]["action"] == action);
    for action in ["certificate.issued", "certificate.revoked", "crl.issued"] {
        let proof = event(action).unwrap_or_else(|| panic!("{action}: {after}"));
        assert!(
            proof["checkpoint"].as_str().unwrap().contains("\n\u{2014} audit.igc-sante.invalid/"),
            "{proof}"
        );
        assert!(!proof["path"].as_array().unwrap().is_empty());
    }
    assert!(proofs.iter().any(|proof| {
        let payload = proof["event"]["payload"].as_str().unwrap_or_default();
        payload.contains(crl(&after, "full")["sha256"].as_str().unwrap())
    }));

    verified_by_another_program(&workshop, &after);

    // An answer that somebody kept: ours, what it said, and its line in the ledger.
    let serial = certificate.serial.to_string();
    let kept_name = kept.display().to_string();
    let brought = workshop.igc(&["certificate", "history", &serial, "--answer", &kept_name]).json();
    assert_eq!(brought["answer"]["status"], "good");
    assert!(brought["answer"]["ledger"]["sequence"].as_u64().is_some(), "{brought}");
    let mut forged = fs::read(&kept).unwrap();
    let middle = forged.len() / 2;
    forged[middle] ^= 1;
    fs::write(&kept, forged).unwrap();
    let refused = run(&mut workshop.command(&["certificate", "history", &serial, "--answer", &kept_name]));
    assert!(refused.expect_exit(2).stderr.contains("ocsp-answer-not-ours"));
}

/// The printed proofs hold for a script of the Python standard library and OpenSSL, and no altered one does.
fn verified_by_another_program(workshop: &Workshop, told: &Value) {
    let place = acceptance::harness::folder();
    let [script, file, key] = ["verify.py", "history.json", "key"].map(|name| place.path().join(name));
    fs::write(&script, include_str!("status_history/verify_proofs.py")).unwrap();
    let key_of_the_log = fs::read_to_string(workshop.dir().join("audit/key")).unwrap();
    let verify = |told: &Value, verifier_key: &str| {
        fs::write(&file, told.to_string()).unwrap();
        fs::write(&key, verifier_key).unwrap();
        run(Command::new("python3").arg(&script).arg(&key).arg(&file))
    };
    let said = verify(told, &key_of_the_log).expect_exit(0).stdout;
    let proofs = told["proofs"].as_array().unwrap();
    let expected = proofs
        .iter()
        .map(|proof| format!("{} {}\n", proof["event"]["action"].as_str().unwrap(), proof["index"]));
    assert_eq!(said, expected.collect::<String>());
    let last = format!("/proofs/{}", proofs.len() - 1);
    for (what, altered) in [
        ("event/actor", json!("job nobody")),
        ("event/subject", json!("certificate ACI-FO-PP 1D00")),
        ("event/occurred_at", json!(0)),
        ("event/payload", json!("{}")),
        ("index", json!(0)),
        ("path/0", json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
    ] {
        let mut told = told.clone();
        *told.pointer_mut(&format!("{last}/{what}")).unwrap() = altered;
        let refused = verify(&told, &key_of_the_log);
        assert_eq!(refused.status.code(), Some(1), "{what}: {}", refused.said());
    }
    let mut told = told.clone();
    let head = told.pointer_mut(&format!("{last}/checkpoint")).unwrap();
    *head = json!(head.as_str().unwrap().replacen("igc-signed-at 1", "igc-signed-at 2", 1));
    assert_eq!(
        verify(&told, &key_of_the_log).expect_exit(1).stderr,
        "the head's signature does not verify\n"
    );
}

fn hex_sha256(octets: &[u8]) -> String {
    let place = acceptance::harness::folder();
    let file = place.path().join("file");
    fs::write(&file, octets).unwrap();
    let said = openssl(["dgst", "-sha256", "-r", file.to_str().unwrap()]).expect_exit(0).stdout;
    said.split(' ').next().unwrap().to_owned()
}

#[test]
fn what_was_answered_before_and_after_an_opposition_is_told_with_proofs_on_sqlite() {
    tells_before_and_after(DatabaseKind::Sqlite);
}

#[test]
fn what_was_answered_before_and_after_an_opposition_is_told_with_proofs_on_postgresql() {
    tells_before_and_after(DatabaseKind::Postgresql);
}

#[test]
fn a_crl_that_was_altered_in_the_database_is_shown_to_nobody() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0];
    let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
    let mut db = SqliteConnection::establish(workshop.dir().join("igc.sqlite").to_str().unwrap()).unwrap();
    for trigger in triggers(&mut db) {
        db.batch_execute(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    let issuer = &certificate.issuer;
    db.batch_execute(&format!(
        "UPDATE crls SET der = substr(der, 1, length(der) - 1) || X'00' WHERE issuer = '{issuer}' AND kind = 'full'"
    ))
    .unwrap();
    drop(db);
    let serial = certificate.serial.to_string();
    let refused = run(&mut workshop.command(&["certificate", "history", &serial])).expect_exit(8);
    assert!(refused.stderr.contains("history-crl-altered"), "{}", refused.stderr);
    let unknown = run(&mut workshop.command(&["certificate", "history", "1D00"])).expect_exit(3);
    assert!(unknown.stderr.contains("certificate-unknown"), "{}", unknown.stderr);
}
