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

/// In the place of a code: no rule refuses it, and the day has brought as many as it may.
const WAITS: &str = "waits-for-another-day";

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
        .filter(entry_refusals::code.ne(WAITS))
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
    let before: Option<(String, i64)> =
        row.select((entry_refusals::code, entry_refusals::tries)).first(db).optional()?;
    let pause = |tries: i64| FIRST_PAUSE * 2_u32.pow(u32::try_from(tries - 1).unwrap_or(0).min(DOUBLINGS));
    // To wait was no try.
    let tries = before.as_ref().map_or(1, |(code, tries)| if code == WAITS { 1 } else { tries + 1 });
    match before {
        None => diesel::insert_into(entry_refusals::table)
            .values((
                entry_refusals::holder.eq(&holder),
                entry_refusals::kind.eq(kind),
                entry_refusals::profession.eq(profession),
                entry_refusals::code.eq(code.name),
                entry_refusals::tries.eq(tries),
                entry_refusals::refused_at.eq(at),
                entry_refusals::next_at.eq(at.plus(pause(tries))),
            ))
            .execute(db)?,
        Some(_) => diesel::update(row)
            .set((
                entry_refusals::code.eq(code.name),
                entry_refusals::tries.eq(tries),
                entry_refusals::refused_at.eq(at),
                entry_refusals::next_at.eq(at.plus(pause(tries))),
            ))
            .execute(db)?,
    };
    Ok(())
}

/// Notes that `wish` waits for a day that has room; nothing where it is known already. Inside the caller's transaction.
pub(super) fn wait(db: &mut Database, wish: &NewCardOrder, at: Timestamp) -> QueryResult<()> {
    let (holder, kind, profession) = (wish.holder.to_string(), wish.kind.as_str(), wish.profession.code());
    let row = entry_refusals::table.find((&holder, kind, profession));
    let is_known: bool = diesel::select(diesel::dsl::exists(row)).get_result(db)?;
    if is_known {
        return Ok(());
    }
    diesel::insert_into(entry_refusals::table)
        .values((
            entry_refusals::holder.eq(&holder),
            entry_refusals::kind.eq(kind),
            entry_refusals::profession.eq(profession),
            entry_refusals::code.eq(WAITS),
            entry_refusals::tries.eq(1),
            entry_refusals::refused_at.eq(at),
            // Its turn is the next one: later than now, as of every row.
            entry_refusals::next_at.eq(at.plus(Duration::from_millis(1))),
        ))
        .execute(db)?;
    Ok(())
}

/// Forgets that `wish` waits. Inside the caller's transaction.
pub(super) fn waits_no_more(db: &mut Database, wish: &NewCardOrder) -> QueryResult<()> {
    let (holder, kind, profession) = (wish.holder.to_string(), wish.kind.as_str(), wish.profession.code());
    let row = entry_refusals::table.find((holder, kind, profession));
    diesel::delete(row.filter(entry_refusals::code.eq(WAITS))).execute(db)?;
    Ok(())
}

/// What waits, the longest first: ten thousand at most.
pub(super) fn next_waiting(db: &mut Database) -> QueryResult<Vec<NewCardOrder>> {
    let rows: Vec<Row> = entry_refusals::table
        .filter(entry_refusals::code.eq(WAITS))
        .order((entry_refusals::refused_at, entry_refusals::holder))
        .limit(10_000)
        .load(db)?;
    let wish = |row| {
        let RefusedEntry { holder, kind, profession, .. } = read(row)?;
        Ok(NewCardOrder { kind, holder, profession, replaces: None })
    };
    rows.into_iter().map(wish).collect()
}

/// How many cards of those who were entered wait for a day that has room, and since when the first of them.
pub fn waiting(db: &mut Database) -> QueryResult<(i64, Option<Timestamp>)> {
    let waits = || entry_refusals::table.filter(entry_refusals::code.eq(WAITS));
    let since = waits().select(diesel::dsl::min(entry_refusals::refused_at)).first(db)?;
    Ok((waits().count().get_result(db)?, since))
}

/// Those of these holders that are not tried again before `at`, or have their turn among those that wait: holder, kind, profession.
pub(super) fn until_later(
    db: &mut Database,
    holders: &[String],
    at: Timestamp,
) -> QueryResult<Vec<(String, String, String)>> {
    entry_refusals::table
        .filter(entry_refusals::holder.eq_any(holders))
        .filter(entry_refusals::next_at.gt(at).or(entry_refusals::code.eq(WAITS)))
        .select((entry_refusals::holder, entry_refusals::kind, entry_refusals::profession))
        .load(db)
}

/// Forgets those that somebody has ordered meanwhile, and those that a rule refuses and nobody has tried since.
pub(super) fn forget(db: &mut Database, since: Timestamp) -> QueryResult<()> {
    let orders = card_orders::table
        .filter(card_orders::holder.eq(entry_refusals::holder))
        .filter(card_orders::kind.eq(entry_refusals::kind))
        .filter(card_orders::profession.eq(entry_refusals::profession));
    diesel::delete(entry_refusals::table)
        .filter(
            entry_refusals::refused_at
                .lt(since)
                .and(entry_refusals::code.ne(WAITS))
                .or(diesel::dsl::exists(orders)),
        )
        .execute(db)?;
    Ok(())
}
