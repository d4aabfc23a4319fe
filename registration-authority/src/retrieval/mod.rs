//! The retrieval (*retrait*) of a software certificate: who asked for it accepts the terms of use that are in force, and has it.
//!
//! The certificate is public as every certificate is; what is asked for here is evidence that whoever uses it has accepted its terms.
//! One that nobody fetches is listed for officers, and told of once ([`remind`]); nothing ends for it.

mod acceptance;
mod remind;
mod terms;

#[cfg(test)]
mod tests;

use ca_core::authority::{self, AuthorityError};
use ca_core::certificate;
use ca_core::certs_only::certs_only;
use der::pem::LineEnding;
use store::database::OnReserve;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

pub use acceptance::{Acceptance, accept, is_retrieved};
pub use remind::{Unretrieved, remind, unretrieved};
pub use terms::{CertificateTerms, TERMS_TEXT_BOUND};

use crate::certificate_request::{self, CertificateRequest, RequestError, RequestState};
use crate::faults;
use crate::mandate;
use crate::officers::{self, NotAuthorised, Right, Role};

/// In which form a certificate is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The certificate alone, text (RFC 7468 §5).
    Pem,
    /// The certificate alone, DER.
    Der,
    /// The certificate and those above it up to its root, a certs-only message (RFC 8551 §3.8).
    Chain,
}

impl Form {
    /// Every form.
    pub const ALL: [Self; 3] = [Self::Pem, Self::Der, Self::Chain];

    /// How a file of it ends, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pem => "pem",
            Self::Der => "cer",
            Self::Chain => "p7b",
        }
    }

    /// Its media type (RFC 8555 §9.1 of PEM, RFC 2585 §4.1 of DER).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pem => "application/pem-certificate-chain",
            Self::Der => "application/pkix-cert",
            Self::Chain => "application/x-pkcs7-certificates",
        }
    }
}

/// What may be fetched, for who may.
#[derive(Clone, Debug)]
pub struct Retrieval {
    /// The request that it answers.
    pub request: CertificateRequest,
    /// The mandate by which he speaks for its structure; none of an officer.
    pub mandate: Option<String>,
    /// That he has accepted the terms in force.
    pub accepted: Option<Acceptance>,
}

/// Why a certificate is not fetched.
#[derive(Debug, Error)]
pub enum RetrievalError {
    /// The actor may not fetch any.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The request cannot be had; nor can one that is somebody else's, which reads alike.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// There is no certificate of it yet, or never will be.
    #[error("certificate request {0} is {1}")]
    NotIssued(String, &'static str),
    /// He has not accepted the terms in force.
    #[error("the terms of use {1} have not been accepted for certificate request {0}")]
    TermsNotAccepted(String, String),
    /// He accepts others than those in force.
    #[error("the terms of use in force are {0}, and their text has SHA-256 {1}")]
    OtherTerms(String, String),
    /// The authorities above it cannot be had.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// What is left on the disk is for oppositions.
    #[error(transparent)]
    OnReserve(#[from] OnReserve),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RetrievalError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::NotIssued(..) => faults::RETRIEVAL_NOT_ISSUED,
            Self::TermsNotAccepted(..) => faults::RETRIEVAL_TERMS_NOT_ACCEPTED,
            Self::OtherTerms(..) => faults::RETRIEVAL_OTHER_TERMS,
            Self::Authority(error) => error.code(),
            Self::OnReserve(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// What the officer who acts may fetch of this request, under the terms in force: an agent, of a structure for which he speaks now; an
/// officer what he submitted, and an agent too where it is of no structure. What he did not submit must be of his scope. Of any other request he reads what he
/// reads of one that there is not.
pub fn open(
    db: &mut Database,
    number: &str,
    terms: &CertificateTerms,
    act: &Act,
) -> Result<Retrieval, RetrievalError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let request = certificate_request::get(db, number)?;
    let unknown = || RequestError::Unknown(number.to_owned());
    let his = request.submitted_by == officer.login;
    if !his && !officer.covers(db, &request.reach())? {
        return Err(unknown().into());
    }
    let mandate = match (officer.role, request.subject.structure()) {
        (Role::CertificationAgent, Some(structure)) => {
            let standing = mandate::standing(db, structure, act)?;
            Some(standing.ok_or_else(unknown)?.number)
        }
        _ if his => None,
        _ => return Err(unknown().into()),
    };
    let accepted = acceptance::find(db, number, &officer.login, terms)?;
    Ok(Retrieval { request, mandate, accepted })
}

/// The certificate of this request, for who may have it and has accepted the terms in force.
pub fn fetch(
    db: &mut Database,
    number: &str,
    form: Form,
    terms: &CertificateTerms,
    act: &Act,
) -> Result<Vec<u8>, RetrievalError> {
    let Retrieval { request, accepted, .. } = open(db, number, terms, act)?;
    let (issuer, serial) = issued(&request)?;
    if accepted.is_none() {
        return Err(RetrievalError::TermsNotAccepted(request.number, terms.version().to_owned()));
    }
    let altered = |what| RequestError::RowAltered(number.to_owned(), what);
    let certificate = certificate::find(db, issuer, serial)?;
    let der = certificate.as_ref().and_then(|one| one.status.der()).ok_or_else(|| altered("certificate"))?;
    Ok(match form {
        Form::Der => der.to_vec(),
        Form::Pem => der::pem::encode_string("CERTIFICATE", LineEnding::LF, der)
            .map_err(|_| altered("certificate"))?
            .into_bytes(),
        Form::Chain => {
            let above = authority::path(db, issuer)?;
            let above = above.iter().map(|authority| authority.certificate.as_slice());
            certs_only([der].into_iter().chain(above)).map_err(|_| altered("certificate"))?
        }
    })
}

/// The certificate that answers the request.
fn issued(request: &CertificateRequest) -> Result<(&str, &ca_core::serial::SerialNumber), RetrievalError> {
    match &request.state {
        RequestState::Issued { issuer, serial, .. } => Ok((issuer, serial)),
        state => Err(RetrievalError::NotIssued(request.number.clone(), state.name())),
    }
}

/// Since when the request has its certificate.
fn issued_at(request: &CertificateRequest) -> Option<Timestamp> {
    match request.state {
        RequestState::Issued { at, .. } => Some(at),
        _ => None,
    }
}
