use ca_core::ceremony::{self, Ceremony};
use ca_core::signer::process::LedgerKind;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;
use crate::setup::{CEREMONY_FILE, LONGEST_TEXT, read_text};

/// Makes the OCSP responders that the installation's ceremony provides for, where the last ones end soon.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let installation = worker.installation.clone();
    let ceremony = Ceremony::parse(&read_text(&installation.dir.join(CEREMONY_FILE), LONGEST_TEXT)?)?;
    let made = ceremony::renew_responders(
        &mut worker.db,
        &installation.signer_process(LedgerKind::Issuing)?,
        &ceremony,
        installation.issuance()?,
        &worker.epoch,
        &mut system_rng(),
        act,
    )?;
    Ok(json!({ "made": made }))
}
