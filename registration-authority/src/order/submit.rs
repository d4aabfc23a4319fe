use card::{CardKind, CardNumber};
use diesel::prelude::*;
use professional_registry::identifiers::IdNatPs;
use professional_registry::{Profession, Registry};
use rand_core::CryptoRng;
use serde_json::json;
use store::database::OnReserve;
use store::schema::card_orders;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::card_order::Row;
use super::{CardOrder, OrderError, OrderState, Origin, RegisterSnapshot, Tie, get};
use crate::eligibility::{self, Asker, Automatic, Claim, Condition, Entitlement, NotEligible, Product};
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice, Recipient};
use crate::risk::{self, RiskError};

/// What an officer asks for. The names come from the register, never from a form.
#[derive(Clone, Debug)]
pub struct NewCardOrder {
    /// Which kind of card.
    pub kind: CardKind,
    /// For whom.
    pub holder: IdNatPs,
    /// For the exercise of which profession.
    pub profession: Profession,
    /// The card that this one takes the place of.
    pub replaces: Option<CardNumber>,
}

/// An order that the register supports, waiting for another person's decision.
#[derive(Clone, Debug)]
pub struct SubmittedOrder(CardOrder);

impl SubmittedOrder {
    /// The order.
    pub fn order(&self) -> &CardOrder {
        &self.0
    }

    /// Its number.
    pub fn number(&self) -> &str {
        &self.0.number
    }

    /// The order, to keep.
    pub fn into_order(self) -> CardOrder {
        self.0
    }
}

