use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::certificates;
use store::{Act, CryptoRng, Database, Timestamp};

use super::issuer::Issuer;
use super::{Bearer, Evidence, IssuanceContext, IssuanceRequest, NewAuthorityKey, PrepareError};
use crate::authority::{self, AuthorityKind, NewAuthority};
use crate::certificate::{self, CertificateStatus};
use crate::compromised_key;
use crate::epoch::Epoch;
use crate::key_policy;
use crate::lint::{self, LintContext};
use crate::profile::Profile;
use crate::revocation::RevocationReason;
use crate::rsa_public_key::modulus_sha256;
use crate::serial::SerialNumber;
use crate::shard::{self, Shard};
use crate::signer::{KeyReference, SignatureAlgorithm};
use crate::tbs::{self, TbsInput};

/// A certificate that may be signed: linted, recorded as intended, and signed at most once,
/// because [`super::issue`] takes it by value.
#[derive(Debug)]
#[must_use = "what was prepared is signed, or settled by the sweep"]
pub struct Prepared {
    pub(super) issuer: String,
    pub(super) serial: SerialNumber,
    pub(super) tbs: Vec<u8>,
    pub(super) key: KeyReference,
    pub(super) issuer_public_key: Vec<u8>,
    pub(super) algorithm: SignatureAlgorithm,
    pub(super) epoch: i64,
}

impl Prepared {
    /// Short name of the issuing authority.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The serial number it will have.
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }
}

