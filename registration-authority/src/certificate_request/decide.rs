use professional_registry::Registry;
use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::request::{self, CertificateRequest, RequestError, RequestState, get};
use crate::approval::{ApprovalProof, ApprovalVerifier, SubjectKind, Verdict};
use crate::decision::{self, DecideError, Given, Taken};
use crate::eligibility::{self, BadRules, Condition, Decider, NotEligible, ProductRules};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right, Role};
use crate::outbox::{self, Notice};

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
    /// The rules of the offer no longer permit it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// The profile is not on offer any more.
    #[error("profile {0} is not requested this way")]
    ProfileNotOffered(String),
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
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
            Self::NotEligible(error) => error.code(),
            Self::ProfileNotOffered(_) => faults::REQUEST_PROFILE_NOT_OFFERED,
            Self::Rules(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            Self::Decide(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Approves a request at `version`, in the name of the officer who acts and who made `proof`: never the
/// submitter. The rules are asked again, of the register of now. Inside the caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a proof and the register, by the order of the house")]
pub fn approve(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, DecideRequestError> {
    let request = get(db, number)?;
    let given = Given { version, verdict: Verdict::Approve, proof, reason_text: None };
    let offer = eligibility::offer_of(&request.profile)?.map(|(rules, _)| rules);
    let checked = decision::check(db, verifier, request.decidable(), given, act)
        .map_err(|error| by_rule(offer, error))?;
    let rules = offer
        .filter(|rules| rules.offered)
        .ok_or_else(|| DecideRequestError::ProfileNotOffered(request.profile.clone()))?;
    let decider = decider(db, &request, act)?;
    eligibility::check_request(db, registry, rules, (&request, Some(decider)), act.at)?;
    let taken = checked.record(db, act)?;
    conclude(db, verifier, request, &taken, rng, act)
}

fn decider(db: &mut Database, request: &CertificateRequest, act: &Act) -> Result<Decider, DecideError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let submitted_it = officer.login == request.submitted_by;
    Ok(Decider { role: officer.role, submitted_it, approved_it: false })
}

/// Nobody approves his own request: refused by the rule of its offer that says so.
fn by_rule(offer: Option<&ProductRules>, error: DecideError) -> DecideRequestError {
    match (offer, error) {
        (Some(rules), error @ DecideError::SelfApproval { .. }) => {
            eligibility::refused_by(rules.product, Condition::Approver, error.to_string()).into()
        }
        (_, error) => error.into(),
    }
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
    let request = get(db, number)?;
    let given = Given { version, verdict: Verdict::Refuse, proof, reason_text };
    let taken = decision::check(db, verifier, request.decidable(), given, act)?.record(db, act)?;
    conclude(db, verifier, request, &taken, rng, act)
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
    officer.require_within(db, &request.reach())?;
    let from = request.state.name();
    let open = matches!(request.state, RequestState::Submitted | RequestState::Approved { .. });
    if !open || !request::set_status(db, number, request.version, from, "withdrawn", act)? {
        return Err(DecideError::not_open(&request.decidable(), from).into());
    }
    request.state = RequestState::Withdrawn { at: act.at };
    tell(db, "request.withdrawn", Notice::Withdrawn, &request, json!({}), rng, act)?;
    Ok(request)
}

/// The request as the decision leaves it. The trail is told now, whoever asked when it has [taken effect](super::take_effect).
fn conclude(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    mut request: CertificateRequest,
    taken: &Taken,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, DecideRequestError> {
    let verdict = taken.statement.verdict();
    let (state, action) = match verdict {
        Verdict::Approve => (RequestState::Approved { at: act.at }, "request.approved"),
        Verdict::Refuse => (RequestState::Refused { at: act.at }, "request.refused"),
    };
    request.state = state;
    let kind = SubjectKind::CertificateRequest;
    let until = taken.statement.decided_at().plus(verifier.delays().of(kind, verdict, taken.in_bulk));
    decision::await_effect(db, (kind, &request.number, request.version), until)?;
    let (subject, payload) = (format!("certificate request {}", request.number), taken.event_payload());
    audit::record(db, audit::Event { action, subject, payload }, rng, act)?;
    Ok(request)
}

/// Tells whoever asked, and the trail, what became of a request.
pub(super) fn tell(
    db: &mut Database,
    action: &'static str,
    notice: Notice,
    request: &CertificateRequest,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), diesel::result::Error> {
    let subject = format!("certificate request {}", request.number);
    for recipient in request.recipients() {
        outbox::put(db, recipient, notice, &subject, rng, act)?;
    }
    audit::record(db, audit::Event { action, subject, payload }, rng, act)
}
