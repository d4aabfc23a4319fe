//! What relying systems try their software with: made by the jobs, handed over by the public page, judged by openssl.

use std::fs;
use std::thread;

use acceptance::harness::{folder, openssl, run};
use ca_core::certificate::Certificate;
use diesel::prelude::*;
use openssl::ocsp::OcspCertStatus;
use registration_authority::test_certificates::{TestCertificate, standing};
use serde_json::json;
use store::DatabaseRole;
use store::schema::certificate_requests;

use super::public_page::{on_each_database, web};
use super::status_service::status_service;
use super::workshop::Workshop;

/// Has both jobs do their part until all stands that can stand today.
fn keep(workshop: &Workshop) {
    for (job, done) in [("test-certificates", "requested"), ("certification", "requests")] {
        assert_eq!(workshop.job(job)[done].as_array().unwrap().len(), 3, "{job}");
    }
    let kept = workshop.job("test-certificates");
    assert_eq!((&kept["requested"], &kept["failed"]), (&json!([]), &json!([])));
    assert!(kept["revoked"].is_string(), "{kept}");
}

/// The certificate that shows it now.
fn shown(workshop: &Workshop, shows: TestCertificate) -> Option<Certificate> {
    let standing = standing(&mut workshop.open(DatabaseRole::Owner), workshop.now()).unwrap();
    standing.into_iter().find(|one| one.shows == shows).unwrap().certificate
}

#[test]
fn a_relying_system_finds_a_valid_a_revoked_and_an_expired_certificate_that_are_what_they_say() {
    on_each_database(|workshop| {
        keep(workshop);
        assert!(shown(workshop, TestCertificate::Expired).is_none());
        let today = web(workshop);
        assert!(today.get("/pki").text().contains("TEST-EXPIRE\u{a0}: pas avant le "));
        assert_eq!(today.get("/pki/certificats-de-test/TEST-EXPIRE.cer").status, 404);
        today.ends();

        workshop.configure("demo", "clock_offset_days", 2);
        workshop.job("full-crl");
        let mut in_two_days = web(workshop);
        let status = status_service(workshop);
        let page = in_two_days.get("/pki").text();
        let public = workshop.dir().join("public");
        let at = workshop.now().seconds().to_string();
        let place = folder();
        let roots = place.path().join("chain-and-crls.pem");
        let crls = ["ACI-EL-ORG", "ACR-EL"].map(|id| {
            let der = public.join(format!("crl/{id}.crl"));
            openssl(["crl", "-inform", "DER", "-in", der.to_str().unwrap()]).expect_exit(0).stdout
        });
        let chain = fs::read_to_string(public.join("ca/chain.pem")).unwrap();
        fs::write(&roots, chain + &crls.concat()).unwrap();
        for (shows, ocsp, verdict, word) in [
            (TestCertificate::Valid, OcspCertStatus::GOOD, ": OK", "Valable"),
            (TestCertificate::Revoked, OcspCertStatus::REVOKED, "certificate revoked", "Révoqué"),
            (TestCertificate::Expired, OcspCertStatus::GOOD, "certificate has expired", "Inconnu"),
        ] {
            let name = shows.name();
            let link = format!("/pki/certificats-de-test/{name}.cer");
            assert!(page.contains(&format!("href=\"{link}\"")), "{name}");
            let file = in_two_days.get(&link);
            let certificate = shown(workshop, shows).unwrap();
            assert_eq!((file.status, file.octets.as_slice()), (200, certificate.status.der().unwrap()));
            assert_eq!(file.header("content-type"), "application/pkix-cert");
            assert_eq!(status.status_of(workshop, &certificate), ocsp, "{name}");
            assert_eq!(in_two_days.upload(&file.octets).word(), word, "{name}");

            let pem = place.path().join(format!("{name}.pem"));
            let der = place.path().join(format!("{name}.cer"));
            fs::write(&der, &file.octets).unwrap();
            let (der, pem_name) = (der.to_str().unwrap(), pem.to_str().unwrap());
            openssl(["x509", "-inform", "DER", "-in", der, "-out", pem_name]).expect_exit(0);
            let judged = openssl([
                "verify",
                "-attime",
                &at,
                "-crl_check_all",
                "-x509_strict",
                "-CAfile",
                roots.to_str().unwrap(),
                pem_name,
            ]);
            assert!(judged.said().contains(verdict), "{name}: {}", judged.said());
        }
        assert_eq!(in_two_days.get("/pki/certificats-de-test/OTHER.cer").status, 404);
        in_two_days.ends();
    });
}

#[test]
fn workers_that_keep_them_at_the_same_time_ask_for_each_of_them_once() {
    on_each_database(|workshop| {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    run(&mut workshop.command(&["job", "run", "test-certificates"])).expect_exit(0)
                });
            }
        });
        let asked: Vec<String> = certificate_requests::table
            .filter(certificate_requests::common_name.like("TEST-%"))
            .select(certificate_requests::common_name)
            .order(certificate_requests::common_name)
            .load(&mut workshop.open(DatabaseRole::Owner))
            .unwrap();
        assert_eq!(asked, ["TEST-EXPIRE", "TEST-REVOQUE", "TEST-VALABLE"]);
    });
}
