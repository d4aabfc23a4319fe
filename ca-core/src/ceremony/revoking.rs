//! The revocation of certificates on which the PKI stands: an authority's by its root, or those of the OCSP responders before a new
//! one. Before those who are there, since no officer alone may do it.

use diesel::prelude::*;
use store::schema::{certificates, service_keys};
use store::{Act, CryptoRng, Database, Timestamp, crash_point};

use super::CeremonyError;
use super::error::standing;
use super::outcome::{CertificatesRevoked, RevokedCertificate};
use super::steps::{RESPONDER_PROFILE, RevokeStep};
use crate::authority;
use crate::revocation;
use crate::serial::SerialNumber;

/// Revokes what is not revoked yet, all in one transaction; what an interrupted run has revoked is found again.
pub(super) fn revoke(
    db: &mut Database,
    step: &RevokeStep,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificatesRevoked, CeremonyError> {
    let certificates = db.write(|db| {
        // Nothing is issued meanwhile that would be overlooked.
        authority::lock(db, &step.authority)?;
        let mut revoked = Vec::new();
        for (issuer, serial) in meant(db, step)? {
            let number: SerialNumber =
                serial.parse().expect("the database holds serial numbers this program wrote");
            let row = certificates::table.find((&issuer, &serial));
            let status: String = row.clone().select(certificates::status).first(db)?;
            if status != "revoked" {
                revocation::revoke(db, &issuer, &number, step.reason, rng, act)?;
            }
            let since: Option<Timestamp> = row.select(certificates::revoked_at).first(db)?;
            let revoked_at = since.ok_or(diesel::result::Error::NotFound)?;
            revoked.push(RevokedCertificate { issuer, serial, revoked_at });
        }
        Ok::<_, CeremonyError>(revoked)
    })?;
    crash_point("ceremony.revoked");
    Ok(CertificatesRevoked { authority: step.authority.clone(), reason: step.reason, certificates })
}

/// Issuer and serial number of each certificate that is good, or was revoked for this reason.
fn meant(db: &mut Database, step: &RevokeStep) -> Result<Vec<(String, String)>, CeremonyError> {
    let Some(but) = &step.but_responder else {
        let authority = authority::load(db, &step.authority)?;
        return Ok(vec![(authority.parent, authority.serial.to_string())]);
    };
    let stays: Option<String> = service_keys::table
        .filter(service_keys::name.eq(but))
        .select(service_keys::serial)
        .first::<Option<String>>(db)
        .optional()?
        .flatten();
    let Some(stays) = stays else {
        return standing(but, "is not certified, and the others would answer no more");
    };
    let others: Vec<(String, String, String, Option<String>)> = certificates::table
        .filter(certificates::issuer.eq(&step.authority).and(certificates::profile.eq(RESPONDER_PROFILE)))
        .filter(certificates::serial.ne(stays))
        .order(certificates::serial)
        .select((
            certificates::issuer,
            certificates::serial,
            certificates::status,
            certificates::revocation_reason,
        ))
        .load(db)?;
    let is_meant = |status: &str, reason: Option<&str>| match status {
        "good" | "signing" => true,
        "revoked" => reason == Some(step.reason.name()),
        _ => false,
    };
    let others = others.into_iter().filter(|(_, _, status, reason)| is_meant(status, reason.as_deref()));
    Ok(others.map(|(issuer, serial, ..)| (issuer, serial)).collect())
}
