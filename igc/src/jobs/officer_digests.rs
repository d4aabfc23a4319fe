use registration_authority::decision;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Puts a digest of what was decided in his name into the outbox, for each officer who can be written to.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let verifier = officer::verifier(&worker.installation)?;
    let composed = decision::compose_digests(&mut worker.db, &verifier, &mut system_rng(), act)?;
    let composed = composed.iter().map(|digest| json!({ "to": digest.login, "decisions": digest.decisions }));
    Ok(json!({ "composed": composed.collect::<Vec<_>>() }))
}
