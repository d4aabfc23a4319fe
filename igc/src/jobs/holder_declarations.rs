//! Holders who prove with their opposition code that they may: their cards are opposed.

use ca_core::signer::Signer;
use registration_authority::opposition::by_code::{self, Answered};
use registration_authority::opposition::declaration;
use serde_json::{Value, json};
use store::{Act, Database};

use super::{Worker, continue_opposition_list};
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;

/// Declarations of a round.
const MOST: u16 = 50;

pub(super) fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let done = answer_with(&worker.installation, &mut worker.db, &mut worker.signer, act)?;
    let failed: Vec<(&String, &str)> = done.failed.iter().map(|(id, code)| (id, code.name)).collect();
    Ok(json!({
        "opposed": done.opposed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "not_recognised": done.not_recognised,
        "failed": failed,
    }))
}

/// Answers what waits, with a connection and a signer of one's own. Where nothing waits it costs a query.
pub fn answer_with(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
    act: &Act,
) -> Result<Answered, Problem> {
    if !declaration::is_any_waiting(db)? {
        return Ok(Answered::default());
    }
    continue_opposition_list(installation, db, act)?;
    let policy = installation.config.opposition.code_policy();
    Ok(by_code::answer_waiting(db, signer, policy, MOST, &mut system_rng(), act)?)
}
