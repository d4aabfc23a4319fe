//! Certificates of software, and those that others try theirs with: what waits, and what came of it.

use acceptance::harness::run;
use ca_core::certificate;
use diesel::prelude::*;
use registration_authority::test_certificates::{self, TestCertificate};
use store::Database;
use store::schema::certificate_requests;

use super::scenes::words;
use crate::scenarios::invariants::is_good;
use crate::scenarios::server_certificate::approve_server_certificate;
use crate::scenarios::workshop::Workshop;

pub fn a_request_is_approved(workshop: &Workshop) -> Vec<String> {
    approve_server_certificate(workshop, "crash.demo.home.arpa");
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
