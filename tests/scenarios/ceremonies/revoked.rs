//! Certificates on which the PKI stands, revoked at a ceremony: whoever verifies a chain is told, what was given is still answered
//! for, and another goes on.

use std::fs;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Finished, igc_verify, openssl, run, start};
use ca_core::certificate::Certificate;
use card::{CardNumber, CardStatus};
use openssl::x509::X509;
use serde_json::json;
use store::DatabaseRole;

use super::end::responders;
use super::{shipped, verify};
use crate::scenarios::invariants::of_card;
use crate::scenarios::public_page::web;
use crate::scenarios::standstill::until;
use crate::scenarios::status_service::{StatusService, status_service};
use crate::scenarios::workshop::{REVOKER, Workshop, workshop};

/// Holds a ceremony of which the shipped file says this.
fn hold(workshop: &Workshop, file: &str, alter: impl Fn(String) -> String) {
    let altered = workshop.dir().join("ceremony.toml");
    fs::write(&altered, alter(fs::read_to_string(shipped(file)).unwrap())).unwrap();
    let altered = altered.display().to_string();
    workshop.igc(&["ceremony", "run", &altered, "--yes", "--operator", "Alix", "--witness", "Sacha"]);
}

/// The report of one, verified offline.
fn report(workshop: &Workshop, name: &str) {
    workshop.igc(&["ceremony", "report", name]);
    verify(&workshop.dir().join("ceremonies").join(name).join("report.json")).expect_exit(0);
}

/// What openssl makes of a card's certificate under its root, with the CRL of each above it.
fn judged(workshop: &Workshop, certificate: &Certificate) -> Finished {
    let public = workshop.dir().join("public");
    let pem = |kind: &str, folder: &str, name: &str| {
        let (from, to) = (public.join(folder).join(name), workshop.dir().join(format!("{name}.pem")));
        let (from, to) = (from.display().to_string(), to.display().to_string());
        openssl([kind, "-inform", "DER", "-in", &from, "-out", &to]).expect_exit(0);
        to
    };
    let (root, issuer) = (pem("x509", "ca", "ACR-FO.cer"), pem("x509", "ca", "ACI-FO-PP.cer"));
    let crls = ["ACR-FO.crl", "ACI-FO-PP.crl"].map(|name| fs::read(pem("crl", "crl", name)).unwrap());
    let (all, its) = (workshop.dir().join("crls.pem"), workshop.dir().join("card.pem"));
    fs::write(&all, crls.concat()).unwrap();
    fs::write(&its, X509::from_der(certificate.status.der().unwrap()).unwrap().to_pem().unwrap()).unwrap();
    let (all, its) = (all.display().to_string(), its.display().to_string());
    openssl(["verify", "-crl_check_all", "-CAfile", &root, "-untrusted", &issuer, "-CRLfile", &all, &its])
}

/// A card of another bureau, where the certificates of those before are kept.
fn personalise(workshop: &Workshop) -> CardNumber {
    let before = fs::read_dir(workshop.dir()).unwrap().count();
    fs::copy(workshop.dir().join("bureau.pem"), workshop.dir().join(format!("bureau-{before}.pem"))).unwrap();
    workshop.personalise(1)[0]
}

/// What an auditor takes away holds, with every bureau that there was.
fn the_bundle_holds(workshop: &Workshop) {
    let bundle = workshop.dir().join("bundle");
    workshop.job("audit");
    workshop.igc(&["audit", "export", "--out", bundle.to_str().unwrap()]);
    let mut command = igc_verify();
    for bureau in fs::read_dir(workshop.dir()).unwrap().map(|entry| entry.unwrap().path()) {
        if bureau.file_name().unwrap().to_string_lossy().starts_with("bureau") && bureau.is_file() {
            command.arg("--bureau").arg(bureau);
        }
    }
    run(command.arg(bundle)).expect_exit(0);
}

/// What the public page says of a certificate.
fn said_on_the_page(workshop: &Workshop, certificate: &Certificate) -> String {
    let serial = certificate.serial.to_string();
    let page = web(workshop).post("/pki", &[("autorite", &certificate.issuer), ("serie", &serial)]).text();
    let word = ["Valable", "Inconnu", "Révoqué"].into_iter().find(|word| page.contains(&format!(">{word}<")));
    word.unwrap_or_else(|| panic!("{page}")).to_owned()
}

