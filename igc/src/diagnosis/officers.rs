//! Decisions that proved nothing when the worker saw them.

use std::time::Duration;

use registration_authority::decision;
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::problem::Problem;

/// How long one is worth a warning.
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
/// Most that are counted.
const MOST: i64 = 1000;

pub(super) fn decisions(db: &mut Database, now: Timestamp, findings: &mut Findings) -> Result<(), Problem> {
    const ASK: &str =
        "ask the officer who is named whether he decided; if not, the web role is owned by somebody";
    let what = "officers' decisions";
    let refused = decision::refused_since(db, now.minus(REMEMBERED), MOST)?;
    findings.push(match refused.first() {
        None => Finding::well(what, "all that the worker saw in the last 30 days hold"),
        Some(last) => {
            let found = format!(
                "{} in the last 30 days prove nothing, the last at {}: {} {}, in the name of {}",
                refused.len(),
                last.seen_at,
                last.subject_kind,
                last.subject_number,
                last.decided_by
            );
            Finding::new(Verdict::Warning, what, found, ASK)
        }
    });
    Ok(())
}
