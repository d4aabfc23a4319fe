use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::certificate_request::{self, CertificateRequest, RequestError};
use crate::officers::{self, NotAuthorised, Right};

/// Why a request for a certificate cannot be shown.
#[derive(Debug, Error)]
pub enum RequestViewError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// It cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RequestViewError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The requests in the state of this name (all of them without one), by number, after the given one; 200 at most.
pub fn requests(
    db: &mut Database,
    status: Option<&str>,
    after: Option<&str>,
    limit: i64,
    act: &Act,
) -> Result<Vec<CertificateRequest>, RequestViewError> {
    officers::require(db, Right::ReadQueue, act)?;
    Ok(certificate_request::list(db, status, after, limit)?)
}

/// One request. Who submitted it may read it, and who reads every dossier.
pub fn request(db: &mut Database, number: &str, act: &Act) -> Result<CertificateRequest, RequestViewError> {
    let request = certificate_request::get(db, number)?;
    let own = act.actor.officer() == Some(request.submitted_by.as_str());
    officers::require(db, if own { Right::ReadOwnDossier } else { Right::ReadDossier }, act)?;
    Ok(request)
}
