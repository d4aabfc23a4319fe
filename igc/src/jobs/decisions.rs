use professional_registry::ImportedRegister;
use registration_authority::decision::{self, nonce};
use registration_authority::{enrolment, suspension};
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Receives what officers decided, tells whoever asked of what can no longer be taken back, lifts the suspensions that two officers have lifted,
/// gives officers whom the chain names their rows and tells them of their keys, and draws the nonces of the next
/// decisions.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let verifier = officer::verifier(&worker.installation)?;
    let (db, rng) = (&mut worker.db, &mut system_rng());
    let received = decision::receive(db, &mut ImportedRegister, &verifier, rng, act)?;
    for taken_back in decision::witness_retractions(db, rng, act)? {
        tracing::info!("{taken_back}: its decision was taken back");
    }
    let mut failed = Vec::new();
    for decision in &received {
        if let Some(code) = decision.refusal {
            let (subject, officer) = (&decision.subject, &decision.officer);
            tracing::error!(code, "{subject}: a decision in the name of {officer} is worth nothing ({code})");
            failed.push((subject.clone(), code));
        }
    }
    let effective = decision::take_effect(db, &verifier, rng, act)?;
    for (number, code) in effective.failed {
        tracing::error!(subject.number = number, %code, "nobody is told what became of {number}: {code}");
        failed.push((number, code.name));
    }
    let lifted = suspension::lift_released(db, &verifier, rng, act)?;
    for (card, code) in &lifted.failed {
        tracing::error!(code = code.name, "card {card}: its suspension cannot be lifted ({})", code.name);
        failed.push((format!("card {card}"), code.name));
    }
    let lifted: Vec<String> = lifted.cards.iter().map(ToString::to_string).collect();
    let (received, effective) = (received.len(), effective.told.len());
    let mut done = json!({ "received": received, "effective": effective, "lifted": lifted, "enrolled": [], "failed": failed });
    if verifier.relying_party().is_none() {
        return Ok(done);
    }
    let roster = verifier.roster(db)?;
    let enrolled = db.write(|db| enrolment::settle(db, &roster, rng, act))?;
    db.write(|db| enrolment::tell(db, &verifier, &roster, rng, act))?;
    db.write(|db| nonce::draw(db, rng, act))?;
    done["enrolled"] = json!(enrolled);
    Ok(done)
}
