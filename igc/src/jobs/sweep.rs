use ca_core::issuance;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;

/// Settles what dead runs left. No job is running beside this one, so what is unsettled in its own run now
/// was left by a failure between two statements: it ends that run and begins another.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    if worker.epoch.has_unsettled(&mut worker.db)? {
        tracing::warn!("certificates were left half made by a failure: this run of the worker ends");
        worker.begin_again()?;
    }
    let swept = issuance::sweep(&mut worker.db, &mut system_rng(), act)?;
    if swept.revoked > 0 {
        tracing::warn!(
            "a worker died while {} certificates were being signed: their serial numbers are revoked",
            swept.revoked
        );
    }
    Ok(json!(swept))
}
