//! A declaration that nobody proved. It changes no status: an officer calls back the contact that the register knows, and
//! opposes the card by the ordinary function, which closes the ticket, or dismisses it with a reason.

use card::{CardFilter, CardNumber, MOST_LISTED};
use diesel::prelude::*;
use professional_registry::{IdNatPs, RegistryError};
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_tickets;
use store::{Act, Actor, Code, Database, Fault, Timestamp, audit, database};
use thiserror::Error;

use super::Ground;
use super::code_letter::LIVING;
use super::declaration::{Declared, GROUNDS};
use crate::contact::{self, Contact};
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice};
use crate::renumbered;

mod close;
mod erase;
mod nameless;
#[cfg(test)]
mod tests;

use close::{Closing, close};

pub use erase::erase_closed;
pub use nameless::dismiss_nameless;

/// How many tickets that name a living card are open at most: who floods the public page does not fill the disk. As many cards must be named,
/// each once.
pub const MOST_NAMED: i64 = 10_000;
/// How many that name none. What comes beyond is answered as the others are, and not kept: nobody could be called back about it.
pub const MOST_NAMELESS: i64 = 200;
/// How many of both are open at most.
pub const MOST_OPEN: i64 = MOST_NAMED + MOST_NAMELESS;
/// Longest reason, in characters.
pub const REASON_BOUND: usize = 500;

/// A ticket, and what the register says of whom to call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// `TK-` and 16 hexadecimal digits, drawn at random.
    pub number: String,
    /// The card's number or the RPPS number, as it was declared.
    pub declared: Declared,
    /// What the declarer says has happened.
    pub ground: Ground,
    /// Since when somebody waits.
    pub opened_at: Timestamp,
    /// Whether the worker has looked for the contact.
    pub looked_up: bool,
    /// The telephone number for correspondence.
    pub telephone: Option<String>,
    /// The address of e-mail for correspondence.
    pub email: Option<String>,
    /// The cards that may be meant: living ones.
    pub cards: Vec<CardNumber>,
}

