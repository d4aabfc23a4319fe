use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{certificate_requests, decisions, decisions_pending};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use super::key_standing;
use super::request::{CertificateRequest, RequestError, RequestState, get};
use crate::approval::{ApprovalVerifier, SubjectKind};
use crate::decision::{self, Decision};
use crate::faults;
use crate::officers::{self, NotAuthorised, Officer, Right};

/// Decisions of an officer that are looked at, the newest first, for those that he can take back.
const LOOKED_AT: i64 = 50;

/// Why a decision on a request is not taken back.
#[derive(Debug, Error)]
pub enum TakeRequestBackError {
    /// The actor may not decide, so may not take back either.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The request cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The actor has decided nothing on this version.
    #[error("certificate request {number}: {login} has not decided on version {version}")]
    NotYours {
        /// Which request.
        number: String,
        /// Which version.
        version: i64,
        /// Who tried.
        login: String,
    },
    /// It has taken effect.
    #[error("certificate request {number}: the decision took effect at {since}")]
    InEffect {
        /// Which request.
        number: String,
        /// When.
        since: Timestamp,
    },
    /// It has its certificate, was withdrawn, or is at another version.
    #[error("certificate request {number} is {status}: there is nothing to take back of version {version}")]
    NotOpen {
        /// Which request.
        number: String,
        /// Where it stands.
        status: &'static str,
        /// Which version.
        version: i64,
    },
    /// Another request was submitted for the same key since it was refused.
    #[error("certificate request {0} cannot be open beside {1}, which was submitted since for the same key")]
    AnotherOpen(String, String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TakeRequestBackError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::NotYours { .. } => faults::DECISION_NOT_YOURS,
            Self::InEffect { .. } => faults::DECISION_IN_EFFECT,
            Self::NotOpen { .. } => faults::REQUEST_NOT_OPEN,
            Self::AnotherOpen(..) => faults::REQUEST_ALREADY_OPEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Takes back the decision that the officer who acts took on `version`, before it has taken effect: the request is open again, in its next
/// version, of which nothing was signed. Inside the caller's write transaction.
pub fn take_back(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, TakeRequestBackError> {
    let officer = officers::require(db, Right::Decide, act)?;
    // Whoever lets the decision take effect takes this row first too: he waits for this, or this sees what he has done.
    diesel::update(certificate_requests::table.find(number))
        .set(certificate_requests::status.eq(certificate_requests::status))
        .execute(db)?;
    let mut request = get(db, number)?;
    let status = request.state.name();
    let not_open = || TakeRequestBackError::NotOpen { number: number.to_owned(), status, version };
    let decisions = decision::of(db, SubjectKind::CertificateRequest, number)?;
    let his = decisions.iter().find(|one| one.subject_version == version && one.decided_by == officer.login);
    let Some(his) = his else {
        return Err(TakeRequestBackError::NotYours {
            number: number.to_owned(),
            version,
            login: officer.login,
        });
    };
    if request.version != version || !is_decided(&request) {
        return Err(not_open());
    }
    let since = decision::can_be_taken_back_until(verifier, SubjectKind::CertificateRequest, his);
    let in_effect = || TakeRequestBackError::InEffect { number: number.to_owned(), since };
    if since <= act.at {
        return Err(in_effect());
    }
    if matches!(request.state, RequestState::Refused { .. })
        && let Some(other) = key_standing::open_request(db, &request.public_key)?
    {
        return Err(TakeRequestBackError::AnotherOpen(number.to_owned(), other));
    }
    decision::retract(db, his, act.at).map_err(|error| match error {
        // The worker has told whoever asked, by its own clock: the trigger has seen it.
        diesel::result::Error::DatabaseError(_, told) if told.message().starts_with("in effect:") => {
            in_effect()
        }
        error => error.into(),
    })?;
    if !reopen(db, &request, act)? {
        return Err(not_open());
    }
    request.version = version + 1;
    request.state = RequestState::Submitted;
    let payload = json!({ "version": version, "decision": his.decision });
    let subject = format!("certificate request {number}");
    audit::record(db, audit::Event { action: "request.decision-taken-back", subject, payload }, rng, act)?;
    Ok(request)
}

/// The decision on the request's version that this officer could take back at this moment, with until when. For a page.
pub fn may_take_back<'a>(
    verifier: &ApprovalVerifier,
    officer: &Officer,
    request: &CertificateRequest,
    decisions: &'a [Decision],
    at: Timestamp,
) -> Option<(&'a Decision, Timestamp)> {
    let may = officer.role.may(Right::Decide);
    waiting(verifier, request, decisions, at).find(|(one, _)| may && one.decided_by == officer.login)
}

/// The decisions on the request's version that can be taken back at this moment by who took them, each with until when. For a page.
pub fn waiting<'a>(
    verifier: &ApprovalVerifier,
    request: &CertificateRequest,
    decisions: &'a [Decision],
    at: Timestamp,
) -> impl Iterator<Item = (&'a Decision, Timestamp)> {
    let version = Some(request.version).filter(|_| is_decided(request));
    let until = |one| decision::can_be_taken_back_until(verifier, SubjectKind::CertificateRequest, one);
    let of_now = decisions.iter().filter(move |one| Some(one.subject_version) == version);
    of_now.map(move |one| (one, until(one))).filter(move |(_, until)| at < *until)
}

/// The requests of which the officer can take his decision back at this moment, the newest decision first, each with it and until when. For a
/// page.
pub fn all_to_take_back(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    officer: &Officer,
    at: Timestamp,
) -> Result<Vec<(CertificateRequest, Decision, Timestamp)>, RequestError> {
    let newest: Vec<String> = decisions_pending::table
        .inner_join(
            decisions::table.on(decisions::subject_kind
                .eq(decisions_pending::subject_kind)
                .and(decisions::subject_number.eq(decisions_pending::subject_number))
                .and(decisions::subject_version.eq(decisions_pending::subject_version))),
        )
        .filter(decisions_pending::subject_kind.eq(SubjectKind::CertificateRequest.as_str()))
        .filter(decisions::decided_by.eq(&officer.login))
        .order((decisions::decided_at.desc(), decisions::subject_number.desc()))
        .limit(LOOKED_AT)
        .select(decisions::subject_number)
        .load(db)?;
    let mut found = Vec::new();
    for number in newest {
        let request = get(db, &number)?;
        let taken = decision::of(db, SubjectKind::CertificateRequest, &number)?;
        if let Some((one, until)) = may_take_back(verifier, officer, &request, &taken, at) {
            let decision = one.clone();
            found.push((request, decision, until));
        }
    }
    Ok(found)
}

fn is_decided(request: &CertificateRequest) -> bool {
    matches!(request.state, RequestState::Approved { .. } | RequestState::Refused { .. })
}

/// Opens the next version, on the condition that nobody was quicker.
fn reopen(db: &mut Database, request: &CertificateRequest, act: &Act) -> QueryResult<bool> {
    let moved = diesel::update(certificate_requests::table)
        .filter(certificate_requests::number.eq(&request.number))
        .filter(certificate_requests::version.eq(request.version))
        .filter(certificate_requests::status.eq(request.state.name()))
        .set((
            certificate_requests::status.eq("submitted"),
            certificate_requests::version.eq(request.version + 1),
            certificate_requests::changed_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(moved == 1)
}
