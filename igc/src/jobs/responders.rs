use ca_core::ceremony::{Ceremony, renew_responders};
use ca_core::signer::process::LedgerKind;
use serde_json::{Value, json};
use store::Act;

use super::Worker;
use crate::ceremony;
use crate::installation::system_rng;
use crate::problem::Problem;
use crate::setup::{LONGEST_TEXT, read_text};

/// Makes the OCSP responders that the installation's ceremonies provide for, where the last ones end soon.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let installation = worker.installation.clone();
    let mut made = Vec::new();
    for file in ceremony::files(&installation)? {
        let ceremony = Ceremony::parse(&read_text(&file, LONGEST_TEXT)?)?;
        made.extend(renew_responders(
            &mut worker.db,
            &installation.signer_process(LedgerKind::Issuing)?,
            &ceremony,
            installation.issuance()?,
            &worker.epoch,
            &mut system_rng(),
            act,
        )?);
    }
    Ok(json!({ "made": made }))
}
