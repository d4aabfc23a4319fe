//! Renewal: cards that end soon are found, their holders checked again, and successors ordered, under one
//! plan that somebody else than its author approves.
//!
//! A [`plan`] is what was found, card by card, and never changes; [`approve`] signs for it, by two officers where it renews
//! more cards than one signature may; [`apply`] asks the register once more for each card and orders the successor, which the
//! plan's approval approves, but for what is near to who gave it.

mod apply;
mod approve;
pub mod canonical;
mod near;
mod plan;
mod progress;

#[cfg(test)]
mod tests;

use card::{CardKind, CardNumber};
use diesel::prelude::*;
use store::schema::{cards, renewal_plan_items, renewal_plans};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

pub use apply::{Applied, ApplyError, apply};
pub use approve::{ApprovePlanError, approve};
pub use canonical::{CanonicalPlan, PLAN_ENCODING_VERSION};
pub(crate) use plan::claim_of;
pub use plan::{PLAN_BOUND, PlanError, plan};
pub use progress::{PlanProgress, progress};

use crate::approval::{Decidable, SubjectKind};
use crate::decision::{self, Decision};
use crate::officers::Reach;
use crate::{faults, four_eyes, renumbered};

/// Most plans of a list.
const LISTED: i64 = 200;

/// What renewal found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenewalPlan {
    /// `RP-2026-000001`.
    pub id: String,
    /// The officer's login, or `job:…`.
    pub planned_by: String,
    /// When.
    pub planned_at: Timestamp,
    /// Cards that end before this moment.
    pub horizon: Timestamp,
    /// Where it stands.
    pub status: PlanStatus,
    /// Each card, by number.
    pub items: Vec<PlanItem>,
    /// Who has approved it, as its rows say: the first of two where it is still proposed.
    pub approved_by: Vec<String>,
    /// One officer approved it, before there was a rule that two approve what renews many.
    pub by_one_before: bool,
}

/// Where a plan stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanStatus {
    /// Waits for its decision.
    Proposed,
    /// May be applied.
    Approved,
    /// Was applied; what could not be ordered then is tried again when it is applied again.
    Applied,
    /// Was approved by rows, and the worker found that too few of the approvals are worth anything: nothing comes of it, and its cards stand
    /// in the next plan.
    Ended,
}

impl PlanStatus {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Applied => "applied",
            Self::Ended => "ended",
        }
    }
}

/// One card of a plan. Kind and exercise are the card's own, read with it, and so is the holder, by the number that he had when it was
/// planned: they are part of what is approved, so a card's row that is altered later has no approval left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanItem {
    /// The card that ends.
    pub card: CardNumber,
    /// Whose it is, and for whom the successor is ordered: an ADELI number that became an RPPS number stands on the card, and the
    /// RPPS number here.
    pub holder: String,
    /// Its kind.
    pub kind: CardKind,
    /// What it is tied to: `profession:60`.
    pub exercise: String,
    /// What is to become of it.
    pub outcome: Outcome,
    /// The order of its successor, once there is one.
    pub order_number: Option<String>,
}

/// What is to become of a card that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A successor is ordered.
    Renew,
    /// None is: the code of why not, such as `order-holder-ceased`.
    Excluded(String),
}

impl Outcome {
    /// As stored: outcome and exclusion.
    fn stored(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Renew => ("renew", None),
            Self::Excluded(code) => ("excluded", Some(code)),
        }
    }
}

impl RenewalPlan {
    /// What an officer decides on.
    pub fn decidable(&self) -> Decidable {
        Decidable {
            kind: SubjectKind::RenewalPlan,
            number: self.id.clone(),
            version: 1,
            state: self.status.as_str(),
            submitted_by: self.planned_by.clone(),
            reach: Reach::Everything,
            concerns: None,
            canonical: CanonicalPlan::of(self).into_der(),
        }
    }

    /// How many cards it renews.
    pub fn renews(&self) -> usize {
        self.items.iter().filter(|item| item.outcome == Outcome::Renew).count()
    }

    /// Whether two officers approve it (`four_eyes.toml`).
    pub fn asks_for_two(&self) -> bool {
        !self.by_one_before && four_eyes::two_approve_lines(SubjectKind::RenewalPlan, self.renews())
    }

    /// The first of the two who approve it, where it waits for the second.
    pub fn first_of_two(&self) -> Option<&str> {
        let first = self.approved_by.first().map(String::as_str);
        first.filter(|_| self.status == PlanStatus::Proposed)
    }

    /// The item of this card.
    pub fn item(&self, card: &CardNumber) -> Option<&PlanItem> {
        self.items.iter().find(|item| item.card == *card)
    }
}

