use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::schema::{decision_inbox, decision_receipts, decisions};
use store::{Database, Timestamp};

use super::Decision;
use crate::approval::{Decidable, Verdict};

/// What the worker made of a decision when it saw it. Append-only, and the worker's alone.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = decision_receipts)]
pub struct Receipt {
    /// SHA-256 of the proof that it saw, in hexadecimal.
    pub proof: String,
    /// When.
    pub seen_at: Timestamp,
    /// The code of why it is worth nothing; none where it holds.
    pub refusal: Option<String>,
}

impl Receipt {
    /// Whether it is of this very proof.
    pub(crate) fn is_of(&self, proof: &[u8]) -> bool {
        self.proof == hex::encode(Sha256::digest(proof))
    }
}

/// What the worker made of this decision; none where it has not seen it yet.
pub fn receipt(db: &mut Database, decision: &Decision) -> QueryResult<Option<Receipt>> {
    let Decision { subject_kind, subject_number, subject_version, decided_by, .. } = decision;
    decision_receipts::table
        .find((subject_kind, subject_number, subject_version, decided_by))
        .select(Receipt::as_select())
        .first(db)
        .optional()
}

/// What the refusals of a version are worth, together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusals {
    /// The worker has found that one holds.
    Hold,
    /// It has one before it that it has not looked at, and none that holds.
    Wait,
    /// There is none, or none that anybody signed.
    Worthless,
}

/// What the refusals of this version are worth.
pub(crate) fn refusals(db: &mut Database, subject: &Decidable) -> QueryResult<Refusals> {
    let refusals = decisions::table
        .filter(decisions::decision.eq(Verdict::Refuse.as_str()))
        .filter(decisions::subject_kind.eq(subject.kind.as_str()))
        .filter(decisions::subject_number.eq(&subject.number))
        .filter(decisions::subject_version.eq(subject.version))
        .select(Decision::as_select());
    let mut worth = Refusals::Worthless;
    for refusal in refusals.load(db)? {
        match receipt(db, &refusal)? {
            Some(receipt) if receipt.refusal.is_none() && receipt.is_of(&refusal.proof) => {
                return Ok(Refusals::Hold);
            }
            Some(_) => {}
            None if waits(db, &refusal)? => worth = Refusals::Wait,
            None => {}
        }
    }
    Ok(worth)
}

/// Whether the worker has found a refusal of this version to hold, or has one before it that it has not looked at.
pub(super) fn may_be_refused(db: &mut Database, subject: &Decidable) -> QueryResult<bool> {
    Ok(refusals(db, subject)? != Refusals::Worthless)
}

/// Whether the worker is asked to look at this decision, and has not.
fn waits(db: &mut Database, decision: &Decision) -> QueryResult<bool> {
    let Decision { subject_kind, subject_number, subject_version, decided_by, .. } = decision;
    let key = (subject_kind, subject_number, subject_version, decided_by);
    diesel::select(diesel::dsl::exists(decision_inbox::table.find(key))).get_result(db)
}

/// A decision that the worker refused.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Refused {
    /// [`SubjectKind::as_str`](crate::approval::SubjectKind::as_str).
    pub subject_kind: String,
    /// On what.
    pub subject_number: String,
    /// In whose name.
    pub decided_by: String,
    /// When the worker saw it.
    pub seen_at: Timestamp,
}

/// The decisions that the worker has seen since then and refused, the newest first, `limit` at most.
pub fn refused_since(db: &mut Database, since: Timestamp, limit: i64) -> QueryResult<Vec<Refused>> {
    decision_receipts::table
        .filter(decision_receipts::refusal.is_not_null().and(decision_receipts::seen_at.ge(since)))
        .order(decision_receipts::seen_at.desc())
        .limit(limit)
        .select((
            decision_receipts::subject_kind,
            decision_receipts::subject_number,
            decision_receipts::decided_by,
            decision_receipts::seen_at,
        ))
        .load(db)
}

/// The refusals since then whose sentence is not the one that was signed: what each is on, and in whose name; the newest first, of `limit`
/// refusals at most.
pub fn altered_sentences_since(
    db: &mut Database,
    since: Timestamp,
    limit: i64,
) -> QueryResult<Vec<(String, String)>> {
    let refusals: Vec<Decision> = decisions::table
        .filter(decisions::decision.eq(Verdict::Refuse.as_str()).and(decisions::decided_at.ge(since)))
        .order(decisions::decided_at.desc())
        .limit(limit)
        .select(Decision::as_select())
        .load(db)?;
    let altered = refusals.into_iter().filter(|refusal| !refusal.sentence_holds());
    Ok(altered.map(|refusal| (refusal.subject_number, refusal.decided_by)).collect())
}

/// Asks the worker to look at a decision. In the transaction that records it.
pub(super) fn ask_for(
    db: &mut Database,
    kind: &str,
    number: &str,
    version: i64,
    by: &str,
) -> QueryResult<()> {
    diesel::insert_into(decision_inbox::table)
        .values((
            decision_inbox::subject_kind.eq(kind),
            decision_inbox::subject_number.eq(number),
            decision_inbox::subject_version.eq(version),
            decision_inbox::decided_by.eq(by),
        ))
        .execute(db)
        .map(drop)
}
