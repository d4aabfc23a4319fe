use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::request::{self, CertificateRequest, RequestError, RequestState, get};
use super::structure_names::{self, NameError};
use crate::approval::{ApprovalProof, ApprovalVerifier, SubjectKind, Verdict};
use crate::decision::{self, DecideError};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right, Role};
use crate::outbox::{self, Notice, Recipient};

/// Why a request is not decided on, or not withdrawn.
#[derive(Debug, Error)]
pub enum DecideRequestError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// An agent withdraws his own requests only.
    #[error("certificate request {0} was not submitted by {1}")]
    NotYours(String, String),
    /// The request cannot be had.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// Who decides, on which version, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// A name is no longer allowed.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DecideRequestError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotYours(..) => faults::REQUEST_NOT_YOURS,
            Self::Request(error) => error.code(),
            Self::Decide(error) => error.code(),
            Self::Name(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Approves a request at `version`, in the name of the officer who acts and who made `proof`: never the
/// submitter. The names are looked up again. Inside the caller's write transaction.
pub fn approve(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, DecideRequestError> {
    let mut request = get(db, number)?;
    require_open(&request)?;
    let subject = request.decidable();
    let statement = decision::check(db, verifier, &subject, version, proof, Verdict::Approve, act)?;
    structure_names::require(db, &request.structure, request.names())?;
    decision::record(db, &subject, &statement, None, proof)?;
    close(db, &request, "approved", act)?;
    request.state = RequestState::Approved { at: act.at };
    let payload = json!({"version": version});
    tell(db, "request.approved", Notice::Approved, &request, payload, rng, act)?;
    Ok(request)
}

/// Refuses a request at `version`; the reason's code is in the signed statement.
/// Inside the caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a proof and a sentence, by the order of the house")]
pub fn refuse(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, DecideRequestError> {
    let mut request = get(db, number)?;
    require_open(&request)?;
    let subject = request.decidable();
    let statement = decision::check(db, verifier, &subject, version, proof, Verdict::Refuse, act)?;
    decision::check_reason(&subject, &statement, reason_text)?;
    decision::record(db, &subject, &statement, reason_text, proof)?;
    close(db, &request, "refused", act)?;
    request.state = RequestState::Refused { at: act.at };
    let payload = json!({"version": version, "reason": statement.reason_code()});
    tell(db, "request.refused", Notice::Refused, &request, payload, rng, act)?;
    Ok(request)
}

/// Takes a request back before it has a certificate: by its submitter, or by a registration officer.
/// Inside the caller's write transaction.
pub fn withdraw(
    db: &mut Database,
    number: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, DecideRequestError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let mut request = get(db, number)?;
    if officer.role != Role::RegistrationOfficer && officer.login != request.submitted_by {
        return Err(DecideRequestError::NotYours(number.to_owned(), officer.login));
    }
    if !matches!(request.state, RequestState::Submitted | RequestState::Approved { .. }) {
        return Err(not_open(&request, request.state.name()).into());
    }
    close(db, &request, "withdrawn", act)?;
    request.state = RequestState::Withdrawn { at: act.at };
    tell(db, "request.withdrawn", Notice::Withdrawn, &request, json!({}), rng, act)?;
    Ok(request)
}

fn require_open(request: &CertificateRequest) -> Result<(), DecideError> {
    match &request.state {
        RequestState::Submitted => Ok(()),
        state => Err(not_open(request, state.name())),
    }
}

fn close(db: &mut Database, request: &CertificateRequest, to: &str, act: &Act) -> Result<(), DecideError> {
    match request::set_status(db, request, to, act)? {
        true => Ok(()),
        false => Err(not_open(request, "no longer open")),
    }
}

fn not_open(request: &CertificateRequest, status: &str) -> DecideError {
    DecideError::NotOpen {
        kind: SubjectKind::CertificateRequest,
        number: request.number.clone(),
        status: status.to_owned(),
    }
}

fn tell(
    db: &mut Database,
    action: &'static str,
    notice: Notice,
    request: &CertificateRequest,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), diesel::result::Error> {
    let subject = format!("certificate request {}", request.number);
    outbox::put(db, Recipient::Officer(&request.submitted_by), notice, &subject, rng, act)?;
    audit::record(db, audit::Event { action, subject, payload }, rng, act)
}
