//! Holders who ask for a one-time code are mailed one: on a thread of its own where the worker is served, since the HSM and the mail
//! server may both be slow, and a code counts for ten minutes.

use ca_core::signer::Signer;
use registration_authority::opposition::one_time::send::{Settled, settle_next};
use serde_json::{Value, json};
use store::{Act, Actor, Database};

use super::Worker;
use super::notices::postman;
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;

/// The job's name.
pub const NAME: &str = "one-time-codes";

/// Requests of a run by hand.
const MOST: usize = 100;

pub(super) fn run(worker: &mut Worker, _: &Act) -> Result<Value, Problem> {
    // Of two workers that settle requests of one holder neither would count what the other has sent.
    if !worker.epoch.leads(&mut worker.db)? {
        return Ok(json!({ "skipped": "another worker leads" }));
    }
    let (mut sent, mut without_mail, mut failed) = (0, 0, Vec::new());
    for _ in 0..MOST {
        match settle_with(&worker.installation, &mut worker.db, &mut worker.signer)? {
            None => break,
            Some(Settled::Sent) => sent += 1,
            Some(Settled::NoMail) => without_mail += 1,
            Some(Settled::Waits(code)) => failed.push(code.name),
        }
    }
    Ok(json!({ "sent": sent, "without_mail": without_mail, "failed": failed }))
}

/// Settles the request that has waited longest, with a connection and a signer of one's own; nothing where none is due. Each by the
/// clock of its own moment: until when a code counts stands in its mail.
pub fn settle_with(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
) -> Result<Option<Settled>, Problem> {
    let postman = postman(installation)?;
    let act = installation.act(Actor::Job(NAME));
    Ok(settle_next(db, signer, postman.as_ref(), &mut system_rng(), &act)?)
}
