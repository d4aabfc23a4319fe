//! Looks after the fact: another officer reads again what was decided, or asks the holder whether it was he.
//!
//! Of the orders that one officer approved, the worker draws a share when the decision has taken effect: nobody can foresee it, nor decide
//! again to escape it. A holder who opposed his card by himself is called back the next day, since a code can be stolen too. A look
//! holds nothing up, and undoes nothing: what was approved by mistake is withdrawn, or its card opposed, by the ordinary functions; who
//! never opposed his card is offered a new one.

mod waiting;

use card::CardNumber;
use diesel::prelude::*;
use professional_registry::IdNatPs;
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{opposition_declarations, review_findings, reviews};
use store::{Act, BrokenRule, Code, Database, Fault, Timestamp, database};
use thiserror::Error;

pub use super::contested::{Contested, contested};
use super::keep_off::check;
use super::{KeepOffError, LookAt};
use crate::approval::{Concerned, Decidable, SubjectKind};
use crate::faults;
use crate::officers::{self, NotAuthorised, Officer, Reach, Right};
use crate::order::{self, CardOrder, OrderError};
use crate::outbox::{self, Notice, Recipient};
use crate::{decision, delegation};
pub use waiting::waiting;
pub(crate) use waiting::{count_open, count_outside, open};

/// Longest reason, in characters.
pub const REASON_BOUND: usize = 500;
/// Most open looks that a list goes through.
pub(super) const MOST_LISTED: i64 = 1000;

/// A look that somebody is to take.
#[derive(Clone, Debug)]
pub struct Review {
    /// `RL-` and 16 hexadecimal digits, drawn at random.
    pub number: String,
    /// At what.
    pub about: About,
    /// Since when it stands on the list.
    pub due_from: Timestamp,
    /// Whether the officer who reads it may take it.
    pub may_conclude: bool,
}

/// What is looked at again.
#[derive(Clone, Debug)]
pub enum About {
    /// An order that one officer approved.
    Approval {
        /// The order.
        order: Box<CardOrder>,
        /// The version that was approved.
        version: i64,
        /// Its card, where there is one by now.
        card: Option<CardNumber>,
    },
    /// A card that its holder opposed by himself.
    HolderOpposition {
        /// The card.
        card: CardNumber,
        /// Whose: IdNat_PS.
        holder: String,
        /// Its receipt.
        receipt: String,
        /// When he declared it.
        declared_at: Timestamp,
        /// When his contact had changed in the register shortly before; nothing where it had not.
        contact_changed_at: Option<Timestamp>,
    },
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It was right.
    Confirmed,
    /// It was not: the order should not have been approved; the holder opposed nothing.
    Contested,
}

impl Finding {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Contested => "contested",
        }
    }
}

