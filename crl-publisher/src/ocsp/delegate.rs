//! The key that an authority delegated for OCSP (RFC 6960 §4.2.2.2): loaded, and answering.

use ca_core::authority::Authority;
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use ca_core::service_key::ServiceKey;
use ca_core::signer::{KeyReference, SignatureAlgorithm, Signer, SignerError, sign_verified};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::asn1::{BitString, GeneralizedTime, Null, OctetString};
use der::{Decode, Encode};
use store::{Act, Database, Timestamp};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;

use super::answer::{Answer, AnswerKind};
use super::issuers::key_hash;
use super::request::{CertId, Question};
use super::response::{
    BasicOcspResponse, CertStatus, OcspResponse, ResponderId, ResponseData, RevokedInfo, SingleResponse,
};
use super::status_view::{Status, StatusView};
use crate::policy::PublicationPolicy;

/// The responder key of one authority.
#[derive(Clone, Debug)]
pub(super) struct Delegate {
    /// Short name of the authority it answers for.
    pub(super) authority: String,
    key: KeyReference,
    public_key: Vec<u8>,
    algorithm: SignatureAlgorithm,
    key_hash: [u8; 20],
    certificate: Certificate,
    not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

/// A responder key that could not be loaded.
#[derive(Debug, Error)]
pub(super) enum DelegateError {
    #[error("its certificate or key does not read: {0}")]
    Unreadable(String),
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

/// Why there is no signed answer; goes to the log, and out as `tryLater`.
#[derive(Debug, Error)]
pub(super) enum Trouble {
    #[error("the certificate of the responder for {0} is not valid now")]
    ResponderExpired(String),
    #[error("signer: {0}")]
    Signer(#[from] SignerError),
    #[error("encoding: {0}")]
    Der(#[from] der::Error),
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Trouble {
    /// Whether another key of the same authority may do better.
    pub(super) fn is_of_this_key(&self) -> bool {
        matches!(self, Self::Signer(SignerError::NoSuchKey { .. }) | Self::ResponderExpired(_))
    }
}

impl Delegate {
    /// Loads the key, if its certificate is good.
    pub(super) fn load(
        db: &mut Database,
        authority: &Authority,
        key: &ServiceKey,
    ) -> Result<Option<Self>, DelegateError> {
        let unreadable = |what: &dyn std::fmt::Display| DelegateError::Unreadable(what.to_string());
        let Some(der) = &key.certificate else { return Ok(None) };
        let certificate = Certificate::from_der(der).map_err(|error| unreadable(&error))?;
        let serial = SerialNumber::from_octets(certificate.tbs_certificate().serial_number().as_bytes())
            .map_err(|error| unreadable(&error))?;
        let Some(standing) = certificate::find(db, &authority.short_name, &serial)? else { return Ok(None) };
        if !matches!(standing.status, CertificateStatus::Good { .. }) {
            return Ok(None);
        }
        Ok(Some(Self {
            authority: authority.short_name.clone(),
            key: key.key.clone(),
            algorithm: SignatureAlgorithm::of_key(&key.public_key).map_err(|error| unreadable(&error))?,
            key_hash: key_hash(&key.public_key).map_err(|error| unreadable(&error))?,
            public_key: key.public_key.clone(),
            certificate,
            not_before: standing.not_before,
            not_after: standing.not_after,
        }))
    }

    pub(super) fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at < self.not_after
    }

    /// Looks each certificate up and signs what is known of it.
    pub(super) fn answer(
        &self,
        policy: &PublicationPolicy,
        status: &mut StatusView<'_>,
        signer: &mut dyn Signer,
        question: Question,
        act: &Act,
    ) -> Result<Answer, Trouble> {
        let mut statuses = Vec::with_capacity(question.certificates.len());
        for cert_id in &question.certificates {
            // A negative or oversized INTEGER is no serial number we could have given.
            statuses.push(match SerialNumber::from_octets(cert_id.serial_number.as_bytes()) {
                Ok(serial) if cert_id.serial_number.as_bytes()[0] < 0x80 => {
                    status.status(&self.authority, &serial)?
                }
                _ => Status::Unknown,
            });
        }
        // A revocation may have been committed since the act began: no answer is older than what it says. A
        // date that is further ahead was left by a clock; it is cut below and moves nothing.
        let latest = act.at.plus(policy.clock_tolerance);
        let committed = statuses.iter().filter_map(Status::revoked_at).filter(|at| *at <= latest);
        let known_at = committed.fold(act.at, Timestamp::max);
        if !self.is_valid_at(known_at) {
            return Err(Trouble::ResponderExpired(self.authority.clone()));
        }
        let this_update = known_at.whole_second();
        // An answer is of no use once the certificate that signed it has ended.
        let next_update = this_update.plus(policy.ocsp_validity).min(self.not_after);
        let responses = question
            .certificates
            .into_iter()
            .zip(statuses)
            .map(|(cert_id, status)| single_response(cert_id, status, this_update, next_update))
            .collect::<der::Result<_>>()?;
        let nonce = question.nonce.is_some();
        let data = ResponseData {
            version: Default::default(),
            responder_id: ResponderId::ByKey(OctetString::new(self.key_hash.as_slice())?),
            produced_at: time(this_update)?,
            responses,
            response_extensions: question.nonce.map(|value| {
                vec![Extension { extn_id: ID_PKIX_OCSP_NONCE, critical: false, extn_value: value }]
            }),
        };
        let der = OcspResponse::successful(&self.sign(signer, data)?)?.to_der()?;
        Ok(Answer { der, kind: AnswerKind::Signed { this_update, next_update, nonce } })
    }

    fn sign(&self, signer: &mut dyn Signer, data: ResponseData) -> Result<BasicOcspResponse, Trouble> {
        let tbs = data.to_der()?;
        let subject = format!("ocsp {}", self.authority);
        let signature = sign_verified(signer, &self.key, &self.public_key, &subject, &tbs)?;
        Ok(BasicOcspResponse {
            tbs_response_data: data,
            signature_algorithm: self.algorithm.algorithm_identifier(),
            signature: BitString::from_bytes(&signature)?,
            certs: Some(vec![self.certificate.clone()]),
        })
    }
}

fn single_response(
    cert_id: CertId,
    status: Status,
    this_update: Timestamp,
    next_update: Timestamp,
) -> der::Result<SingleResponse> {
    Ok(SingleResponse {
        cert_id,
        cert_status: cert_status(status, this_update)?,
        this_update: time(this_update)?,
        next_update: Some(time(next_update)?),
        single_extensions: None,
    })
}

/// What is said to have happened, has: a date that a clock left in the future is cut to thisUpdate, as on a CRL
/// (docs/decisions/0012-dates-ahead-of-the-clock.md).
fn cert_status(status: Status, this_update: Timestamp) -> der::Result<CertStatus> {
    Ok(match status {
        Status::Good => CertStatus::Good(Null),
        Status::Unknown => CertStatus::Unknown(Null),
        Status::Revoked { at, reason } => CertStatus::Revoked(RevokedInfo {
            revocation_time: time(at.min(this_update))?,
            revocation_reason: reason.and_then(|reason| CrlReason::try_from(u32::from(reason.code())).ok()),
        }),
    })
}

fn time(moment: Timestamp) -> der::Result<GeneralizedTime> {
    let seconds = u64::try_from(moment.seconds()).map_err(|_| der::ErrorKind::DateTime)?;
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds))
}
