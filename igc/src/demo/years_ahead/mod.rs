//! What happens in the copy that was moved ahead: a card that expires is renewed, from the plan to the successor in
//! its holder's pocket; one whose holder left the register is not.

mod activation;
mod ceremonies;
mod register;
mod renewal;
mod successor;

use std::net::SocketAddr;

use crate::problem::Problem;

use super::report::StepRunner;
use super::stage::Stage;
use super::steps;

/// Every step, in order. The copy begins with all that the installation had on the day it was copied.
pub fn play_all(stage: &mut Stage, steps: &mut StepRunner, status: SocketAddr) -> Result<(), Problem> {
    steps.run("register", || register::register(stage))?;
    steps.run("root-crls", || ceremonies::root_crls(stage))?;
    steps.run("responders", || ceremonies::responders(stage))?;
    let renewed = steps.run("renewal", || renewal::renewal(stage))?;
    steps.run("personalisation", || successor::personalisation(stage))?;
    steps.run("certification", || successor::certification(stage))?;
    steps.run("publication", || successor::publication(stage, status, &renewed))?;
    steps.run("activation", || activation::activation(stage, status, &renewed))?;
    steps.run("audit", || steps::audit::audit(stage))
}
