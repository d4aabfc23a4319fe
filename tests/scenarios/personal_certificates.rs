//! A professional's software certificate, from the command line: asked for, approved by another, certified as the register names him,
//! believed by others, and ended with his exercise.

use std::fs;
use std::path::PathBuf;

use acceptance::harness::{DatabaseKind, igc_verify, openssl, run};
use diesel::prelude::*;
use professional_registry::{ImportedRegister, Registry};
use store::DatabaseRole;
use store::schema::certificate_requests;

use super::register_days::WITHOUT_A_CARD;
use super::workshop::{APPROVER, SUBMITTER, Workshop, workshop};

/// A PKCS#10 request over a key of his own, without a name.
fn csr(workshop: &Workshop) -> PathBuf {
    let (key, csr) = (workshop.dir().join("professional.key"), workshop.dir().join("professional.csr"));
    let curve =
        ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/"];
    let files = ["-keyout", key.to_str().unwrap(), "-out", csr.to_str().unwrap()];
    openssl(curve.into_iter().chain(files)).expect_exit(0);
    csr
}

#[test]
fn a_professional_has_a_certificate_that_others_believe_until_two_feeds_no_longer_name_him() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let holder = format!("8{}", WITHOUT_A_CARD[1]);
        let record = ImportedRegister
            .professional(&mut workshop.open(DatabaseRole::Owner), &holder.parse().unwrap())
            .unwrap()
            .unwrap();
        let exercise = &record.exercises[0];
        let (csr, code) = (csr(&workshop), exercise.profession.code());
        let ask = |profession: &str, exit: i32| {
            let asked = ["certificate", "request", "--profile", "el-pp-soft-auth", "--holder", &holder];
            let whose = ["--profession", profession, "--as", SUBMITTER, "--csr"];
            run(workshop.command(&asked).args(whose).arg(&csr)).expect_exit(exit)
        };
        let another = if code == "28" { "26" } else { "28" };
        let refused = ask(another, 4);
        assert!(refused.stderr.contains("R-PS-05"), "{}", refused.stderr);
        let number = ask(code, 0).json()["number"].as_str().unwrap().to_owned();
        run(&mut workshop.command(&["certificate", "approve", &number, "--as", SUBMITTER])).expect_exit(4);
        workshop.igc(&["certificate", "approve", &number, "--as", APPROVER]);
        assert_eq!(workshop.job("certification")["requests"], serde_json::json!([number]));

        let (issuer, serial): (Option<String>, Option<String>) = certificate_requests::table
            .find(&number)
            .select((certificate_requests::issuer, certificate_requests::serial))
            .first(&mut workshop.open(DatabaseRole::Owner))
            .unwrap();
        let (issuer, serial) = (issuer.unwrap(), serial.unwrap());
        let show = || workshop.igc(&["certificate", "show", &issuer, &serial]).json();
        let pem = workshop.dir().join("professional.pem");
        fs::write(&pem, show()["pem"].as_str().unwrap()).unwrap();
        let chain = workshop.dir().join("public/ca/chain.pem");
        let trusted = ["verify", "-x509_strict", "-CAfile", chain.to_str().unwrap(), pem.to_str().unwrap()];
        openssl(trusted).expect_exit(0);
        let subject =
            openssl(["x509", "-in", pem.to_str().unwrap(), "-noout", "-subject", "-nameopt", "utf8"]);
        let name = exercise.practice_family_name.to_uppercase();
        assert!(subject.stdout.contains(&holder) && subject.stdout.contains(&name), "{}", subject.stdout);
        assert_eq!(issuer, "ACI-EL-PP");

        let bundle = workshop.dir().join("bundle");
        run(workshop.command(&["audit", "export", "--out"]).arg(&bundle)).expect_exit(0);
        let verified = run(igc_verify().arg(&bundle)).expect_exit(0);
        assert!(verified.stdout.ends_with("HOLDS\n"), "{}", verified.stdout);

        assert_eq!(workshop.a_day_comes(1, &[WITHOUT_A_CARD[1]]), [""; 0]);
        assert_eq!(workshop.igc(&["certificate", "lapses"]).json()[0]["request"], *number);
        assert_eq!(show()["certificate"]["status"], "good", "one reading ends nothing");
        workshop.import(&workshop.extract(2, &WITHOUT_A_CARD)).expect_exit(0);
        assert_eq!(workshop.job("revalidation")["revoked"], serde_json::json!([number]), "on {kind}");
        assert_eq!(show()["certificate"]["status"], "revoked");
        workshop.check();
    }
}
