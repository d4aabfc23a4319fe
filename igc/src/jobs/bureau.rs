//! In a demonstration, what a bureau and the post do between an approval and a card in the pocket.

use std::path::Path;

use card::personalisation::{BatchId, BureauName, open_batches, verify_return_file};
use card::{CardFilter, CardNumber, CardNumberPrefix, CardStatus, MOST_LISTED};
use professional_registry::ImportedRegister;
use registration_authority::terms::{AcceptancePath, Accepted};
use registration_authority::{delivery, personalisation, terms};
use serde_json::{Value, json};
use store::{Act, Actor, Database, crash_point};

use super::{Worker, pinned_bureaus};
use crate::bureau_process::BureauProcess;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::officer;
use crate::problem::Problem;
use crate::setup::{SHARED_FILE, file_problem, replace_file};

pub(super) fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let Some(demo) = worker.installation.config.demo.clone() else {
        return Ok(json!({ "skipped": "only a demonstration has a bureau of its own" }));
    };
    if !demo.bureau_home.exists() {
        reopen_bureau(worker, &demo.bureau_home)?;
    }
    let bureau = BureauProcess::at(&demo.bureau_home);
    let mut personalised = Vec::new();
    // A batch that an earlier run closed and never got back comes first.
    for batch in open_batches(&mut worker.db)? {
        let file = batch_again(&mut worker.db, &batch.id)?;
        personalised.extend(receive(worker, &bureau.personalise(&file)?, act)?);
    }
    if let Some(file) = close_batch(worker, act)? {
        personalised.extend(receive(worker, &bureau.personalise(&file)?, act)?);
    }
    let activated = hand_over(worker, act)?;
    Ok(json!({ "personalised": personalised, "activated": activated }))
}

/// The bureau of a demonstration goes when the demonstration ends; one that is served again gets a new
/// one, whose certificate is pinned beside the old one's: cards may still wait that the old one made.
///
/// It opens when its certificate is pinned: a kill before leaves none, and another one is made.
fn reopen_bureau(worker: &Worker, home: &Path) -> Result<(), Problem> {
    let unopened = home.with_extension("unopened");
    BureauProcess::remove(&unopened)?;
    let (_, certificate) = BureauProcess::create(&unopened)?;
    for bureau in &worker.installation.config.bureaus {
        let path = &bureau.certificate;
        let mut pinned = std::fs::read(path).map_err(|error| file_problem(path, &error))?;
        pinned.extend_from_slice(&certificate);
        replace_file(path, SHARED_FILE, &pinned)?;
    }
    std::fs::rename(&unopened, home).map_err(|error| file_problem(home, &error))
}

/// Gives each approved order its card and closes a batch of them; none where no order waits.
pub fn close_batch(worker: &mut Worker, act: &Act) -> Result<Option<Vec<u8>>, Problem> {
    let installation = worker.installation.clone();
    let verifier = officer::verifier(&installation)?;
    let (prefix, bureau) = (number_prefix(&installation)?, bureau_name(&installation)?);
    let closed = worker.db.write(|db| {
        personalisation::close_batch(
            db,
            &mut ImportedRegister,
            &verifier,
            prefix,
            &bureau,
            &mut system_rng(),
            act,
        )
    })?;
    crash_point("batch.closed");
    for order in &closed.given_back {
        tracing::warn!("order {order} was approved, and two officers must approve it: it goes back to them");
    }
    for (order, code) in &closed.set_aside {
        tracing::error!(
            code = code.name,
            "order {order} says approved, but did not go to the bureau: {code}"
        );
    }
    Ok(closed.file.map(|file| file.to_json()))
}

/// The file of a closed batch again, for one that was lost on its way.
pub fn batch_again(db: &mut Database, id: &BatchId) -> Result<Vec<u8>, Problem> {
    Ok(personalisation::batch_again(db, id)?.to_json())
}

/// Reads a return file; the numbers of the cards that are personalised.
pub fn receive(worker: &mut Worker, return_file: &[u8], act: &Act) -> Result<Vec<String>, Problem> {
    // Before the transaction: proofs and attestations of a big batch take a while, and nobody waits for it.
    let verified = verify_return_file(return_file, &pinned_bureaus(&worker.installation)?)?;
    crash_point("return-file.verified");
    let batch = worker.db.write(|db| personalisation::record_return(db, verified, &mut system_rng(), act))?;
    crash_point("return-file.recorded");
    Ok(batch.personalised.iter().map(|card| card.number.to_string()).collect())
}

fn hand_over(worker: &mut Worker, act: &Act) -> Result<Vec<String>, Problem> {
    let mut activated = Vec::new();
    let filter = CardFilter { status: Some(CardStatus::Certified), ..CardFilter::default() };
    for card in card::list(&mut worker.db, &filter, MOST_LISTED)? {
        deliver_and_activate(worker, &card.number, act)?;
        activated.push(card.number.to_string());
    }
    Ok(activated)
}

/// Hands one certified card over and puts it into use. Its holder is played too: he accepts the terms of use.
pub fn deliver_and_activate(worker: &mut Worker, number: &CardNumber, act: &Act) -> Result<(), Problem> {
    let mut rng = system_rng();
    let terms = &worker.installation.config.terms;
    let holder = card::get(&mut worker.db, number)?.holder;
    let by_holder = Act { actor: Actor::Holder(holder), ..act.clone() };
    let accepted = Accepted { terms, path: AcceptancePath::Online, at: act.at };
    worker.db.write(|db| terms::accept(db, number, accepted, &mut rng, &by_holder))?;
    delivery::deliver(&mut worker.db, number, terms, &mut rng, act)?;
    delivery::activate(&mut worker.db, number, terms, &mut rng, act)?;
    Ok(())
}

fn number_prefix(installation: &Installation) -> Result<CardNumberPrefix, Problem> {
    let prefix = &installation.config.card_number_prefix;
    prefix
        .parse()
        .map_err(|error| Problem::new(faults::CONFIG_INVALID, format!("cards.number_prefix: {error}")))
}

fn bureau_name(installation: &Installation) -> Result<BureauName, Problem> {
    let bureau = installation.config.bureaus.first().ok_or_else(|| {
        Problem::new(faults::CONFIG_INVALID, "cards.bureau: no personalisation bureau is configured")
    })?;
    bureau
        .name
        .parse()
        .map_err(|error| Problem::new(faults::CONFIG_INVALID, format!("cards.bureau.name: {error}")))
}
