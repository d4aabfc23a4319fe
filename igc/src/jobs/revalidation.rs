use professional_registry::ImportedRegister;
use registration_authority::lapse;
use serde_json::{Value, json};
use store::Act;

use super::{Worker, continue_opposition_list};
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Looks at every living card in the light of the newest feed, once a feed, and opposes those that two feeds no longer
/// support, as many as a day may bring. Where it opposes nobody it costs a query.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let verifier = officer::verifier(&worker.installation)?;
    let most = worker.installation.config.oppositions_a_day;
    let mut rng = system_rng();
    let looked = lapse::examine(&mut worker.db, &mut ImportedRegister, &mut rng, act)?;
    if let Some(looked) = &looked {
        let (found, lifted) = (looked.found, looked.lifted);
        tracing::info!(
            found,
            lifted,
            "the register of feed {} no longer supports {found} more cards",
            looked.sequence
        );
    }
    if !lapse::open(&mut worker.db, 1)?.is_empty() {
        continue_opposition_list(&worker.installation, &mut worker.db, act)?;
    }
    let done = lapse::oppose_due(&mut worker.db, &mut ImportedRegister, &verifier, most, &mut rng, act)?;
    for plan in &done.planned {
        tracing::error!("plan of oppositions {plan} waits for two officers: more than {most} cards at once");
    }
    let unread =
        looked.iter().flat_map(|looked| &looked.failed).map(|(card, code)| (card.to_string(), *code));
    let failed: Vec<(String, &str)> =
        unread.chain(done.failed).map(|(subject, code)| (subject, code.name)).collect();
    for (subject, code) in &failed {
        tracing::error!(code, "revalidation of {subject}: {code}");
    }
    Ok(json!({
        "examined": looked.map(|looked| json!({
            "feed": looked.feed, "found": looked.found, "lifted": looked.lifted,
        })),
        "opposed": done.opposed.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "planned": done.planned,
        "failed": failed,
    }))
}
