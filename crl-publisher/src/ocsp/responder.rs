//! Answers requests with the keys that the authorities delegated (RFC 6960 §4.2.2.2).

use ca_core::authority::{self, Authority, AuthorityError};
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use ca_core::service_key::{self, Purpose, ServiceKey};
use ca_core::signer::{KeyReference, SignatureAlgorithm, Signer, sign_verified};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::asn1::{BitString, GeneralizedTime, Null, OctetString};
use der::{Decode, Encode};
use store::{Act, Database, Timestamp};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::CrlReason;

use super::issuers::{Issuers, key_hash};
use super::request::{CertId, Question};
use super::response::{
    BasicOcspResponse, CertStatus, OcspResponse, OcspResponseStatus, ResponderId, ResponseData, RevokedInfo,
    SingleResponse,
};
use super::status_view::{Status, StatusView};
use crate::policy::PublicationPolicy;

/// Who answers for whom: loaded once, and again from time to time, since responder certificates
/// are short-lived and renewed.
#[derive(Clone, Debug)]
pub struct Responder {
    issuers: Issuers,
    delegates: Vec<Delegate>,
    policy: PublicationPolicy,
}

/// The responder key of one authority.
#[derive(Clone, Debug)]
struct Delegate {
    /// Short name of the authority it answers for.
    authority: String,
    key: KeyReference,
    public_key: Vec<u8>,
    algorithm: SignatureAlgorithm,
    key_hash: [u8; 20],
    certificate: Certificate,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// What goes back, and what HTTP may say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The DER of the OCSPResponse.
    pub der: Vec<u8>,
    /// What it is.
    pub kind: AnswerKind,
}

/// What an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// Signed.
    Signed {
        /// thisUpdate of each single response.
        this_update: Timestamp,
        /// nextUpdate of each single response.
        next_update: Timestamp,
        /// Bound to a nonce: of no use to anyone else, so never cached.
        nonce: bool,
    },
    /// An error: not signed, never cached.
    Error(OcspResponseStatus),
}

impl Answer {
    /// An answer that says only a status.
    pub fn error(status: OcspResponseStatus) -> Self {
        Self { der: status.bare_response(), kind: AnswerKind::Error(status) }
    }
}

