//! Years ahead, on a copy: what expires is renewed, unless its holder left the register.

use crate::demo::future::{self, Future};
use crate::demo::stage::{APPROVER, Stage};
use crate::faults;
use crate::problem::Problem;

pub fn renewal(stage: &mut Stage) -> Result<((), String), Problem> {
    let cast = stage.cast.clone().expect("the register step chose the players");
    let future = Future::copy_of(stage)?;
    future.import_register_without(stage, &cast.struck_off)?;

    let plan = future.igc(&["renew", "plan"])?;
    let id = plan["plan"]
        .as_str()
        .ok_or_else(|| Problem::new(faults::DEMO_STEP, "nothing was found to expire, years ahead"))?
        .to_owned();
    future.igc(&["renew", "approve", "--plan", &id, "--as", APPROVER])?;
    let applied = future.igc(&["renew", "apply", "--plan", &id])?;

    let items = applied["items"].as_array().cloned().unwrap_or_default();
    let of = |holder: &str| items.iter().find(|item| item["holder"] == holder).cloned().unwrap_or_default();
    let (renewed, struck_off) = (of(&cast.renewed.id.to_string()), of(&cast.struck_off.id.to_string()));
    let order = renewed["order"].as_str().ok_or_else(|| {
        Problem::new(faults::DEMO_STEP, format!("the expiring card of {} has no successor", cast.renewed.id))
    })?;
    if struck_off["exclusion"] != "order-holder-ceased" || !struck_off["order"].is_null() {
        return Err(Problem::new(
            faults::DEMO_STEP,
            format!("{} was struck off and should not have been renewed: {struck_off}", cast.struck_off.id),
        ));
    }
    Ok((
        (),
        format!(
            "{} days ahead: order {order} succeeds an expiring card; a holder struck off is not renewed",
            future::DAYS
        ),
    ))
}
