use store::{Act, Code, Database, Fault};
use thiserror::Error;

use crate::certificate_request::{self, CertificateRequest, RequestError};
use crate::officers::{self, NotAuthorised, Right, Within, rows};

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

/// A page of requests.
#[derive(Clone, Debug)]
pub struct RequestPage {
    /// Those of the page, of which the officer reads each; and how many in that state he does not, on whatever page they would be.
    pub requests: Within<CertificateRequest>,
    /// After which number the next page begins; none where this is the last.
    pub next: Option<String>,
}

/// The requests in the state of this name (all of them without one) that the officer reads, his own and those of his scope, by number, after
/// the given one; 200 at most.
pub fn requests(
    db: &mut Database,
    status: Option<&str>,
    after: Option<&str>,
    limit: i64,
    act: &Act,
) -> Result<RequestPage, RequestViewError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let scopes = officer.scopes();
    let limit = limit.clamp(1, certificate_request::PAGE);
    let within = || rows::requests_read_by(&officer, &scopes);
    let mut page = certificate_request::list_within(db, status, within(), after, limit + 1)?;
    let more = page.len() as i64 > limit;
    page.truncate(limit as usize);
    let next = page.last().filter(|_| more).map(|last| last.number.clone());
    let hidden = match within() {
        Some(within) => certificate_request::count_outside(db, status, within)?,
        None => 0,
    };
    let hidden = usize::try_from(hidden).unwrap_or(usize::MAX);
    Ok(RequestPage { requests: Within { shown: page, hidden }, next })
}

/// One request. Who submitted it may read it, and who reads every dossier of its scope.
pub fn request(db: &mut Database, number: &str, act: &Act) -> Result<CertificateRequest, RequestViewError> {
    let request = certificate_request::get(db, number)?;
    let own = act.actor.officer() == Some(request.submitted_by.as_str());
    let officer = officers::require(db, if own { Right::ReadOwnDossier } else { Right::ReadDossier }, act)?;
    if !own {
        officer.require_within(db, &request.reach())?;
    }
    Ok(request)
}
