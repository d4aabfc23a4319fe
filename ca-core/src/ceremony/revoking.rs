//! The revocation of certificates on which the PKI stands: an authority's by its root, or those of the OCSP responders before a new
//! one. Before those who are there, since no officer alone may do it.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::{certificates, responder_certifications, service_keys};
use store::{Act, CryptoRng, Database, Timestamp, crash_point};

use super::CeremonyError;
use super::error::standing;
use super::outcome::{CertificatesRevoked, RevokedCertificate};
use super::steps::{RESPONDER_PROFILE, RevokeStep};
use crate::authority;
use crate::revocation;
use crate::serial::SerialNumber;

/// How far the clock of this host, which the transcript has, and that of the database, which dates revocations, may be apart.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(600);

/// Revokes what is not revoked yet, all in one transaction; what an interrupted run that was `begun` then has revoked is found again.
/// Nothing that was about to be signed becomes good after it.
pub(super) fn revoke(
    db: &mut Database,
    step: &RevokeStep,
    begun: Option<Timestamp>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificatesRevoked, CeremonyError> {
    let certificates = db.write(|db| {
        // Nothing is prepared meanwhile that would be overlooked.
        authority::lock(db, &step.authority)?;
        let mut revoked = Vec::new();
        for meant in meant(db, step, begun, act.at)? {
            let serial: SerialNumber =
                meant.serial.parse().expect("the database holds serial numbers this program wrote");
            if meant.status != "revoked" {
                revocation::revoke(db, &meant.issuer, &serial, step.reason, rng, act)?;
            }
            let row = certificates::table.find((&meant.issuer, &meant.serial));
            // One that was only intended is given up, and nobody ever had it.
            let since: Option<Timestamp> = row.select(certificates::revoked_at).first(db)?;
            let (issuer, serial) = (meant.issuer, meant.serial);
            revoked.extend(since.map(|revoked_at| RevokedCertificate { issuer, serial, revoked_at }));
        }
        if step.but_responder.is_none() {
            give_up_what_is_under_way(db, step, rng, act)?;
        }
        Ok::<_, CeremonyError>(revoked)
    })?;
    crash_point("ceremony.revoked");
    Ok(CertificatesRevoked { authority: step.authority.clone(), reason: step.reason, certificates })
}

/// A certificate that the step is about.
#[derive(Queryable)]
struct Meant {
    issuer: String,
    serial: String,
    status: String,
    reason: Option<String>,
    revoked_at: Option<Timestamp>,
}

type Columns = (
    certificates::issuer,
    certificates::serial,
    certificates::status,
    certificates::revocation_reason,
    certificates::revoked_at,
);

const COLUMNS: Columns = (
    certificates::issuer,
    certificates::serial,
    certificates::status,
    certificates::revocation_reason,
    certificates::revoked_at,
);

/// Each certificate that is good, or may become so, or that this very step has revoked.
fn meant(
    db: &mut Database,
    step: &RevokeStep,
    begun: Option<Timestamp>,
    now: Timestamp,
) -> Result<Vec<Meant>, CeremonyError> {
    let Some(but) = &step.but_responder else {
        let authority = authority::load(db, &step.authority)?;
        let its = certificates::table.find((authority.parent, authority.serial.to_string()));
        let its: Meant = its.select(COLUMNS).first(db)?;
        let by_another = its.status == "revoked" && !its.is_of(step, begun);
        return match by_another {
            true => standing(&step.authority, "is revoked already"),
            false => Ok(vec![its]),
        };
    };
    let stays: Option<(Option<String>, Timestamp)> = service_keys::table
        .filter(service_keys::name.eq(but))
        .select((service_keys::serial, service_keys::created_at))
        .first(db)
        .optional()?;
    let Some((Some(stays), since)) = stays else {
        return standing(but, "is not certified, and the others would answer no more");
    };
    let (asked, spared) = asked_for(db, &step.authority, but)?;
    let others: Vec<(Meant, Timestamp)> = certificates::table
        .filter(certificates::issuer.eq(&step.authority).and(certificates::profile.eq(RESPONDER_PROFILE)))
        .filter(certificates::serial.ne(stays).and(certificates::not_after.ge(begun.unwrap_or(now))))
        .order(certificates::serial)
        .select((COLUMNS, certificates::prepared_at))
        .load(db)?;
    // One that a responder before it has asked for is meant, whenever that was; one of a later ceremony is not.
    let is_earlier = |one: &Meant, prepared_at: Timestamp| {
        !spared.contains(&one.serial) && (asked.contains(&one.serial) || prepared_at <= since)
    };
    let others = others.into_iter().filter(|(one, prepared_at)| is_earlier(one, *prepared_at));
    Ok(others.map(|(one, _)| one).filter(|one| one.is_under_way() || one.is_of(step, begun)).collect())
}

/// The serial numbers of the responders of an authority that another has asked for; and of those that go back to the one called `stays`.
fn asked_for(db: &mut Database, authority: &str, stays: &str) -> QueryResult<(Vec<String>, Vec<String>)> {
    let asked: Vec<(String, String)> = responder_certifications::table
        .filter(responder_certifications::issuer.eq(authority))
        .select((responder_certifications::predecessor, responder_certifications::serial))
        .load(db)?;
    let named: Vec<(String, Option<String>)> = service_keys::table
        .filter(service_keys::authority.eq(authority))
        .select((service_keys::name, service_keys::serial))
        .load(db)?;
    let (mut names, mut spared) = (vec![stays.to_owned()], Vec::new());
    while let Some(name) = names.pop() {
        for (_, serial) in asked.iter().filter(|(predecessor, _)| *predecessor == name) {
            if !spared.contains(serial) {
                spared.push(serial.clone());
                let its = named.iter().filter(|(_, of)| of.as_ref() == Some(serial));
                names.extend(its.map(|(name, _)| name.clone()));
            }
        }
    }
    Ok((asked.into_iter().map(|(_, serial)| serial).collect(), spared))
}

impl Meant {
    fn is_under_way(&self) -> bool {
        ["intended", "signing", "good"].contains(&self.status.as_str())
    }

    /// Whether an interrupted run of this step has revoked it.
    fn is_of(&self, step: &RevokeStep, begun: Option<Timestamp>) -> bool {
        let (Some(begun), Some(revoked_at)) = (begun, self.revoked_at) else { return false };
        self.reason.as_deref() == Some(step.reason.name()) && revoked_at.plus(CLOCK_TOLERANCE) >= begun
    }
}

/// What the authority was about to give: given up where nothing was sent to be signed, revoked where it was.
fn give_up_what_is_under_way(
    db: &mut Database,
    step: &RevokeStep,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CeremonyError> {
    let serials: Vec<String> = certificates::table
        .filter(certificates::issuer.eq(&step.authority))
        .filter(certificates::status.eq_any(["intended", "signing"]))
        .order(certificates::serial)
        .select(certificates::serial)
        .load(db)?;
    for serial in serials {
        let serial: SerialNumber =
            serial.parse().expect("the database holds serial numbers this program wrote");
        revocation::revoke(db, &step.authority, &serial, step.reason, rng, act)?;
    }
    Ok(())
}
