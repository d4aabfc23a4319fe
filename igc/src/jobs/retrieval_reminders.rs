use registration_authority::retrieval;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;

/// Reminds of the software certificates that nobody has fetched for as long as the configuration says.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let after = worker.installation.config.certificates.remind_after;
    Ok(json!({ "reminded": retrieval::remind(&mut worker.db, after, &mut system_rng(), act)? }))
}
