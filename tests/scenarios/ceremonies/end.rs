//! The end of an authority: its last CRL outlives what it certified, its key is gone, and the rest goes on.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use acceptance::harness::{DatabaseKind, openssl, run, start};
use diesel::prelude::*;
use openssl::x509::{X509, X509Crl};
use serde_json::{Value, json};
use store::DatabaseRole;
use store::schema::service_keys;

use super::{objects_in_token, shipped};
use crate::scenarios::invariants::of_card;
use crate::scenarios::public_page::web;
use crate::scenarios::standstill::until;
use crate::scenarios::status_service::status_service;
use crate::scenarios::workshop::{Workshop, workshop};

#[test]
fn the_last_crl_outlives_every_certificate_the_key_is_gone_and_the_others_go_on() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    workshop.certify_the_rest();
    let keys = objects_in_token(workshop.dir(), "igc-issuing");
    end(&workshop, "ACI-FO-PP");
    assert_eq!(objects_in_token(workshop.dir(), "igc-issuing"), keys - 2);

    let mut db = workshop.open(DatabaseRole::Owner);
    let path = workshop.dir().join("public/crl/ACI-FO-PP.crl");
    let last = fs::read(&path).unwrap();
    let crl = X509Crl::from_der(&last).unwrap();
    let issuer = X509::from_der(&fs::read(workshop.dir().join("public/ca/ACI-FO-PP.cer")).unwrap()).unwrap();
    assert!(crl.verify(&issuer.public_key().unwrap()).unwrap());
    for (_, certificate) in of_card(&mut db, &card) {
        let certificate = X509::from_der(certificate.status.der().unwrap()).unwrap();
        assert!(crl.next_update().unwrap() > certificate.not_after(), "a certificate without a CRL");
    }

    // Normal running: nothing of it is asked for, nothing fails, and its last list is never replaced.
    for job in ["publication", "full-crl", "publication"] {
        assert_eq!(workshop.job(job)["failed"], json!([]), "{job}");
    }
    assert_eq!(fs::read(&path).unwrap(), last);
    let doctor = workshop.igc(&["doctor"]);
    assert!(!doctor.stdout.contains("key ACI-FO-PP\""), "{}", doctor.stdout);

    // It gives no certificate any more, and says so.
    let waiting = workshop.personalise(1);
    let done = workshop.job("certification");
    assert!(done.to_string().contains("ACI-FO-PP"), "{done}");
    assert_eq!(workshop.cards(card::CardStatus::Personalised), waiting);

    let again = run(&mut workshop.command(&["ceremony", "check", shipped("rollover").to_str().unwrap()]));
    assert_eq!(again.status.code(), Some(0), "a next generation may follow: {}", again.stderr);
    let text =
        openssl(["crl", "-inform", "DER", "-in", path.to_str().unwrap(), "-noout", "-text"]).expect_exit(0);
    assert!(text.stdout.contains("Next Update"));
}

/// Holds the end of an authority.
fn end(workshop: &Workshop, authority: &str) {
    let file = workshop.dir().join("end.toml");
    let text = fs::read_to_string(shipped("end-of-authority")).unwrap();
    fs::write(&file, text.replace("ACI-EL-PP", authority)).unwrap();
    let file = file.display().to_string();
    workshop.igc(&["ceremony", "run", &file, "--yes", "--operator", "Alix", "--witness", "Sacha"]);
}

/// What doctor thinks of each CRL of an authority, in a word.
fn verdicts(workshop: &Workshop, authority: &str) -> Vec<(String, String)> {
    let findings = run(&mut workshop.command(&["doctor"])).json();
    let of_it = |what: &str| what.contains("CRL") && what.ends_with(authority);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = findings.as_array().unwrap().iter().map(|one| (text(one, "what"), text(one, "verdict")));
    findings.filter(|(what, _)| of_it(what)).collect()
}

/// How many responders there ever were.
pub(super) fn responders(workshop: &Workshop) -> i64 {
    let ocsp = service_keys::table.filter(service_keys::purpose.eq("ocsp"));
    ocsp.count().get_result(&mut workshop.open(DatabaseRole::Owner)).unwrap()
}

