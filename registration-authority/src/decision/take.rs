use diesel::prelude::*;
use diesel::result::Error;
use serde_json::{Value, json};
use store::schema::decisions;
use store::{Act, Database};

use super::{DecideError, nonce, receipt};
use crate::approval::{
    ApprovalProof, ApprovalVerifier, Decidable, ProofKind, ProofRefused, Statement, SubjectKind, Verdict,
    Verified,
};
use crate::certification::one_decision::Place;
use crate::officers::{self, Delegated, Officer};
use crate::refusal_reasons::{self, REASON_TEXT_BOUND};
use crate::{certificate_request, delegation, four_eyes, order, renewal};

/// A decision as an officer hands it in.
pub(crate) struct Given<'a> {
    /// The version that he has read.
    pub(crate) version: i64,
    pub(crate) verdict: Verdict,
    pub(crate) proof: &'a ApprovalProof,
    /// His own sentence; for a refusal.
    pub(crate) reason_text: Option<&'a str>,
}

/// A decision that may be taken as far as its officer, its version, its proof and its reason go. Made by
/// [`check`] alone; the rules of what is decided on stand between that and [`Checked::record`].
pub(crate) struct Checked<'a> {
    subject: Decidable,
    given: Given<'a>,
    statement: Statement,
}

/// The officer who acts, where he may decide on this version of the subject as far as is known before he signs: it is open, he
/// has the right, it is within his scope, he did not submit it, and it is not near to him.
pub fn may_decide(
    db: &mut Database,
    subject: &Decidable,
    version: i64,
    act: &Act,
) -> Result<Officer, DecideError> {
    if subject.state != subject.kind.open_state() {
        return Err(DecideError::not_open(subject, subject.state));
    }
    let officer = officers::require(db, subject.kind.right(), act)?;
    officer.require_within(db, &subject.reach)?;
    let (kind, number) = (subject.kind, subject.number.clone());
    if officer.login == subject.submitted_by {
        return Err(DecideError::SelfApproval { kind, number, login: officer.login });
    }
    if version != subject.version {
        return Err(DecideError::StaleVersion { kind, number, given: version, current: subject.version });
    }
    let whom = (subject.concerns.as_ref(), &subject.reach);
    four_eyes::check(db, (&officer.login, &officer.display_name), whom, act.at)?;
    let by = ground(db, &officer, subject)?;
    if let Some(by) = &by {
        // What is near to him in whose name somebody decides is near enough.
        four_eyes::check(db, (&by.delegator, &by.delegator_name), whom, act.at)?;
    }
    let others = delegation::others_behind(db, subject, &officer.login)?;
    for login in [Some(&officer.login), by.as_ref().map(|by| &by.delegator)].into_iter().flatten() {
        if four_eyes::is_one_of(db, login, &others, act.at)? {
            return Err(one_person(&officer, subject));
        }
    }
    Ok(officer)
}

/// The delegation by which this officer, who is there for the subject, would decide on it; none where his own scope is enough. Of
/// several that cover it, the first whose delegator did not submit it, whoever has decided on it before: the choice tells nothing of
/// a first look to who may give the second. Refused where each delegator submitted it, or a delegate decided on it in this officer's
/// name.
pub fn acting(
    db: &mut Database,
    officer: &Officer,
    subject: &Decidable,
) -> Result<Option<Delegated>, DecideError> {
    if delegation::behind_others(db, subject, &officer.login)?.contains(&officer.login) {
        return Err(one_person(officer, subject));
    }
    if officer.scope.covers(db, &subject.reach)? {
        return Ok(None);
    }
    let covering = officer.by_delegation(db, &subject.reach)?;
    if covering.is_empty() {
        officer.require_within(db, &subject.reach)?;
        return Ok(None);
    }
    let apart = covering.into_iter().find(|one| one.delegator != subject.submitted_by);
    apart.cloned().map(Some).ok_or_else(|| one_person(officer, subject))
}

/// By which delegation he decides ([`acting`]); refused where its delegator stands behind another decision on the subject.
pub fn ground(
    db: &mut Database,
    officer: &Officer,
    subject: &Decidable,
) -> Result<Option<Delegated>, DecideError> {
    let by = acting(db, officer, subject)?;
    if let Some(by) = &by
        && delegation::behind_others(db, subject, &officer.login)?.contains(&by.delegator)
    {
        return Err(one_person(officer, subject));
    }
    Ok(by)
}

