use ca_core::issuance;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let swept = issuance::sweep(&mut worker.db, &mut system_rng(), act)?;
    if swept.revoked > 0 {
        tracing::warn!(
            "a worker died while {} certificates were being signed: their serial numbers are revoked",
            swept.revoked
        );
    }
    Ok(json!(swept))
}
