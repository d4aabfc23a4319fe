//! What OCSP says of a serial number that its authority never gave is as `igc.toml` has it, and never *good* (RFC 6960 §2.2).

use acceptance::harness::{DatabaseKind, run};
use openssl::ocsp::OcspCertStatus;

use super::status_service::{Question, status_service};
use super::workshop::workshop;

#[test]
fn a_number_that_was_never_given_is_unknown_or_revoked_as_it_is_configured() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let question = Question::never_issued(&workshop, "ACI-FO-PP");
    let said = || {
        let status = status_service(&workshop);
        let answered = status.answer(&question).unwrap().unwrap_or_else(|word| panic!("{}", word.as_raw()));
        question.verified_status_in(&answered).unwrap()
    };
    assert_eq!(said(), OcspCertStatus::UNKNOWN);
    workshop.configure("publication", "ocsp_never_issued", "revoked");
    assert_eq!(said(), OcspCertStatus::REVOKED);
    workshop.configure("publication", "ocsp_never_issued", "good");
    let refused = run(&mut workshop.command(&["serve", "--role", "status"]));
    assert!(!refused.status.success() && refused.said().contains("ocsp_never_issued"), "{}", refused.said());
}
