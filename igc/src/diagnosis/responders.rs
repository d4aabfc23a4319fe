//! OCSP responders: until when each answers, and what became of its request for a successor.

use ca_core::responder;
use ca_core::service_key::ServiceKey;
use openssl::asn1::Asn1Time;
use openssl::x509::X509;
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::problem::Problem;

/// How long each responder answers, and what became of its request for a successor.
pub(super) fn outlook(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    const ASK: &str = "do the status role and the worker run? a ceremony of kind ocsp-responders makes one (docs/ceremonies.md)";
    for outlook in responder::outlook(db)? {
        let (what, found) = (format!("OCSP responder {}", outlook.authority), outlook.words(now));
        findings.push(match (outlook.has_ended(now), outlook.is_trouble(now)) {
            (true, _) => Finding::new(Verdict::Broken, what, found, ASK),
            (false, true) => Finding::new(Verdict::Warning, what, found, ASK),
            (false, false) => Finding::well(what, found),
        });
    }
    let refusals = responder::refusals(db)?;
    let (what, found) =
        ("OCSP requests", format!("{} refused, {} of them forged", refusals.all, refusals.forged));
    findings.push(match refusals.forged {
        0 => Finding::well(what, found),
        _ => Finding::new(
            Verdict::Broken,
            what,
            found,
            "tell the security officer; who may write as the status role?",
        ),
    });
    Ok(())
}

/// Whether its certificate has still to end: after that the status role destroys the key.
pub(super) fn has_not_ended(key: &ServiceKey, now: Timestamp) -> bool {
    let certificate = key.certificate.as_deref().and_then(|der| X509::from_der(der).ok());
    let ends = certificate.and_then(|certificate| {
        let now = Asn1Time::from_unix(now.seconds()).ok()?;
        Some(certificate.not_after() > now)
    });
    ends.unwrap_or(true)
}