/// Months after the end of an authority that certified next to nothing, years after that of another.
#[test]
fn once_all_that_an_ended_authority_certified_has_ended_nothing_public_is_wrong_for_that_and_nobody_is_alarmed()
 {
    const ENDED: &str = "ACI-ST-ORG";
    let workshop = workshop(DatabaseKind::Sqlite);
    end(&workshop, ENDED);
    let last = fs::read(workshop.dir().join(format!("public/crl/{ENDED}.crl"))).unwrap();
    // Responders live for ninety days, and its own was all that it certified: in the last quarter of its CRL, and past its end.
    for days in [60, 85, 95] {
        workshop.configure("demo", "clock_offset_days", days);
        let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
        let service = status_service(&workshop);
        let mut said = String::new();
        until("everything else is published anew, by responders that last", || {
            let (ready, text) = service.readiness();
            said = text;
            ready && (days < 85 || responders(&workshop) == 6 + 5)
        });
        assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());
        assert!(said.contains(&format!("[+] crl {ENDED} full")), "after {days} days: {said}");
        assert_eq!(fs::read(workshop.dir().join(format!("public/crl/{ENDED}.crl"))).unwrap(), last);
        let found = verdicts(&workshop, ENDED);
        assert_eq!(found, [(format!("CRL {ENDED}"), "well".to_owned())], "after {days} days");
        let stated = run(&mut workshop.command(&["job", "run", "coherence"])).expect_exit(0).json();
        assert_eq!(stated["differences"], json!([]), "after {days} days");
        let page = web(&workshop).get("/pki").text();
        let lasts = "c’est la dernière de cette autorité";
        assert_eq!(page.matches(lasts).count(), 2, "its CRL and its delta, and no other: {page}");
    }
    // Of every other a missing successor is told as ever.
    workshop.configure("demo", "clock_offset_days", 110);
    let service = status_service(&workshop);
    let (ready, said) = service.readiness();
    assert!(!ready && said.contains("[-] crl ACI-ST-PP full"), "{said}");
    assert!(said.contains(&format!("[+] crl {ENDED} full")), "{said}");
    let stated = run(&mut workshop.command(&["job", "run", "coherence"])).expect_exit(8).json();
    let places = stated["differences"].as_array().unwrap().iter().map(|one| one["place"].as_str().unwrap());
    assert!(places.clone().any(|place| place.contains("ACI-ST-PP")), "{stated}");
    assert!(places.clone().all(|place| !place.contains(ENDED)), "{stated}");
}

#[test]
fn a_card_that_is_opposed_between_the_last_crl_and_the_destruction_stands_on_a_further_last_crl() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.personalise(1)[0].to_string();
    workshop.certify_the_rest();
    let file = workshop.dir().join("end.toml");
    let text = fs::read_to_string(shipped("end-of-authority")).unwrap();
    fs::write(&file, text.replace("ACI-EL-PP", "ACI-FO-PP")).unwrap();
    let file = file.display().to_string();
    let end = ["ceremony", "run", &file, "--operator", "Alix", "--witness", "Sacha"];
    // Open, end, last CRL; then the room is left for a while.
    let command = format!("{:?}", workshop.command(&end)).replace('"', "");
    let typed = format!(
        "(sleep 1; for word in yes yes yes non; do echo $word; sleep 0.2; done) | script -qec \"{command}\" /dev/null"
    );
    let said = run(Command::new("sh").args(["-c", &typed]).stdin(Stdio::null())).said();
    assert!(said.contains("step 4 of 6: publish: not confirmed"), "{said}");
    let entries = || {
        let der = fs::read(workshop.dir().join("public/crl/ACI-FO-PP.crl")).unwrap();
        X509Crl::from_der(&der).unwrap().get_revoked().map_or(0, |revoked| revoked.len())
    };
    let listed = entries();
    workshop.igc(&["opposition", "add", &card, "--ground", "stolen", "--as", "sacha.petit"]);
    workshop.igc(&[&end[..], &["--yes"]].concat());
    assert!(entries() > listed, "the key is gone, and the stolen card is on no CRL");
    let report = workshop.igc(&["ceremony", "report", "end-aci-el-pp"]);
    assert!(report.stdout.contains("report.json"), "{}", report.stdout);
}
