//! Who answers for whom: the keys that the authorities delegated.

use ca_core::authority::{self, Authority, AuthorityError, Readable};
use ca_core::serial::SerialNumber;
use ca_core::service_key::{self, Purpose, ServiceKey};
use store::{Act, Database, Timestamp};
use thiserror::Error;

use super::ahead::CertIdHash;
use super::delegate::{Delegate, DelegateError};
use super::issuers::Issuers;
use super::request::{CertId, Question};

/// Who answers for whom: loaded once, and again from time to time, since responder certificates
/// are short-lived and renewed.
#[derive(Clone, Debug)]
pub struct Responder {
    issuers: Issuers,
    /// For each issuer, its responder keys that stand, newest first; none where the last was revoked since.
    delegates: Vec<Vec<Delegate>>,
}

/// Responders that could not be loaded.
#[derive(Debug, Error)]
pub enum ResponderError {
    /// The authorities do not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Responder {
    /// Loads the authorities and, for each, its responder keys with a certificate that is good and valid
    /// now. An authority without one is answered `unauthorized`, and so is one whose record does not read.
    pub fn load(db: &mut Database, act: &Act) -> Result<Self, ResponderError> {
        let keys = service_key::of_purpose(db, Purpose::Ocsp)?;
        let mut responder = Self { issuers: Issuers::default(), delegates: Vec::new() };
        let Readable { authorities, unreadable } = authority::readable(db)?;
        for (short_name, error) in unreadable {
            tracing::error!(authority = short_name, %error, "nobody answers for {short_name}: {error}");
        }
        for authority in authorities {
            let delegates = standing_delegates(db, &authority, &keys, act.at)?;
            if delegates.is_empty() {
                continue;
            }
            let place = responder.delegates.len();
            if let Err(error) = responder.issuers.add(&authority.subject, &authority.public_key, place) {
                let short_name = &authority.short_name;
                tracing::error!(authority = short_name, %error, "nobody answers for {short_name}: its key does not encode");
                continue;
            }
            responder.delegates.push(delegates);
        }
        Ok(responder)
    }

    /// For each authority that is answered for: its short name, and until when.
    pub fn valid_until(&self) -> impl Iterator<Item = (&str, Timestamp)> {
        let newest = self.delegates.iter().filter_map(|delegates| delegates.first());
        newest.map(|delegate| (delegate.authority.as_str(), delegate.not_after))
    }

    /// The keys that answer, newest first, never none; nothing where the issuer is none we answer for.
    ///
    /// One answer has one signer, so all certificates of a request have one issuer; a mixed request
    /// is `unauthorized`, since no responder may speak for two authorities.
    pub(crate) fn delegates(&self, question: &Question) -> Option<&[Delegate]> {
        let mut places = question.certificates.iter().map(|id| self.issuers.find(id));
        let first = places.next()??;
        let delegates = self.delegates[first].as_slice();
        (!delegates.is_empty() && places.all(|place| place == Some(first))).then_some(delegates)
    }

    /// The short names of the authorities that are answered for.
    pub(super) fn authorities(&self) -> impl Iterator<Item = &str> {
        self.delegates.iter().filter_map(|delegates| Some(delegates.first()?.authority.as_str()))
    }

    /// The newest key that answers for an authority.
    pub(super) fn newest(&self, authority: &str) -> Option<&Delegate> {
        let mut newest = self.delegates.iter().filter_map(|delegates| delegates.first());
        newest.find(|delegate| delegate.authority == authority)
    }

    /// The newest key that answers for an authority, and how a client asks about a certificate of it.
    pub(super) fn ask_newest(
        &self,
        authority: &str,
        hash: CertIdHash,
        serial: &SerialNumber,
    ) -> Option<(&Delegate, CertId)> {
        let answers_for =
            |delegates: &&Vec<Delegate>| delegates.first().is_some_and(|one| one.authority == authority);
        let place = self.delegates.iter().position(|delegates| answers_for(&delegates))?;
        Some((self.delegates[place].first()?, self.issuers.cert_id(hash, place, serial)?))
    }

    /// The same without the responders whose certificates, issuer and serial, are among these; nothing where none is.
    /// An authority that is left with none has no place here: it is looked for again, and `unauthorized` until then.
    pub(super) fn without(&self, ended: &[(String, String)]) -> Option<Self> {
        let has_ended = |one: &Delegate| {
            let mut ended = ended.iter();
            ended.any(|(issuer, serial)| one.authority == *issuer && one.serial.to_string() == *serial)
        };
        if ended.is_empty() || !self.delegates.iter().flatten().any(has_ended) {
            return None;
        }
        let mut rest = self.clone();
        rest.delegates.iter_mut().for_each(|delegates| delegates.retain(|one| !has_ended(one)));
        Some(rest)
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
