//! The key that an authority delegated for OCSP (RFC 6960 §4.2.2.2): loaded, and answering.

use ca_core::authority::Authority;
use ca_core::certificate::{self, CertificateStatus};
use ca_core::serial::SerialNumber;
use ca_core::service_key::ServiceKey;
use ca_core::signer::{KeyReference, Message, SignatureAlgorithm, SignerError, VerifiedSigner};
use const_oid::db::rfc6960::ID_PKIX_OCSP_ARCHIVE_CUTOFF;
use der::asn1::{GeneralizedTime, OctetString};
use der::{Decode, Encode};
use openssl::sha::sha256;
use store::{Database, Timestamp};
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::ext::Extension;

use super::answer::{Answer, AnswerKind};
use super::draft::{Known, Moments, response_data};
use super::encode;
use super::issuers::key_hash;
use super::request::Question;
use crate::policy::PublicationPolicy;
use crate::status::Status;

/// The responder key of one authority.
#[derive(Clone, Debug)]
pub(crate) struct Delegate {
    /// Short name of the authority it answers for.
    pub(crate) authority: String,
    /// The serial number of its certificate.
    pub(super) serial: SerialNumber,
    /// The first octets of the SHA-256 of its certificate: tells the answers of one responder from those of
    /// another.
    pub(super) fingerprint: [u8; 7],
    /// Extensions of each SingleResponse, DER.
    pub(super) single_extensions: Vec<u8>,
    pub(super) key_hash: [u8; 20],
    pub(super) not_after: Timestamp,
    key: KeyReference,
    public_key: Vec<u8>,
    algorithm_der: Vec<u8>,
    certificate_der: Vec<u8>,
    not_before: Timestamp,
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
    #[error("the status log was last read at {0}, too long ago to say anything now")]
    OutOfStep(Timestamp),
    #[error("signer: {0}")]
    Signer(#[from] SignerError),
    #[error("encoding: {0}")]
    Der(#[from] der::Error),
}

impl Trouble {
    /// Whether another key of the same authority may do better.
    pub(super) fn is_of_this_key(&self) -> bool {
        matches!(self, Self::Signer(SignerError::NoSuchKey { .. }) | Self::ResponderExpired(_))
    }

    /// Whether another session with the token may do better.
    pub(super) fn is_of_the_signer(&self) -> bool {
        matches!(self, Self::Signer(_))
    }
}

/// A signature, and the moments of the answer it signs.
pub(super) struct Signed {
    pub(super) moments: Moments,
    pub(super) signature: Vec<u8>,
}

/// An answer that is not signed yet.
pub(super) struct Draft {
    pub(super) moments: Moments,
    /// The DER of the ResponseData.
    tbs: Vec<u8>,
    /// What it is for, as the signer's ledger has it.
    subject: String,
}

impl Draft {
    /// What this delegate is to sign, which drafted it.
    pub(super) fn message<'a>(&'a self, delegate: &'a Delegate) -> Message<'a> {
        Message {
            key: &delegate.key,
            public_key: &delegate.public_key,
            subject: &self.subject,
            octets: &self.tbs,
        }
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
        let algorithm = SignatureAlgorithm::of_key(&key.public_key).map_err(|error| unreadable(&error))?;
        let [a, b, c, d, e, f, g, ..] = sha256(der);
        Ok(Some(Self {
            authority: authority.short_name.clone(),
            serial,
            fingerprint: [a, b, c, d, e, f, g],
            single_extensions: archive_cutoff(authority.not_before).map_err(|error| unreadable(&error))?,
            key_hash: key_hash(&key.public_key).map_err(|error| unreadable(&error))?,
            not_after: standing.not_after,
            key: key.key.clone(),
            public_key: key.public_key.clone(),
            algorithm_der: algorithm.algorithm_identifier().to_der().map_err(|error| unreadable(&error))?,
            certificate_der: der.clone(),
            not_before: standing.not_before,
        }))
    }

    pub(super) fn is_valid_at(&self, at: Timestamp) -> bool {
        self.not_before <= at && at < self.not_after
    }

    /// Signs what is known of the certificates that are asked about, a status for each.
    pub(super) fn sign(
        &self,
        policy: &PublicationPolicy,
        question: &Question,
        statuses: &[Status],
        known: Known,
        signer: &mut VerifiedSigner,
    ) -> Result<Signed, Trouble> {
        let draft = self.draft(policy, question, statuses, known)?;
        let signature = signer.sign(draft.message(self))?;
        Ok(Signed { moments: draft.moments, signature })
    }

    /// What would be signed.
    pub(super) fn draft(
        &self,
        policy: &PublicationPolicy,
        question: &Question,
        statuses: &[Status],
        known: Known,
    ) -> Result<Draft, Trouble> {
        let moments = Moments::of(self, policy, statuses, known)?;
        let tbs = response_data(self, policy, question, statuses, moments)?;
        Ok(Draft { moments, tbs, subject: format!("ocsp {}", self.authority) })
    }

    /// The answer around a signature that was made over the same question, statuses and moments.
    pub(super) fn assemble(
        &self,
        policy: &PublicationPolicy,
        question: &Question,
        statuses: &[Status],
        moments: Moments,
        signature: &[u8],
    ) -> der::Result<Answer> {
        let tbs = response_data(self, policy, question, statuses, moments)?;
        let der = encode::response(&tbs, &self.algorithm_der, signature, &self.certificate_der);
        let Moments { this_update, next_update, .. } = moments;
        Ok(Answer {
            der: der.into(),
            etag: None,
            kind: AnswerKind::Signed { this_update, next_update, nonce: question.nonce.is_some() },
        })
    }
}

/// `ArchiveCutoff ::= GeneralizedTime` (RFC 6960 §4.4.4): what ended is told since the authority began, and is
/// never forgotten, so that also the status of a certificate that has expired can be relied on. ETSI EN 319
/// 411-2 wants this very date.
fn archive_cutoff(since: Timestamp) -> der::Result<Vec<u8>> {
    let seconds = u64::try_from(since.seconds()).map_err(|_| der::ErrorKind::DateTime)?;
    let time = GeneralizedTime::from_unix_duration(std::time::Duration::from_secs(seconds))?;
    let extn_value = OctetString::new(time.to_der()?)?;
    vec![Extension { extn_id: ID_PKIX_OCSP_ARCHIVE_CUTOFF, critical: false, extn_value }].to_der()
}
