//! What relying systems see: CRLs, deltas, lists, OCSP. An outside client asks.

use std::net::SocketAddr;

use store::Actor;

use crate::demo::ocsp::{self, Moment};
use crate::demo::stage::Stage;
use crate::demo::witness;
use crate::faults;
use crate::jobs;
use crate::problem::Problem;

pub fn publication(stage: &mut Stage, status: SocketAddr) -> Result<((), String), Problem> {
    let issued = publish_everything(stage)?;
    let robbed = stage.cast().robbed.clone();
    let card = witness::card_of(stage, &robbed)?;
    let answers = ocsp::all_are(stage, status, &card, Moment::Before, "good")?;
    Ok((
        (),
        format!(
            "{issued} CRLs and deltas, opposition list; openssl ocsp says good for {answers} certificates"
        ),
    ))
}

/// Publishes everything; how many CRLs and deltas went out.
pub fn publish_everything(stage: &mut Stage) -> Result<usize, Problem> {
    let act = stage.installation().act(Actor::Job("publication"));
    let published = jobs::publish_everything(&mut stage.worker, &act)?;
    match published.failed.first() {
        None => Ok(published.crls.len()),
        Some((issuer, error)) => {
            Err(Problem::new(faults::DEMO_STEP, format!("the CRL of {issuer} was not published: {error}")))
        }
    }
}