/// Why an order is not taken.
#[derive(Debug, Error)]
pub enum SubmitError {
    /// The actor may not submit.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The rules do not permit it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// What is to be looked at cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// What is left on the disk is for oppositions.
    #[error(transparent)]
    OnReserve(#[from] OnReserve),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for SubmitError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotEligible(error) => error.code(),
            Self::Risk(error) => error.code(),
            Self::OnReserve(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Submits an order, in the name of the officer who acts. Inside the caller's write transaction.
pub fn submit(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: NewCardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SubmittedOrder, SubmitError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let asker = Asker::Officer(officer.role);
    let submitted_by = officer.login.clone();
    let submission = Submission { new, origin: Origin::Officer, asker, submitted_by };
    let submitted = insert(db, registry, submission, rng, act)?;
    // What the order is about stands in it: outside his scope, the whole transaction is for nothing.
    officer.require_within(db, &submitted.order().reach())?;
    Ok(submitted)
}

/// What is submitted, by whom, on what ground.
pub(crate) struct Submission {
    pub(crate) new: NewCardOrder,
    pub(crate) origin: Origin,
    pub(crate) asker: Asker,
    pub(crate) submitted_by: String,
}

/// Submits without asking who acts: the caller did.
pub(crate) fn insert(
    db: &mut Database,
    registry: &mut dyn Registry,
    submission: Submission,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SubmittedOrder, SubmitError> {
    db.refuse_on_reserve()?;
    let Submission { new, origin, asker, submitted_by } = submission;
    let claim = Claim { kind: new.kind, holder: &new.holder, profession: new.profession };
    let entitlement = eligibility::check_wish(db, registry, claim, new.replaces.as_ref(), asker, act.at)?;
    let number = numbering::next(db, Series::CardOrder, act.at)?;
    let order = compose(number, new, origin, submitted_by, &entitlement, act);
    let submitted = keep(db, registry, order, rng, act)?;
    let order = submitted.order();
    // What officers decide on instead of a plan is not told of: the register's address is what is in doubt.
    if asker != Asker::Automatic(Automatic::Renewal) || order.origin != Origin::Officer {
        let (subject, holder) = (format!("order {}", order.number), order.holder.to_string());
        outbox::put(db, Recipient::Holder(&holder), Notice::Received, &subject, rng, act)?;
    }
    Ok(submitted)
}

/// Keeps a new order. Of the staff of a structure nobody is told: the register has no address of theirs, and their agent tells them.
pub(super) fn keep(
    db: &mut Database,
    registry: &mut dyn Registry,
    order: CardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SubmittedOrder, SubmitError> {
    let inserted = diesel::insert_into(card_orders::table).values(Row::from(&order)).execute(db);
    match inserted {
        Ok(_) => {}
        // Two submissions crossed: the index over the open orders has decided.
        Err(error) if store::database::is_unique_violation(&error) => {
            let crossed = "an order for the same was submitted a moment ago".to_owned();
            return Err(
                eligibility::refused_by(Product::Card(order.kind), Condition::NoOpenOrder, crossed).into()
            );
        }
        Err(error) => return Err(error.into()),
    }
    risk::begin(db, registry, &order, act)?;
    record(db, "order.submitted", &order, rng, act)?;
    Ok(SubmittedOrder(order))
}

fn compose(
    number: String,
    new: NewCardOrder,
    origin: Origin,
    submitted_by: String,
    entitlement: &Entitlement,
    act: &Act,
) -> CardOrder {
    let exercise = entitlement.exercise();
    CardOrder {
        number,
        version: 1,
        kind: new.kind,
        holder: new.holder,
        tie: Tie::Exercise { profession: new.profession, category: exercise.category },
        family_name: exercise.practice_family_name.clone(),
        given_name: exercise.practice_given_name.clone(),
        origin,
        replaces: new.replaces,
        submitted_by,
        submitted_at: act.at,
        register: RegisterSnapshot::of(entitlement.record()),
        state: OrderState::Submitted,
    }
}

/// Why an order is not brought up to date.
#[derive(Debug, Error)]
pub enum RefreshError {
    /// The actor may not submit.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The register no longer supports it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// What is to be looked at cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// It is no longer open, or was changed meanwhile.
    #[error("order {0} is not open at version {1}")]
    NotOpen(String, i64),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RefreshError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::NotEligible(error) => error.code(),
            Self::Risk(error) => error.code(),
            Self::NotOpen(..) => faults::ORDER_NOT_OPEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Takes the names and the snapshot of an open order from the register again. What would be approved
/// changes, so the version grows: an approval of the version before is worth nothing.
/// Inside the caller's write transaction.
pub fn refresh(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    version: i64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, RefreshError> {
    let officer = officers::require(db, Right::Submit, act)?;
    let mut order = get(db, number)?;
    officer.require_within(db, &order.reach())?;
    match &order.tie {
        Tie::Exercise { profession, .. } => {
            let profession = *profession;
            let claim = Claim { kind: order.kind, holder: &order.holder, profession };
            let entitlement = eligibility::check(db, registry, claim, act.at)?;
            let exercise = entitlement.exercise();
            order.tie = Tie::Exercise { profession, category: exercise.category };
            order.family_name = exercise.practice_family_name.clone();
            order.given_name = exercise.practice_given_name.clone();
            order.register = RegisterSnapshot::of(entitlement.record());
        }
        Tie::Structure(staff) => {
            let entitled = eligibility::check_staff(db, registry, &order, staff, act.at)?;
            order.family_name = entitled.member.family_name;
            order.given_name = entitled.member.given_name;
            order.register = RegisterSnapshot::of_structure(&entitled.structure, entitled.feed);
        }
    }
    order.version = version + 1;
    let row = Row::from(&order);
    let changed = diesel::update(card_orders::table)
        .filter(card_orders::number.eq(number))
        .filter(card_orders::version.eq(version))
        .filter(card_orders::status.eq("submitted"))
        .set((
            card_orders::version.eq(row.version),
            card_orders::category.eq(&row.category),
            card_orders::family_name.eq(&row.family_name),
            card_orders::given_name.eq(&row.given_name),
            card_orders::search_name.eq(&row.search_name),
            card_orders::register_feed.eq(&row.register_feed),
            card_orders::register_record.eq(&row.register_record),
            card_orders::changed_at.eq(act.at),
        ))
        .execute(db)?;
    if changed == 0 {
        return Err(RefreshError::NotOpen(number.to_owned(), version));
    }
    risk::begin(db, registry, &order, act)?;
    record(db, "order.refreshed", &order, rng, act)?;
    Ok(order)
}

fn record(
    db: &mut Database,
    action: &'static str,
    order: &CardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let payload = json!({
        "version": order.version,
        "kind": order.kind.as_str(),
        "holder": order.holder,
        "profession": order.tie.profession().map(|profession| profession.code()),
        "structure": order.tie.staff().map(|staff| staff.structure.to_string()),
        "mandate": order.tie.staff().map(|staff| staff.mandate.clone()),
        "register_feed": order.register.feed,
    });
    audit::record(db, audit::Event { action, subject: format!("order {}", order.number), payload }, rng, act)
}