/// Why a ticket is not opened, read or closed.
#[derive(Debug, Error)]
pub enum TicketError {
    /// A ground that only officers oppose for.
    #[error("a holder does not declare a card to be {0}")]
    Ground(Ground),
    /// Too many are open.
    #[error("{MOST_NAMED} declarations without proof wait for an officer")]
    Full,
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// No such ticket is open.
    #[error("no ticket {0} is open")]
    Unknown(String),
    /// Without a reason nothing is dismissed.
    #[error("reason: must be 1 to {REASON_BOUND} characters, none of them a control")]
    Reason,
    /// The register's contacts cannot be read.
    #[error(transparent)]
    Register(#[from] RegistryError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TicketError {
    fn code(&self) -> Code {
        match self {
            Self::Ground(_) => faults::OPPOSITION_GROUND_UNKNOWN,
            Self::Full => faults::OPPOSITION_TICKETS_FULL,
            Self::NotAuthorised(error) => error.code(),
            Self::Unknown(_) => faults::OPPOSITION_TICKET_UNKNOWN,
            Self::Reason => faults::OPPOSITION_TICKET_REASON,
            Self::Register(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Opens a ticket, in a transaction of its own, and has the holder of a living card told; where one of this identifier is
/// open, nothing more happens. Nothing is given back: the declarer learns neither whether the card exists, nor whether
/// somebody was quicker, nor whether numbers that name no card are too many to be kept.
pub fn open(
    db: &mut Database,
    declared: &Declared,
    ground: Ground,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), TicketError> {
    if !GROUNDS.contains(&ground) {
        return Err(TicketError::Ground(ground));
    }
    let act = Act { actor: Actor::Anyone, ..act.clone() };
    let opened = db.write_on_reserve(|db| {
        // Asked of whatever is declared: a refusal says nothing of it.
        if open_that(db, true)? >= MOST_NAMED {
            return Err(TicketError::Full);
        }
        let living = living_cards(db, declared)?;
        if living.is_empty() && open_that(db, false)? >= MOST_NAMELESS {
            tracing::warn!(
                "{MOST_NAMELESS} declarations that name no living card are open: one more is not kept"
            );
            return Ok(());
        }
        let mut drawn = [0; 8];
        rng.fill_bytes(&mut drawn);
        let number = format!("TK-{}", hex::encode_upper(drawn));
        let subject = format!("opposition-ticket {number}");
        diesel::insert_into(opposition_tickets::table)
            .values((
                opposition_tickets::number.eq(&number),
                opposition_tickets::identifier.eq(declared.to_string()),
                opposition_tickets::ground.eq(ground.as_str()),
                opposition_tickets::opened_at.eq(act.at),
                opposition_tickets::names_card.eq(!living.is_empty()),
            ))
            .execute(db)?;
        for (card, holder) in living {
            outbox::tell_holder(db, &holder, Notice::OppositionUnproved, &card, rng, &act)?;
        }
        let payload = json!({"identifier": declared.to_string(), "ground": ground.as_str()});
        audit::record(db, audit::Event { action: "opposition-ticket.opened", subject, payload }, rng, &act)?;
        Ok(())
    });
    match opened {
        Err(TicketError::Database(error)) if database::is_unique_violation(&error) => Ok(()),
        opened => opened,
    }
}

/// How many are open of those that named a living card when they were opened, or of those that named none.
fn open_that(db: &mut Database, names_card: bool) -> QueryResult<i64> {
    let open = opposition_tickets::outcome.is_null().and(opposition_tickets::names_card.eq(names_card));
    opposition_tickets::table.filter(open).count().get_result(db)
}

/// The open tickets, those first who wait longest. For officers who may read a card, the auditor, and the operator.
pub fn list(db: &mut Database, limit: i64, act: &Act) -> Result<Vec<Ticket>, TicketError> {
    if !matches!(act.actor, Actor::Operator(_)) {
        officers::require(db, Right::ReadCard, act)?;
    }
    let rows: Vec<Row> = opposition_tickets::table
        .filter(opposition_tickets::outcome.is_null())
        .order((opposition_tickets::opened_at, opposition_tickets::number))
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    let mut tickets = Vec::with_capacity(rows.len());
    for row in rows {
        let number = row.number.clone();
        match ticket(db, row)? {
            Some(ticket) => tickets.push(ticket),
            // Nobody's page is kept from him by a row that somebody wrote by hand.
            None => {
                tracing::error!(code = faults::OPPOSITION_ROW_ALTERED.name, "ticket {number} does not read")
            }
        }
    }
    Ok(tickets)
}

/// When each open ticket was opened, the oldest first, and nothing else of it; `limit` at most.
pub fn open_since(db: &mut Database, limit: i64) -> QueryResult<Vec<Timestamp>> {
    opposition_tickets::table
        .filter(opposition_tickets::outcome.is_null())
        .order((opposition_tickets::opened_at, opposition_tickets::number))
        .limit(limit)
        .select(opposition_tickets::opened_at)
        .load(db)
}

/// Dismisses a ticket: the holder has his card, or nobody is reached. In a transaction of its own, by an officer who may
/// oppose.
pub fn dismiss(
    db: &mut Database,
    number: &str,
    reason: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), TicketError> {
    let reason = reason.trim();
    db.write(|db| {
        officers::require(db, Right::Oppose, act)?;
        if !(1..=REASON_BOUND).contains(&reason.chars().count()) || reason.chars().any(char::is_control) {
            return Err(TicketError::Reason);
        }
        match close(db, number, Closing::Dismissed(reason), rng, act)? {
            true => Ok(()),
            false => Err(TicketError::Unknown(number.to_owned())),
        }
    })
}

/// Closes what this opposition answers: the ticket of the card, and that of its holder where no other card of his lives.
/// Inside the transaction of the opposition, whoever opposes.
pub(super) fn close_as_opposed(
    db: &mut Database,
    card: &CardNumber,
    holder: &str,
    receipt: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let mut answered = vec![card.to_string()];
    let numbers = renumbered::numbers_of(db, holder)?;
    let rpps = |number: &String| number.parse::<IdNatPs>().ok()?.rpps().map(ToString::to_string);
    if let Some(rpps) = numbers.iter().find_map(rpps)
        && living_of(db, holder)?.is_empty()
    {
        answered.push(rpps);
    }
    let numbers: Vec<String> = opposition_tickets::table
        .filter(opposition_tickets::outcome.is_null().and(opposition_tickets::identifier.eq_any(&answered)))
        .select(opposition_tickets::number)
        .order(opposition_tickets::number)
        .load(db)?;
    for number in numbers {
        close(db, &number, Closing::Opposed(receipt), rng, act)?;
    }
    Ok(())
}

/// Looks up whom to call, for each ticket where nobody has looked; how many there were. In the worker.
pub fn look_up_contacts(db: &mut Database, act: &Act) -> Result<usize, TicketError> {
    let rows: Vec<(String, String)> = opposition_tickets::table
        .filter(opposition_tickets::outcome.is_null().and(opposition_tickets::looked_at.is_null()))
        .order(opposition_tickets::opened_at)
        .limit(MOST_OPEN)
        .select((opposition_tickets::number, opposition_tickets::identifier))
        .load(db)?;
    for (number, identifier) in &rows {
        let holder = match identifier.parse() {
            Ok(declared) => holder_of(db, &declared)?,
            Err(_) => None,
        };
        let found = match holder.map(|holder| contact::of_holder(db, &holder)) {
            Some(Err(error @ RegistryError::Unreadable { .. })) => {
                tracing::error!(code = error.code().name, "ticket {number}: {error}");
                Contact::default()
            }
            Some(found) => found?,
            None => Contact::default(),
        };
        db.write(|db| {
            diesel::update(opposition_tickets::table.find(number))
                .filter(opposition_tickets::outcome.is_null())
                .set((
                    opposition_tickets::looked_at.eq(act.at),
                    opposition_tickets::telephone.eq(found.telephone),
                    opposition_tickets::email.eq(found.email),
                ))
                .execute(db)
        })?;
    }
    Ok(rows.len())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = opposition_tickets)]
struct Row {
    number: String,
    identifier: String,
    ground: String,
    opened_at: Timestamp,
    looked_at: Option<Timestamp>,
    telephone: Option<String>,
    email: Option<String>,
}

fn ticket(db: &mut Database, row: Row) -> QueryResult<Option<Ticket>> {
    let (Ok(declared), Ok(ground)) = (row.identifier.parse::<Declared>(), row.ground.parse()) else {
        return Ok(None);
    };
    Ok(Some(Ticket {
        ground,
        cards: living_cards(db, &declared)?.into_iter().map(|(card, _)| card).collect(),
        declared,
        opened_at: row.opened_at,
        looked_up: row.looked_at.is_some(),
        telephone: row.telephone,
        email: row.email,
        number: row.number,
    }))
}

/// The living cards that are meant, each with its holder.
pub(super) fn living_cards(db: &mut Database, declared: &Declared) -> QueryResult<Vec<(CardNumber, String)>> {
    match declared {
        Declared::Card(number) => {
            let card = card::find(db, number)?.filter(|card| LIVING.contains(&card.life.status()));
            Ok(card.into_iter().map(|card| (card.number, card.holder)).collect())
        }
        Declared::Person(rpps) => living_of(db, &IdNatPs::from(rpps.clone()).to_string()),
    }
}

/// Under each number of the holder.
fn living_of(db: &mut Database, holder: &str) -> QueryResult<Vec<(CardNumber, String)>> {
    let mut living = Vec::new();
    for number in renumbered::numbers_of(db, holder)? {
        let filter = CardFilter { holder: Some(number), ..CardFilter::default() };
        let cards = card::list(db, &filter, MOST_LISTED)?.into_iter();
        let cards = cards.filter(|card| LIVING.contains(&card.life.status()));
        living.extend(cards.map(|card| (card.number, card.holder)));
    }
    Ok(living)
}

fn holder_of(db: &mut Database, declared: &Declared) -> QueryResult<Option<String>> {
    match declared {
        Declared::Card(number) => Ok(card::find(db, number)?.map(|card| card.holder)),
        Declared::Person(rpps) => Ok(Some(IdNatPs::from(rpps.clone()).to_string())),
    }
}
