//! The revocation of certificates on which the PKI stands: an authority's by its root, or those of the OCSP responders before a new
//! one. Before those who are there, since no officer alone may do it.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::{certificates, responder_certifications, service_keys};
use store::{Act, CryptoRng, Database, Timestamp, crash_point};

use super::CeremonyError;
use super::error::standing;
use super::outcome::{CertificatesRevoked, RevokedCertificate, Spared, SparedCertificate};
use super::steps::{RESPONDER_PROFILE, RevokeStep};
use crate::authority;
use crate::revocation;
use crate::serial::SerialNumber;

/// How far the clock of this host, which the transcript has, and that of the database, which dates revocations, may be apart.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(600);

/// What the transcript says of the time before a step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Before {
    /// When an interrupted run of the step began, where there was one.
    pub(super) begun: Option<Timestamp>,
    /// The newest epoch when the ceremony was opened ([`super::Course::after_epoch`]).
    pub(super) after_epoch: Option<i64>,
}

/// Revokes what is not revoked yet, all in one transaction; what an interrupted run has revoked is found again.
/// Nothing that was about to be signed becomes good after it.
pub(super) fn revoke(
    db: &mut Database,
    step: &RevokeStep,
    before: Before,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificatesRevoked, CeremonyError> {
    let (certificates, spared) = db.write(|db| {
        // Nothing is prepared meanwhile that would be overlooked.
        authority::lock(db, &step.authority)?;
        let mut revoked = Vec::new();
        let (meant, spared) = meant(db, step, before, act.at)?;
        for meant in meant {
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
        Ok::<_, CeremonyError>((revoked, spared))
    })?;
    crash_point("ceremony.revoked");
    Ok(CertificatesRevoked { authority: step.authority.clone(), reason: step.reason, certificates, spared })
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

/// Each certificate that is good, or may become so, or that this very step has revoked; and of responders those that would be among them, were they
/// earlier ones.
fn meant(
    db: &mut Database,
    step: &RevokeStep,
    before: Before,
    now: Timestamp,
) -> Result<(Vec<Meant>, Option<Vec<SparedCertificate>>), CeremonyError> {
    let Some(but) = &step.but_responder else {
        let authority = authority::load(db, &step.authority)?;
        let its = certificates::table.find((authority.parent, authority.serial.to_string()));
        let its: Meant = its.select(COLUMNS).first(db)?;
        let by_another = its.status == "revoked" && !its.is_of(step, before.begun);
        return match by_another {
            true => standing(&step.authority, "is revoked already"),
            false => Ok((vec![its], None)),
        };
    };
    let stays: Option<Option<String>> = service_keys::table
        .filter(service_keys::name.eq(but))
        .select(service_keys::serial)
        .first(db)
        .optional()?;
    let Some(stays) = stays.flatten() else {
        return standing(but, "is not certified, and the others would answer no more");
    };
    let spared = spared(db, &step.authority, stays, before.after_epoch)?;
    let others: Vec<Meant> = certificates::table
        .filter(certificates::issuer.eq(&step.authority).and(certificates::profile.eq(RESPONDER_PROFILE)))
        .filter(certificates::not_after.ge(before.begun.unwrap_or(now)))
        .order(certificates::serial)
        .select(COLUMNS)
        .load(db)?;
    let (mut meant, mut stay) = (Vec::new(), Vec::new());
    for one in others {
        match spared.iter().find(|(serial, _)| *serial == one.serial) {
            None if one.is_under_way() || one.is_of(step, before.begun) => meant.push(one),
            Some((_, because)) if one.is_under_way() => {
                let Meant { issuer, serial, .. } = one;
                stay.push(SparedCertificate { issuer, serial, because: *because });
            }
            _ => {}
        }
    }
    Ok((meant, Some(stay)))
}

/// The serial numbers of the responders that are no earlier ones: the one that `stays`, each that another ceremony has made since this one
/// was opened, whichever came to its end first, and whoever these have asked for, one after the other. One that an earlier one has asked for
/// is not among them, whenever that was: who has its key could have asked.
fn spared(
    db: &mut Database,
    authority: &str,
    stays: String,
    after_epoch: Option<i64>,
) -> QueryResult<Vec<(String, Spared)>> {
    let asked: Vec<(String, String)> = responder_certifications::table
        .filter(responder_certifications::issuer.eq(authority))
        .select((responder_certifications::predecessor, responder_certifications::serial))
        .load(db)?;
    let named: Vec<(String, Option<String>)> = service_keys::table
        .filter(service_keys::authority.eq(authority))
        .select((service_keys::name, service_keys::serial))
        .load(db)?;
    let made: Vec<(String, i64)> = certificates::table
        .filter(certificates::issuer.eq(authority).and(certificates::profile.eq(RESPONDER_PROFILE)))
        .select((certificates::serial, certificates::epoch))
        .load(db)?;
    // By numbers that the database gives, not by clocks. Where a program of before has opened this ceremony: since its own was made.
    let own = made.iter().find(|(serial, _)| *serial == stays).map(|(_, epoch)| *epoch);
    let after = after_epoch.or(own).unwrap_or(i64::MAX);
    let by_a_ceremony = |serial: &String| asked.iter().all(|(_, of)| of != serial);
    let later =
        made.iter().filter(|(serial, epoch)| *epoch > after && by_a_ceremony(serial) && *serial != stays);
    let later = later.map(|(serial, _)| (serial.clone(), Spared::LaterCeremony));
    let mut to_follow: Vec<(String, Spared)> = later.chain([(stays.clone(), Spared::Own)]).collect();
    let mut spared: Vec<(String, Spared)> = Vec::new();
    while let Some((serial, because)) = to_follow.pop() {
        let names = named.iter().filter(|(_, of)| of.as_ref() == Some(&serial)).map(|(name, _)| name);
        for name in names {
            let next = asked.iter().filter(|(predecessor, _)| predecessor == name).map(|(_, serial)| serial);
            let next = next.filter(|next| !spared.iter().any(|(known, _)| known == *next));
            to_follow.extend(next.map(|next| (next.clone(), Spared::Successor)));
        }
        spared.push((serial, because));
    }
    Ok(spared)
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
