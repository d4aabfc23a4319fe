//! What of a mandate is proven: its beginning and its end, by officers' signatures that the worker has found to hold. What its rows say
//! beside that, whoever wrote them, neither makes a mandate nor keeps one from counting.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::identifiers::TechnicalStructureId;
use store::{Database, Timestamp};

use super::{END, Mandate, MandateState, of_structure};
use crate::approval::{SubjectKind, Verdict};
use crate::decision::{self, Decision};

impl Mandate {
    /// The same, ended by no more than a signature.
    pub(crate) fn as_signed(&self) -> Self {
        Self { ended_at: self.end_signed, ..self.clone() }
    }

    /// Whether by what was signed it stood when something was asked under it; and as its rows say until this moment, if it is another.
    pub(crate) fn spoke(&self, [asked_at, at]: [Timestamp; 2]) -> bool {
        self.as_signed().stood(asked_at) && (asked_at == at || self.stood(at))
    }
}

/// The proven mandates of a structure, newest first, each ended by no more than a signature.
pub(crate) fn proven_of(db: &mut Database, structure: &TechnicalStructureId) -> QueryResult<Vec<Mandate>> {
    let proven = of_structure(db, structure)?.into_iter().filter(|mandate| mandate.proven);
    Ok(proven.map(|mandate| mandate.as_signed()).collect())
}

/// The mandate by which anybody speaks for the structure at `at`: the newest that is proven.
pub(crate) fn in_force(
    db: &mut Database,
    structure: &TechnicalStructureId,
    at: Timestamp,
) -> QueryResult<Option<Mandate>> {
    Ok(proven_of(db, structure)?.into_iter().find(|mandate| mandate.stood(at)))
}

/// Since when nobody has spoken for the structure at `at`: the end of its last proven mandate, or ever where it had none; `None` while
/// somebody does.
pub(crate) fn silent_since(
    db: &mut Database,
    structure: &TechnicalStructureId,
    at: Timestamp,
) -> QueryResult<Option<Timestamp>> {
    let mut since = Timestamp::from_millis(0);
    for mandate in proven_of(db, structure)? {
        match mandate.state(at) {
            MandateState::Approved { .. } if mandate.stood(at) => return Ok(None),
            MandateState::Ended { at: ended } => since = since.max(ended),
            _ => {}
        }
    }
    Ok(Some(since))
}

/// What the worker has found to hold of these decisions, and what it has not refused: that and what it has not looked at yet.
pub(super) fn held(
    db: &mut Database,
    decisions: Vec<Decision>,
) -> QueryResult<(Vec<Decision>, Vec<Decision>)> {
    let (mut held, mut not_refused) = (Vec::new(), Vec::new());
    for decision in decisions {
        match decision::receipt(db, &decision)? {
            None => not_refused.push(decision),
            Some(receipt) if receipt.refusal.is_none() && receipt.is_of(&decision.proof) => {
                held.push(decision.clone());
                not_refused.push(decision);
            }
            Some(_) => {}
        }
    }
    Ok((held, not_refused))
}

/// Those by which a mandate was ended.
pub(super) fn ends(decisions: &[Decision]) -> impl Iterator<Item = &Decision> {
    decisions.iter().filter(|one| one.subject_version >= END && one.verdict() == Verdict::Refuse)
}

/// When a mandate was ended by one of these, which hold, or before ends were signed.
pub(super) fn end_signed(held: &[Decision], end: Option<(Timestamp, bool)>) -> Option<Timestamp> {
    let before = end.and_then(|(at, before_signatures)| before_signatures.then_some(at));
    ends(held).map(|one| one.decided_at).chain(before).min()
}

/// What rows say of mandates and nobody has signed for, each by its number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unsigned {
    /// Those with a decision that the worker has not received, and that is not of this moment: somebody wrote its row. Or that it has refused,
    /// where no other on the same version holds.
    pub decided: Vec<String>,
    /// Those that were laid down or ended, for whose end no officer has signed.
    pub ended: Vec<String>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Text)]
    number: String,
}

/// How long the worker may take to receive a decision, and clocks may differ.
const OF_THIS_MOMENT: Duration = Duration::from_secs(600);

/// What rows say of mandates at `now` and nobody has signed for, `limit` of each sort at most, the newest first. None of it counts. One
/// whose day has come is nobody's concern any more.
pub fn unsigned(db: &mut Database, now: Timestamp, limit: u32) -> QueryResult<Unsigned> {
    let kind = SubjectKind::StructureMandate.as_str();
    let (from, to) = (now.minus(OF_THIS_MOMENT).millis(), now.plus(OF_THIS_MOMENT).millis());
    let of_version = "SELECT 1 FROM decision_receipts r WHERE r.subject_kind = d.subject_kind
                    AND r.subject_number = d.subject_number AND r.subject_version = d.subject_version";
    let (received, held) = (
        format!("{of_version} AND r.decided_by = d.decided_by"),
        format!("{of_version} AND r.refusal IS NULL"),
    );
    let lasts = |number| {
        let past = format!("m.number = {number} AND m.until <= {}", now.millis());
        format!("NOT EXISTS (SELECT 1 FROM structure_mandates m WHERE {past})")
    };
    let (decided_lasts, ended_lasts) = (lasts("d.subject_number"), lasts("e.mandate"));
    let decided = format!(
        "SELECT DISTINCT d.subject_number AS number FROM decisions d WHERE d.subject_kind = '{kind}'
         AND {decided_lasts} AND d.decided_at NOT BETWEEN {from} AND {to}
         AND (NOT EXISTS ({received}) OR NOT EXISTS ({held}))
         ORDER BY number DESC LIMIT {limit}"
    );
    let ended = format!(
        "SELECT e.mandate AS number FROM structure_mandate_ends e
         WHERE NOT e.before_signatures AND {ended_lasts}
         AND NOT EXISTS (SELECT 1 FROM decisions d WHERE d.subject_kind = '{kind}' AND d.subject_number = e.mandate
             AND d.subject_version >= {END} AND d.decision = 'refuse'
             AND (d.decided_at BETWEEN {from} AND {to} OR EXISTS ({received} AND r.refusal IS NULL)))
         ORDER BY number DESC LIMIT {limit}"
    );
    let mut numbers = |statement: String| -> QueryResult<Vec<String>> {
        let rows: Vec<Number> = diesel::sql_query(statement).load(db)?;
        Ok(rows.into_iter().map(|row| row.number).collect())
    };
    Ok(Unsigned { decided: numbers(decided)?, ended: numbers(ended)? })
}