/// Builds the TBS, has it linted, and records it as intended.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order")]
pub(super) fn prepare_under(
    db: &mut Database,
    context: IssuanceContext<'_>,
    issuer: &Issuer,
    request: &IssuanceRequest<'_>,
    evidence: &Evidence,
    epoch: &Epoch,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, PrepareError> {
    let profile = context.profiles.get(request.profile).ok_or_else(|| not_allowed(request))?;
    if !profile.issued_by(request.issuer, issuer.kind) {
        return Err(not_allowed(request));
    }
    if profile.key_escrow {
        return Err(PrepareError::EscrowMissing(request.profile.to_owned()));
    }
    key_policy::check(request.public_key, &profile.keys, context.blocklist)?;
    let not_before = act.at.whole_second();
    let not_after = not_after(request, profile, issuer, not_before)?;
    let serial = match issuer.serial_prefix {
        Some(prefix) => SerialNumber::draw(prefix, rng),
        None => SerialNumber::draw_for_authority(rng),
    };
    let shard = shard::of(&issuer.shards, &serial).filter(|_| profile.names_crl());
    let tbs = tbs::build(&TbsInput {
        profile,
        identity: context.identity,
        issuer: issuer.above.as_ref().map(|above| &above.names),
        shard,
        facts: request.facts,
        public_key: request.public_key,
        serial: &serial,
        not_before,
        not_after,
        algorithm: issuer.algorithm,
    })?;
    refuse_reused_key(db, request.public_key, &tbs)?;
    let findings = lint::check_certificate(
        &tbs,
        &LintContext {
            profile: request.profile,
            issuer: issuer.above.as_ref().map(|above| above.linted.clone()),
            at: act.at,
            serial_prefix: issuer.serial_prefix,
            declared: &issuer.declared,
            authority: match &request.bearer {
                Bearer::Authority(new) => Some(new.short_name),
                Bearer::EndEntity => None,
            },
            shard: shard.map(Shard::urls),
        },
    );
    if !findings.is_empty() {
        return Err(PrepareError::Lint(findings));
    }

    if let Bearer::Authority(new) = &request.bearer {
        insert_authority(db, request, new, &serial, act)?;
    }
    insert_intended(db, request, &serial, shard, &tbs, (not_before, not_after), evidence, epoch, act)?;
    let event = Event {
        action: "certificate.intended",
        subject: format!("certificate {} {serial}", request.issuer),
        payload: json!({
            "profile": request.profile,
            "evidence": evidence.kind().name(),
            "evidence_digest": hex::encode(evidence.digest()),
            "tbs_sha256": hex::encode(Sha256::digest(&tbs)),
        }),
    };
    record(db, event, rng, act)?;
    Ok(Prepared {
        issuer: request.issuer.to_owned(),
        serial,
        tbs,
        key: issuer.key.clone(),
        issuer_public_key: issuer.public_key.clone(),
        algorithm: issuer.algorithm,
        epoch: epoch.number(),
    })
}

fn not_allowed(request: &IssuanceRequest<'_>) -> PrepareError {
    PrepareError::ProfileNotAllowed { profile: request.profile.to_owned(), issuer: request.issuer.to_owned() }
}

/// What was asked for, or what the profile says; no certificate outlives its issuer (invariant 17).
fn not_after(
    request: &IssuanceRequest<'_>,
    profile: &Profile,
    issuer: &Issuer,
    not_before: Timestamp,
) -> Result<Timestamp, PrepareError> {
    if let Some(above) = &issuer.above
        && !(above.not_before..=above.not_after).contains(&not_before)
    {
        return Err(PrepareError::AuthorityExpired(request.issuer.to_owned(), not_before));
    }
    let issuer_end = issuer.above.as_ref().map(|above| above.not_after);
    let not_after = request.not_after.unwrap_or_else(|| profile.not_after(not_before, issuer_end));
    Ok(not_after.whole_second())
}

/// A key belongs to one subject, whose certificate was revoked or not: whoever had the key may have it still. Once
/// it was compromised it is nobody's, whenever that was learnt. Revoked for another reason it goes on being that subject's, as CA/Browser Forum
/// BR §6.1.1.3 has it, and as a retry after a crash needs it.
fn refuse_reused_key(db: &mut Database, public_key: &[u8], tbs: &[u8]) -> Result<(), PrepareError> {
    certificate::hold_key(db, public_key)?;
    if let Some(known) = compromised_key::find(db, public_key)? {
        return Err(PrepareError::KeyCompromised(known.learnt_at));
    }
    for known in certificate::with_key(db, public_key)? {
        let barred = match &known.status {
            CertificateStatus::Revoked { reason, .. } if reason == RevocationReason::KeyCompromise.name() => {
                true
            }
            CertificateStatus::Abandoned => false,
            _ => tbs::subject_of(&known.tbs)? != tbs::subject_of(tbs)?,
        };
        if barred {
            return Err(PrepareError::KeyReused {
                status: known.status.word(),
                issuer: known.issuer,
                serial: known.serial.to_string(),
            });
        }
    }
    Ok(())
}

fn insert_authority(
    db: &mut Database,
    request: &IssuanceRequest<'_>,
    new: &NewAuthorityKey<'_>,
    serial: &SerialNumber,
    act: &Act,
) -> QueryResult<()> {
    let kind = if new.short_name == request.issuer { AuthorityKind::Root } else { AuthorityKind::Issuing };
    authority::insert(
        db,
        &NewAuthority {
            short_name: new.short_name,
            kind,
            parent: request.issuer,
            serial,
            public_key: request.public_key,
            key: new.key,
            serial_prefix: new.serial_prefix,
        },
        act,
    )
}

#[expect(clippy::too_many_arguments, reason = "one row, all of whose columns are different things")]
fn insert_intended(
    db: &mut Database,
    request: &IssuanceRequest<'_>,
    serial: &SerialNumber,
    shard: Option<&Shard>,
    tbs: &[u8],
    (not_before, not_after): (Timestamp, Timestamp),
    evidence: &Evidence,
    epoch: &Epoch,
    act: &Act,
) -> QueryResult<()> {
    diesel::insert_into(certificates::table)
        .values((
            certificates::issuer.eq(request.issuer),
            certificates::serial.eq(serial.to_string()),
            certificates::profile.eq(request.profile),
            certificates::status.eq("intended"),
            certificates::epoch.eq(epoch.number()),
            certificates::evidence_kind.eq(evidence.kind().name()),
            certificates::evidence_digest.eq(evidence.digest().as_slice()),
            certificates::spki_sha256.eq(Sha256::digest(request.public_key).as_slice()),
            certificates::rsa_modulus_sha256.eq(modulus_sha256(request.public_key)),
            certificates::shard.eq(shard.map(|shard| i64::from(shard.number))),
            certificates::tbs.eq(tbs),
            certificates::not_before.eq(not_before),
            certificates::not_after.eq(not_after),
            certificates::prepared_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(())
}
