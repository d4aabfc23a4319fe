//! The successor comes to be, by the jobs of the copy's worker and a bureau of its own.

use std::net::SocketAddr;

use card::CardNumber;
use serde_json::Value;

use super::renewal::Renewed;
use crate::demo::describe;
use crate::demo::ocsp::{self, Moment};
use crate::demo::stage::Stage;
use crate::demo::steps::publication::publish_everything;
use crate::demo::witness::{self, step_failed};
use crate::problem::Problem;

/// The bureau is another process with another key: the one of the day of the copy is not asked again.
pub fn personalisation(stage: &mut Stage) -> Result<((), String), Problem> {
    let done = stage.job("demo-bureau")?;
    let number = sole(&done["personalised"], "cards personalised")?;
    Ok(((), format!("card {number} made by the process in {}", stage.bureau.home().display())))
}

pub fn certification(stage: &mut Stage) -> Result<((), String), Problem> {
    let done = stage.job("certification")?;
    if let Some(failed) = done["failed"].as_array().and_then(|failed| failed.first()) {
        return Err(step_failed(&failed.to_string()));
    }
    let number = sole(&done["cards"], "cards certified")?;
    let written = describe::write_certificates(stage)?;
    Ok(((), format!("card {number} certified; {written} certificates stand")))
}

/// Both cards of the holder are good: the old one is in his pocket, the new one on its way.
pub fn publication(
    stage: &mut Stage,
    status: SocketAddr,
    renewed: &Renewed,
) -> Result<((), String), Problem> {
    let issued = publish_everything(stage)?;
    let old = ocsp::all_are(stage, status, &renewed.card, Moment::Before, "good")?;
    let successor = successor_of(stage, renewed)?;
    let new = ocsp::all_are(stage, status, &successor, Moment::Before, "good")?;
    let answers = old + new;
    Ok(((), format!("{issued} CRLs and deltas; openssl ocsp says good for {answers} certificates")))
}

/// The card that came of the renewal's order.
pub fn successor_of(stage: &mut Stage, renewed: &Renewed) -> Result<CardNumber, Problem> {
    let holder = stage.cast().renewed.clone();
    let cards = witness::cards_of(stage, &holder)?;
    cards
        .into_iter()
        .find(|card| card.order_number == renewed.order && card.replaces == Some(renewed.card))
        .map(|card| card.number)
        .ok_or_else(|| step_failed(&format!("order {} has no card", renewed.order)))
}

/// The one card a job names.
pub fn sole<'a>(numbers: &'a Value, what: &str) -> Result<&'a str, Problem> {
    match numbers.as_array().map(Vec::as_slice) {
        Some([number]) => number.as_str().ok_or_else(|| step_failed(what)),
        _ => Err(step_failed(&format!("{what}: {numbers}, and not one"))),
    }
}
