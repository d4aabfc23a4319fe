use card::{Card, CardFilter};
use diesel::prelude::*;
use professional_registry::identifiers::IdNatPs;
use professional_registry::merges::identifiers_of_one;
use professional_registry::{ProfessionalRecord, Registry, RegistryError};
use store::schema::{opposition_declarations, opposition_tickets, outbox};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::card::{AttachedCertificate, CardViewError, attached};
use super::software::{self, SoftwareCertificate};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right, Within};
use crate::order::{self, BirthNames, OrderError};
use crate::queue::OrderSummary;
use crate::suspension::{self, CardState};

/// How many of each kind are told, newest first: one person has a handful.
pub const HOLDER_BOUND: usize = 100;

/// All that is known of one holder, whichever of his numbers is asked for.
#[derive(Clone, Debug)]
pub struct HolderView {
    /// The number that the register knows him by: his RPPS number, where he has one.
    pub id: IdNatPs,
    /// The numbers that have become it.
    pub former: Vec<String>,
    /// What the register says; `None` where it knows nobody.
    pub record: Option<ProfessionalRecord>,
    /// Under which names he was born, as far as it stands beside an order that the reader may read.
    pub birth_names: Option<BirthNames>,
    /// His cards with their certificates, newest first.
    pub cards: Vec<HeldCard>,
    /// His software certificates, newest first, as far as the reader may read them.
    pub certificates: Within<SoftwareCertificate>,
    /// The orders of his cards, newest first, as far as the reader may read them.
    pub orders: Within<OrderSummary>,
    /// Declarations without proof about him or his cards, newest first.
    pub tickets: Vec<HolderTicket>,
    /// What he was told, newest first.
    pub notices: Vec<HolderNotice>,
}

/// A card, what was certified for it, and why it was opposed.
#[derive(Clone, Debug)]
pub struct HeldCard {
    /// The card.
    pub card: Card,
    /// Where it stands.
    pub state: CardState,
    /// Its certificates.
    pub certificates: Vec<AttachedCertificate>,
    /// Receipt and ground of its opposition.
    pub opposition: Option<(String, String)>,
}

/// A declaration that nobody proved.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct HolderTicket {
    /// `TK-` and 16 hexadecimal digits.
    pub number: String,
    /// A card's number or an RPPS number, as it was declared.
    pub identifier: String,
    /// What is said to have happened.
    pub ground: String,
    /// When.
    pub opened_at: Timestamp,
    /// `opposed` or `dismissed`; none while somebody waits for a call.
    pub outcome: Option<String>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// A notice to the holder.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct HolderNotice {
    /// `card-opposed`.
    pub notice: String,
    /// `card 2600000017`.
    pub subject: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it left.
    pub sent_at: Option<Timestamp>,
    /// Since when nobody tries any more.
    pub failed_at: Option<Timestamp>,
}

/// Why a holder cannot be shown.
#[derive(Debug, Error)]
pub enum HolderError {
    /// The actor may not read it.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// Neither the register nor a card or order knows the number.
    #[error("nobody has the number {0}")]
    Unknown(IdNatPs),
    /// An order cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A card's certificates cannot be had.
    #[error(transparent)]
    Card(#[from] CardViewError),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for HolderError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Unknown(_) => faults::HOLDER_UNKNOWN,
            Self::Order(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// All about the person who has this number. Inside `db.snapshot(…)`, so that its parts agree.
pub fn holder(
    db: &mut Database,
    registry: &mut dyn Registry,
    id: &IdNatPs,
    act: &Act,
) -> Result<HolderView, HolderError> {
    for right in [Right::ReadCard, Right::ReadCertificates] {
        officers::require(db, right, act)?;
    }
    let reader = officers::require(db, Right::ReadDossier, act)?;
    let mut numbers = identifiers_of_one(db, id)?;
    let (mut cards, mut orders) = (Vec::new(), Vec::new());
    for number in &numbers {
        let filter = CardFilter { holder: Some(number.clone()), ..CardFilter::default() };
        cards.extend(card::list(db, &filter, HOLDER_BOUND)?);
        orders.extend(order::of_holder(db, number)?);
    }
    cards.sort_by_key(|card| std::cmp::Reverse(card.number));
    orders.sort_by_key(|order| std::cmp::Reverse((order.submitted_at, order.number.clone())));
    orders.truncate(HOLDER_BOUND);
    let orders = Within::of(orders, |order| reader.reads(db, &order.submitted_by, &order.reach()))?;
    let orders = orders.map(|order| OrderSummary::from(&order));
    let mut birth_names = None;
    for order in &orders.shown {
        birth_names = order::birth_names(db, &order.number)?;
        if birth_names.is_some() {
            break;
        }
    }
    let certificates = software::of_person(db, &reader, &numbers)?;
    let (tickets, notices) = (tickets(db, &numbers, &cards)?, notices(db, &numbers)?);
    let current = numbers.remove(0).parse().unwrap_or_else(|_| id.clone());
    let record = registry.professional(db, &current)?;
    if record.is_none() && cards.is_empty() && orders.shown.is_empty() && orders.hidden == 0 {
        return Err(HolderError::Unknown(current));
    }
    let cards = cards.into_iter().map(|card| held(db, card, act)).collect::<Result<_, _>>()?;
    Ok(HolderView {
        id: current,
        former: numbers,
        record,
        birth_names,
        cards,
        certificates,
        orders,
        tickets,
        notices,
    })
}

fn held(db: &mut Database, card: Card, act: &Act) -> Result<HeldCard, HolderError> {
    let opposition = opposition_declarations::table
        .filter(opposition_declarations::card_number.eq(card.number.to_string()))
        .select((opposition_declarations::receipt, opposition_declarations::ground))
        .first(db)
        .optional()?;
    let state = suspension::state_of(db, &card)?;
    Ok(HeldCard { state, certificates: attached(db, &card.number, act)?, opposition, card })
}

/// Those that name one of his numbers or cards.
fn tickets(db: &mut Database, numbers: &[String], cards: &[Card]) -> QueryResult<Vec<HolderTicket>> {
    // A ticket has the RPPS number alone, without the digit that says so (GLOSSARY, IdNat_PS).
    let persons = numbers.iter().filter_map(|number| number.strip_prefix('8').map(str::to_owned));
    let named: Vec<String> = persons.chain(cards.iter().map(|card| card.number.to_string())).collect();
    opposition_tickets::table
        .filter(opposition_tickets::identifier.eq_any(named))
        .order((opposition_tickets::opened_at.desc(), opposition_tickets::number))
        .limit(HOLDER_BOUND as i64)
        .select((
            opposition_tickets::number,
            opposition_tickets::identifier,
            opposition_tickets::ground,
            opposition_tickets::opened_at,
            opposition_tickets::outcome,
            opposition_tickets::closed_at,
        ))
        .load(db)
}

fn notices(db: &mut Database, numbers: &[String]) -> QueryResult<Vec<HolderNotice>> {
    let recipients: Vec<String> = numbers.iter().map(|number| format!("holder:{number}")).collect();
    outbox::table
        .filter(outbox::recipient.eq_any(recipients))
        .order((outbox::created_at.desc(), outbox::id))
        .limit(HOLDER_BOUND as i64)
        .select((outbox::notice, outbox::subject, outbox::created_at, outbox::sent_at, outbox::failed_at))
        .load(db)
}
