//! A decision: who said yes or no to which version of what, with the proof. Append-only.

use diesel::prelude::*;
use diesel::result::Error;
use store::schema::decisions;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error as ThisError;

use crate::approval::{
    ApprovalProof, ApprovalVerifier, Decidable, ProofRefused, Statement, SubjectKind, Verdict,
};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::refusal_reasons::{self, REASON_TEXT_BOUND};

/// A decision as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = decisions)]
pub struct Decision {
    /// [`SubjectKind::as_str`].
    pub subject_kind: String,
    /// The number of what was decided on.
    pub subject_number: String,
    /// Its version then.
    pub subject_version: i64,
    /// The officer's login.
    pub decided_by: String,
    /// `approve` or `refuse`.
    pub decision: String,
    /// A code of [`refusal_reasons`]; always there when refused.
    pub reason_code: Option<String>,
    /// The officer's own sentence.
    pub reason_text: Option<String>,
    /// When.
    pub decided_at: Timestamp,
    /// Which kind of proof.
    pub proof_kind: String,
    /// The proof, DER.
    pub proof: Vec<u8>,
}

impl Decision {
    /// Whether it is a yes.
    pub fn approves(&self) -> bool {
        self.decision == Verdict::Approve.as_str()
    }
}

/// Why a decision is not taken.
#[derive(Debug, ThisError)]
pub enum DecideError {
    /// The actor may not decide.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The actor submitted it himself.
    #[error("{login} submitted {kind} {number}, and does not decide on it")]
    SelfApproval {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// Who tried.
        login: String,
    },
    /// The proof is on a version that is not the current one.
    #[error("the decision is on version {given} of {kind} {number}, which is at version {current}")]
    StaleVersion {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// The version decided on.
        given: i64,
        /// The version that stands.
        current: i64,
    },
    /// It has been decided on already, or withdrawn.
    #[error("{kind} {number} is {status}: nothing to decide")]
    NotOpen {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
        /// Where it stands.
        status: String,
    },
    /// The proof does not hold.
    #[error(transparent)]
    Proof(#[from] ProofRefused),
    /// A refusal without a reason, or `other` without a sentence.
    #[error("a refusal of {kind} {number} needs a reason")]
    ReasonMissing {
        /// Of what sort.
        kind: SubjectKind,
        /// Its number.
        number: String,
    },
    /// A reason that is not on the list, or a sentence beyond the bound.
    #[error("reason {reason:?}: {rule}")]
    ReasonUnknown {
        /// Of what sort.
        kind: SubjectKind,
        /// What was given.
        reason: String,
        /// What it must be.
        rule: &'static str,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] Error),
}

impl Fault for DecideError {
    fn code(&self) -> Code {
        use SubjectKind::{CardOrder, CertificateRequest, RenewalPlan};
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::SelfApproval { kind: CardOrder, .. } => faults::ORDER_SELF_APPROVAL,
            Self::SelfApproval { kind: CertificateRequest, .. } => faults::REQUEST_SELF_APPROVAL,
            Self::SelfApproval { kind: RenewalPlan, .. } => faults::RENEWAL_SELF_APPROVAL,
            Self::StaleVersion { kind: CertificateRequest, .. } => faults::REQUEST_STALE_VERSION,
            Self::StaleVersion { .. } => faults::ORDER_STALE_VERSION,
            Self::NotOpen { kind: CardOrder, .. } => faults::ORDER_NOT_OPEN,
            Self::NotOpen { kind: CertificateRequest, .. } => faults::REQUEST_NOT_OPEN,
            Self::NotOpen { kind: RenewalPlan, .. } => faults::RENEWAL_NOT_PROPOSED,
            Self::Proof(error) => error.code(),
            Self::ReasonMissing { kind: CertificateRequest, .. } => faults::REQUEST_REASON_MISSING,
            Self::ReasonMissing { .. } => faults::ORDER_REASON_MISSING,
            Self::ReasonUnknown { kind: CertificateRequest, .. } => faults::REQUEST_REASON_UNKNOWN,
            Self::ReasonUnknown { .. } => faults::ORDER_REASON_UNKNOWN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The decisions on one thing, oldest version first.
pub fn of(db: &mut Database, kind: SubjectKind, number: &str) -> QueryResult<Vec<Decision>> {
    decisions::table
        .filter(decisions::subject_kind.eq(kind.as_str()).and(decisions::subject_number.eq(number)))
        .order((decisions::subject_version, decisions::decided_at, decisions::decided_by))
        .select(Decision::as_select())
        .load(db)
}

/// Checks who decides, on which version, and the proof that he does; without writing.
pub(crate) fn check(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    version: i64,
    proof: &ApprovalProof,
    verdict: Verdict,
    act: &Act,
) -> Result<Statement, DecideError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let (kind, number) = (subject.kind, subject.number.clone());
    if officer.login == subject.submitted_by {
        return Err(DecideError::SelfApproval { kind, number, login: officer.login });
    }
    if version != subject.version {
        return Err(DecideError::StaleVersion { kind, number, given: version, current: subject.version });
    }
    let statement = verifier.verify_fresh(proof, subject, act.at)?;
    if statement.verdict() != verdict || statement.officer() != officer.login {
        return Err(ProofRefused::SaysOtherwise.into());
    }
    Ok(statement)
}

/// Records a decision that [`check`] let through. The database checks submitter and version again.
pub(crate) fn record(
    db: &mut Database,
    subject: &Decidable,
    statement: &Statement,
    reason_text: Option<&str>,
    proof: &ApprovalProof,
) -> Result<(), DecideError> {
    let inserted = diesel::insert_into(decisions::table)
        .values((
            decisions::subject_kind.eq(subject.kind.as_str()),
            decisions::subject_number.eq(&subject.number),
            decisions::subject_version.eq(subject.version),
            decisions::decided_by.eq(statement.officer()),
            decisions::decision.eq(statement.verdict().as_str()),
            decisions::reason_code.eq(statement.reason_code()),
            decisions::reason_text.eq(reason_text),
            decisions::decided_at.eq(statement.decided_at()),
            decisions::proof_kind.eq(proof.kind().as_str()),
            decisions::proof.eq(proof.encode()),
        ))
        .execute(db);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if store::database::is_unique_violation(&error) => Err(DecideError::NotOpen {
            kind: subject.kind,
            number: subject.number.clone(),
            status: "decided on".to_owned(),
        }),
        // The version grew between reading and writing: the trigger has seen it.
        Err(Error::DatabaseError(_, told)) if told.message().starts_with("stale:") => {
            Err(DecideError::StaleVersion {
                kind: subject.kind,
                number: subject.number.clone(),
                given: subject.version,
                current: subject.version + 1,
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// The reason that a refusal signed, with the officer's own sentence where there is one.
pub(crate) fn check_reason(
    subject: &Decidable,
    statement: &Statement,
    text: Option<&str>,
) -> Result<(), DecideError> {
    let (kind, number) = (subject.kind, &subject.number);
    let missing = || DecideError::ReasonMissing { kind, number: number.clone() };
    let code = statement.reason_code().filter(|code| !code.is_empty()).ok_or_else(missing)?;
    let unknown = |rule| DecideError::ReasonUnknown { kind, reason: code.to_owned(), rule };
    let reason =
        refusal_reasons::find(code).ok_or_else(|| unknown("must be a code of the list of reasons"))?;
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if reason.needs_text && text.is_none() {
        return Err(missing());
    }
    if text.is_some_and(|text| text.chars().count() > REASON_TEXT_BOUND) {
        return Err(unknown("its sentence must have 2000 characters at most"));
    }
    Ok(())
}
