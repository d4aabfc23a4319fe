//! Whether the object store has what is published.

use crl_publisher::object_store::Mirrored;

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::jobs;
use crate::problem::Problem;

const WHAT: &str = "object store";

pub(super) fn in_step(installation: &Installation, findings: &mut Findings) {
    let looked = jobs::object_store(installation).and_then(|mirror| match mirror {
        Some(mut mirror) => Ok(Some(mirror.look(&jobs::folder(installation))?)),
        None => Ok(None),
    });
    findings.push(match looked {
        Ok(None) => return,
        Ok(Some(looked)) => told(&looked),
        Err(problem) => broken(&problem),
    });
}

fn told(looked: &Mirrored) -> Finding {
    let Mirrored { replaced, ahead, standing } = looked;
    match (ahead.first(), replaced.first()) {
        (Some(first), _) => Finding::new(
            Verdict::Broken,
            WHAT,
            format!("{} objects are newer than what is published here, first {first}", ahead.len()),
            "was the public folder restored from a backup? igc job run publication",
        ),
        (None, Some(first)) => Finding::new(
            Verdict::Warning,
            WHAT,
            format!("{} of {} objects are behind, first {first}", replaced.len(), replaced.len() + standing),
            "does the worker run? igc job run object-store",
        ),
        (None, None) => Finding::well(WHAT, format!("{standing} objects stand as they are published")),
    }
}

fn broken(problem: &Problem) -> Finding {
    Finding::new(Verdict::Broken, WHAT, problem.detail().to_owned(), problem.code().help)
}