/// Responders that could not be loaded.
#[derive(Debug, Error)]
pub enum ResponderError {
    /// The authorities do not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A certificate or key does not read.
    #[error("responder {0} does not read: {1}")]
    Unreadable(String, String),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

/// Why there is no signed answer; goes to the log, and out as `tryLater`.
#[derive(Debug, Error)]
enum Trouble {
    #[error("the certificate of the responder for {0} is not valid now")]
    ResponderExpired(String),
    #[error("signer: {0}")]
    Signer(#[from] ca_core::signer::SignerError),
    #[error("encoding: {0}")]
    Der(#[from] der::Error),
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Responder {
    /// Loads the authorities and, for each, its newest responder key with a certificate that is
    /// good and valid now. An authority without one is answered `unauthorized`.
    pub fn load(db: &mut Database, policy: &PublicationPolicy, act: &Act) -> Result<Self, ResponderError> {
        let keys = service_key::of_purpose(db, Purpose::Ocsp)?;
        let mut responder =
            Self { issuers: Issuers::default(), delegates: Vec::new(), policy: policy.clone() };
        for authority in authority::all(db)? {
            let mut newest = None;
            for key in keys.iter().filter(|key| key.authority.as_deref() == Some(&authority.short_name)) {
                if let Some(delegate) = Delegate::load(db, &authority, key)?
                    && delegate.is_valid_at(act.at)
                {
                    newest = Some(delegate);
                }
            }
            let Some(delegate) = newest else { continue };
            responder
                .issuers
                .add(&authority.subject, &authority.public_key, responder.delegates.len())
                .map_err(|error| {
                    ResponderError::Unreadable(authority.short_name.clone(), error.to_string())
                })?;
            responder.delegates.push(delegate);
        }
        Ok(responder)
    }

    /// For each authority that is answered for: its short name, and until when.
    pub fn valid_until(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        self.delegates.iter().map(|delegate| (delegate.authority.as_str(), delegate.not_after))
    }

    /// Answers a request. Never fails: what does not read is `malformedRequest`, an issuer we do
    /// not answer for is `unauthorized`, trouble of our own is `tryLater`.
    ///
    /// One answer has one signer, so all certificates of a request have one issuer; a mixed request
    /// is `unauthorized`, since no responder may speak for two authorities.
    pub fn answer(
        &self,
        status: &mut StatusView<'_>,
        signer: &mut dyn Signer,
        request: &[u8],
        act: &Act,
    ) -> Answer {
        let question = match Question::read(request) {
            Ok(question) => question,
            Err(malformed) => {
                tracing::debug!(%malformed, "OCSP request refused");
                return Answer::error(OcspResponseStatus::MalformedRequest);
            }
        };
        let Some(delegate) = self.delegate(&question.certificates) else {
            return Answer::error(OcspResponseStatus::Unauthorized);
        };
        delegate.answer(&self.policy, status, signer, question, act).unwrap_or_else(|trouble| {
            tracing::error!(issuer = delegate.authority, error = %trouble, "no OCSP answer for {}", delegate.authority);
            Answer::error(OcspResponseStatus::TryLater)
        })
    }

    fn delegate(&self, certificates: &[CertId]) -> Option<&Delegate> {
        let mut places = certificates.iter().map(|id| self.issuers.find(id));
        let first = places.next()??;
        places.all(|place| place == Some(first)).then(|| &self.delegates[first])
    }
}

impl Delegate {
    fn load(
        db: &mut Database,
        authority: &Authority,
        key: &ServiceKey,
    ) -> Result<Option<Self>, ResponderError> {
        let unreadable =
            |what: &dyn std::fmt::Display| ResponderError::Unreadable(key.name.clone(), what.to_string());
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

    fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at < self.not_after
    }

    fn answer(
        &self,
        policy: &PublicationPolicy,
        status: &mut StatusView<'_>,
        signer: &mut dyn Signer,
        question: Question,
        act: &Act,
    ) -> Result<Answer, Trouble> {
        if !self.is_valid_at(act.at) {
            return Err(Trouble::ResponderExpired(self.authority.clone()));
        }
        let this_update = act.at.whole_second();
        // An answer is of no use once the certificate that signed it has ended.
        let next_update = this_update.plus(policy.ocsp_validity).min(self.not_after);
        let mut responses = Vec::with_capacity(question.certificates.len());
        for cert_id in question.certificates {
            // A negative or oversized INTEGER is no serial number we could have given.
            let status = match SerialNumber::from_octets(cert_id.serial_number.as_bytes()) {
                Ok(serial) if cert_id.serial_number.as_bytes()[0] < 0x80 => {
                    status.status(&self.authority, &serial)?
                }
                _ => Status::Unknown,
            };
            responses.push(SingleResponse {
                cert_id,
                cert_status: cert_status(status)?,
                this_update: time(this_update)?,
                next_update: Some(time(next_update)?),
                single_extensions: None,
            });
        }
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

fn cert_status(status: Status) -> der::Result<CertStatus> {
    Ok(match status {
        Status::Good => CertStatus::Good(Null),
        Status::Unknown => CertStatus::Unknown(Null),
        Status::Revoked { at, reason } => CertStatus::Revoked(RevokedInfo {
            revocation_time: time(at)?,
            revocation_reason: reason.and_then(|reason| CrlReason::try_from(u32::from(reason.code())).ok()),
        }),
    })
}

fn time(moment: Timestamp) -> der::Result<GeneralizedTime> {
    let seconds = u64::try_from(moment.seconds()).map_err(|_| der::ErrorKind::DateTime)?;
    GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds))
}
