use actix_web::{HttpResponse, web};
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::eligibility::rule_of_exclusion;
use registration_authority::renewal::{self, Outcome, PlanItem, RenewalPlan};
use registration_authority::views;
use serde::Serialize;
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::caller::Caller;
use super::decided::{Given, Subject, Words};
use super::listing::{self, Which};
use super::problem::Problem;
use crate::failure::Failure;

/// The cards that expire, and what is to become of each.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RenewalPlan)]
pub(super) struct Plan {
    /// `RP-2026-000001`
    number: String,
    /// proposed, approved, applied; or ended, where the worker refused its approval.
    status: &'static str,
    /// Whether two officers approve it: it renews more cards than one signature may.
    asks_for_two: bool,
    /// The first of the two, where it waits for the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// Who planned: a job, or the operator.
    planned_by: String,
    /// When, RFC 3339.
    planned_at: String,
    /// It is about the cards that end before then, RFC 3339.
    horizon: String,
    /// Every card.
    items: Vec<Item>,
}

/// A card that ends.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RenewalItem)]
struct Item {
    /// Its number.
    card: String,
    /// `CPS`
    kind: String,
    /// Whose, by IdNat_PS.
    holder: String,
    /// Why no successor is ordered: a code. Absent where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    exclusion: Option<String>,
    /// The rule that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// The order of the successor, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
}

/// A page of renewal plans.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RenewalPlans)]
pub(super) struct Plans {
    /// Those that wait for their approval, by number.
    renewal_plans: Vec<Plan>,
    /// How many the caller may not read, for they are outside his scope.
    hidden: usize,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The plans that wait, page after page.
#[utoipa::path(get, path = "/renewal-plans", tag = "plans", params(Which), responses(
    (status = 200, body = Plans, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let found = caller.work(move |work| Ok(views::plans(work.db, work.act)?)).await?;
    let (plans, next) = listing::cut(found.shown, |plan| &plan.id, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/renewal-plans?after={next}&limit={limit}"));
    let renewal_plans = plans.iter().map(Plan::from).collect();
    Ok(listing::send_page(&Plans { renewal_plans, hidden: found.hidden, next }, follows))
}

impl Subject for RenewalPlan {
    type Shown = Plan;

    const KIND: SubjectKind = SubjectKind::RenewalPlan;
    const ADDRESS: &str = "/renewal-plans/{number}";
    const TAG: &str = "plans";
    const WORDS: Words = Words {
        show: "One plan.",
        challenge: "Gives what an officer's passkey must sign to approve the plan that he has read, every line of it. There is no refusal.",
        decide: "Takes the officer's signed approval. Where more than 25 cards are renewed two must approve; a card that is near to who approves is left to the next plan.",
    };
    const IS_REFUSED: bool = false;

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::plan(db, number, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        match self.first_of_two() {
            Some(_) => "proposed-for-the-second",
            None => self.status.as_str(),
        }
    }

    fn shown(&self, _: Timestamp) -> Plan {
        Plan::from(self)
    }

    fn decide(
        db: &mut Database,
        given: &Given<'_>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, Failure> {
        // A proof that says no is none of an approval: the rule refuses it.
        Ok(renewal::approve(db, given.verifier, given.number, given.proof, rng, act)?)
    }
}

impl From<&RenewalPlan> for Plan {
    fn from(plan: &RenewalPlan) -> Self {
        Self {
            number: plan.id.clone(),
            status: plan.status.as_str(),
            asks_for_two: plan.asks_for_two(),
            approved_by: plan.first_of_two().map(str::to_owned),
            planned_by: plan.planned_by.clone(),
            planned_at: plan.planned_at.to_string(),
            horizon: plan.horizon.to_string(),
            items: plan.items.iter().map(Item::from).collect(),
        }
    }
}

impl From<&PlanItem> for Item {
    fn from(item: &PlanItem) -> Self {
        let exclusion = match &item.outcome {
            Outcome::Renew => None,
            Outcome::Excluded(code) => Some(code.clone()),
        };
        let rule = exclusion.as_deref().and_then(|code| rule_of_exclusion(item.kind, code));
        Self {
            card: item.card.to_string(),
            kind: item.kind.to_string(),
            holder: item.holder.clone(),
            rule: rule.map(|rule| rule.id.as_str()),
            exclusion,
            order: item.order_number.clone(),
        }
    }
}
