use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::certificates;
use store::{Act, CryptoRng, Database, Timestamp};
use thiserror::Error;

use crate::authority::{self, Authority, AuthorityError, AuthorityKind, NewAuthority};
use crate::authority_end;
use crate::certificate::{self, CertificateStatus};
use crate::epoch::{Epoch, EpochError};
use crate::faults;
use crate::identity::Identity;
use crate::key_policy::{self, Blocklist, KeyRefused};
use crate::lint::{self, Finding, LintContext};
use crate::profile::{Profile, Profiles};
use crate::rsa_public_key::modulus_sha256;
use crate::serial::SerialNumber;
use crate::signer::{KeyReference, SignatureAlgorithm};
use crate::subject::Facts;
use crate::tbs::{self, BuildError, TbsInput, TbsIssuer};

use super::Evidence;

/// What every issuance of an installation shares.
#[derive(Clone, Copy, Debug)]
pub struct IssuanceContext<'a> {
    /// The catalogue of profiles.
    pub profiles: &'a Profiles,
    /// Whose PKI it is.
    pub identity: &'a Identity,
    /// The keys that are known to be weak.
    pub blocklist: &'a Blocklist,
}

/// Who will hold the certificate.
#[derive(Clone, Copy, Debug)]
pub enum Bearer<'a> {
    /// A person, an organisation, a service.
    EndEntity,
    /// A certification authority; its row is recorded with the intention.
    Authority(NewAuthorityKey<'a>),
}

/// The key of an authority that is being certified.
#[derive(Clone, Copy, Debug)]
pub struct NewAuthorityKey<'a> {
    /// Short name of the new authority.
    pub short_name: &'a str,
    /// Where its private key lives.
    pub key: &'a KeyReference,
    /// The first eight octets of each serial number it will give; none for a root.
    pub serial_prefix: Option<[u8; 8]>,
}

/// A certificate that is wanted.
#[derive(Clone, Debug)]
pub struct IssuanceRequest<'a> {
    /// Identifier of the profile.
    pub profile: &'a str,
    /// Short name of the issuing authority; a root's own.
    pub issuer: &'a str,
    /// Who will hold it.
    pub bearer: Bearer<'a>,
    /// What the profile asks of the subject.
    pub facts: &'a Facts,
    /// The key to be certified, SubjectPublicKeyInfo in DER.
    pub public_key: &'a [u8],
    /// The last second of validity; where absent, what the profile says. Past the issuer's it is refused.
    pub not_after: Option<Timestamp>,
}

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

