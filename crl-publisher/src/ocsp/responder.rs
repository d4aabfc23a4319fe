//! Answers requests with the keys that the authorities delegated.

use ca_core::authority::{self, Authority, AuthorityError, Readable};
use ca_core::service_key::{self, Purpose, ServiceKey};
use ca_core::signer::Signer;
use store::{Act, Database, Timestamp};
use thiserror::Error;

use super::answer::Answer;
use super::delegate::{Delegate, DelegateError};
use super::issuers::Issuers;
use super::request::{CertId, Question};
use super::response::OcspResponseStatus;
use super::status_view::StatusView;
use crate::policy::PublicationPolicy;

/// Who answers for whom: loaded once, and again from time to time, since responder certificates
/// are short-lived and renewed.
#[derive(Clone, Debug)]
pub struct Responder {
    issuers: Issuers,
    /// For each issuer, its responder keys that stand, newest first; never none.
    delegates: Vec<Vec<Delegate>>,
    policy: PublicationPolicy,
}

/// Responders that could not be loaded.
#[derive(Debug, Error)]
pub enum ResponderError {
    /// The authorities do not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// An authority's key does not read.
    #[error("the key of {0} does not read: {1}")]
    Unreadable(String, String),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Responder {
    /// Loads the authorities and, for each, its responder keys with a certificate that is good and valid
    /// now. An authority without one is answered `unauthorized`, and so is one whose record does not read.
    pub fn load(db: &mut Database, policy: &PublicationPolicy, act: &Act) -> Result<Self, ResponderError> {
        let keys = service_key::of_purpose(db, Purpose::Ocsp)?;
        let mut responder =
            Self { issuers: Issuers::default(), delegates: Vec::new(), policy: policy.clone() };
        let Readable { authorities, unreadable } = authority::readable(db)?;
        for (short_name, error) in unreadable {
            tracing::error!(authority = short_name, %error, "nobody answers for {short_name}: {error}");
        }
        for authority in authorities {
            let delegates = standing_delegates(db, &authority, &keys, act.at)?;
            if delegates.is_empty() {
                continue;
            }
            responder
                .issuers
                .add(&authority.subject, &authority.public_key, responder.delegates.len())
                .map_err(|error| {
                    ResponderError::Unreadable(authority.short_name.clone(), error.to_string())
                })?;
            responder.delegates.push(delegates);
        }
        Ok(responder)
    }

    /// For each authority that is answered for: its short name, and until when.
    pub fn valid_until(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        let newest = self.delegates.iter().filter_map(|delegates| delegates.first());
        newest.map(|delegate| (delegate.authority.as_str(), delegate.not_after))
    }

    /// Answers a request. Never fails: what does not read is `malformedRequest`, an issuer we do
    /// not answer for is `unauthorized`, trouble of our own is `tryLater`.
    ///
    /// One answer has one signer, so all certificates of a request have one issuer; a mixed request
    /// is `unauthorized`, since no responder may speak for two authorities. The newest key answers; where the
    /// token does not have it yet, the one before goes on until its certificate ends.
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
        let Some(delegates) = self.delegates(&question.certificates) else {
            return Answer::error(OcspResponseStatus::Unauthorized);
        };
        for delegate in delegates {
            match delegate.answer(&self.policy, status, signer, question.clone(), act) {
                Ok(answer) => return answer,
                Err(trouble) => {
                    let authority = &delegate.authority;
                    tracing::error!(issuer = authority, error = %trouble, "no OCSP answer for {authority}");
                    if !trouble.is_of_this_key() {
                        break;
                    }
                }
            }
        }
        Answer::error(OcspResponseStatus::TryLater)
    }

    fn delegates(&self, certificates: &[CertId]) -> Option<&[Delegate]> {
        let mut places = certificates.iter().map(|id| self.issuers.find(id));
        let first = places.next()??;
        places.all(|place| place == Some(first)).then(|| self.delegates[first].as_slice())
    }
}

/// The responder keys of an authority that are good and valid at `at`, newest first. One that does not read is
/// passed over: a damaged record keeps nobody else from being answered.
fn standing_delegates(
    db: &mut Database,
    authority: &Authority,
    keys: &[ServiceKey],
    at: Timestamp,
) -> Result<Vec<Delegate>, ResponderError> {
    let mut standing = Vec::new();
    for key in keys.iter().rev().filter(|key| key.authority.as_deref() == Some(&authority.short_name)) {
        match Delegate::load(db, authority, key) {
            Ok(Some(delegate)) if delegate.is_valid_at(at) => standing.push(delegate),
            Ok(_) => {}
            Err(DelegateError::Database(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(key = key.name, %error, "the responder key {} is not used", key.name)
            }
        }
    }
    Ok(standing)
}
