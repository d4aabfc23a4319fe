use actix_web::{HttpResponse, web};
use registration_authority::approval::{Decidable, SubjectKind};
use registration_authority::lapse;
use registration_authority::views::{self, PlanView};
use serde::Serialize;
use store::{Act, CryptoRng, Database, Timestamp};
use utoipa::ToSchema;

use super::caller::Caller;
use super::decided::{Given, Subject, Words, approved_by, state_of_two};
use super::listing::{self, Which};
use super::problem::Problem;
use crate::failure::Failure;

/// More cards, or certificates, that the register no longer supports than a day may end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OppositionPlan)]
pub(super) struct Plan {
    /// `PO-2026-000001`
    number: String,
    /// held, until two officers have released it; released; refused.
    status: &'static str,
    /// The first of the two, where it waits for the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    approved_by: Option<String>,
    /// SHA-256, in hexadecimal, of the feed that said it again.
    feed: String,
    /// Who planned.
    planned_by: String,
    /// When, RFC 3339.
    planned_at: String,
    /// How many of its cards or certificates still wait.
    open: usize,
    /// Each card that the caller is there for.
    cards: Vec<PlannedCard>,
    /// Each certificate that he is there for.
    certificates: Vec<PlannedCertificate>,
    /// How many cards and certificates of it he may not read, for they are outside his scope: who is not there for all decides on none.
    hidden: usize,
}

/// A card of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedCard {
    /// Its number.
    card: String,
    /// Whose.
    holder: String,
    /// What the register says: a code.
    cause: String,
    /// Whether it still waits.
    open: bool,
}

/// A certificate of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct PlannedCertificate {
    /// The request that it was issued for.
    request: String,
    /// Short name of its authority, `/`, its serial number.
    certificate: String,
    /// Whose.
    holder: String,
    /// What the register says: a code.
    cause: String,
    /// Whether it still waits.
    open: bool,
}

/// A page of plans of oppositions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OppositionPlans)]
pub(super) struct Plans {
    /// Those with cards or certificates that wait, by number.
    opposition_plans: Vec<Plan>,
    /// How many the caller may not read, for nothing of them is of his scope.
    hidden: usize,
    /// Where the next page begins: `after` of the next request. Absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// The plans that wait, page after page.
#[utoipa::path(get, path = "/opposition-plans", tag = "plans", params(Which), responses(
    (status = 200, body = Plans, headers(("Link" = String, description = "rel=\"next\""))),
    (status = 403, body = Problem, content_type = "application/problem+json"),
    (status = 422, body = Problem, content_type = "application/problem+json")
))]
pub(super) async fn list(caller: Caller, which: web::Query<Which>) -> Result<HttpResponse, Failure> {
    let Which { after, limit } = which.into_inner();
    let limit = listing::length(limit);
    let found = caller.work(move |work| Ok(views::opposition_plans(work.db, work.act)?)).await?;
    let (plans, next) = listing::cut(found.shown, |view| &view.plan.id, after.as_deref(), limit);
    let follows = next.as_ref().map(|next| format!("/opposition-plans?after={next}&limit={limit}"));
    let opposition_plans = plans.iter().map(Plan::from).collect();
    Ok(listing::send_page(&Plans { opposition_plans, hidden: found.hidden, next }, follows))
}

impl Subject for PlanView {
    type Shown = Plan;

    const KIND: SubjectKind = SubjectKind::OppositionPlan;
    const ADDRESS: &str = "/opposition-plans/{number}";
    const TAG: &str = "plans";
    const WORDS: Words = Words {
        show: "One plan.",
        challenge: "Gives what an officer's passkey must sign to release the plan that he has read, or to refuse it.",
        decide: "Takes the officer's signed decision. Two must approve; one refusal ends it.",
    };

    fn read(db: &mut Database, number: &str, act: &Act) -> Result<Self, Failure> {
        Ok(views::opposition_plan(db, number, act)?)
    }

    fn decidable(&self) -> Decidable {
        self.plan.decidable()
    }

    fn state(&self, _: Timestamp) -> &'static str {
        state_of_two(&self.plan.standing())
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
        let Given { number, verdict, proof, text, verifier, .. } = *given;
        lapse::decide(db, verifier, number, verdict, proof, text, rng, act)?;
        Ok(views::opposition_plan(db, number, act)?)
    }
}

impl From<&PlanView> for Plan {
    fn from(view: &PlanView) -> Self {
        let plan = &view.plan;
        let cards = view.cards.shown.iter().map(|item| PlannedCard {
            card: item.card.to_string(),
            holder: item.holder.clone(),
            cause: item.cause.clone(),
            open: item.open,
        });
        let certificates = view.certificates.shown.iter().map(|item| PlannedCertificate {
            request: item.request.clone(),
            certificate: item.certificate.clone(),
            holder: item.holder.clone(),
            cause: item.cause.clone(),
            open: item.open,
        });
        Self {
            number: plan.id.clone(),
            status: plan.standing().as_str(),
            approved_by: approved_by(plan.standing()),
            feed: plan.feed.clone(),
            planned_by: plan.planned_by.clone(),
            planned_at: plan.planned_at.to_string(),
            open: plan.waiting(),
            cards: cards.collect(),
            certificates: certificates.collect(),
            hidden: view.hidden(),
        }
    }
}
