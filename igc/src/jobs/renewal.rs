use professional_registry::ImportedRegister;
use registration_authority::expiry_notices;
use registration_authority::renewal::{self, PlanStatus};
use serde_json::{Value, json};
use store::{Act, Fault};

use super::Worker;
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// How many plans are looked at: one a day for half a year.
const PLANS: i64 = 200;

/// Cards that one transaction ends.
const EXPIRED_AT_ONCE: usize = 100;

/// Plans the successors of what expires within the horizon, and applies the plans an officer approved. A plan
/// that cannot be applied holds up no other; it is tried again at the next run.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let verifier = officer::verifier(&worker.installation)?;
    let mut rng = system_rng();
    let (mut applied, mut failed) = (Vec::new(), Vec::new());
    for id in renewal::list(&mut worker.db, PLANS)? {
        if renewal::get(&mut worker.db, &id)?.status != PlanStatus::Approved {
            continue;
        }
        match renewal::apply(&mut worker.db, &mut ImportedRegister, &verifier, &id, &mut rng, act) {
            Ok(_) => applied.push(id),
            Err(error) => {
                let code = error.code().name;
                tracing::error!(code, renewal.plan = id, "renewal plan {id} was not applied: {error}");
                failed.push((id, code, error.to_string()));
            }
        }
    }
    let horizon = act.at.plus(worker.installation.config.schedules.renewal_horizon);
    let planned = renewal::plan(&mut worker.db, &mut ImportedRegister, horizon, &mut rng, act)?;
    Ok(json!({ "applied": applied, "failed": failed, "planned": planned.map(|plan| plan.id) }))
}

/// Ends the life of cards past their last day.
pub fn expire(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let mut expired = 0;
    loop {
        // Short transactions, so that an opposition never waits behind a big one.
        let batch = worker.db.write(|db| card::expire_due(db, EXPIRED_AT_ONCE, &mut system_rng(), act))?;
        if batch.is_empty() {
            return Ok(json!({ "expired": expired }));
        }
        expired += batch.len();
    }
}

/// Tells of the cards that are about to end.
pub fn tell_of_ends(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    Ok(json!({ "told": expiry_notices::tell(&mut worker.db, &mut system_rng(), act)? }))
}
