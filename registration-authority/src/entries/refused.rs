//! For whom an entry asks for a card that cannot be ordered, by which rule, and when it is tried again.

use std::time::Duration;

use card::CardKind;
use diesel::prelude::*;
use professional_registry::{IdNatPs, Profession};
use store::schema::{card_orders, entry_refusals};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::officers::{self, NotAuthorised, Reach, Right, Within};
use crate::order::NewCardOrder;

/// After how long it is tried a second time; each further time after twice as long,
const FIRST_PAUSE: Duration = Duration::from_secs(86_400);
/// and eight times as long at most.
const DOUBLINGS: u32 = 3;

/// A card that is not ordered by itself, though an entry in the register asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedEntry {
    /// For whom.
    pub holder: IdNatPs,
    /// Which card.
    pub kind: CardKind,
    /// For the exercise of which profession.
    pub profession: Profession,
    /// The stable code of why, which names the rule.
    pub code: String,
    /// How often it was tried.
    pub tries: i64,
    /// When, the last time.
    pub refused_at: Timestamp,
    /// When it is tried again, at the earliest.
    pub next_at: Timestamp,
}

/// Why they cannot be shown.
#[derive(Debug, Error)]
pub enum RefusedEntriesError {
    /// The actor may not read them.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RefusedEntriesError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

type Row = (String, String, String, String, i64, Timestamp, Timestamp);

/// The newest `limit`, as far as the reader is there for them.
pub fn refused_entries(
    db: &mut Database,
    limit: i64,
    act: &Act,
) -> Result<Within<RefusedEntry>, RefusedEntriesError> {
    let officer = officers::require(db, Right::ReadQueue, act)?;
    let rows: Vec<Row> = entry_refusals::table
        .order((entry_refusals::refused_at.desc(), entry_refusals::holder))
        .limit(limit)
        .load(db)?;
    let entries = rows.into_iter().map(read).collect::<QueryResult<Vec<_>>>()?;
    // Where he practises is asked once there is an order: until then an officer confined to places is not there for it.
    let reach = |entry: &RefusedEntry| Reach::Exercise {
        profession: entry.profession,
        structures: Vec::new(),
        kind: Some(entry.kind),
    };
    Ok(Within::of(entries, |entry| officer.scope.covers(db, &reach(entry)))?)
}

fn read((holder, kind, profession, code, tries, refused_at, next_at): Row) -> QueryResult<RefusedEntry> {
    let unreadable = || diesel::result::Error::DeserializationError("a row of entry_refusals".into());
    Ok(RefusedEntry {
        holder: holder.parse().map_err(|_| unreadable())?,
        kind: kind.parse().map_err(|_| unreadable())?,
        profession: Profession::from_code(&profession).ok_or_else(unreadable)?,
        code,
        tries,
        refused_at,
        next_at,
    })
}

/// Notes that `wish` was refused. Inside the caller's transaction.
pub(super) fn note(db: &mut Database, wish: &NewCardOrder, code: Code, at: Timestamp) -> QueryResult<()> {
    let (holder, kind, profession) = (wish.holder.to_string(), wish.kind.as_str(), wish.profession.code());
    let row = entry_refusals::table.find((&holder, kind, profession));
    let before: Option<i64> = row.select(entry_refusals::tries).first(db).optional()?;
    let pause = |tries: i64| FIRST_PAUSE * 2_u32.pow(u32::try_from(tries - 1).unwrap_or(0).min(DOUBLINGS));
    match before {
        None => diesel::insert_into(entry_refusals::table)
            .values((
                entry_refusals::holder.eq(&holder),
                entry_refusals::kind.eq(kind),
                entry_refusals::profession.eq(profession),
                entry_refusals::code.eq(code.name),
                entry_refusals::tries.eq(1),
                entry_refusals::refused_at.eq(at),
                entry_refusals::next_at.eq(at.plus(pause(1))),
            ))
            .execute(db)?,
        Some(tries) => diesel::update(row)
            .set((
                entry_refusals::code.eq(code.name),
                entry_refusals::tries.eq(tries + 1),
                entry_refusals::refused_at.eq(at),
                entry_refusals::next_at.eq(at.plus(pause(tries + 1))),
            ))
            .execute(db)?,
    };
    Ok(())
}

/// Those of these holders that are not tried again before `at`: holder, kind, profession.
pub(super) fn until_later(
    db: &mut Database,
    holders: &[String],
    at: Timestamp,
) -> QueryResult<Vec<(String, String, String)>> {
    entry_refusals::table
        .filter(entry_refusals::holder.eq_any(holders).and(entry_refusals::next_at.gt(at)))
        .select((entry_refusals::holder, entry_refusals::kind, entry_refusals::profession))
        .load(db)
}

/// Forgets those that somebody has ordered meanwhile, and those that nobody has tried since.
pub(super) fn forget(db: &mut Database, since: Timestamp) -> QueryResult<()> {
    let orders = card_orders::table
        .filter(card_orders::holder.eq(entry_refusals::holder))
        .filter(card_orders::kind.eq(entry_refusals::kind))
        .filter(card_orders::profession.eq(entry_refusals::profession));
    diesel::delete(entry_refusals::table)
        .filter(entry_refusals::refused_at.lt(since).or(diesel::dsl::exists(orders)))
        .execute(db)?;
    Ok(())
}
