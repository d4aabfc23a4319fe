//! A key that somebody else has is recorded by the operator: what was good over it is revoked, and it is certified for nobody again, also where
//! its certificate had ended before anybody knew.

use std::fs;
use std::path::PathBuf;

use acceptance::harness::{DatabaseKind, Finished, igc, openssl, run};
use ca_core::certificate::{self, Certificate};
use card::CardStatus;
use diesel::prelude::*;
use openssl::pkey::{PKey, Private};
use openssl::sha::sha256;
use serde_json::{Value, json};
use store::DatabaseRole;
use store::schema::certificate_requests;

use super::invariants::of_card;
use super::server_certificate::approve_server_certificate;
use super::status_service::status_service;
use super::workshop::{REVOKER, SUBMITTER, Workshop, workshop};

/// The officer who reads, and ends nothing.
const AUDITOR: &str = "andrea.leroy";
const SOURCE: [&str; 2] = ["--source", "trouvée dans un dépôt public, signalement 2026-114"];

/// A server's certificate, good, and its key; the request stays in `request.pem`.
fn certified(workshop: &Workshop, host: &str) -> (Certificate, PKey<Private>) {
    let key = approve_server_certificate(workshop, host);
    workshop.job("certification");
    let mut db = workshop.open(DatabaseRole::Owner);
    let (issuer, serial): (Option<String>, Option<String>) = certificate_requests::table
        .filter(certificate_requests::common_name.eq(host))
        .select((certificate_requests::issuer, certificate_requests::serial))
        .first(&mut db)
        .unwrap();
    let serial = serial.unwrap().parse().unwrap();
    (certificate::find(&mut db, &issuer.unwrap(), &serial).unwrap().unwrap(), key)
}

fn name(certificate: &Certificate) -> String {
    format!("{}/{}", certificate.issuer, certificate.serial)
}

fn written(workshop: &Workshop, name: &str, octets: &[u8]) -> PathBuf {
    let file = workshop.dir().join(name);
    fs::write(&file, octets).unwrap();
    file
}

fn add(workshop: &Workshop, arguments: &[&str]) -> Finished {
    run(workshop.command(&["certificate", "compromised-key", "add"]).args(arguments))
}

fn added(workshop: &Workshop, arguments: &[&str]) -> Value {
    add(workshop, &[arguments, &SOURCE].concat()).expect_exit(0).json()
}

#[track_caller]
fn refused(workshop: &Workshop, arguments: &[&str], exit: i32, code: &str) -> String {
    let refused = add(workshop, &[arguments, &SOURCE].concat()).expect_exit(exit);
    assert!(refused.stderr.contains(&format!("\"code\":\"{code}\"")), "{}", refused.stderr);
    refused.stderr
}

/// The same request once more, over the same key.
fn asked_again(workshop: &Workshop, host: &str) -> Finished {
    let structure: String = certificate_requests::table
        .filter(certificate_requests::common_name.eq(host))
        .select(certificate_requests::structure)
        .first(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    let asked =
        ["certificate", "request", "--profile", "el-org-serv-ssl", "--structure", &structure, "--csr"];
    run(workshop.command(&asked).arg(workshop.dir().join("request.pem")).args(["--as", SUBMITTER]))
}

fn word(workshop: &Workshop, certificate: &Certificate) -> &'static str {
    let mut db = workshop.open(DatabaseRole::Owner);
    certificate::find(&mut db, &certificate.issuer, &certificate.serial).unwrap().unwrap().status.word()
}

