use registration_authority::decision::{self, nonce};
use registration_authority::{enrolment, order};
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Receives what officers decided, tells holders of what can no longer be taken back, gives officers whom the chain names their rows, and draws the nonces of the next
/// decisions.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let verifier = officer::verifier(&worker.installation)?;
    let (db, rng) = (&mut worker.db, &mut system_rng());
    let received = decision::receive(db, &verifier, rng, act)?;
    let mut failed = Vec::new();
    for decision in &received {
        if let Some(code) = decision.refusal {
            let (subject, officer) = (&decision.subject, &decision.officer);
            tracing::error!(code, "{subject}: a decision in the name of {officer} is worth nothing ({code})");
            failed.push((subject.clone(), code));
        }
    }
    let effective = order::take_effect(db, &verifier, rng, act)?;
    for (number, code) in effective.failed {
        tracing::error!(order.number = number, %code, "nobody is told what became of order {number}: {code}");
        failed.push((number, code.name));
    }
    let effective = effective.told.len();
    if verifier.relying_party().is_none() {
        let received = received.len();
        return Ok(json!({ "received": received, "effective": effective, "enrolled": [], "failed": failed }));
    }
    let roster = verifier.roster(db)?;
    let enrolled = db.write(|db| enrolment::settle(db, &roster, rng, act))?;
    db.write(|db| nonce::draw(db, rng, act))?;
    let received = received.len();
    Ok(json!({ "received": received, "effective": effective, "enrolled": enrolled, "failed": failed }))
}
