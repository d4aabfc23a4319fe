//! Who speaks for a structure asks for the opposition of cards of its staff: judged here, and opposed or refused.

use professional_registry::ImportedRegister;
use registration_authority::opposition::by_request::{self, AnsweredRequests};
use serde_json::{Value, json};
use store::{Act, Database};

use super::{Worker, continue_opposition_list};
use crate::installation::{Installation, system_rng};
use crate::officer;
use crate::problem::Problem;

/// Requests of a round.
const MOST: u16 = 50;

pub(super) fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let done = answer_requests_with(&worker.installation, &mut worker.db, act)?;
    let named = |answers: Vec<(String, store::Code)>| -> Vec<(String, &str)> {
        answers.into_iter().map(|(id, code)| (id, code.name)).collect()
    };
    Ok(json!({ "opposed": done.opposed, "refused": named(done.refused), "failed": named(done.failed) }))
}

/// Answers what waits, with a connection of one's own. Where nothing waits it costs a query.
pub fn answer_requests_with(
    installation: &Installation,
    db: &mut Database,
    act: &Act,
) -> Result<AnsweredRequests, Problem> {
    if !by_request::is_any_waiting(db)? {
        return Ok(AnsweredRequests::default());
    }
    let verifier = officer::verifier(installation)?;
    continue_opposition_list(installation, db, act)?;
    Ok(by_request::answer_waiting(db, &mut ImportedRegister, &verifier, MOST, &mut system_rng(), act)?)
}
