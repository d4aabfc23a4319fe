use registration_authority::opposition::ticket;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;

/// Copies the register's contact into each open ticket, for the officers who call back and read no other one; dismisses those that name no
/// living card, about which nobody can be called back.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let looked_up = ticket::look_up_contacts(&mut worker.db, act)?;
    let dismissed = ticket::dismiss_nameless(&mut worker.db, &mut system_rng(), act)?;
    Ok(json!({ "looked_up": looked_up, "dismissed": dismissed }))
}
