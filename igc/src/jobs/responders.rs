use ca_core::ceremony::Ceremony;
use ca_core::responder;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::ceremony;
use crate::installation::system_rng;
use crate::problem::Problem;
use crate::setup::{LONGEST_TEXT, read_text};

/// Decides on what the status role has asked for. The keys are its own: this process reaches no token of theirs.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let installation = worker.installation.clone();
    let ceremonies: Vec<Ceremony> = ceremony::files(&installation)?
        .iter()
        .map(|file| Ok(Ceremony::parse(&read_text(file, LONGEST_TEXT)?)?))
        .collect::<Result<_, Problem>>()?;
    let decided = responder::decide(
        &mut worker.db,
        &mut worker.signer,
        &ceremonies,
        installation.issuance()?,
        &worker.epoch,
        &mut system_rng(),
        act,
    )?;
    for refused in &decided.refused {
        tracing::error!(
            code = refused.code,
            "responder request {} of {} is refused: {}",
            refused.request,
            refused.authority,
            refused.why
        );
    }
    Ok(json!(decided))
}
