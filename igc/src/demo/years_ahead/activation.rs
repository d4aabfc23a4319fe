//! The successor is delivered and active; in the same transaction the card before it is opposed as renewed.

use std::net::SocketAddr;

use super::renewal::Renewed;
use super::successor::{sole, successor_of};
use crate::demo::ocsp::{self, Moment};
use crate::demo::stage::Stage;
use crate::demo::steps::publication::publish_everything;
use crate::demo::witness::{self, step_failed};
use crate::problem::Problem;

pub fn activation(stage: &mut Stage, status: SocketAddr, renewed: &Renewed) -> Result<((), String), Problem> {
    let successor = successor_of(stage, renewed)?;
    let done = stage.job("demo-bureau")?;
    let activated = sole(&done["activated"], "cards activated")?;
    if activated != successor.to_string() {
        return Err(step_failed(&format!("card {activated} was activated, not {successor}")));
    }
    ocsp::all_are(stage, status, &successor, Moment::After, "good")?;
    ocsp::all_are(stage, status, &renewed.card, Moment::After, "revoked")?;

    publish_everything(stage)?;
    for carried in card::certificates::of_card(&mut stage.worker.db, &renewed.card)? {
        let serial = carried.serial.parse().map_err(|_| step_failed("a serial number does not read"))?;
        witness::stands_on_crl(stage, &carried.issuer, &serial)?;
    }
    witness::stands_on_opposition_list(stage, &renewed.card)?;
    Ok(((), format!("card {successor} is active, and card {} is opposed as renewed", renewed.card)))
}
