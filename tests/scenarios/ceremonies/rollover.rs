//! Two key generations of one authority: the new one certifies, both chains stand, the old key goes on
//! signing its CRL.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, free_port, openssl, run, start, wait_for_port};
use ca_core::certificate::Certificate;
use store::DatabaseRole;

use super::shipped;
use crate::scenarios::invariants::of_card;
use crate::scenarios::workshop::{REVOKER, Workshop, workshop};

#[test]
fn after_a_rollover_the_new_generation_certifies_and_both_chains_are_accepted() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let old = workshop.personalise(1)[0];
        workshop.certify_the_rest();
        let rollover = shipped("rollover").display().to_string();
        workshop.igc(&["ceremony", "run", &rollover, "--yes", "--operator", "Alix", "--witness", "Sacha"]);
        let new = workshop.personalise(1)[0];
        workshop.certify_the_rest();
        workshop.igc(&["publish", "crl"]);

        let mut db = workshop.open(DatabaseRole::Owner);
        let of_old: Vec<Certificate> = of_card(&mut db, &old).into_iter().map(|(_, one)| one).collect();
        let of_new: Vec<Certificate> = of_card(&mut db, &new).into_iter().map(|(_, one)| one).collect();
        assert!(of_old.iter().all(|one| one.issuer == "ACI-FO-PP"));
        assert!(of_new.len() == 2 && of_new.iter().all(|one| one.issuer == "ACI-FO-PP-2"), "{of_new:?}");
        for certificate in of_old.iter().chain(&of_new) {
            accepted(&workshop, certificate);
            addresses_name_the_generation(&workshop, certificate);
        }
        let chain = fs::read_to_string(workshop.dir().join("public/ca/chain.pem")).unwrap();
        assert_eq!(chain.matches("BEGIN CERTIFICATE").count(), 10);

        // The old key goes on: what it certified can still be revoked.
        workshop.igc(&["opposition", "add", &old.to_string(), "--ground", "lost", "--as", REVOKER]);
        workshop.igc(&["publish", "crl"]);
        for certificate in &of_old {
            let said = verify(&workshop, certificate).said();
            assert!(said.contains("certificate revoked"), "{said}");
        }
        of_new.iter().for_each(|certificate| accepted(&workshop, certificate));
        assert!(workshop.igc(&["doctor"]).stdout.contains("ocsp-ACI-FO-PP-2"));
        the_newest_generation_alone_needs_a_next_one(&workshop);
        each_generation_has_a_responder(&workshop, &of_old[0], &of_new[0]);
        workshop.check();
    }
}

/// The new one ends in nineteen years; both have ended in twenty-one.
fn the_newest_generation_alone_needs_a_next_one(workshop: &Workshop) {
    let told = |years: &str| {
        let command = workshop.command(&["doctor"]);
        let mut then = Command::new("faketime");
        then.args(["-f", years]).arg(command.get_program()).args(command.get_args());
        let findings = run(&mut then).json();
        ["ACI-FO-PP", "ACI-FO-PP-2"].map(|name| {
            let what = format!("certificate of authority {name}");
            let finding = findings.as_array().unwrap().iter().find(|row| row["what"] == what).unwrap();
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            (text("verdict"), text("action"))
        })
    };
    let next = "plan the ceremony of its next key (docs/ceremonies.md)";
    let end = "hold the ceremony of its end, which destroys its key (docs/ceremonies.md)";
    let pairs = |[old, new]: [(&str, &str); 2]| {
        [old, new].map(|(verdict, action)| (verdict.to_owned(), action.to_owned()))
    };
    assert_eq!(told("+0y"), pairs([("well", ""), ("well", "")]));
    assert_eq!(told("+18.5y"), pairs([("well", ""), ("warning", next)]));
    assert_eq!(told("+21y"), pairs([("warning", end), ("broken", next)]));
}

/// The responder of the old key says revoked, that of the new one good; each is certified by its generation.
fn each_generation_has_a_responder(workshop: &Workshop, old: &Certificate, new: &Certificate) {
    let port = free_port();
    workshop.configure("listen", "status", format!("127.0.0.1:{port}"));
    workshop.configure("listen", "operations", format!("127.0.0.1:{}", free_port()));
    let _serving = start(&mut workshop.command(&["serve", "--role", "status"]));
    wait_for_port(port, Duration::from_secs(30));
    let ca = workshop.dir().join("public/ca");
    for (certificate, word) in [(old, "revoked"), (new, "good")] {
        let url = format!("http://127.0.0.1:{port}/ocsp");
        let issuer = ca.join(format!("{}.cer", certificate.issuer)).display().to_string();
        let (serial, chain) =
            (format!("0x{}", certificate.serial), ca.join("chain.pem").display().to_string());
        let asked =
            ["ocsp", "-url", &url, "-issuer", &issuer, "-serial", &serial, "-CAfile", &chain, "-text"];
        let said = openssl(asked).expect_exit(0).said();
        assert!(said.contains("Response verify OK") && said.contains(&format!("{serial}: {word}")), "{said}");
        let responder = format!("CN=DEMO OCSP {}\n", certificate.issuer);
        assert!(said.replace(" = ", "=").contains(&responder), "{responder}{said}");
    }
}

#[track_caller]
fn accepted(workshop: &Workshop, certificate: &Certificate) {
    verify(workshop, certificate).expect_exit(0);
}

fn verify(workshop: &Workshop, certificate: &Certificate) -> acceptance::harness::Finished {
    let public = workshop.dir().join("public");
    let chain = public.join("ca/chain.pem").display().to_string();
    let mut crls = String::new();
    for name in [&certificate.issuer, "ACR-FO"] {
        let path = public.join("crl").join(format!("{name}.crl")).display().to_string();
        crls += &openssl(["crl", "-inform", "DER", "-in", &path]).expect_exit(0).stdout;
    }
    let crl_file = public.join("crls.pem");
    fs::write(&crl_file, crls).unwrap();
    let pem = pem_of(workshop, certificate).display().to_string();
    let crl_file = crl_file.display().to_string();
    openssl(["verify", "-x509_strict", "-crl_check_all", "-CAfile", &chain, "-CRLfile", &crl_file, &pem])
}

fn pem_of(workshop: &Workshop, certificate: &Certificate) -> PathBuf {
    let path = workshop.dir().join(format!("{}.pem", certificate.serial));
    let x509 = openssl::x509::X509::from_der(certificate.status.der().unwrap()).unwrap();
    fs::write(&path, x509.to_pem().unwrap()).unwrap();
    path
}

/// CRL, delta and issuer of a certificate are found under the name of the generation that signed it.
fn addresses_name_the_generation(workshop: &Workshop, certificate: &Certificate) {
    let path = pem_of(workshop, certificate).display().to_string();
    let text = openssl(["x509", "-in", &path, "-noout", "-text"]).expect_exit(0).stdout;
    let issuer = &certificate.issuer;
    for (folder, file) in [
        ("crl", format!("{issuer}.crl")),
        ("crl", format!("{issuer}-delta.crl")),
        ("ca", format!("{issuer}.cer")),
    ] {
        assert!(text.contains(&format!("/{folder}/{file}")), "{text}");
        assert!(workshop.dir().join("public").join(folder).join(&file).exists(), "{file}");
    }
}
