use serde_json::{Value, json};
use store::Act;
use store::database::Reserve;

use super::Worker;
use crate::problem::Problem;

/// Keeps the room, or says that it is in use: nothing is issued then.
pub fn run(worker: &mut Worker, _act: &Act) -> Result<Value, Problem> {
    let before = worker.db.reserve()?;
    let now = worker.db.hold_reserve()?;
    match (before, now) {
        (_, Reserve::Used) => {
            tracing::error!("the disk is full: the room for oppositions is in use, and nothing is issued");
        }
        (Reserve::Used, Reserve::Held) => {
            tracing::warn!("there is room for oppositions again: issuing goes on")
        }
        _ => {}
    }
    Ok(json!({ "reserve": now }))
}
