use ca_core::revocation::{self, RevocationReason, RevokeError};
use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::request::{CertificateRequest, RequestError, RequestState, get};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice};

/// Why the certificate of a request is not revoked.
#[derive(Debug, Error)]
pub enum RevokeRequestError {
    /// The actor may not end certificates, or is not there for this one.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The request cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// It has no certificate.
    #[error("certificate request {0} is {1}: there is no certificate of it to revoke")]
    NotIssued(String, &'static str),
    /// The certificate's end.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RevokeRequestError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::NotIssued(..) => faults::REQUEST_NOT_OPEN,
            Self::Revoke(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Revokes the certificate of a request, for good: by who opposes cards, where he is there for what it is about. Whoever asked for it, and
/// whose it is, is told. Inside the caller's write transaction.
pub fn revoke(
    db: &mut Database,
    number: &str,
    reason: RevocationReason,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, RevokeRequestError> {
    let officer = officers::require(db, Right::Oppose, act)?;
    let request = get(db, number)?;
    officer.require_within(db, &request.reach())?;
    let RequestState::Issued { issuer, serial, .. } = &request.state else {
        return Err(RevokeRequestError::NotIssued(request.number, request.state.name()));
    };
    revocation::revoke(db, issuer, serial, reason, rng, act)?;
    let subject = format!("certificate request {number}");
    for recipient in request.recipients() {
        outbox::put(db, recipient, Notice::CertificateRevoked, &subject, rng, act)?;
    }
    Ok(request)
}
