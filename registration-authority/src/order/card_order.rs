use std::fmt::Display;
use std::str::FromStr;

use card::{CardKind, CardNumber};
use diesel::prelude::*;
use professional_registry::ProfessionalRecord;
use professional_registry::identifiers::IdNatPs;
use store::database::MultiBackend;
use store::schema::card_orders;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::{CanonicalOrder, OrderStatus, RegisterSnapshot, StaffTie, Tie};
use crate::approval::{Concerned, Decidable, SubjectKind};
use crate::faults;
use crate::officers::Reach;
use crate::{names, risk};

/// An order for one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOrder {
    /// `CO-2026-000001`.
    pub number: String,
    /// Grows with each change of what would be approved.
    pub version: i64,
    /// Which kind of card.
    pub kind: CardKind,
    /// For whom.
    pub holder: IdNatPs,
    /// What the card is tied to.
    pub tie: Tie,
    /// The family name to be certified: the practice name of the register, or as the agent declared it; empty of a service.
    pub family_name: String,
    /// The given name to be certified; likewise.
    pub given_name: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The card that this one takes the place of.
    pub replaces: Option<CardNumber>,
    /// The officer's login; `job:…` for what a job planned.
    pub submitted_by: String,
    /// When.
    pub submitted_at: Timestamp,
    /// What the register said then.
    pub register: RegisterSnapshot,
    /// Where it stands.
    pub state: OrderState,
}

/// Where an order comes from, and so who must have approved what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An officer submitted it; another approves it.
    Officer,
    /// A renewal plan, by its identifier; the plan is approved.
    Plan(String),
    /// The register itself: somebody was entered in it. An officer approves it.
    Register,
}

impl Origin {
    /// As stored and as signed: the word, and the plan where there is one.
    pub(super) fn stored(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Officer => ("officer", None),
            Self::Plan(plan) => ("plan", Some(plan)),
            Self::Register => ("register", None),
        }
    }
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderState {
    /// Waits for its decision.
    Submitted,
    /// Waits for the applicant's answer.
    Waiting {
        /// Since when.
        at: Timestamp,
    },
    /// Waits for its batch.
    Approved {
        /// When it was approved.
        at: Timestamp,
    },
    /// Ended, for a reason that the decision names.
    Refused {
        /// When.
        at: Timestamp,
    },
    /// Taken back.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// It has its card.
    Ordered {
        /// When it was given its card.
        at: Timestamp,
    },
}

impl OrderState {
    /// The same without its moment.
    pub const fn status(self) -> OrderStatus {
        match self {
            Self::Submitted => OrderStatus::Submitted,
            Self::Waiting { .. } => OrderStatus::Waiting,
            Self::Approved { .. } => OrderStatus::Approved,
            Self::Refused { .. } => OrderStatus::Refused,
            Self::Withdrawn { .. } => OrderStatus::Withdrawn,
            Self::Ordered { .. } => OrderStatus::Ordered,
        }
    }

    /// As stored: `submitted`.
    pub const fn name(self) -> &'static str {
        self.status().as_str()
    }
}

impl CardOrder {
    /// The orders of this query, read.
    pub(crate) fn load(
        db: &mut Database,
        query: card_orders::BoxedQuery<'_, MultiBackend>,
    ) -> Result<Vec<Self>, OrderError> {
        let rows: Vec<Row> = query.select(Row::as_select()).load(db)?;
        rows.into_iter().map(Self::try_from).collect()
    }

    /// Whether a decision may still come.
    pub const fn is_undecided(&self) -> bool {
        matches!(self.state, OrderState::Submitted | OrderState::Waiting { .. })
    }

    /// Whether the card names nobody: it is a service's.
    pub fn names_nobody(&self) -> bool {
        self.tie.staff().is_some() && self.family_name.is_empty()
    }

