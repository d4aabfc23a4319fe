use diesel::prelude::*;
use store::schema::{decision_receipts, decision_retractions};
use store::{Database, Timestamp};

use super::Decision;
use crate::approval::{ApprovalVerifier, SubjectKind};

/// That an officer took a decision back before it took effect. Append-only.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = decision_retractions)]
pub struct Retraction {
    /// The version that he had decided on; the next one is open.
    pub subject_version: i64,
    /// The officer's login.
    pub decided_by: String,
    /// When.
    pub retracted_at: Timestamp,
}

/// What was taken back of the decisions on one thing, oldest version first.
pub fn retractions(db: &mut Database, kind: SubjectKind, number: &str) -> QueryResult<Vec<Retraction>> {
    decision_retractions::table
        .filter(decision_retractions::subject_kind.eq(kind.as_str()))
        .filter(decision_retractions::subject_number.eq(number))
        .order((decision_retractions::subject_version, decision_retractions::decided_by))
        .select(Retraction::as_select())
        .load(db)
}

/// Writes down that a decision was taken back. Inside the transaction that opens its order again.
pub(crate) fn retract(db: &mut Database, decision: &Decision, at: Timestamp) -> QueryResult<()> {
    diesel::insert_into(decision_retractions::table)
        .values((
            decision_retractions::subject_kind.eq(&decision.subject_kind),
            decision_retractions::subject_number.eq(&decision.subject_number),
            decision_retractions::subject_version.eq(decision.subject_version),
            decision_retractions::decided_by.eq(&decision.decided_by),
            decision_retractions::retracted_at.eq(at),
        ))
        .execute(db)
        .map(drop)
}

/// Whether its officer took this decision back.
pub(crate) fn is_retracted(db: &mut Database, decision: &Decision) -> QueryResult<bool> {
    let Decision { subject_kind, subject_number, subject_version, decided_by, .. } = decision;
    let key = (subject_kind, subject_number, subject_version, decided_by);
    diesel::select(diesel::dsl::exists(decision_retractions::table.find(key))).get_result(db)
}

/// Until when this decision can be taken back, by the date that its officer signed.
pub fn can_be_taken_back_until(
    verifier: &ApprovalVerifier,
    kind: SubjectKind,
    decision: &Decision,
) -> Timestamp {
    decision.decided_at.plus(verifier.delays().of(kind, decision.verdict(), decision.in_bulk()))
}

/// From when on something follows from this decision, as the worker reckons: by the moment at which it saw it where that
/// is the later, so that no date that a page chose shortens the delay.
pub(crate) fn effective_at(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    kind: SubjectKind,
    decision: &Decision,
) -> QueryResult<Timestamp> {
    let Decision { subject_kind, subject_number, subject_version, decided_by, .. } = decision;
    let seen_at: Option<Timestamp> = decision_receipts::table
        .find((subject_kind, subject_number, subject_version, decided_by))
        .select(decision_receipts::seen_at)
        .first(db)
        .optional()?;
    let since = seen_at.map_or(decision.decided_at, |seen_at| seen_at.max(decision.decided_at));
    Ok(since.plus(verifier.delays().of(kind, decision.verdict(), decision.in_bulk())))
}
