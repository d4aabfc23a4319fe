//! Whether the object store has what is published.

use crl_publisher::faults::OBJECT_STORE_ENTRY_LOST;
use crl_publisher::object_store::{Kept, Mirrored};
use store::{Database, Timestamp};

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

const WHAT: &str = "object store";

pub(super) fn in_step(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
    findings: &mut Findings,
) {
    let (folder, policy) = (jobs::folder(installation), jobs::policy(&installation.config));
    let looked = jobs::object_store(installation).and_then(|mirror| match mirror {
        Some(mut mirror) => Ok(Some(mirror.look(db, &folder, &policy, now)?)),
        None => Ok(None),
    });
    match looked {
        Ok(None) => {}
        Ok(Some(looked)) => told(&looked).into_iter().for_each(|finding| findings.push(finding)),
        Err(problem) => findings.push(broken(&problem)),
    }
}

/// Each trouble by itself: none hides another.
fn told(looked: &Mirrored) -> Vec<Finding> {
    let Mirrored { replaced, ahead, kept, standing, .. } = looked;
    let mut told: Vec<Finding> = jobs::object_store_failed(looked).iter().map(broken).collect();
    if let Some(first) = ahead.first() {
        told.push(Finding::new(
            Verdict::Broken,
            WHAT,
            format!("{} objects are newer than what is published here, first {first}", ahead.len()),
            "was the public folder restored from a backup? igc job run publication",
        ));
    }
    if let Some(Kept { object, forgotten }) = kept.first() {
        told.push(Finding::new(
            Verdict::Broken,
            WHAT,
            format!("{} objects alone know of what has ended, first {object}: {forgotten}", kept.len()),
            OBJECT_STORE_ENTRY_LOST.help,
        ));
    }
    if let Some(first) = replaced.first() {
        told.push(Finding::new(
            Verdict::Warning,
            WHAT,
            format!("{} of {} objects are behind, first {first}", replaced.len(), replaced.len() + standing),
            "does the worker run? igc job run object-store",
        ));
    }
    if told.is_empty() {
        told.push(Finding::well(WHAT, format!("{standing} objects stand as they are published")));
    }
    told
}

fn broken(problem: &Problem) -> Finding {
    Finding::new(Verdict::Broken, WHAT, problem.detail().to_owned(), problem.code().help)
}