/// Why a look is not taken, or not listed.
#[derive(Debug, Error)]
pub enum ReviewError {
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// None of this number is open.
    #[error("no look {0} is open")]
    Unknown(String),
    /// He submitted it, or decided on it.
    #[error("{1} has had a hand in what look {0} is about")]
    Own(String, String),
    /// It is near to him, or that is not known.
    #[error(transparent)]
    KeepOff(#[from] KeepOffError),
    /// Nothing is contested without a reason.
    #[error("reason: must be 1 to {REASON_BOUND} characters, none of them a control")]
    Reason,
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A row is not what this program writes.
    #[error("look {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ReviewError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Unknown(_) => faults::REVIEW_UNKNOWN,
            Self::Own(..) => faults::REVIEW_OWN,
            Self::KeepOff(error) => error.code(),
            Self::Reason => faults::REVIEW_REASON,
            Self::Order(error) => error.code(),
            Self::RowAltered(..) => faults::REVIEW_ROW_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::KeepOff(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

pub(super) fn record(
    db: &mut Database,
    action: &'static str,
    (number, payload): (&str, serde_json::Value),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    audit::record(db, Event { action, subject: format!("review {number}"), payload }, rng, act)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reviews)]
pub(super) struct Row {
    number: String,
    looks_at: String,
    subject: String,
    version: i64,
    due_from: Timestamp,
    contact_changed_at: Option<Timestamp>,
}

/// What can be read: a damaged row keeps none of the others from being listed.
pub(super) fn readable(about: Result<About, ReviewError>) -> Result<Option<About>, ReviewError> {
    match about {
        Ok(about) => Ok(Some(about)),
        Err(error) if error.code() == store::fault::DATABASE => Err(error),
        Err(error) => {
            tracing::error!(code = error.code().name, "a look is not listed: {error}");
            Ok(None)
        }
    }
}

/// Whether something is within an officer's scope.
pub(super) fn is_within(db: &mut Database, officer: &Officer, about: &About) -> Result<bool, NotAuthorised> {
    match about.require_within(db, officer) {
        Ok(()) => Ok(true),
        Err(NotAuthorised::OutsideScope { .. } | NotAuthorised::PlaceUnknown { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Says what the look has found, in a transaction of its own: by an officer who could have decided, or opposed, and had no hand in it.
/// What is contested has a reason; whoever approved the order is told, and the holder who never opposed his card is offered a new one.
pub fn conclude(
    db: &mut Database,
    number: &str,
    finding: Finding,
    reason: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), ReviewError> {
    let reason = Some(reason.trim()).filter(|reason| !reason.is_empty());
    let unfit = |text: &str| text.chars().count() > REASON_BOUND || text.chars().any(char::is_control);
    if reason.is_some_and(unfit) || (finding == Finding::Contested && reason.is_none()) {
        return Err(ReviewError::Reason);
    }
    let unknown = || ReviewError::Unknown(number.to_owned());
    db.write(|db| {
        let officer = officers::require(db, Right::Oppose, act)?;
        let row: Option<Row> = reviews::table
            .find(number)
            .filter(reviews::due_from.le(act.at))
            .select(Row::as_select())
            .first(db)
            .optional()?;
        let about = about(db, row.ok_or_else(unknown)?)?;
        about.require_within(db, &officer)?;
        may_conclude(db, &officer, number, &about, act.at)?;
        let inserted = diesel::insert_into(review_findings::table)
            .values((
                review_findings::review.eq(number),
                review_findings::finding.eq(finding.as_str()),
                review_findings::reason.eq(reason),
                review_findings::found_by.eq(&officer.login),
                review_findings::found_at.eq(act.at),
            ))
            .execute(db);
        match inserted {
            Err(error) if database::is_unique_violation(&error) => return Err(unknown()),
            inserted => inserted?,
        };
        if finding == Finding::Contested {
            tell(db, &about, rng, act)?;
        }
        let payload = json!({ "of": about.subject(), "finding": finding.as_str(), "reason": reason });
        record(db, "review.concluded", (number, payload), rng, act)?;
        Ok(())
    })
}

fn tell(db: &mut Database, about: &About, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<()> {
    match about {
        About::Approval { order, version, .. } => {
            let subject = format!("order {}", order.number);
            for login in deciders(db, order, *version)? {
                let to = Recipient::Officer(&login);
                outbox::put(db, to, Notice::ApprovalContested, &subject, rng, act)?;
            }
        }
        About::HolderOpposition { card, holder, .. } => {
            outbox::tell_holder(db, holder, Notice::CardWayBack, card, rng, act)?;
        }
    }
    Ok(())
}

impl About {
    /// As the trail names it.
    fn subject(&self) -> String {
        match self {
            Self::Approval { order, .. } => format!("order {}", order.number),
            Self::HolderOpposition { card, .. } => format!("card {card}"),
        }
    }

    /// Refused where an order is outside the officer's scope; whoever opposes does so everywhere.
    fn require_within(&self, db: &mut Database, officer: &Officer) -> Result<(), NotAuthorised> {
        match self {
            Self::Approval { order, .. } => officer.require_within_own(db, &order.reach()),
            Self::HolderOpposition { .. } => Ok(()),
        }
    }
}

/// The officer could have decided, or opposed, had no hand in it, and it is not near to him.
pub(crate) fn may_conclude(
    db: &mut Database,
    officer: &Officer,
    number: &str,
    about: &About,
    at: Timestamp,
) -> Result<(), ReviewError> {
    let right = match about {
        About::Approval { .. } => Right::Decide,
        About::HolderOpposition { .. } => Right::Oppose,
    };
    if !officer.role.may(right) {
        let (login, role) = (officer.login.clone(), officer.role);
        return Err(NotAuthorised::RoleMissing { login, role, right }.into());
    }
    let (concerns, reach) = match about {
        About::Approval { order, version, .. } => {
            let subject = Decidable { version: *version, ..order.decidable() };
            let took_part = order.submitted_by == officer.login
                || deciders(db, order, *version)?.contains(&officer.login)
                || delegation::behind_others(db, &subject, &officer.login)?.contains(&officer.login);
            if took_part {
                return Err(ReviewError::Own(number.to_owned(), officer.login.clone()));
            }
            (order.decidable().concerns, order.reach())
        }
        About::HolderOpposition { holder, .. } => {
            let named = |holder| Concerned {
                holder: Some(holder),
                family_name: String::new(),
                given_name: String::new(),
            };
            (holder.parse::<IdNatPs>().ok().map(named), Reach::Everything)
        }
    };
    Ok(check(db, (&officer.login, &officer.display_name), (concerns.as_ref(), &reach), at)?)
}

/// Who decided on this version.
pub(super) fn deciders(db: &mut Database, order: &CardOrder, version: i64) -> QueryResult<Vec<String>> {
    let decisions = decision::of(db, SubjectKind::CardOrder, &order.number)?.into_iter();
    Ok(decisions.filter(|one| one.subject_version == version).map(|one| one.decided_by).collect())
}

pub(super) fn about(db: &mut Database, row: Row) -> Result<About, ReviewError> {
    let Row { number, looks_at, subject, version, contact_changed_at, .. } = row;
    match LookAt::from_stored(&looks_at) {
        Some(LookAt::Approval) => {
            let order = Box::new(order::get(db, &subject)?);
            let card = card::of_order(db, &subject)?.map(|card| card.number);
            Ok(About::Approval { order, version, card })
        }
        Some(LookAt::HolderOpposition) => {
            let card: CardNumber =
                subject.parse().map_err(|_| ReviewError::RowAltered(number.clone(), "its card"))?;
            let holder = card::find(db, &card)?.map(|card| card.holder);
            let declared: Option<(String, Timestamp)> = opposition_declarations::table
                .filter(opposition_declarations::card_number.eq(&subject))
                .select((opposition_declarations::receipt, opposition_declarations::received_at))
                .first(db)
                .optional()?;
            match (holder, declared) {
                (Some(holder), Some((receipt, declared_at))) => {
                    Ok(About::HolderOpposition { card, holder, receipt, declared_at, contact_changed_at })
                }
                _ => Err(ReviewError::RowAltered(number, "its opposition")),
            }
        }
        None => Err(ReviewError::RowAltered(number, "what it looks at")),
    }
}