fn one_person(officer: &Officer, subject: &Decidable) -> DecideError {
    let (number, login) = (subject.number.clone(), officer.login.clone());
    DecideError::OnePerson { kind: subject.kind, number, login }
}

/// Checks that the officer [may decide](may_decide), the proof that he does, and why he refuses; without writing.
pub(crate) fn check<'a>(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: Decidable,
    given: Given<'a>,
    act: &Act,
) -> Result<Checked<'a>, DecideError> {
    let officer = may_decide(db, &subject, given.version, act)?;
    let roster = verifier.roster(db)?;
    let Verified { statement, signed, passkey } =
        verifier.verify_fresh(given.proof, &subject, &roster, act.at)?;
    if let Some((key, _)) = passkey {
        if !verifier.can_tell(&roster, &key.login) {
            return Err(ProofRefused::NobodyTold(key.login).into());
        }
        let may = key.role.may(subject.kind.right()) && key.counts(act.at);
        let scope = match statement.delegation() {
            None => key.scope,
            Some(_) if !subject.reach.is_of_one_case() => return Err(ProofRefused::AnotherKey.into()),
            Some(number) => {
                let (of, at) = ((number, statement.officer()), statement.decided_at());
                delegation::verify(db, verifier, &roster, of, Place::AsOfNow, at)?.scope
            }
        };
        if !may || !scope.covers(db, &subject.reach)? {
            return Err(ProofRefused::AnotherKey.into());
        }
    }
    let by = ground(db, &officer, &subject)?.map(|one| one.number);
    if statement.delegation() != by.as_deref() {
        return Err(ProofRefused::SaysOtherwise.into());
    }
    if given.proof.kind() == ProofKind::Passkey && !nonce::is_open(db, &statement, &signed, act.at)? {
        return Err(ProofRefused::Nonce.into());
    }
    if statement.verdict() != given.verdict || statement.officer() != officer.login {
        return Err(ProofRefused::SaysOtherwise.into());
    }
    if given.verdict == Verdict::Refuse {
        if !statement.covers_sentence() || !statement.is_of_sentence(given.reason_text) {
            return Err(ProofRefused::SaysOtherwise.into());
        }
        check_reason(&subject, &statement, given.reason_text)?;
    }
    Ok(Checked { subject, given, statement })
}

/// A decision that was recorded: what was signed, and by which kind of proof.
pub(crate) struct Taken {
    pub(crate) statement: Statement,
    proof_kind: ProofKind,
    /// One gesture made it for several orders.
    pub(crate) in_bulk: bool,
}

impl Taken {
    /// What the audit event of the decision says of it.
    pub(crate) fn event_payload(&self) -> Value {
        let (version, proof) = (self.statement.version(), self.proof_kind.as_str());
        let mut payload = json!({"version": version, "proof": proof});
        if let Some(reason) = self.statement.reason_code() {
            payload["reason"] = json!(reason);
        }
        if let Some(delegation) = self.statement.delegation() {
            payload["delegation"] = json!(delegation);
        }
        if self.in_bulk {
            payload["bulk"] = json!(true);
        }
        payload
    }
}

impl Checked<'_> {
    /// Records the decision of the first of two officers: what was decided on stays open for the second.
    pub(crate) fn record_first(self, db: &mut Database) -> Result<Taken, DecideError> {
        self.write(db).map(|(taken, _)| taken)
    }

    /// Records the decision, and moves what was decided on, on the condition that it is still open at this
    /// version; gives what was signed. The database checks submitter and version again.
    pub(crate) fn record(self, db: &mut Database, act: &Act) -> Result<Taken, DecideError> {
        let verdict = self.given.verdict;
        let (taken, subject) = self.write(db)?;
        if close(db, &subject, verdict, act)? {
            return Ok(taken);
        }
        Err(DecideError::not_open(&subject, "no longer open"))
    }

    fn write(self, db: &mut Database) -> Result<(Taken, Decidable), DecideError> {
        let Self { subject, given, statement } = self;
        insert(db, &subject, &given, &statement)?;
        let Decidable { kind, number, version, .. } = &subject;
        receipt::ask_for(db, kind.as_str(), number, *version, statement.officer())?;
        let (proof_kind, in_bulk) = (given.proof.kind(), given.proof.is_bulk());
        Ok((Taken { statement, proof_kind, in_bulk }, subject))
    }
}

