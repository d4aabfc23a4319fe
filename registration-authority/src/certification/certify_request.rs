use ca_core::authority;
use ca_core::certificate::{self, Certificate, CertificateStatus};
use ca_core::issuance::{
    self, Bearer, IssuanceRequest, IssueError, IssuedCertificate, PrepareError, Prepared,
};
use ca_core::revocation::{self, RevocationReason, RevokeError};
use ca_core::serial::SerialNumber;
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::schema::{certificate_requests, certificates};
use store::{Act, Code, Database, Fault, audit, crash_point};
use thiserror::Error;

use super::evidence::{ApprovedRequest, EvidenceError, verify_request_evidence};
use super::{CertificationContext, facts};
use crate::certificate_request::{self, CertificateRequest, RequestError, RequestState};
use crate::eligibility::{self, BadRules, NotEligible};
use crate::faults;
use crate::outbox::{self, Notice};

/// Why a request is not certified (yet).
#[derive(Debug, Error)]
pub enum CertifyRequestError {
    /// The approval does not hold.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The request was settled meanwhile.
    #[error("certificate request {0} is no longer approved")]
    NotReady(String),
    /// The request cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The profile is not on offer (any more).
    #[error("profile {0} is not requested this way")]
    ProfileNotOffered(String),
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The rules of the offer no longer permit it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// Another attempt is between intention and signature.
    #[error("certificate {issuer} {serial} for request {request} is under way")]
    UnderWay {
        /// Which request.
        request: String,
        /// Short name of the authority.
        issuer: String,
        /// The serial number.
        serial: String,
    },
    /// Nothing was prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// Nothing was issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// It was issued, and revoked before the request could say so.
    #[error(
        "certificate {serial} of {issuer} was revoked before request {request} could say that it was issued"
    )]
    Ended {
        /// Which request.
        request: String,
        /// Short name of the authority.
        issuer: String,
        /// The serial number.
        serial: String,
    },
    /// A certificate that nobody wants any more cannot be revoked.
    #[error(transparent)]
    Revocation(#[from] RevokeError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CertifyRequestError {
    fn code(&self) -> Code {
        match self {
            Self::Evidence(error) => error.code(),
            Self::NotReady(_) => faults::CERTIFICATION_NOT_READY,
            Self::Request(error) => error.code(),
            Self::ProfileNotOffered(_) => faults::REQUEST_PROFILE_NOT_OFFERED,
            Self::Rules(error) => error.code(),
            Self::NotEligible(error) => error.code(),
            Self::UnderWay { .. } => faults::CERTIFICATION_UNDER_WAY,
            Self::Prepare(error) => error.code(),
            Self::Issue(error) => error.code(),
            Self::Ended { .. } => ca_core::faults::CERTIFICATE_ENDED,
            Self::Revocation(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Certifies the key of an approved request. A request that has its certificate is answered with it, also when a
/// crash came between the signature and the request's own row. Runs its own transactions.
pub fn certify_request(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<IssuedCertificate, CertifyRequestError> {
    let issued = match db.write(|db| begin(db, context, number, rng, act))? {
        Begun::Prepared(prepared) => issuance::issue(db, context.signer, prepared, rng, act)?,
        Begun::Issued(issued) => issued,
    };
    let concluded = db.write(|db| conclude(db, number, &issued, rng, act))?;
    crash_point("certification.request-certified");
    match concluded {
        Concluded::Issued => Ok(issued),
        Concluded::Ended => Err(CertifyRequestError::Ended {
            request: number.to_owned(),
            issuer: issued.issuer,
            serial: issued.serial.to_string(),
        }),
        Concluded::Unwanted => Err(CertifyRequestError::NotReady(number.to_owned())),
    }
}

enum Begun {
    Prepared(Prepared),
    Issued(IssuedCertificate),
}

fn begin(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Begun, CertifyRequestError> {
    let locked = diesel::update(certificate_requests::table.find(number))
        .filter(certificate_requests::status.eq_any(["approved", "issued"]))
        .set(certificate_requests::status.eq(certificate_requests::status))
        .execute(db)?;
    if locked == 0 {
        return Err(CertifyRequestError::NotReady(number.to_owned()));
    }
    let approved = verify_request_evidence(db, context.verifier, number, act.at)?;
    let request = approved.request();
    if let RequestState::Issued { issuer, serial, .. } = &request.state {
        let found = certificate::find(db, issuer, serial)?;
        return found
            .and_then(issued)
            .map(Begun::Issued)
            .ok_or_else(|| CertifyRequestError::NotReady(number.to_owned()));
    }
    if let Some(certificate) = attempt_of(db, &approved)? {
        return match certificate.status {
            CertificateStatus::Intended | CertificateStatus::Signing => Err(CertifyRequestError::UnderWay {
                request: number.to_owned(),
                issuer: certificate.issuer,
                serial: certificate.serial.to_string(),
            }),
            _ => issued(certificate)
                .map(Begun::Issued)
                .ok_or_else(|| CertifyRequestError::NotReady(number.to_owned())),
        };
    }
    let prepared = prepare(db, context, request, &approved, rng, act)?;
    // Nobody takes the decision back while the token works.
    certificate_request::took_effect(db, request, rng, act)?;
    Ok(Begun::Prepared(prepared))
}

fn prepare(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    request: &CertificateRequest,
    approved: &ApprovedRequest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, CertifyRequestError> {
    let (rules, offered) = eligibility::offer_of(&request.profile)?
        .filter(|(rules, _)| rules.offered)
        .ok_or_else(|| CertifyRequestError::ProfileNotOffered(request.profile.clone()))?;
    let structure = eligibility::check_request(db, context.registry, rules, (request, None), act.at)?;
    let issuer = authority::newest_generation(db, &offered.issuer, act.at).map_err(PrepareError::from)?;
    let issuance_request = IssuanceRequest {
        profile: &offered.id,
        issuer: &issuer.short_name,
        bearer: Bearer::EndEntity,
        facts: &facts::of_request(request, structure.as_ref()),
        public_key: &request.public_key,
        not_after: None,
    };
    let evidence = approved.evidence();
    Ok(issuance::prepare(db, context.issuance, &issuance_request, evidence, context.epoch, rng, act)?)
}

/// The certificate that an earlier attempt at this very request began: the digest of its evidence is the
/// request's own, since each proof holds a nonce. One that was given up does not count, nor one that was revoked before anybody had it; one that
/// was good and revoked since is what the request has come to.
fn attempt_of(db: &mut Database, approved: &ApprovedRequest) -> QueryResult<Option<Certificate>> {
    let key = Sha256::digest(&approved.request().public_key);
    let found: Option<(String, String)> = certificates::table
        .filter(certificates::spki_sha256.eq(key.as_slice()))
        .filter(certificates::evidence_digest.eq(approved.evidence().digest().as_slice()))
        .filter(
            certificates::status
                .eq_any(["intended", "signing", "good"])
                .or(certificates::status.eq("revoked").and(certificates::der.is_not_null())),
        )
        .order(certificates::prepared_at.desc())
        .select((certificates::issuer, certificates::serial))
        .first(db)
        .optional()?;
    let Some((issuer, serial)) = found else { return Ok(None) };
    let serial: SerialNumber =
        serial.parse().map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))?;
    certificate::find(db, &issuer, &serial)
}

fn issued(certificate: Certificate) -> Option<IssuedCertificate> {
    let der = certificate.status.der()?.to_vec();
    Some(IssuedCertificate { issuer: certificate.issuer, serial: certificate.serial, der })
}

/// What a certificate is to its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Concluded {
    /// It is the request's.
    Issued,
    /// It is, and was revoked before anybody was told of it.
    Ended,
    /// The request was withdrawn, or opened again, while the token worked: no request has it, and it is revoked.
    Unwanted,
}

/// Ties the certificate to its request, and tells whoever asked what there is: one that somebody revoked meanwhile is not said to be available. Who
/// revokes one takes its row first: he waits for this, or this sees what he has done.
fn conclude(
    db: &mut Database,
    number: &str,
    issued: &IssuedCertificate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Concluded, CertifyRequestError> {
    let moved = diesel::update(certificate_requests::table.find(number))
        .filter(certificate_requests::status.eq("approved"))
        .set((
            certificate_requests::status.eq("issued"),
            certificate_requests::changed_at.eq(act.at),
            certificate_requests::issuer.eq(&issued.issuer),
            certificate_requests::serial.eq(issued.serial.to_string()),
        ))
        .execute(db)?;
    if moved == 0 {
        let tied = certificate_requests::table
            .find(number)
            .filter(certificate_requests::status.eq("issued"))
            .filter(certificate_requests::issuer.eq(&issued.issuer))
            .filter(certificate_requests::serial.eq(issued.serial.to_string()))
            .count()
            .get_result::<i64>(db)?;
        if tied == 0 {
            let reason = RevocationReason::CessationOfOperation;
            match revocation::revoke(db, &issued.issuer, &issued.serial, reason, rng, act) {
                Ok(_) | Err(RevokeError::AlreadyEnded { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            return Ok(Concluded::Unwanted);
        }
        // Otherwise another run was quicker, and has recorded this same certificate.
        return Ok(Concluded::Issued);
    }
    let ended = !certificate::stays_good(db, &issued.issuer, &issued.serial)?;
    let notice = if ended { Notice::CertificateRevoked } else { Notice::CertificateIssued };
    let subject = format!("certificate request {number}");
    for recipient in certificate_request::get(db, number)?.recipients() {
        outbox::put(db, recipient, notice, &subject, rng, act)?;
    }
    let payload = json!({"certificate": format!("{} {}", issued.issuer, issued.serial)});
    audit::record(db, audit::Event { action: "request.issued", subject, payload }, rng, act)?;
    Ok(if ended { Concluded::Ended } else { Concluded::Issued })
}