/// Why a stored plan cannot be had.
#[derive(Debug, Error)]
pub enum PlanReadError {
    /// There is none of this identifier.
    #[error("no renewal plan {0}")]
    Unknown(String),
    /// A row is not what this program writes.
    #[error("renewal plan {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for PlanReadError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::RENEWAL_PLAN_UNKNOWN,
            Self::RowAltered(..) => faults::RENEWAL_ROW_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The plan of this identifier.
pub fn get(db: &mut Database, id: &str) -> Result<RenewalPlan, PlanReadError> {
    type Row = (String, String, Timestamp, Timestamp, String, bool);
    let row: Option<Row> = renewal_plans::table.find(id).first(db).optional()?;
    let (id, planned_by, planned_at, horizon, status, by_one_before) =
        row.ok_or_else(|| PlanReadError::Unknown(id.to_owned()))?;
    let status = match status.as_str() {
        "proposed" => PlanStatus::Proposed,
        "approved" => PlanStatus::Approved,
        "applied" => PlanStatus::Applied,
        _ => return Err(PlanReadError::RowAltered(id, "status")),
    };
    let items = items(db, &id)?;
    let refused = decision::of(db, SubjectKind::RenewalPlan, &id)?.len();
    let decisions = decision::that_count(db, SubjectKind::RenewalPlan, &id)?;
    let refused = refused - decisions.len();
    let approved_by: Vec<String> =
        decisions.into_iter().filter(Decision::approves).map(|decision| decision.decided_by).collect();
    let mut plan =
        RenewalPlan { id, planned_by, planned_at, horizon, status, items, approved_by, by_one_before };
    let needed = if plan.asks_for_two() { 2 } else { 1 };
    if plan.status == PlanStatus::Approved && refused > 0 && plan.approved_by.len() < needed {
        plan.status = PlanStatus::Ended;
    }
    Ok(plan)
}

/// Whether nothing comes of this plan any more, because the worker refused its approval. Of one that cannot be read nobody knows.
fn is_ended(db: &mut Database, id: &str) -> QueryResult<bool> {
    match get(db, id) {
        Ok(plan) => Ok(plan.status == PlanStatus::Ended),
        Err(PlanReadError::Database(error)) => Err(error),
        Err(PlanReadError::Unknown(_) | PlanReadError::RowAltered(..)) => Ok(false),
    }
}

/// Moves a plan from one state to another; false when it is not there any more.
pub(crate) fn set_status(db: &mut Database, id: &str, from: &str, to: &str) -> QueryResult<bool> {
    let moved = diesel::update(renewal_plans::table)
        .filter(renewal_plans::id.eq(id).and(renewal_plans::status.eq(from)))
        .set(renewal_plans::status.eq(to))
        .execute(db)?;
    Ok(moved == 1)
}

/// The identifiers of the plans, newest first.
pub fn list(db: &mut Database, limit: i64) -> QueryResult<Vec<String>> {
    renewal_plans::table
        .order((renewal_plans::planned_at.desc(), renewal_plans::id.desc()))
        .limit(limit.clamp(1, LISTED))
        .select(renewal_plans::id)
        .load(db)
}

/// The plans that wait for their approval, newest first, as many as [`list`] gives at most.
pub fn waiting(db: &mut Database) -> Result<Vec<RenewalPlan>, PlanReadError> {
    let ids: Vec<String> = renewal_plans::table
        .filter(renewal_plans::status.eq(PlanStatus::Proposed.as_str()))
        .order((renewal_plans::planned_at.desc(), renewal_plans::id.desc()))
        .limit(LISTED)
        .select(renewal_plans::id)
        .load(db)?;
    ids.iter().map(|id| get(db, id)).collect()
}

type ItemRow = (String, String, Option<String>, Option<String>, (Option<String>, String), String, String);

fn items(db: &mut Database, id: &str) -> Result<Vec<PlanItem>, PlanReadError> {
    let rows: Vec<ItemRow> = renewal_plan_items::table
        .inner_join(cards::table.on(cards::number.eq(renewal_plan_items::card_number)))
        .filter(renewal_plan_items::plan.eq(id))
        .order(renewal_plan_items::card_number)
        .select((
            renewal_plan_items::card_number,
            renewal_plan_items::outcome,
            renewal_plan_items::exclusion,
            renewal_plan_items::order_number,
            (renewal_plan_items::holder, cards::holder),
            cards::kind,
            cards::exercise,
        ))
        .load(db)?;
    rows.into_iter().map(|row| item(db, id, row)).collect()
}

fn item(db: &mut Database, id: &str, row: ItemRow) -> Result<PlanItem, PlanReadError> {
    let (card, outcome, exclusion, order_number, (planned, of_card), kind, exercise) = row;
    let altered = |what| PlanReadError::RowAltered(id.to_owned(), what);
    // A plan from before the column has the card's own; a card that became another person's is no longer what was approved.
    let holder = match planned {
        Some(planned) if planned != of_card && renumbered::numbers_of(db, &of_card)?.contains(&planned) => {
            planned
        }
        _ => of_card,
    };
    let outcome = match (outcome.as_str(), exclusion) {
        ("renew", None) => Outcome::Renew,
        ("excluded", Some(code)) => Outcome::Excluded(code),
        _ => return Err(altered("an item's outcome")),
    };
    Ok(PlanItem {
        card: card.parse().map_err(|_| altered("an item's card"))?,
        kind: kind.parse().map_err(|_| altered("a card's kind"))?,
        holder,
        exercise,
        outcome,
        order_number,
    })
}