/// The reason that a refusal signed, with the officer's own sentence where there is one.
fn check_reason(subject: &Decidable, statement: &Statement, text: Option<&str>) -> Result<(), DecideError> {
    let (kind, number) = (subject.kind, &subject.number);
    let missing = || DecideError::ReasonMissing { kind, number: number.clone() };
    let code = statement.reason_code().filter(|code| !code.is_empty()).ok_or_else(missing)?;
    let unknown = |rule| DecideError::ReasonUnknown { kind, reason: code.to_owned(), rule };
    let reason = refusal_reasons::of(kind)
        .find(|reason| reason.code == code)
        .ok_or_else(|| unknown("must be a code of the list of reasons"))?;
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if reason.needs_text && text.is_none() {
        return Err(missing());
    }
    if text.is_some_and(|text| text.chars().count() > REASON_TEXT_BOUND) {
        return Err(unknown("its sentence must have 2000 characters at most"));
    }
    Ok(())
}

fn insert(
    db: &mut Database,
    subject: &Decidable,
    given: &Given<'_>,
    statement: &Statement,
) -> Result<(), DecideError> {
    let inserted = diesel::insert_into(decisions::table)
        .values((
            decisions::subject_kind.eq(subject.kind.as_str()),
            decisions::subject_number.eq(&subject.number),
            decisions::subject_version.eq(subject.version),
            decisions::decided_by.eq(statement.officer()),
            decisions::decision.eq(statement.verdict().as_str()),
            decisions::reason_code.eq(statement.reason_code()),
            decisions::reason_text.eq(given.reason_text),
            decisions::decided_at.eq(statement.decided_at()),
            decisions::proof_kind.eq(given.proof.kind().as_str()),
            decisions::proof.eq(given.proof.encode()),
        ))
        .execute(db);
    match inserted {
        Ok(_) => Ok(()),
        Err(error)
            if store::database::is_unique_violation(&error) && four_eyes::two_may_approve(subject.kind) =>
        {
            Err(DecideError::AnotherNeeded {
                kind: subject.kind,
                number: subject.number.clone(),
                login: statement.officer().to_owned(),
            })
        }
        Err(error) if store::database::is_unique_violation(&error) => {
            Err(DecideError::not_open(subject, "decided on"))
        }
        // The version grew between reading and writing: the trigger has seen it.
        Err(Error::DatabaseError(_, told)) if told.message().starts_with("stale:") => {
            Err(DecideError::StaleVersion {
                kind: subject.kind,
                number: subject.number.clone(),
                given: subject.version,
                current: subject.version + 1,
            })
        }
        // Another officer refused it between reading and writing.
        Err(Error::DatabaseError(_, told)) if told.message().starts_with("refused:") => {
            Err(DecideError::not_open(subject, "refused"))
        }
        Err(error) => Err(error.into()),
    }
}

/// Moves what was decided on; false when it is no longer open at this version.
fn close(db: &mut Database, subject: &Decidable, verdict: Verdict, act: &Act) -> QueryResult<bool> {
    let Decidable { kind, number, version, .. } = subject;
    let (from, to) = (kind.open_state(), verdict.state());
    match kind {
        SubjectKind::CardOrder => order::set_status(db, number, *version, from, to, act),
        SubjectKind::CertificateRequest => {
            certificate_request::set_status(db, number, *version, from, to, act)
        }
        SubjectKind::RenewalPlan => renewal::set_status(db, number, from, to),
        // Where it stands is what the decisions on it say.
        SubjectKind::RegisterFeed
        | SubjectKind::OppositionPlan
        | SubjectKind::OfficerEnrolment
        | SubjectKind::SuspensionLift
        | SubjectKind::StructureMandate
        | SubjectKind::OfficerDelegation => Ok(true),
    }
}
