use registration_authority::decision::{self, nonce};
use registration_authority::enrolment;
use registration_authority::suspension;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Receives what officers decided, lifts the suspensions that two of them have lifted, gives officers whom the chain names their rows, and draws the nonces of the next
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
    let lifted = suspension::lift_released(db, &verifier, rng, act)?;
    for (card, code) in &lifted.failed {
        tracing::error!(code = code.name, "card {card}: its suspension cannot be lifted ({})", code.name);
        failed.push((format!("card {card}"), code.name));
    }
    let lifted: Vec<String> = lifted.cards.iter().map(ToString::to_string).collect();
    if verifier.relying_party().is_none() {
        return Ok(json!({ "received": received.len(), "lifted": lifted, "enrolled": [], "failed": failed }));
    }
    let roster = verifier.roster(db)?;
    let enrolled = db.write(|db| enrolment::settle(db, &roster, rng, act))?;
    db.write(|db| nonce::draw(db, rng, act))?;
    Ok(json!({ "received": received.len(), "lifted": lifted, "enrolled": enrolled, "failed": failed }))
}