    /// What stands where a name would, of a card that [names nobody](Self::names_nobody).
    pub fn service_in_words(&self) -> Option<String> {
        let staff = self.tie.staff().filter(|_| self.names_nobody())?;
        let local_id = self.holder.local_id().unwrap_or_default();
        Some(service_card(local_id, staff.structure.as_str()))
    }

    /// The exercise that it is for, where the register said so; the structure whose staff it is for.
    pub fn reach(&self) -> Reach {
        self.reach_by(self.register.record().as_ref())
    }

    /// The same where the register says `record` of the holder: the worker asks it, and not the order.
    pub(crate) fn reach_by(&self, record: Option<&ProfessionalRecord>) -> Reach {
        match &self.tie {
            Tie::Exercise { profession, .. } => Reach::Exercise {
                profession: *profession,
                structures: risk::structures(self, record),
                kind: Some(self.kind),
            },
            Tie::Structure(staff) => {
                Reach::Structure { structure: staff.structure.to_string(), kind: Some(self.kind) }
            }
        }
    }

    /// Whether a person submitted it, and no job: `job:registration` is none.
    pub fn is_submitted_by_a_person(&self) -> bool {
        !self.submitted_by.contains(':')
    }

    /// What an officer decides on: this version, byte for byte.
    pub fn decidable(&self) -> Decidable {
        Decidable {
            kind: SubjectKind::CardOrder,
            number: self.number.clone(),
            version: self.version,
            state: self.state.name(),
            submitted_by: self.submitted_by.clone(),
            reach: self.reach(),
            concerns: Some(Concerned {
                holder: Some(self.holder.clone()),
                family_name: self.family_name.clone(),
                given_name: self.given_name.clone(),
            }),
            canonical: CanonicalOrder::of(self).into_der(),
        }
    }
}

/// A card that names nobody, in words: « Carte de service n° 000000042, structure F0B0193488 ».
pub(crate) fn service_card(local_id: &str, structure: &str) -> String {
    format!("Carte de service n°\u{a0}{local_id}, structure {structure}")
}

