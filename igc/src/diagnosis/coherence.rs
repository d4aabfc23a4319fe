//! What the last look at the public faces found.

use std::time::Duration;

use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

/// The worker looks once a minute, and states it every five.
const PATIENCE: Duration = Duration::from_secs(900);

pub(super) fn last_look(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) -> Result<(), Problem> {
    const LOOK: &str = "do the worker and the status role run? igc job run coherence";
    let what = "public faces";
    findings.push(match jobs::last_statement(installation, db)? {
        // An installation whose roles have not run yet; where they do not run, other lines say so.
        None => Finding::well(what, "nobody has looked at them yet: the worker does, once a minute"),
        Some(stated) => match stated.differences.first() {
            Some(first) => {
                let count = stated.differences.len() as u64 + stated.more_differences;
                let found = format!(
                    "{count} differences as of {}, first {} {}: {}",
                    stated.looked_at, first.place, first.subject, first.found
                );
                Finding::new(
                    Verdict::Broken,
                    what,
                    found,
                    "igc coherence show; mended, igc job run coherence",
                )
            }
            None if stated.looked_at.plus(PATIENCE) < now => Finding::new(
                Verdict::Warning,
                what,
                format!("not looked at since {}", stated.looked_at),
                LOOK,
            ),
            None => Finding::well(
                what,
                format!(
                    "{} files and {} OCSP answers agreed at {}",
                    stated.faces.len(),
                    stated.ocsp_questions,
                    stated.looked_at
                ),
            ),
        },
    });
    Ok(())
}
