use ca_core::revocation::{self, RevocationReason, RevokeError};
use ca_core::serial::SerialNumber;
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
    /// The worker has not answered the last one yet.
    #[error("the revocation of the certificate of {0} is asked for already")]
    Waits(String),
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
            Self::Waits(_) => faults::REVOCATION_REQUESTED_ALREADY,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Revokes the certificate of a request, for good, in the name of the officer who acts, who opposes cards and is there for what it is about.
/// Whoever asked for it, and whose it is, is told. The worker does: the web role [asks](super::ask_revocation). Inside the caller's write transaction.
pub(super) fn revoke(
    db: &mut Database,
    number: &str,
    reason: RevocationReason,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), RevokeRequestError> {
    let (request, issuer, serial) = revocable(db, number, act)?;
    revocation::revoke(db, &issuer, &serial, reason, rng, act)?;
    let subject = format!("certificate request {number}");
    for recipient in request.recipients() {
        outbox::put(db, recipient, Notice::CertificateRevoked, &subject, rng, act)?;
    }
    Ok(())
}

/// The request, and its certificate, where the officer who acts may have it revoked.
pub(super) fn revocable(
    db: &mut Database,
    number: &str,
    act: &Act,
) -> Result<(CertificateRequest, String, SerialNumber), RevokeRequestError> {
    let officer = officers::require(db, Right::Oppose, act)?;
    let request = get(db, number)?;
    officer.require_within(db, &request.reach())?;
    match &request.state {
        RequestState::Issued { issuer, serial, .. } => {
            let (issuer, serial) = (issuer.clone(), serial.clone());
            Ok((request, issuer, serial))
        }
        state => Err(RevokeRequestError::NotIssued(number.to_owned(), state.name())),
    }
}