#[test]
fn a_key_that_is_learnt_to_be_compromised_after_its_certificate_has_ended_is_certified_for_nobody() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let host = "remplace.exemple.test";
        let (superseded, _) = certified(&workshop, host);
        let (issuer, serial) = (&superseded.issuer, superseded.serial.to_string());
        workshop.igc(&["certificate", "revoke", issuer, &serial, "--reason", "superseded", "--as", REVOKER]);
        let der = written(&workshop, "shown.cer", superseded.status.der().unwrap());
        let der = der.to_str().unwrap();
        let first = added(&workshop, &[der]);
        assert_eq!((&first["already"], &first["revoked"]), (&json!(false), &json!([])), "{first}");
        assert_eq!(first.get("publication"), None, "nothing was there to publish");

        // The same by each other way to tell of it.
        let csr = workshop.dir().join("request.pem").display().to_string();
        let digest = first["spki_sha256"].as_str().unwrap().to_owned();
        let by_name = name(&superseded);
        for told in [vec![csr.as_str()], vec!["--certificate", &by_name], vec!["--spki-sha256", &digest]] {
            let again = added(&workshop, &told);
            assert_eq!((&again["already"], &again["learnt_at"]), (&json!(true), &first["learnt_at"]));
        }
        let words = run(igc()
            .arg("--dir")
            .arg(workshop.dir())
            .args(["certificate", "compromised-key", "add", der])
            .args(SOURCE))
        .expect_exit(0);
        let since = first["learnt_at"].as_str().unwrap();
        assert!(words.stdout.contains(&format!("was recorded as compromised {since}")), "{}", words.stdout);

        let refused = asked_again(&workshop, host).expect_exit(4);
        assert!(refused.stderr.contains("\"code\":\"request-key-known\""), "{}", refused.stderr);
        assert!(refused.stderr.contains("n'a pas été compromise"), "{}", refused.stderr);
        let listed = workshop.igc(&["certificate", "compromised-key", "list"]).json();
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!((&listed[0]["spki_sha256"], &listed[0]["source"]), (&json!(digest), &json!(SOURCE[1])));
        assert!(listed[0]["recorded_by"].as_str().unwrap().starts_with("operator:"), "{listed}");
        workshop.check();
        workshop.the_bundle_holds();
    }
}

#[test]
fn a_certificate_that_is_good_over_the_key_is_revoked_with_the_record_and_ocsp_says_so() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let (good, key) = certified(&workshop, "vivant.exemple.test");
        let status = status_service(&workshop);
        status.comes_to_say(&workshop, &good, "good");
        let public = written(&workshop, "public.pem", &key.public_key_to_pem().unwrap());
        let done = added(&workshop, &[public.to_str().unwrap(), "--as", REVOKER]);
        assert_eq!((&done["already"], &done["revoked"]), (&json!(false), &json!([name(&good)])));
        assert!(["published", "under-way"].contains(&done["publication"].as_str().unwrap()), "{done}");
        status.comes_to_say(&workshop, &good, "revoked");
        assert!(status.ask(&workshop, &good).said().contains("Reason: keyCompromise"));
        workshop.igc(&["publish", "crl"]);
        let crl = workshop.dir().join(format!("public/crl/{}.crl", good.issuer)).display().to_string();
        let listed = openssl(["crl", "-inform", "DER", "-in", &crl, "-noout", "-text"]).expect_exit(0).stdout;
        let (_, entry) = listed.split_once(&format!("Serial Number: {}", good.serial)).expect("it is listed");
        assert!(entry.lines().take(5).any(|line| line.trim() == "Key Compromise"), "{entry}");

        workshop.check();
        workshop.the_bundle_holds();

        // The operator of a production records too, and nobody in an officer's name.
        let (other, _) = certified(&workshop, "autre.exemple.test");
        workshop.put_into_production();
        let by_name = name(&other);
        refused(&workshop, &["--certificate", &by_name, "--as", REVOKER], 6, "decision-needed");
        assert_eq!(word(&workshop, &other), "good");
        assert_eq!(added(&workshop, &["--certificate", &by_name])["revoked"], json!([by_name]));
    }
}

#[test]
fn an_expired_certificate_is_left_as_it_is_and_its_key_is_barred() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let host = "expire.exemple.test";
    let (expired, _) = certified(&workshop, host);
    workshop.configure("demo", "clock_offset_days", 2000);
    assert!(expired.not_after < workshop.now());
    let done = added(&workshop, &["--certificate", &name(&expired)]);
    assert_eq!((&done["already"], &done["revoked"]), (&json!(false), &json!([])));
    assert_eq!(word(&workshop, &expired), "good");
    let refused = asked_again(&workshop, host).expect_exit(4);
    assert!(refused.stderr.contains("request-key-known"), "{}", refused.stderr);
}

