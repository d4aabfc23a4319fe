//! The end of an authority: its last CRL outlives what it certified, its key is gone, and the rest goes on.

use std::fs;
use std::process::{Command, Stdio};

use acceptance::harness::{DatabaseKind, openssl, run};
use openssl::x509::{X509, X509Crl};
use serde_json::json;
use store::DatabaseRole;

use super::{objects_in_token, shipped};
use crate::scenarios::invariants::of_card;
use crate::scenarios::workshop::workshop;

#[test]
fn the_last_crl_outlives_every_certificate_the_key_is_gone_and_the_others_go_on() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.personalise(1)[0];
    workshop.certify_the_rest();
    let keys = objects_in_token(workshop.dir(), "igc-issuing");
    let file = workshop.dir().join("end.toml");
    let text = fs::read_to_string(shipped("end-of-authority")).unwrap();
    fs::write(&file, text.replace("ACI-EL-PP", "ACI-FO-PP")).unwrap();
    let end =
        ["ceremony", "run", file.to_str().unwrap(), "--yes", "--operator", "Alix", "--witness", "Sacha"];
    workshop.igc(&end);
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
