//! A card that is suspended and comes back, or does not, before relying parties that are not ours: `openssl ocsp`, and
//! `openssl verify` with the complete CRL and its delta.

use std::fs;
use std::process::Command;

use acceptance::harness::{DatabaseKind, Finished, igc_verify, openssl, run};
use ca_core::certificate::Certificate;
use card::{CardNumber, CardStatus};
use openssl::x509::X509;
use serde_json::json;
use store::DatabaseRole;

use super::invariants::of_card;
use super::status_service::status_service;
use super::workshop::{APPROVER, REVOKER, SECOND_APPROVER, Workshop, workshop};

fn card_and_certificate(workshop: &Workshop) -> (CardNumber, Certificate) {
    let card = workshop.cards(CardStatus::Active)[0];
    let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
    (card, certificate)
}

fn suspend(workshop: &Workshop, card: &CardNumber) -> Finished {
    let card = card.to_string();
    run(&mut workshop.command(&["opposition", "add", &card, "--ground", "suspended", "--as", REVOKER]))
}

fn lift(workshop: &Workshop, card: &CardNumber, officer: &str) -> Finished {
    run(&mut workshop.command(&["opposition", "lift", &card.to_string(), "--as", officer]))
}

/// What `openssl verify` says by the complete CRL alone, and by it with the delta.
fn by_crls(workshop: &Workshop, certificate: &Certificate) -> [String; 2] {
    let public = workshop.dir().join("public");
    let (file, crls) = (workshop.dir().join("certificate.pem"), workshop.dir().join("crls.pem"));
    let pem = X509::from_der(certificate.status.der().unwrap()).unwrap().to_pem().unwrap();
    fs::write(&file, pem).unwrap();
    let pem_of = |kind: &str| {
        let path = public.join(format!("crl/{}{kind}.crl", certificate.issuer));
        openssl(["crl", "-inform", "DER", "-in", path.to_str().unwrap()]).expect_exit(0).stdout
    };
    let verify = |kinds: &[&str]| {
        fs::write(&crls, kinds.iter().map(|kind| pem_of(kind)).collect::<String>()).unwrap();
        let mut command = Command::new("openssl");
        command.args(["verify", "-crl_check", "-extended_crl", "-use_deltas", "-CAfile"]);
        command.arg(public.join("ca/chain.pem")).arg("-CRLfile").arg(&crls).arg(&file);
        run(&mut command).said()
    };
    [verify(&[""]), verify(&["", "-delta"])]
}

fn comes_and_goes(kind: DatabaseKind) {
    let workshop = workshop(kind);
    let (card, certificate) = card_and_certificate(&workshop);
    let refused = suspend(&workshop, &card).expect_exit(4);
    assert!(refused.stderr.contains("opposition-hold-not-allowed"), "{}", refused.stderr);
    workshop.configure("opposition", "holds", true);
    // Where full CRLs go by their schedule, a delta takes a hold back.
    workshop.configure("publication", "full_crl_at_once_entries", 0);
    let status = status_service(&workshop);
    status.comes_to_say(&workshop, &certificate, "good");

    suspend(&workshop, &card).expect_exit(0);
    status.comes_to_say(&workshop, &certificate, "revoked");
    assert!(status.ask(&workshop, &certificate).said().contains("Reason: certificateHold"));
    workshop.job("publication");
    workshop.job("full-crl");
    for said in by_crls(&workshop, &certificate) {
        assert!(said.contains("certificate revoked"), "{said}");
    }
    let listed = workshop.igc(&["opposition", "list"]).json();
    assert!(!listed.to_string().contains(&card.to_string()), "a list is for ever: {listed}");

    // One officer proposes, which waits for a second; the worker does it.
    let proposed = lift(&workshop, &card, APPROVER).expect_exit(6).json();
    assert_eq!((&proposed[0]["standing"], &proposed[0]["approved_by"]), (&json!("held"), &json!(APPROVER)));
    assert_eq!(workshop.igc(&["opposition", "suspensions"]).json()[0]["card"], json!(card.to_string()));
    assert!(lift(&workshop, &card, APPROVER).expect_exit(4).stderr.contains("release-another-officer"));
    workshop.job("decisions");
    assert_eq!(status.says(&workshop, &certificate), "revoked");
    lift(&workshop, &card, SECOND_APPROVER).expect_exit(0);
    workshop.job("decisions");
    status.comes_to_say(&workshop, &certificate, "good");
    workshop.job("publication");
    let [by_full, by_delta] = by_crls(&workshop, &certificate);
    assert!(by_full.contains("certificate revoked"), "the complete CRL is of before: {by_full}");
    assert!(by_delta.contains("certificate.pem: OK"), "the delta removes it: {by_delta}");
    workshop.job("full-crl");
    for said in by_crls(&workshop, &certificate) {
        assert!(said.contains("certificate.pem: OK"), "{said}");
    }

    // Suspended once more, and opposed: revoked since its hold, and nothing brings it back.
    suspend(&workshop, &card).expect_exit(0);
    let (_, held) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
    assert_eq!(held.status.word(), "held");
    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER]);
    assert!(lift(&workshop, &card, APPROVER).expect_exit(3).stderr.contains("suspension-unknown"));
    status.comes_to_say(&workshop, &certificate, "revoked");
    assert!(status.ask(&workshop, &certificate).said().contains("Reason: keyCompromise"));
    workshop.job("publication");
    assert!(by_crls(&workshop, &certificate)[1].contains("certificate revoked"));

    // Whoever looks from outside, or at the log alone, finds the same.
    workshop.job("coherence");
    let serial = certificate.serial.to_string();
    let history = workshop.igc(&["certificate", "history", &serial]).json();
    let holds = history["holds"].as_array().unwrap();
    assert_eq!((holds.len(), holds[1]["until"].is_string()), (2, true), "{history}");
    assert_eq!(history["ended"]["dated"], holds[1]["since"], "{history}");
    workshop.job("audit");
    let bundle = workshop.dir().join("bundle");
    workshop.igc(&["audit", "export", "--out", bundle.to_str().unwrap()]);
    run(igc_verify().arg(&bundle)).expect_exit(0);
}

#[test]
fn a_suspended_card_comes_back_when_two_officers_lift_it_and_never_once_it_is_opposed_on_sqlite() {
    comes_and_goes(DatabaseKind::Sqlite);
}

#[test]
fn a_suspended_card_comes_back_when_two_officers_lift_it_and_never_once_it_is_opposed_on_postgresql() {
    comes_and_goes(DatabaseKind::Postgresql);
}