/// The serial number of the responder that has signed the answer.
fn signer(workshop: &Workshop, service: &StatusService, certificate: &Certificate) -> String {
    let file = workshop.dir().join("answer.ocsp");
    service.ask_keeping(workshop, certificate, &file);
    let file = file.display().to_string();
    let said = openssl(["ocsp", "-respin", &file, "-resp_text", "-noverify"]).expect_exit(0).stdout;
    let its = said.split("Certificate:").skip(1).find_map(|part| part.split_once("Serial Number:"));
    its.unwrap_or_else(|| panic!("{said}")).1.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn an_authority_that_its_root_revokes_is_refused_by_whoever_verifies_and_its_next_generation_goes_on() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = personalise(&workshop);
    workshop.certify_the_rest();
    let certificate = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0).1;
    judged(&workshop, &certificate).expect_exit(0);
    assert_eq!(said_on_the_page(&workshop, &certificate), "Valable");
    hold(&workshop, "revoke-authority", |file| file.replace("-EL", "-FO").replace("aci-el", "aci-fo"));
    report(&workshop, "revoke-aci-fo-pp");
    let said = judged(&workshop, &certificate).said();
    assert!(said.contains("error 23 at 1 depth lookup: certificate revoked"), "{said}");
    assert_eq!(said_on_the_page(&workshop, &certificate), "Inconnu", "nobody who verifies finds it valid");

    // What it gave is still answered for: it stands on lists, and is opposed.
    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER]);
    for job in ["publication", "full-crl"] {
        assert_eq!(workshop.job(job)["failed"], json!([]), "{job}");
    }
    let said = judged(&workshop, &certificate).said();
    assert!(said.contains("error 23 at 0 depth lookup: certificate revoked"), "{said}");
    let service = status_service(&workshop);
    service.comes_to_say(&workshop, &certificate, "revoked");
    service.comes_to_be_ready();
    let stated = run(&mut workshop.command(&["job", "run", "coherence"])).expect_exit(0).json();
    assert_eq!(stated["differences"], json!([]));

    drop(service);

    // It gives nothing more, stands in no chain, and everybody who looks is told.
    let waiting = [personalise(&workshop)];
    let done = workshop.job("certification");
    assert!(done.to_string().contains("ACI-FO-PP"), "{done}");
    assert_eq!(workshop.cards(CardStatus::Personalised), waiting);
    let chain = fs::read_to_string(workshop.dir().join("public/ca/chain.pem")).unwrap();
    assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 8);
    let doctor = run(&mut workshop.command(&["doctor"])).json();
    let what = "certificate of authority ACI-FO-PP";
    let finding = doctor.as_array().unwrap().iter().find(|finding| finding["what"] == what).unwrap();
    assert_eq!(finding["verdict"], "warning");
    assert!(finding["found"].as_str().unwrap().contains("it is revoked"), "{finding}");
    let page = web(&workshop).get("/pki").text();
    assert_eq!(page.matches("elle n’émet plus aucun certificat").count(), 1, "{page}");

    // Its next generation certifies what waits, and its own key can go.
    hold(&workshop, "rollover", |file| file);
    workshop.certify_the_rest();
    let next = of_card(&mut workshop.open(DatabaseRole::Owner), &waiting[0]);
    assert!(next.iter().all(|(_, one)| one.issuer == "ACI-FO-PP-2"), "{next:?}");
    hold(&workshop, "end-of-authority", |file| file.replace("ACI-EL-PP", "ACI-FO-PP"));
    workshop.check();
    the_bundle_holds(&workshop);
}

/// Months later: it gets no next responder, and that takes no node out of traffic.
#[test]
fn a_revoked_authority_whose_responder_has_ended_alarms_nobody() {
    let workshop = workshop(DatabaseKind::Sqlite);
    hold(&workshop, "revoke-authority", |file| file);
    // The others ask for their successors in time.
    let mut said = String::new();
    for days in [70, 95] {
        workshop.configure("demo", "clock_offset_days", days);
        let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
        let service = status_service(&workshop);
        until("everything is published anew, by responders that last", || {
            let (ready, text) = service.readiness();
            said = text;
            ready && responders(&workshop) == 6 + 5
        });
        assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());
        let stated = run(&mut workshop.command(&["job", "run", "coherence"])).expect_exit(0).json();
        assert_eq!(stated["differences"], json!([]), "after {days} days");
    }
    assert!(!said.contains("ocsp ACI-EL-PP:") && said.contains("crl ACI-EL-PP full: ok"), "{said}");
}

#[test]
fn a_responder_whose_key_may_be_known_answers_no_more_once_another_is_certified() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = personalise(&workshop);
    workshop.certify_the_rest();
    let certificate = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0).1;
    let service = status_service(&workshop);
    assert_eq!(service.says(&workshop, &certificate), "good");
    let before = signer(&workshop, &service, &certificate);
    hold(&workshop, "ocsp-responders", |file| {
        let only = file.split_inclusive("[[responder]]").next().unwrap();
        format!(
            "{only}\nauthority = \"ACI-FO-PP\"\ntoken = \"status\"\nkey = \"P-256\"\nrevoke_earlier = \"keyCompromise\"\n"
        )
    });
    report(&workshop, "responders-2027-q1");
    assert_eq!(workshop.job("publication")["failed"], json!([]));
    let crl = workshop.dir().join("public/crl/ACI-FO-PP.crl").display().to_string();
    let listed = openssl(["crl", "-inform", "DER", "-in", &crl, "-noout", "-text"]).expect_exit(0).stdout;
    let serial = before.replace(':', "").to_uppercase();
    let (_, entry) = listed.split_once(&format!("Serial Number: {serial}")).expect("it stands on the CRL");
    assert!(entry.split("Serial Number").next().unwrap().contains("Key Compromise"), "{entry}");
    until("the new responder answers", || signer(&workshop, &service, &certificate) != before);
    assert_eq!(service.says(&workshop, &certificate), "good");
    workshop.check();
    the_bundle_holds(&workshop);
}
