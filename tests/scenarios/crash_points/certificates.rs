//! Certificates of software, and those that others try theirs with: what waits, and what came of it.

use std::fs;

use acceptance::harness::run;
use ca_core::certificate;
use diesel::prelude::*;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509NameBuilder, X509ReqBuilder};
use registration_authority::test_certificates::{self, TestCertificate};
use store::schema::certificate_requests;
use store::{Database, DatabaseRole};

use super::scenes::words;
use crate::scenarios::invariants::is_good;
use crate::scenarios::workshop::{APPROVER, SUBMITTER, Workshop};

pub fn a_request_is_approved(workshop: &Workshop) -> Vec<String> {
    let structure: String = certificate_requests::table
        .select(certificate_requests::structure)
        .first(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    let host = "crash.demo.home.arpa";
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509ReqBuilder::new().unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, host).unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.set_pubkey(&key).unwrap();
    let mut wanted = Stack::new().unwrap();
    let names = SubjectAlternativeName::new().dns(host).build(&request.x509v3_context(None)).unwrap();
    wanted.push(names).unwrap();
    request.add_extensions(&wanted).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    let file = workshop.dir().join("request.pem");
    fs::write(&file, request.build().to_pem().unwrap()).unwrap();

    workshop.igc(&["certificate", "allow", "--structure", &structure, host, "--as", APPROVER]);
    let asked = ["certificate", "request", "--profile", "el-org-serv-ssl", "--structure", &structure];
    let submitted =
        run(workshop.command(&asked).arg("--csr").arg(&file).args(["--as", SUBMITTER])).expect_exit(0);
    let number = submitted.json()["number"].as_str().unwrap().to_owned();
    workshop.igc(&["certificate", "approve", &number, "--as", APPROVER]);
    words(&["job", "run", "certification"])
}

pub fn no_test_certificate_is_there(_: &Workshop) -> Vec<String> {
    words(&["job", "run", "test-certificates"])
}

pub fn a_test_certificate_is_to_be_revoked(workshop: &Workshop) -> Vec<String> {
    let command = no_test_certificate_is_there(workshop);
    run(workshop.command(&[]).args(&command)).expect_exit(0);
    workshop.igc(&["job", "run", "certification"]);
    command
}

pub fn the_request_has_one_certificate(_: &Workshop, db: &mut Database) {
    let (number, status): (String, String) = certificate_requests::table
        .order(certificate_requests::number.desc())
        .select((certificate_requests::number, certificate_requests::status))
        .first(db)
        .unwrap();
    assert_eq!(status, "issued", "request {number}");
    let key = certificate_requests::table.find(&number).select(certificate_requests::public_key);
    let key: Vec<u8> = key.first(db).unwrap();
    let good = certificate::with_key(db, &key).unwrap().into_iter().filter(is_good).count();
    assert_eq!(good, 1, "request {number}");
}

pub fn each_test_certificate_was_asked_for_once(_: &Workshop, db: &mut Database) {
    for shows in TestCertificate::ALL {
        let asked = certificate_requests::table.filter(certificate_requests::common_name.eq(shows.name()));
        let statuses: Vec<String> = asked.select(certificate_requests::status).load(db).unwrap();
        assert_eq!(statuses, ["issued"], "{}", shows.name());
    }
}

pub fn one_test_certificate_is_revoked(workshop: &Workshop, db: &mut Database) {
    each_test_certificate_was_asked_for_once(workshop, db);
    let standing = test_certificates::standing(db, workshop.now()).unwrap();
    let shown: Vec<_> =
        standing.iter().filter(|one| one.certificate.is_some()).map(|one| one.shows).collect();
    assert_eq!(shown, [TestCertificate::Valid, TestCertificate::Revoked], "one will be expired in a day");
}
