use professional_registry::ImportedRegister;
use registration_authority::entries;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;

/// Submits the orders that entries in the register ask for, as many as a day may bring. An officer decides on each.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let most = worker.installation.config.orders_a_day;
    let done =
        entries::order_for_entered(&mut worker.db, &mut ImportedRegister, most, &mut system_rng(), act)?;
    if done.waiting > 0 {
        let waiting = done.waiting;
        tracing::warn!(waiting, "{waiting} orders of persons who were entered wait: more than {most} a day");
    }
    let refused: Vec<(String, &str)> =
        done.refused.into_iter().map(|(person, code)| (person, code.name)).collect();
    let failed: Vec<(String, &str)> =
        done.failed.into_iter().map(|(person, code)| (person, code.name)).collect();
    for (person, code) in &failed {
        tracing::error!(code, "registration of {person}: {code}");
    }
    Ok(json!({ "ordered": done.ordered, "refused": refused, "failed": failed, "waiting": done.waiting }))
}
