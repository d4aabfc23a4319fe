//! The steps, one file each, in the order of the play.

pub mod audit;
mod ceremony;
mod certification;
mod opposition;
mod order;
mod personalisation;
pub mod publication;
pub mod register;
mod renewal;
mod software_certificate;

use std::net::SocketAddr;

use crate::problem::Problem;

use super::report::StepRunner;
use super::stage::Stage;

pub use ceremony::ceremony;

/// Every step after the ceremony.
pub fn play_all(stage: &mut Stage, steps: &mut StepRunner, status: SocketAddr) -> Result<(), Problem> {
    steps.run("register", || register::register(stage))?;
    steps.run("order", || order::order(stage))?;
    steps.run("personalisation", || personalisation::personalisation(stage))?;
    steps.run("certification", || certification::certification(stage))?;
    steps.run("software-certificate", || software_certificate::software_certificate(stage))?;
    steps.run("publication", || publication::publication(stage, status))?;
    steps.run("opposition", || opposition::opposition(stage, status))?;
    steps.run("renewal", || renewal::renewal(stage))?;
    steps.run("audit", || audit::audit(stage))
}
