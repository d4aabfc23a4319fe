//! Officers ask for the revocation of software certificates: judged here, and revoked or refused.

use registration_authority::certificate_request::{self, AnsweredRevocations};
use serde_json::{Value, json};
use store::{Act, Code, Database};

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;

/// What the job is called.
pub const NAME: &str = "certificate-revocations";

/// Requests of a round.
const MOST: u16 = 50;

pub(super) fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let done = answer_with(&mut worker.db, act)?;
    let named = |answers: Vec<(String, Code)>| -> Vec<(String, &str)> {
        answers.into_iter().map(|(number, code)| (number, code.name)).collect()
    };
    Ok(json!({ "revoked": done.revoked, "refused": named(done.refused), "failed": named(done.failed) }))
}

/// Answers what waits, with a connection of one's own. Where nothing waits it costs a query.
pub fn answer_with(db: &mut Database, act: &Act) -> Result<AnsweredRevocations, Problem> {
    if !certificate_request::is_any_revocation_waiting(db)? {
        return Ok(AnsweredRevocations::default());
    }
    Ok(certificate_request::answer_revocations(db, MOST, &mut system_rng(), act)?)
}
