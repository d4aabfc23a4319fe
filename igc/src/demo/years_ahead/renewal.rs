//! The job finds what expires, an officer approves the plan, the plan is applied.

use card::CardNumber;
use professional_registry::ImportedRegister;
use registration_authority::renewal::{self, Outcome, RenewalPlan};
use store::Actor;

use crate::demo::cast::Player;
use crate::demo::stage::{APPROVER, Stage};
use crate::demo::witness::step_failed;
use crate::installation::system_rng;
use crate::problem::Problem;

/// A card that ends, and the order of the one that comes after it.
pub struct Renewed {
    /// The card that ends.
    pub card: CardNumber,
    /// The number of its successor's order.
    pub order: String,
}

pub fn renewal(stage: &mut Stage) -> Result<(Renewed, String), Problem> {
    let planned = stage.job("renewal")?;
    let id = planned["planned"].as_str().ok_or_else(|| step_failed("nothing was found to expire"))?;
    approve(stage, id)?;
    let act = stage.installation().act(Actor::Job("renewal"));
    let verifier = stage.approver.verifier();
    let (db, registry) = (&mut stage.worker.db, &mut ImportedRegister);
    renewal::apply(db, registry, &verifier, id, &mut system_rng(), &act)?;

    let plan = renewal::get(&mut stage.worker.db, id)?;
    let cast = stage.cast().clone();
    let renewed = renewed(&plan, &cast.renewed)?;
    not_renewed(&plan, &cast.struck_off)?;
    let detail = format!(
        "order {} succeeds card {}, which ends; a holder struck off is not renewed",
        renewed.order, renewed.card
    );
    Ok((renewed, detail))
}

fn approve(stage: &mut Stage, id: &str) -> Result<(), Problem> {
    let act = stage.officer(APPROVER);
    let subject = renewal::get(&mut stage.worker.db, id)?.decidable();
    let proof = stage.approver.approve(&subject, APPROVER, &mut system_rng(), act.at)?;
    let verifier = stage.approver.verifier();
    stage.worker.db.write(|db| renewal::approve(db, &verifier, id, &proof, &mut system_rng(), &act))?;
    Ok(())
}

fn renewed(plan: &RenewalPlan, player: &Player) -> Result<Renewed, Problem> {
    let holder = player.id.to_string();
    let ordered = plan.items.iter().filter(|item| item.holder == holder);
    ordered
        .filter_map(|item| Some(Renewed { card: item.card, order: item.order_number.clone()? }))
        .next()
        .ok_or_else(|| step_failed(&format!("the expiring card of {holder} has no successor")))
}

fn not_renewed(plan: &RenewalPlan, player: &Player) -> Result<(), Problem> {
    let holder = player.id.to_string();
    let excluded = Outcome::Excluded("order-holder-ceased".to_owned());
    let item = plan.items.iter().find(|item| item.holder == holder);
    match item {
        Some(item) if item.outcome == excluded && item.order_number.is_none() => Ok(()),
        _ => Err(step_failed(&format!("{holder} was struck off and should not have been renewed: {item:?}"))),
    }
}
