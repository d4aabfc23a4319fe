//! What the status role does: makes the next key in its own token, and asks for its certificate.

use std::time::Duration;

use sha2::{Digest, Sha256};
use store::{Act, Code, CryptoRng, Database, Fault, crash_point};
use thiserror::Error;

use super::inbox::{self, Proofs, Request};
use super::newest::{NewestResponder, newest};
use super::statement::{self, Statement};
use super::verifying::{is_fresh, signed};
use super::{FRESH, MOST_ATTEMPTS};
use crate::authority::{self, AuthorityError, AuthorityKind, Readable};
use crate::certificate::CertificateStatus;
use crate::faults;
use crate::profile::KeyKind;
use crate::signer::{KeyReference, SignerError, SignerProcess, sign_verified};

/// How long another process may take from its statement to its signatures.
const SIGNED_WITHIN: Duration = Duration::from_secs(3600);

/// What a look at every authority came to.
#[derive(Debug, Default)]
pub struct Asking {
    /// The authorities whose responder has asked for its successor now.
    pub asked: Vec<String>,
    /// The authorities for which nothing could be asked, and why.
    pub failed: Vec<(String, AskError)>,
}

/// Why a responder does not ask for its successor.
#[derive(Debug, Error)]
pub enum AskError {
    /// It answers no more, and so authorises nobody.
    #[error("the responder of {0} {1}: hold a ceremony of kind ocsp-responders (docs/ceremonies.md)")]
    Ended(String, String),
    /// It has asked as often as it may.
    #[error(
        "the responder of {0} has asked {MOST_ATTEMPTS} times: hold a ceremony of kind ocsp-responders (docs/ceremonies.md)"
    )]
    Exhausted(String),
    /// Its key is of a kind that is made no more.
    #[error("the responder of {0} has a key of an unknown kind")]
    UnknownKey(String),
    /// The token.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// The authorities do not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for AskError {
    fn code(&self) -> Code {
        match self {
            Self::Ended(..) => faults::RESPONDER_ENDED,
            Self::Exhausted(_) => faults::RESPONDER_REQUESTS_EXHAUSTED,
            Self::UnknownKey(_) => faults::RESPONDER_REQUEST_KEY,
            Self::Signer(error) => error.code(),
            Self::Authority(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// For each authority whose newest responder ends within thirty days: makes its successor's key in the same
/// token, and puts in a request that both keys have signed. Can be called any number of times, by several
/// processes over one token, and after a crash at any place: a key is found again by its label, a statement by
/// its row, and one that is signed and fresh is waited for.
///
/// Writes nothing but the request. Runs its own transactions.
pub fn ask(
    db: &mut Database,
    process: &SignerProcess,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Asking, AskError> {
    let mut asking = Asking::default();
    let Readable { authorities, unreadable } = authority::readable(db)?;
    asking.failed.extend(unreadable.into_iter().map(|(short_name, error)| (short_name, error.into())));
    for authority in authorities.iter().filter(|authority| authority.kind == AuthorityKind::Issuing) {
        let short_name = &authority.short_name;
        if !authority::gives_certificates(db, authority)? {
            continue;
        }
        match ask_for_successor(db, process, short_name, rng, act) {
            Ok(false) => {}
            Ok(true) => asking.asked.push(short_name.clone()),
            Err(error) => asking.failed.push((short_name.clone(), error)),
        }
    }
    Ok(asking)
}

/// Whether a request was put in.
fn ask_for_successor(
    db: &mut Database,
    process: &SignerProcess,
    authority: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, AskError> {
    let Some(asks) = newest(db, authority)?.filter(|newest| newest.is_due_at(act.at)) else {
        return Ok(false);
    };
    let certificate = certificate_of(&asks, act)?;
    let requests = inbox::of_predecessor(db, &asks.name)?;
    let fresh: Vec<(&Request, Statement)> = requests
        .iter()
        .filter_map(|request| Some((request, request.stated()?)))
        .filter(|(_, stated)| stated.predecessor == certificate && is_fresh(stated, act))
        .collect();
    let is_signed = |(request, stated): &&(&Request, Statement)| {
        let proofs = request.proofs.as_ref();
        proofs.is_some_and(|proofs| signed(&request.statement, stated, proofs, &asks.public_key).is_ok())
    };
    if let Some((_, stated)) = fresh.iter().find(is_signed) {
        destroy_others(process, &asks, &stated.key)?;
        return Ok(false);
    }
    let made = made_before(process, &asks)?;
    let (begun, others): (Vec<_>, Vec<_>) = fresh
        .into_iter()
        .filter(|(request, _)| request.proofs.is_none())
        .partition(|(_, stated)| made.contains(&(stated.key.clone(), stated.public_key.clone())));
    // Its key is in no token of this process: another one is at it, unless the row is somebody's who has no key.
    if begun.is_empty() && others.iter().any(|(_, stated)| act.at < stated.requested_at.plus(SIGNED_WITHIN)) {
        return Ok(false);
    }
    let request = match begun.first() {
        Some((request, _)) => (*request).clone(),
        None => {
            let attempt = requests.iter().map(|request| request.attempt).max().unwrap_or_default() + 1;
            let (key, public_key) = match made.into_iter().next() {
                _ if attempt > MOST_ATTEMPTS => return Err(AskError::Exhausted(authority.to_owned())),
                Some(made) => made,
                None => make(process, &asks)?,
            };
            let mut nonce = [0; 16];
            rng.fill_bytes(&mut nonce);
            let (authority, predecessor) = (authority.to_owned(), certificate);
            let stated = Statement { authority, predecessor, public_key, key, requested_at: act.at, nonce };
            let request = request_of(&asks, attempt, &stated);
            // Before anything signs it: the ledger of answers has no line that the database does not explain.
            match inbox::put(db, &request) {
                Err(error) if store::database::is_unique_violation(&error) => return Ok(false),
                put => put?,
            }
            crash_point("responder.requested");
            request
        }
    };
    prove(db, process, &asks, &request)
}

/// SHA-256 of the certificate of a responder that stands.
fn certificate_of(asks: &NewestResponder, act: &Act) -> Result<[u8; 32], AskError> {
    let ended = |why: String| AskError::Ended(asks.authority.clone(), why);
    match &asks.status {
        CertificateStatus::Good { der } if asks.stands_at(act.at) => Ok(Sha256::digest(der).into()),
        CertificateStatus::Good { .. } => Err(ended(format!("has ended at {}", asks.not_after))),
        other => Err(ended(format!("is {}", other.word()))),
    }
}

fn request_of(asks: &NewestResponder, attempt: i64, stated: &Statement) -> Request {
    let statement = stated.to_der().expect("a statement is far below the length DER can say");
    Request {
        digest: statement::digest(&statement).to_vec(),
        authority: asks.authority.clone(),
        predecessor: asks.name.clone(),
        attempt,
        token: stated.key.token.clone(),
        key_id: stated.key.id.to_string(),
        statement,
        proofs: None,
    }
}

/// The successor's keys that an earlier run, or another process, has made.
fn made_before(
    process: &SignerProcess,
    asks: &NewestResponder,
) -> Result<Vec<(KeyReference, Vec<u8>)>, AskError> {
    let token = &asks.key.token;
    let labelled = process.keys_labelled(token, &asks.successor_label())?;
    let whole = labelled
        .into_iter()
        .filter_map(|key| Some((KeyReference { token: token.clone(), id: key.id }, key.public_key?)));
    let mut made: Vec<_> = whole.collect();
    made.sort();
    Ok(made)
}

/// A key of the same kind in the same token.
fn make(process: &SignerProcess, asks: &NewestResponder) -> Result<(KeyReference, Vec<u8>), AskError> {
    let unknown = || AskError::UnknownKey(asks.authority.clone());
    let kind = KeyKind::of(&asks.public_key).ok_or_else(unknown)?;
    let token = asks.key.token.clone();
    let (id, public_key) = process.generate_key(&token, kind, &asks.successor_label())?;
    crash_point("responder.key-made");
    tracing::info!(
        signer.key = %id,
        "the responder of {} has made its successor's key {token}/{id}",
        asks.authority
    );
    Ok((KeyReference { token, id }, public_key))
}

/// Has both keys sign, and puts the signatures in.
fn prove(
    db: &mut Database,
    process: &SignerProcess,
    asks: &NewestResponder,
    request: &Request,
) -> Result<bool, AskError> {
    let Some(stated) = request.stated() else { return Ok(false) };
    let (mut signer, subject) = (process.signer(), format!("responder request {}", request.name()));
    let octets = &request.statement;
    let possession = sign_verified(&mut signer, &stated.key, &stated.public_key, &subject, octets)?;
    let authorisation = sign_verified(&mut signer, &asks.key, &asks.public_key, &subject, octets)?;
    crash_point("responder.request-signed");
    match inbox::prove(db, &request.digest, &Proofs { possession, authorisation }) {
        Err(error) if store::database::is_unique_violation(&error) => return Ok(false),
        put => put?,
    }
    crash_point("responder.request-proved");
    Ok(true)
}

/// Of several processes over one token each may have made a key: one is asked for, the others go.
pub(super) fn destroy_others(
    process: &SignerProcess,
    asks: &NewestResponder,
    kept: &KeyReference,
) -> Result<(), AskError> {
    let token = &asks.key.token;
    for key in process.keys_labelled(token, &asks.successor_label())? {
        if key.id != kept.id {
            process.destroy_key(token, &key.id)?;
            tracing::warn!(signer.key = %key.id, "key {token}/{} was asked for by nobody: destroyed", key.id);
        }
    }
    Ok(())
}

/// The requests that a responder makes reach over all the time in which its successor is due.
const _: () = assert!(FRESH.as_secs() * MOST_ATTEMPTS as u64 > super::DUE.as_secs());
