//! What the worker does with the requests in the inbox: each is certified or refused, once.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{responder_certifications, responder_refusals};
use store::{Act, Code, CryptoRng, Database, Fault};
use thiserror::Error;

use super::inbox::{self, Request};
use super::newest::newest;
use super::refusal::Refusal;
use super::{certifying, provision, verifying};
use crate::authority::{self, AuthorityError};
use crate::authority_end;
use crate::ceremony::Ceremony;
use crate::certificate::{self, CertificateStatus};
use crate::epoch::{Epoch, EpochError};
use crate::faults;
use crate::issuance::{self, IssuanceContext, IssueError, IssuedCertificate, PrepareError};
use crate::serial::SerialNumber;
use crate::signer::Signer;

/// What a run decided.
#[derive(Debug, Default, Serialize)]
pub struct Decided {
    /// The responders that stand now: the names of their service keys.
    pub made: Vec<String>,
    /// What was refused now.
    pub refused: Vec<RefusedRequest>,
    /// What could not be decided: the authority, a code and a sentence.
    pub failed: Vec<(String, &'static str, String)>,
}

/// A request that was refused.
#[derive(Debug, Serialize)]
pub struct RefusedRequest {
    /// SHA-256 of its statement.
    pub request: String,
    /// Short name of the authority that it names.
    pub authority: String,
    /// The stable code.
    pub code: &'static str,
    /// Why, in words.
    pub why: String,
}

/// What kept a request from being decided.
#[derive(Debug, Error)]
pub enum DecideError {
    /// The authority does not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// No file of a ceremony provides for a responder of this authority.
    #[error("no file in ceremonies/ is the one that made a responder of {0}")]
    NoFile(String),
    /// The certificate was not issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// This worker's lease has passed.
    #[error(transparent)]
    Epoch(#[from] EpochError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DecideError {
    fn code(&self) -> Code {
        match self {
            Self::Authority(error) => error.code(),
            Self::NoFile(_) => faults::CEREMONY_ANOTHER_FILE,
            Self::Issue(error) => error.code(),
            Self::Epoch(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Decides on each signed request that stands in the inbox. `ceremonies` are the files of those that were held.
/// Can be called any number of times, and by several workers at once: a responder has one successor.
///
/// Runs its own transactions.
pub fn decide(
    db: &mut Database,
    signer: &mut dyn Signer,
    ceremonies: &[Ceremony],
    context: IssuanceContext<'_>,
    epoch: &Epoch,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Decided, DecideError> {
    let mut decided = Decided::default();
    for request in inbox::standing(db)? {
        epoch.renew(db)?;
        let mut desk = Desk { signer: &mut *signer, ceremonies, context, epoch };
        match desk.decide_one(db, &request, rng, act) {
            Ok(Some(Outcome::Made(name))) => decided.made.push(name),
            Ok(Some(Outcome::Refused(refusal))) => decided.refused.push(RefusedRequest {
                request: request.name(),
                authority: request.authority.clone(),
                code: refusal.code().name,
                why: refusal.to_string(),
            }),
            Ok(None) => {}
            Err(error @ (DecideError::Epoch(_) | DecideError::Database(_))) => return Err(error),
            Err(error) => {
                decided.failed.push((request.authority.clone(), error.code().name, error.to_string()));
            }
        }
    }
    Ok(decided)
}

enum Outcome {
    Made(String),
    Refused(Refusal),
}

/// What every decision is taken with.
struct Desk<'a> {
    signer: &'a mut dyn Signer,
    ceremonies: &'a [Ceremony],
    context: IssuanceContext<'a>,
    epoch: &'a Epoch,
}

impl Desk<'_> {
    /// Nothing where another worker is at it.
    fn decide_one(
        &mut self,
        db: &mut Database,
        request: &Request,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Option<Outcome>, DecideError> {
        let trial = match last_trial(db, request)? {
            Trial::Next(trial) => trial,
            Trial::UnderWay => return Ok(None),
            Trial::Issued(issued) => return finish(db, request, &issued, rng, act),
        };
        if authority_end::find(db, &request.authority)?.is_some() {
            let ended = PrepareError::AuthorityEnded(request.authority.clone());
            return refuse(db, request, Refusal::Prepare(ended), rng, act);
        }
        let authority = authority::load(db, &request.authority)?;
        let provision = provision::of(db, self.ceremonies, &request.authority)?
            .ok_or_else(|| DecideError::NoFile(request.authority.clone()))?;
        let verified = match verifying::verify(db, &authority, &provision, request, act)? {
            Ok(verified) => verified,
            Err(refusal) => return refuse(db, request, refusal, rng, act),
        };
        let (context, epoch) = (self.context, self.epoch);
        let prepared =
            certifying::prepare(db, context, &provision, request, &verified, trial, epoch, rng, act);
        let prepared = match prepared {
            Ok(prepared) => prepared,
            // Another worker has drawn this trial.
            Err(PrepareError::Database(error)) if store::database::is_unique_violation(&error) => {
                return Ok(None);
            }
            Err(PrepareError::Database(error)) => return Err(error.into()),
            Err(PrepareError::Epoch(error)) => return Err(error.into()),
            Err(PrepareError::Authority(error)) => return Err(error.into()),
            Err(of_the_key) => return refuse(db, request, Refusal::Prepare(of_the_key), rng, act),
        };
        let issued = issuance::issue(db, self.signer, prepared, rng, act)?;
        let name = verified.predecessor.successor_label();
        certifying::record_responder(db, request, &verified.statement, &name, &issued, rng, act)?;
        Ok(Some(Outcome::Made(name)))
    }
}

/// How far the certification of a predecessor's successor has come.
enum Trial {
    /// Nothing stands: this is the number of the next trial.
    Next(i64),
    /// A worker is at it, or the sweep will be; or it is another request's.
    UnderWay,
    /// The certificate of this very request stands.
    Issued(IssuedCertificate),
}

fn last_trial(db: &mut Database, request: &Request) -> QueryResult<Trial> {
    let last: Option<(i64, Vec<u8>, String, String)> = responder_certifications::table
        .filter(responder_certifications::predecessor.eq(&request.predecessor))
        .order(responder_certifications::trial.desc())
        .select((
            responder_certifications::trial,
            responder_certifications::digest,
            responder_certifications::issuer,
            responder_certifications::serial,
        ))
        .first(db)
        .optional()?;
    let Some((trial, digest, issuer, serial)) = last else { return Ok(Trial::Next(1)) };
    let serial: SerialNumber = serial.parse().expect("the database holds serial numbers this program wrote");
    let status = certificate::find(db, &issuer, &serial)?.map(|certificate| certificate.status);
    Ok(match status {
        Some(
            CertificateStatus::Good { der }
            | CertificateStatus::Held { der, .. }
            | CertificateStatus::Revoked { der: Some(der), .. },
        ) => {
            if digest == request.digest {
                return Ok(Trial::Issued(IssuedCertificate { issuer, serial, der }));
            }
            // Once another request's responder is on record, this one is not by the newest.
            let newest = newest(db, &request.authority)?;
            let on_record = newest.is_none_or(|newest| newest.name != request.predecessor);
            if on_record { Trial::Next(trial + 1) } else { Trial::UnderWay }
        }
        Some(CertificateStatus::Intended | CertificateStatus::Signing) => Trial::UnderWay,
        // Nobody has ever seen it.
        Some(CertificateStatus::Abandoned | CertificateStatus::Revoked { der: None, .. }) | None => {
            Trial::Next(trial + 1)
        }
    })
}

/// A worker died between the certificate and its record.
fn finish(
    db: &mut Database,
    request: &Request,
    issued: &IssuedCertificate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Outcome>, DecideError> {
    let newest = newest(db, &request.authority)?.filter(|newest| newest.name == request.predecessor);
    let (Some(statement), Some(newest)) = (request.stated(), newest) else { return Ok(None) };
    let name = newest.successor_label();
    let recorded = certifying::record_responder(db, request, &statement, &name, issued, rng, act)?;
    Ok(recorded.then_some(Outcome::Made(name)))
}

/// Records a refusal with its leaf; nothing where another worker has.
fn refuse(
    db: &mut Database,
    request: &Request,
    refusal: Refusal,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Outcome>, DecideError> {
    let (code, why) = (refusal.code().name, refusal.to_string());
    let event = Event {
        action: "responder.refused",
        subject: format!("responder request {}", request.name()),
        payload: json!({ "authority": request.authority, "code": code, "why": why }),
    };
    let refused = db.write(|db| {
        diesel::insert_into(responder_refusals::table)
            .values((
                responder_refusals::digest.eq(&request.digest),
                responder_refusals::code.eq(code),
                responder_refusals::why.eq(&why),
                responder_refusals::refused_at.eq(act.at),
            ))
            .execute(db)?;
        record(db, event, rng, act)
    });
    match refused {
        Err(error) if store::database::is_unique_violation(&error) => Ok(None),
        refused => Ok(refused.map(|()| Some(Outcome::Refused(refusal)))?),
    }
}
