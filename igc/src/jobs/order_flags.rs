//! The worker looks at open orders for what only it can find: civil status and contacts are not for the web role.

use registration_authority::risk;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::problem::Problem;

/// Flags the orders of whoever seems to be entered twice in the register, or whose contact there has changed lately.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let looked = risk::look(&mut worker.db, act)?;
    for (number, code) in &looked.failed {
        tracing::error!(order.number = number, %code, "order {number} cannot be looked at: {code}");
    }
    let failed: Vec<_> = looked.failed.iter().map(|(number, code)| (number, code.name)).collect();
    Ok(json!({ "flagged": looked.flagged, "failed": failed }))
}
