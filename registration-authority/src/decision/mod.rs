//! A decision: who said yes or no to which version of what, with the proof. Append-only.
//!
//! Orders, requests and plans are decided on in one way, which stands in `take`: an open thing, an officer who
//! may decide and did not submit it, a proof over this very version. What differs is each one's own: what else
//! must hold, and who is told. The worker looks at each by itself, in `receive`, and leaves a [`Receipt`], and a line of what its officer is told (`digest`). One on an
//! order or a request waits before anything follows from it, and can be taken back until then: a [`Retraction`]; then it [takes effect](take_effect).

mod by_two;
mod digest;
mod effect;
mod error;
pub mod nonce;
mod receipt;
mod receive;
mod retraction;
mod take;
mod whole_bulk;
mod witness;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use diesel::prelude::*;
use sha2::{Digest, Sha256};
use store::schema::{decision_receipts, decisions};
use store::{Database, Timestamp};

use crate::approval::{ApprovalProof, SubjectKind, Verdict};

pub use by_two::Standing;
pub(crate) use digest::lines_of;
pub use digest::{Composed, DigestLine, compose_digests};
pub use effect::{TookEffect, take_effect};
pub(crate) use effect::{Worth, await_effect, forget, note_effect, worth};
pub use error::DecideError;
use receipt::may_be_refused;
pub use receipt::{Receipt, Refused, altered_sentences_since, receipt, refused_since};
pub(crate) use receipt::{Refusals, refusals};
pub use receive::{Received, receive};
pub use retraction::{Retraction, can_be_taken_back_until, retractions};
pub(crate) use retraction::{effective_at, is_retracted, retract};
pub(crate) use take::{Given, Taken, check};
pub use take::{acting, ground, may_decide};
pub use witness::witness_retractions;

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
    /// A code of [`refusal_reasons`](crate::refusal_reasons); always there when refused.
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

    /// Whether one gesture made it for several orders.
    pub fn in_bulk(&self) -> bool {
        ApprovalProof::decode(&self.proof_kind, &self.proof).is_some_and(|proof| proof.is_bulk())
    }

    /// The number of the delegation by which it was taken, as its proof says.
    pub fn delegation(&self) -> Option<String> {
        ApprovalProof::decode(&self.proof_kind, &self.proof)?.delegation()
    }

    /// Whether the sentence beside it is the one that its officer signed, or that he signed that there is none. A refusal of the first
    /// version says nothing of it, and holds beside any.
    pub fn sentence_holds(&self) -> bool {
        ApprovalProof::decode(&self.proof_kind, &self.proof)
            .is_some_and(|proof| proof.stands_beside(self.reason_text.as_deref()))
    }

    pub(crate) fn verdict(&self) -> Verdict {
        if self.approves() { Verdict::Approve } else { Verdict::Refuse }
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

/// Those of them that count: all but the approvals of which the worker has found that they are worth nothing. What is decided on by its number
/// alone, a plan or a feed that was put aside, has no next version on which officers could decide instead; so another approves in the place
/// of who was refused.
pub(crate) fn that_count(db: &mut Database, kind: SubjectKind, number: &str) -> QueryResult<Vec<Decision>> {
    let mut decisions = of(db, kind, number)?;
    let refused: Vec<(i64, String, String)> = decision_receipts::table
        .filter(decision_receipts::subject_kind.eq(kind.as_str()))
        .filter(decision_receipts::subject_number.eq(number).and(decision_receipts::refusal.is_not_null()))
        .select((decision_receipts::subject_version, decision_receipts::decided_by, decision_receipts::proof))
        .load(db)?;
    decisions.retain(|one| {
        let digest = hex::encode(Sha256::digest(&one.proof));
        let is_this = |(version, by, proof): &(i64, String, String)| {
            *version == one.subject_version && *by == one.decided_by && *proof == digest
        };
        !one.approves() || !refused.iter().any(is_this)
    });
    Ok(decisions)
}

/// The decisions on each of these, in one statement: for a list.
pub(crate) fn of_each(
    db: &mut Database,
    kind: SubjectKind,
    numbers: &[&str],
) -> QueryResult<BTreeMap<String, Vec<Decision>>> {
    let decisions: Vec<Decision> = decisions::table
        .filter(decisions::subject_kind.eq(kind.as_str()).and(decisions::subject_number.eq_any(numbers)))
        .order((decisions::subject_version, decisions::decided_at, decisions::decided_by))
        .select(Decision::as_select())
        .load(db)?;
    let mut of_each: BTreeMap<String, Vec<Decision>> = BTreeMap::new();
    for one in decisions {
        of_each.entry(one.subject_number.clone()).or_default().push(one);
    }
    Ok(of_each)
}