#[test]
fn what_is_told_wrongly_records_nothing() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let file = |name: &str, octets: &[u8]| written(&workshop, name, octets).display().to_string();
    let key = PKey::from_rsa(openssl::rsa::Rsa::generate(2048).unwrap()).unwrap();
    let private = file("test-only-private.pem", &key.private_key_to_pem_pkcs8().unwrap());
    let said = refused(&workshop, &[&private], 2, "compromised-key-unreadable");
    assert!(said.contains("-pubout"), "{said}");
    let pem = key.public_key_to_pem().unwrap();
    let two = file("two.pem", &[pem.clone(), pem.clone()].concat());
    refused(&workshop, &[&two], 2, "compromised-key-unreadable");
    let long = file("long", &vec![b' '; 64 * 1024 + 1]);
    refused(&workshop, &[&long], 2, "file-too-long");
    refused(&workshop, &["nowhere.pem"], 1, "file-failed");
    refused(&workshop, &["--spki-sha256", "63DA"], 2, "argument-invalid");
    refused(&workshop, &["--certificate", "ACI-EL-ORG"], 2, "argument-invalid");
    refused(&workshop, &["--certificate", "ACI-EL-ORG/00FF"], 3, "certificate-unknown");
    let good = file("public.pem", &pem);
    let digest = hex::encode(sha256(&key.public_key_to_der().unwrap()));
    refused(&workshop, &[], 2, "argument-invalid");
    refused(&workshop, &[&good, "--spki-sha256", &digest], 2, "argument-invalid");
    refused(&workshop, &[&good, "--as", AUDITOR], 5, "officer-role-missing");
    add(&workshop, &[&good, "--source", " "]).expect_exit(2);
    add(&workshop, &[&good]).expect_exit(2);

    // What the PKI stands on ends at a ceremony, and a card by its opposition.
    let authority = workshop.dir().join("public/ca/ACI-FO-PP.cer");
    let said = refused(&workshop, &[authority.to_str().unwrap()], 4, "compromised-key-serves");
    assert!(said.contains("ACR-FO"), "{said}");
    let card = workshop.cards(CardStatus::Active)[0];
    let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
    let by_name = name(&certificate);
    let said = refused(&workshop, &["--certificate", &by_name], 4, "compromised-key-on-card");
    assert!(said.contains(&card.to_string()) && said.contains("igc opposition add"), "{said}");
    assert_eq!(word(&workshop, &certificate), "good");
    assert_eq!(workshop.igc(&["certificate", "compromised-key", "list"]).json(), json!([]));

    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "defective", "--as", REVOKER]);
    assert_eq!(added(&workshop, &["--certificate", &by_name])["revoked"], json!([]));
}

/// What doctor finds of keys that are recorded and go on signing.
fn in_service(workshop: &Workshop) -> Vec<Value> {
    let doctor = run(&mut workshop.command(&["doctor"]));
    let findings: Value = serde_json::from_str(&doctor.stdout).unwrap();
    findings.as_array().unwrap().iter().filter(|one| one["check"] == "compromised-keys").cloned().collect()
}

#[test]
fn the_key_of_a_root_or_of_the_audit_log_is_recorded_and_doctor_says_so_and_a_strange_digest_is_told() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        assert_eq!(in_service(&workshop)[0]["verdict"], "well");
        let root = workshop.dir().join("public/ca/ACR-FO.cer").display().to_string();
        let recorded = added(&workshop, &[&root]);
        assert_eq!(
            (&recorded["revoked"], &recorded["goes_on"][0]["service"]),
            (&json!([]), &json!("root ACR-FO"))
        );
        let audit: Vec<u8> = store::schema::service_keys::table
            .filter(store::schema::service_keys::purpose.eq("audit"))
            .select(store::schema::service_keys::public_key)
            .first(&mut workshop.open(DatabaseRole::Owner))
            .unwrap();
        let recorded = added(&workshop, &["--spki-sha256", &hex::encode(sha256(&audit))]);
        assert_eq!(recorded["goes_on"][0]["service"], "the audit log");
        assert_eq!(recorded.get("hint"), None, "it is known");
        let found = in_service(&workshop);
        let of: Vec<&str> = found.iter().map(|one| one["what"].as_str().unwrap()).collect();
        assert_eq!(of, ["root ACR-FO", "the audit log"]);
        assert!(found.iter().all(|one| one["verdict"] == "broken" && one["action"] != ""), "{found:?}");

        let strange = added(&workshop, &["--spki-sha256", &hex::encode([7; 32])]);
        assert!(strange["hint"].as_str().unwrap().contains("openssl dgst -sha256"), "{strange}");
        let all = workshop.igc(&["certificate", "compromised-key", "list"]).json();
        assert_eq!(all.as_array().unwrap().len(), 3);
        let (mut paged, mut after) = (Vec::new(), String::new());
        for _ in 0..3 {
            let mut list = workshop.command(&["certificate", "compromised-key", "list", "--limit", "1"]);
            if !after.is_empty() {
                list.args(["--after", &after]);
            }
            let page = run(&mut list).expect_exit(0).json();
            let part = |name: &str| page[0][name].as_str().unwrap().to_owned();
            after = format!("{}/{}", part("spki_sha256"), part("known_by"));
            paged.push(page[0].clone());
        }
        assert_eq!(json!(paged), all);
    }
}