/// Why nothing was prepared.
#[derive(Debug, Error)]
pub enum PrepareError {
    /// This worker's lease has passed.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// The issuing authority cannot be used.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The issuing authority is out of its validity.
    #[error("authority {0} is not valid at {1}")]
    AuthorityExpired(String, Timestamp),
    /// The end of the issuing authority was decided at a ceremony.
    #[error("authority {0} has ended: it gives no certificate any more")]
    AuthorityEnded(String),
    /// The profile does not exist, or this authority does not issue it.
    #[error("profile {profile} is not issued by {issuer}")]
    ProfileNotAllowed {
        /// The profile asked for.
        profile: String,
        /// The authority asked.
        issuer: String,
    },
    /// The profile needs an escrow for its keys, and there is none.
    #[error("profile {0} is not issued while there is no escrow for its keys")]
    EscrowMissing(String),
    /// The key is not one the profile allows.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// The key is certified for another subject, or was revoked as compromised.
    #[error("this public key is already that of certificate {serial} of {issuer} ({status})")]
    KeyReused {
        /// Short name of the authority that certified it.
        issuer: String,
        /// The serial number of that certificate.
        serial: String,
        /// Where that certificate stands.
        status: &'static str,
    },
    /// The profile and the facts make no TBS.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The lint refuses the TBS.
    #[error("the lint refuses the certificate: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Lint(Vec<Finding>),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for PrepareError {
    fn code(&self) -> store::Code {
        match self {
            Self::Epoch(error) => error.code(),
            Self::Authority(error) => error.code(),
            Self::AuthorityExpired(..) => faults::AUTHORITY_EXPIRED,
            Self::AuthorityEnded(_) => faults::AUTHORITY_ENDED,
            Self::ProfileNotAllowed { .. } => faults::PROFILE_NOT_ALLOWED,
            Self::EscrowMissing(_) => faults::ESCROW_MISSING,
            Self::Key(error) => error.code(),
            Self::KeyReused { .. } => faults::KEY_REUSED,
            Self::Build(error) => error.code(),
            Self::Lint(_) => faults::LINT_REFUSED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Builds the TBS, has it linted, and records it as intended; inside the caller's write
/// transaction, so that the caller's own rows stand or fall with it.
pub fn prepare(
    db: &mut Database,
    context: IssuanceContext<'_>,
    request: &IssuanceRequest<'_>,
    evidence: &Evidence,
    epoch: &Epoch,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, PrepareError> {
    debug_assert!(db.in_transaction(), "the intention belongs to the caller's transaction");
    epoch.check_alive(db)?;
    let profile = context.profiles.get(request.profile).ok_or_else(|| not_allowed(request))?;
    let issuer = Issuer::find(db, request)?;
    if authority_end::find(db, request.issuer)?.is_some() {
        return Err(PrepareError::AuthorityEnded(request.issuer.to_owned()));
    }
    if !profile.issued_by(request.issuer, issuer.kind) {
        return Err(not_allowed(request));
    }
    if profile.key_escrow {
        return Err(PrepareError::EscrowMissing(request.profile.to_owned()));
    }
    key_policy::check(request.public_key, &profile.keys, context.blocklist)?;
    let not_before = act.at.whole_second();
    let not_after = not_after(request, profile, &issuer, not_before)?;
    let serial = match issuer.serial_prefix {
        Some(prefix) => SerialNumber::draw(prefix, rng),
        None => SerialNumber::draw_for_authority(rng),
    };
    let tbs = tbs::build(&TbsInput {
        profile,
        identity: context.identity,
        issuer: issuer.above.as_ref().map(|above| &above.names),
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
            issuer_certificate: issuer.above.as_ref().map(|above| above.certificate.as_slice()),
            at: act.at,
            serial_prefix: issuer.serial_prefix,
            test_bit: context.identity.test_bit(),
        },
    );
    if !findings.is_empty() {
        return Err(PrepareError::Lint(findings));
    }

    if let Bearer::Authority(new) = &request.bearer {
        insert_authority(db, request, new, &serial, act)?;
    }
    insert_intended(db, request, &serial, &tbs, (not_before, not_after), evidence, epoch, act)?;
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
        key: issuer.key,
        issuer_public_key: issuer.public_key,
        algorithm: issuer.algorithm,
        epoch: epoch.number(),
    })
}

/// Who signs: a recorded authority, or the root that is being made.
struct Issuer {
    kind: AuthorityKind,
    public_key: Vec<u8>,
    key: KeyReference,
    algorithm: SignatureAlgorithm,
    serial_prefix: Option<[u8; 8]>,
    /// None for a root, which nobody stands above.
    above: Option<Above>,
}

/// The certificate of the authority that signs.
struct Above {
    names: TbsIssuer,
    certificate: Vec<u8>,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Issuer {
    fn find(db: &mut Database, request: &IssuanceRequest<'_>) -> Result<Self, PrepareError> {
        match &request.bearer {
            Bearer::Authority(new) if new.short_name == request.issuer => Ok(Self {
                kind: AuthorityKind::Root,
                public_key: request.public_key.to_vec(),
                key: new.key.clone(),
                algorithm: SignatureAlgorithm::of_key(request.public_key).map_err(BuildError::from)?,
                serial_prefix: None,
                above: None,
            }),
            _ => Self::recorded(authority::load(db, request.issuer)?),
        }
    }

    fn recorded(authority: Authority) -> Result<Self, PrepareError> {
        let names =
            TbsIssuer::of_certificate(&authority.short_name, &authority.parent, &authority.certificate)
                .map_err(|error| AuthorityError::Unreadable(error.short_name, error.detail))?;
        Ok(Self {
            kind: authority.kind,
            public_key: authority.public_key,
            key: authority.key,
            algorithm: authority.algorithm,
            serial_prefix: authority.serial_prefix,
            above: Some(Above {
                names,
                certificate: authority.certificate,
                not_before: authority.not_before,
                not_after: authority.not_after,
            }),
        })
    }
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

/// A key belongs to one subject, and never again to anyone once it was compromised.
fn refuse_reused_key(db: &mut Database, public_key: &[u8], tbs: &[u8]) -> Result<(), PrepareError> {
    let subject = tbs::subject_of(tbs)?;
    for known in certificate::with_key(db, public_key)? {
        let barred = match &known.status {
            CertificateStatus::Revoked { reason, .. } => reason == "keyCompromise",
            CertificateStatus::Abandoned => false,
            _ => tbs::subject_of(&known.tbs)? != subject,
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
            certificates::tbs.eq(tbs),
            certificates::not_before.eq(not_before),
            certificates::not_after.eq(not_after),
            certificates::prepared_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(())
}
