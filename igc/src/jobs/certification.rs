use card::{CardFilter, CardStatus, MOST_LISTED};
use professional_registry::ImportedRegister;
use registration_authority::certificate_request;
use registration_authority::certification::{CertificationContext, certify_card, certify_request};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Act, Fault};

use super::{Worker, pinned_bureaus};
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Requests looked at in one run; the others wait for the next.
const REQUESTS: i64 = 200;

/// What a run certified.
#[derive(Debug, Default, Serialize)]
pub struct Certified {
    /// Cards whose keys are all certified.
    pub cards: Vec<String>,
    /// Requests whose certificate was issued.
    pub requests: Vec<String>,
    /// What could not be certified, and why: subject, code, sentence.
    pub failed: Vec<(String, &'static str, String)>,
}

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    worker.db.refuse_on_reserve()?;
    let done = certify_all(worker, act)?;
    for (subject, code, sentence) in &done.failed {
        tracing::error!(code, "{subject} was not certified: {sentence}");
    }
    Ok(json!(done))
}

/// Certifies every personalised card and every approved request. One that fails does not hold up the
/// others; it is tried again at the next run.
pub fn certify_all(worker: &mut Worker, act: &Act) -> Result<Certified, Problem> {
    let verifier = officer::verifier(&worker.installation)?;
    let bureaus = pinned_bureaus(&worker.installation)?;
    let installation = worker.installation.clone();
    let mut registry = ImportedRegister;
    let mut rng = system_rng();
    let mut context = CertificationContext {
        signer: &mut worker.signer,
        registry: &mut registry,
        verifier: &verifier,
        bureaus: &bureaus,
        issuance: installation.issuance()?,
        epoch: &worker.epoch,
    };
    let mut done = Certified::default();
    let filter = CardFilter { status: Some(CardStatus::Personalised), ..CardFilter::default() };
    for card in card::list(&mut worker.db, &filter, MOST_LISTED)? {
        // A run may take longer than the lease: it is extended once an item.
        worker.epoch.renew(&mut worker.db)?;
        // The clock is read once an item, not once a job.
        let act = Act { at: installation.clock.now(), ..act.clone() };
        match certify_card(&mut worker.db, &mut context, &card.number, &mut rng, &act) {
            Ok(_) => done.cards.push(card.number.to_string()),
            Err(error) => {
                done.failed.push((format!("card {}", card.number), error.code().name, error.to_string()));
            }
        }
    }
    for request in certificate_request::list(&mut worker.db, Some("approved"), None, REQUESTS)? {
        worker.epoch.renew(&mut worker.db)?;
        let act = Act { at: installation.clock.now(), ..act.clone() };
        let number = request.number;
        match certify_request(&mut worker.db, &mut context, &number, &mut rng, &act) {
            Ok(_) => done.requests.push(number),
            Err(error) => {
                done.failed.push((format!("request {number}"), error.code().name, error.to_string()))
            }
        }
    }
    Ok(done)
}