/// Why a stored order cannot be had.
#[derive(Debug, Error)]
pub enum OrderError {
    /// There is none of this number.
    #[error("no card order {0}")]
    Unknown(String),
    /// The row is not what this program writes.
    #[error("card order {number}: {column} cannot be read: {reason}")]
    RowAltered {
        /// Which order.
        number: String,
        /// Which column.
        column: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The sentence of its refusal is not the one that its officer signed.
    #[error("card order {0}: the sentence of its refusal is not the one that was signed")]
    SentenceAltered(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OrderError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::ORDER_UNKNOWN,
            Self::RowAltered { .. } => faults::ORDER_ROW_ALTERED,
            Self::SentenceAltered(_) => faults::ORDER_SENTENCE_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Moves an order from one state to another, at this version; false when it is not there any more.
pub(crate) fn set_status(
    db: &mut Database,
    number: &str,
    version: i64,
    from: &str,
    to: &str,
    act: &Act,
) -> QueryResult<bool> {
    let moved = diesel::update(card_orders::table)
        .filter(card_orders::number.eq(number))
        .filter(card_orders::version.eq(version))
        .filter(card_orders::status.eq(from))
        .set((card_orders::status.eq(to), card_orders::changed_at.eq(act.at)))
        .execute(db)?;
    Ok(moved == 1)
}

/// A row of `card_orders`, as it is stored.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = card_orders)]
pub(super) struct Row {
    pub(super) number: String,
    pub(super) version: i64,
    pub(super) kind: String,
    pub(super) holder: String,
    pub(super) profession: String,
    pub(super) category: String,
    pub(super) family_name: String,
    pub(super) given_name: String,
    pub(super) origin: String,
    pub(super) replaces: Option<String>,
    pub(super) plan: Option<String>,
    pub(super) submitted_by: String,
    pub(super) submitted_at: Timestamp,
    pub(super) status: String,
    pub(super) changed_at: Timestamp,
    pub(super) register_feed: String,
    pub(super) register_record: String,
    pub(super) search_name: String,
    pub(super) structure: Option<String>,
    pub(super) title: Option<String>,
    pub(super) mandate: Option<String>,
}

impl From<&CardOrder> for Row {
    fn from(order: &CardOrder) -> Self {
        let (origin, plan) = order.origin.stored();
        let staff = order.tie.staff();
        let changed_at = match order.state {
            OrderState::Submitted => order.submitted_at,
            OrderState::Waiting { at }
            | OrderState::Approved { at }
            | OrderState::Refused { at }
            | OrderState::Withdrawn { at }
            | OrderState::Ordered { at } => at,
        };
        Self {
            number: order.number.clone(),
            version: order.version,
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            profession: order.tie.profession().map_or_else(String::new, |profession| profession.to_string()),
            category: order.tie.category().map_or_else(String::new, |category| category.to_string()),
            family_name: order.family_name.clone(),
            given_name: order.given_name.clone(),
            origin: origin.to_owned(),
            replaces: order.replaces.as_ref().map(CardNumber::to_string),
            plan: plan.map(str::to_owned),
            submitted_by: order.submitted_by.clone(),
            submitted_at: order.submitted_at,
            status: order.state.name().to_owned(),
            changed_at,
            register_feed: order.register.feed.clone(),
            register_record: order.register.json.clone(),
            search_name: names::folded(&format!("{} {}", order.family_name, order.given_name)),
            structure: staff.map(|staff| staff.structure.to_string()),
            title: staff.map(|staff| staff.title.clone()),
            mandate: staff.map(|staff| staff.mandate.clone()),
        }
    }
}

impl TryFrom<Row> for CardOrder {
    type Error = OrderError;

    fn try_from(row: Row) -> Result<Self, OrderError> {
        let altered =
            |column, reason: String| OrderError::RowAltered { number: row.number.clone(), column, reason };
        let at = row.changed_at;
        let state = match row.status.as_str() {
            "submitted" => OrderState::Submitted,
            "waiting" => OrderState::Waiting { at },
            "approved" => OrderState::Approved { at },
            "refused" => OrderState::Refused { at },
            "withdrawn" => OrderState::Withdrawn { at },
            "ordered" => OrderState::Ordered { at },
            other => return Err(altered("status", format!("no state {other:?}"))),
        };
        let origin = match (row.origin.as_str(), &row.plan) {
            ("officer", None) => Origin::Officer,
            ("plan", Some(plan)) => Origin::Plan(plan.clone()),
            ("register", None) => Origin::Register,
            (other, _) => return Err(altered("origin", format!("no origin {other:?} with such a plan"))),
        };
        let tie = match (row.structure.as_deref(), row.title.clone(), row.mandate.clone()) {
            (None, None, None) => Tie::Exercise {
                profession: parse("profession", &row.profession, altered)?,
                category: parse("category", &row.category, altered)?,
            },
            (Some(structure), Some(title), Some(mandate)) => {
                let structure = parse("structure", structure, altered)?;
                Tie::Structure(StaffTie { structure, title, mandate })
            }
            _ => return Err(altered("structure", "it comes with a title and a mandate".to_owned())),
        };
        Ok(Self {
            kind: parse("kind", &row.kind, altered)?,
            holder: parse("holder", &row.holder, altered)?,
            tie,
            replaces: row.replaces.as_deref().map(|n| parse("replaces", n, altered)).transpose()?,
            origin,
            state,
            number: row.number,
            version: row.version,
            family_name: row.family_name,
            given_name: row.given_name,
            submitted_by: row.submitted_by,
            submitted_at: row.submitted_at,
            register: RegisterSnapshot { feed: row.register_feed, json: row.register_record },
        })
    }
}

fn parse<T>(
    column: &'static str,
    text: &str,
    altered: impl Fn(&'static str, String) -> OrderError,
) -> Result<T, OrderError>
where
    T: FromStr<Err: Display>,
{
    text.parse().map_err(|error: T::Err| altered(column, error.to_string()))
}
