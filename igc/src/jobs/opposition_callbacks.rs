use registration_authority::opposition::ticket;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::problem::Problem;

/// Copies the register's contact into each open ticket, for the officers who call back and read no other one.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    Ok(json!({ "looked_up": ticket::look_up_contacts(&mut worker.db, act)? }))
}
