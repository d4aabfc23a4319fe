//! `igc renew`

use std::process::ExitCode;

use clap::Subcommand;
use professional_registry::ImportedRegister;
use registration_authority::eligibility::rule_of_exclusion;
use registration_authority::renewal::{self, Outcome, PlanItem, RenewalPlan};
use serde_json::json;
use store::DatabaseRole;

use super::Global;
use super::remote::SignedRemote;
use crate::installation::{Installation, system_rng};
use crate::officer::{self, AsOfficer};
use crate::output;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find the cards that expire and re-validate their holders; order nothing.
    Plan,
    /// Approve a plan that somebody else made. Ends with 6 where a second officer must approve it too: it renews more than 25 cards.
    Approve {
        /// The plan.
        #[arg(long, value_name = "ID")]
        plan: String,
        #[command(flatten)]
        officer: AsOfficer,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Order the successors of an approved plan.
    Apply {
        /// The plan.
        #[arg(long, value_name = "ID")]
        plan: String,
    },
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    if let Command::Approve { plan, remote, .. } = command
        && let Some(done) = remote.decide(global, plan, None)?
    {
        return Ok(done);
    }
    let installation = Installation::open(global)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    let db = &mut db;
    match command {
        Command::Plan => {
            let act = installation.operator_act();
            let horizon = act.at.plus(installation.config.schedules.renewal_horizon);
            let plan = renewal::plan(db, &mut ImportedRegister, horizon, &mut system_rng(), &act)?;
            match plan {
                Some(plan) => show(global, &plan)?,
                None => output::one(global.output, &json!(null), || "nothing expires\n".to_owned())?,
            }
        }
        Command::Approve { plan, officer, .. } => {
            let act = officer.act(&installation)?;
            let approver = officer::approver(&installation)?;
            let subject = renewal::get(db, plan)?.decidable();
            let login = act.actor.officer().unwrap_or_default();
            let proof = approver.approve(&subject, login, &mut system_rng(), act.at)?;
            let verifier = approver.verifier();
            let plan =
                db.write(|db| renewal::approve(db, &verifier, plan, &proof, &mut system_rng(), &act))?;
            show(global, &plan)?;
            if plan.first_of_two().is_some() {
                return Ok(ExitCode::from(store::Kind::AwaitsApproval.exit_code()));
            }
        }
        Command::Apply { plan } => {
            let act = installation.operator_act();
            let verifier = officer::verifier(&installation)?;
            renewal::apply(db, &mut ImportedRegister, &verifier, plan, &mut system_rng(), &act)?;
            show(global, &renewal::get(db, plan)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The rule that keeps the card from being renewed.
fn rule_of(item: &PlanItem) -> Option<&'static str> {
    match &item.outcome {
        Outcome::Renew => None,
        Outcome::Excluded(code) => Some(rule_of_exclusion(item.kind, code)?.id.as_str()),
    }
}

fn show(global: &Global, plan: &RenewalPlan) -> Result<(), Problem> {
    let items: Vec<_> = plan
        .items
        .iter()
        .map(|item| {
            json!({
                "card": item.card.to_string(),
                "holder": item.holder,
                "exclusion": match &item.outcome {
                    Outcome::Renew => None,
                    Outcome::Excluded(code) => Some(code),
                },
                "rule": rule_of(item),
                "order": item.order_number,
            })
        })
        .collect();
    let status = plan.status.as_str();
    let document = json!({
        "plan": plan.id, "status": status, "planned_by": plan.planned_by,
        "asks_for_two": plan.asks_for_two(), "approved_by": plan.approved_by, "horizon": plan.horizon, "items": items,
    });
    output::one(global.output, &document, || {
        let mut text = format!("plan {} is {status}; cards that expire before {}\n", plan.id, plan.horizon);
        for item in &items {
            text += &format!("  {item}\n");
        }
        text
    })
}
