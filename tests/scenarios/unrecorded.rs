//! T17: a certificate whose signature is good and which no row explains is an alarm wherever a whole one is shown. OCSP, which
//! sees its serial number only, never says that it is good.

use acceptance::harness::{DatabaseKind, run};
use diesel::prelude::*;
use openssl::ocsp::OcspCertStatus;
use store::DatabaseRole;
use store::schema::audit_events;

use super::invariants::of_card;
use super::public_page::{on_each_database, web};
use super::status_service::status_service;
use super::workshop::workshop;

#[test]
fn t17_a_good_signature_without_a_record_is_an_alarm_and_never_good() {
    on_each_database(|forgotten| {
        // The same authorities, and a card that one database has and the other forgot, as after a restored backup.
        let knows = forgotten.copied();
        let card = knows.personalise(1).remove(0);
        knows.certify_the_rest();
        let (_, certificate) = of_card(&mut knows.open(DatabaseRole::Owner), &card).remove(0);
        let subject = format!("{} {}", certificate.issuer, certificate.serial);
        let doctor = || run(&mut forgotten.command(&["doctor"])).said();
        assert!(!doctor().contains("certificate-unrecorded"), "{}", doctor());

        let status = status_service(forgotten);
        assert_eq!(status.status_of(forgotten, &certificate), OcspCertStatus::UNKNOWN);
        let mut web = web(forgotten);
        let der = certificate.status.der().unwrap();
        let mut shown = || assert_eq!(web.upload(der).word(), "Inconnu", "whoever shows it is not told more");
        shown();
        forgotten.job("audit");
        shown();
        let said = doctor();
        assert!(said.contains("certificate-unrecorded") && said.contains(&subject), "{said}");
        let logged = web.ends();
        assert!(logged.contains("certificate-unrecorded"), "{logged}");
        let events: i64 = audit_events::table
            .filter(audit_events::action.eq("certificate.unrecorded"))
            .count()
            .get_result(&mut forgotten.open(DatabaseRole::Owner))
            .unwrap();
        assert_eq!(events, 1, "shown twice a day, one event");
    });
}

#[test]
fn a_certificate_that_is_recorded_is_no_alarm() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(card::CardStatus::Active).remove(0);
    let mut web = web(&workshop);
    for (_, certificate) in of_card(&mut workshop.open(DatabaseRole::Owner), &card) {
        assert_eq!(web.upload(certificate.status.der().unwrap()).word(), "Valable");
    }
    assert!(!web.ends().contains("certificate-unrecorded"));
}
