//! What a signed statement says: of one thing, or of each row of a bulk (docs/audit.md, "Evidence").

#[cfg(test)]
mod tests;

use super::UNREADABLE;
use crate::der::{Value, sequence};

const ONE: &str = "igc-decision-v1";
const BULK: &str = "igc-bulk-decision-v1";
/// Of refusals since their sentences are signed.
const ONE_REFUSED: &str = "igc-decision-v2";
const BULK_REFUSED: &str = "igc-bulk-decision-v2";

/// Whether this label is one of a decision on one thing.
pub fn is_of_one(context: Option<&str>) -> bool {
    matches!(context, Some(ONE | ONE_REFUSED))
}
/// Most rows of a bulk.
const MOST_ROWS: usize = 25;

/// `Decision ::= SEQUENCE { context, kind, digest, version, decision, [0] reason, [1] delegation, [2] sentence, officer, at, until, nonce }`,
/// or `BulkDecision ::= SEQUENCE { context, kind, rows, decision, [0] reason, [2] sentence, officer, at, until, nonce }`; a sentence stands in a
/// refusal of the second version alone, and that version in refusals alone.
#[derive(Debug)]
pub struct Said<'a> {
    pub kind: &'a str,
    pub in_bulk: bool,
    /// SHA-256 of the canonical encoding, and the version.
    on: Vec<(&'a [u8], i64)>,
    pub decision: &'a str,
    pub officer: &'a str,
    /// The number of the delegation by which he decided.
    pub delegation: Option<&'a str>,
    /// Milliseconds.
    pub at: i64,
    pub until: i64,
}

impl<'a> Said<'a> {
    pub fn read(statement: &'a [u8]) -> Result<Self, &'static str> {
        let fields = sequence(statement).ok_or(UNREADABLE)?;
        let &[context, kind, on, ref rest @ ..] = fields.as_slice() else { return Err(UNREADABLE) };
        match context.text() {
            Some(label @ (ONE | ONE_REFUSED)) => {
                let [version, rest @ ..] = rest else { return Err(UNREADABLE) };
                let on = one(&on, version).ok_or(UNREADABLE)?;
                Self::of(&kind, on, rest, (false, label == ONE_REFUSED)).ok_or(UNREADABLE)
            }
            Some(label @ (BULK | BULK_REFUSED)) if kind.text() == Some("card-order") => {
                let on = bulk(&on).ok_or("a bulk does not name each order once, by number")?;
                Self::of(&kind, on, rest, (true, label == BULK_REFUSED)).ok_or(UNREADABLE)
            }
            _ => Err("a decision is on a thing of another kind"),
        }
    }

    fn of(
        kind: &Value<'a>,
        on: Vec<(&'a [u8], i64)>,
        rest: &[Value<'a>],
        (in_bulk, second_version): (bool, bool),
    ) -> Option<Self> {
        let [decision, optional @ .., officer, at, until, _nonce] = rest else { return None };
        let (kind, decision, officer) = (kind.text()?, decision.text()?, officer.text()?);
        let (at, until) = (at.integer()?, until.integer()?);
        let mut optional = optional.iter().peekable();
        optional.next_if(|it| it.tag == 0xa0);
        // A bulk is within its officer's own scope.
        let delegation = match optional.next_if(|it| it.tag == 0xa1 && !in_bulk) {
            Some(number) => Some(number.explicit(1)?.text()?),
            None => None,
        };
        if let Some(sentence) = optional.next_if(|it| it.tag == 0xa2 && second_version) {
            (sentence.explicit(2)?.octets()?.len() == 32).then_some(())?;
        }
        let whole = optional.next().is_none() && (!second_version || decision == "refuse");
        whole.then_some(Self { kind, in_bulk, on, decision, officer, delegation, at, until })
    }

    /// Whether it is on content of this digest, in this version.
    pub fn names(&self, digest: &[u8], version: i64) -> bool {
        self.on.contains(&(digest, version))
    }
}

fn one<'a>(digest: &Value<'a>, version: &Value<'a>) -> Option<Vec<(&'a [u8], i64)>> {
    Some(vec![(digest.octets()?, version.integer()?)])
}

/// `BulkRow ::= SEQUENCE { number, version, digest }`, by number, each greater than the one before.
fn bulk<'a>(rows: &Value<'a>) -> Option<Vec<(&'a [u8], i64)>> {
    let rows = rows.sequence()?;
    let mut on = Vec::new();
    let mut last = "";
    for row in &rows {
        let [number, version, digest] = row.sequence()?[..] else { return None };
        let number = number.text().filter(|number| *number > last)?;
        on.push((digest.octets()?, version.integer()?));
        last = number;
    }
    (1..=MOST_ROWS).contains(&on.len()).then_some(on)
}
