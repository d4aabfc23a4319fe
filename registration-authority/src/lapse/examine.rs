use std::collections::HashMap;

use card::{Card, CardNumber, CardStatus};
use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::import::NewestFeed;
use professional_registry::{Registry, TechnicalStructureId, mark_structures};
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{card_lapses, register_examinations};
use store::{Act, Code, Database, Fault, Timestamp, crash_point};

use super::structures::{Structures, mandates_ended};
use super::{LapseError, cause, certificates, changes, complete_feed, is_silent_of, still_newest};
use crate::mandate;
use crate::order::structure_key;
use crate::outbox::{self, Notice};
use crate::structure_notices;

/// Cards that one transaction looks at: few enough that an opposition never waits long.
pub(super) const PAGE: usize = 200;

/// What was found in the light of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// The feed's place among all feeds.
    pub sequence: i64,
    /// SHA-256 of its file, in hex.
    pub feed: String,
    /// Whether it says who is no longer there: where it does not, nobody's absence was concluded from it.
    pub speaks_of_absent: bool,
    /// How many cards it no longer supports, and did before.
    pub found: i64,
    /// How many it supports again, or that have ended meanwhile.
    pub lifted: i64,
    /// Of how many cards that it supports it says otherwise than when they were ordered, and did not before.
    pub changed: i64,
    /// Of how many it says again what they carry, or that have ended or lapse meanwhile.
    pub changes_settled: i64,
    /// The same of the software certificates of professionals.
    pub certificates_found: i64,
    /// Likewise.
    pub certificates_lifted: i64,
    /// Cards, or requests, about whose holder the register does not answer.
    pub failed: Vec<(String, Code)>,
}

/// Looks at every living card, and every good software certificate of a professional, in the light of the newest complete feed, once a feed; `None` where that was done, where
/// there is none, and where an import is under way. Opens its own transactions. What a crash leaves is found again.
///
/// A feed that does not say who is no longer there opens no lapse, nor does one about whoever it names in a refused line.
pub fn examine(
    db: &mut Database,
    registry: &mut dyn Registry,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Examination>, LapseError> {
    let Some(feed) = complete_feed(db)? else { return Ok(None) };
    let last = last_examined(db)?;
    if last >= feed.sequence {
        return Ok(None);
    }
    let mut done = Examination {
        sequence: feed.sequence,
        feed: feed.feed.clone(),
        speaks_of_absent: feed.speaks_of_absent,
        found: 0,
        lifted: 0,
        changed: 0,
        changes_settled: 0,
        certificates_found: 0,
        certificates_lifted: 0,
        failed: Vec::new(),
    };
    if mark_structures(db, &feed)?.is_none() {
        return Ok(None);
    }
    let mut structures = Structures::default();
    let mut after = None;
    loop {
        let page = suspects(db, last, after)?;
        let Some(&end) = page.last() else { break };
        after = Some(end);
        let looked = db.write(|db| {
            let looked = look(db, registry, (&feed, &mut structures), &page, rng, act)?;
            still_newest(db, &feed)?;
            Ok(looked)
        });
        match looked {
            Ok(Looked { found, lifted, changed, changes_settled, failed }) => {
                crash_point("revalidation.cards-examined");
                done.found += found;
                done.lifted += lifted;
                done.changed += changed;
                done.changes_settled += changes_settled;
                done.failed.extend(failed.into_iter().map(|(card, code)| (card.to_string(), code)));
            }
            Err(LapseError::RegisterMoves) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let mut after = String::new();
    loop {
        match certificates::examine_page(db, registry, (&feed, &mut structures), (last, &after), rng, act) {
            Ok(Some(((found, lifted, mut failed), end))) => {
                done.certificates_found += found;
                done.certificates_lifted += lifted;
                done.failed.append(&mut failed);
                after = end;
            }
            Ok(None) => break,
            Err(LapseError::RegisterMoves) => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    db.write(|db| conclude(db, &done, rng, act))?;
    crash_point("revalidation.feed-examined");
    Ok(Some(done))
}

/// Looks, between two feeds, at the cards and certificates of the staff of structures of which a mandate has ended since the last was looked
/// at: how many lapse. Opens its own transactions, and can be called any number of times.
pub fn examine_ended_mandates(
    db: &mut Database,
    registry: &mut dyn Registry,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<i64, LapseError> {
    let Some(feed) = complete_feed(db)? else { return Ok(0) };
    let since: Option<Timestamp> = register_examinations::table
        .filter(register_examinations::sequence.eq(feed.sequence))
        .select(register_examinations::examined_at)
        .first(db)
        .optional()?;
    let Some(since) = since else { return Ok(0) };
    let mut found = 0;
    for structure in mandates_ended(db, since, act.at)? {
        // Asked anew for each, and of the mandates alone: the register is as it was.
        if mandate::silent_since(db, &structure, act.at)?.is_none() {
            continue;
        }
        let mut structures = Structures::default();
        for page in staff_cards(db, &structure)?.chunks(PAGE) {
            found += db.write(|db| {
                let looked = look(db, registry, (&feed, &mut structures), page, rng, act)?;
                still_newest(db, &feed)?;
                Ok::<_, LapseError>(looked.found)
            })?;
        }
        let light = (&feed, &mut structures);
        found += certificates::examine_staff(db, registry, light, &structure, rng, act)?;
    }
    Ok(found)
}

/// The living cards of the staff of a structure that have no open lapse, and had none in the light of the newest feed.
fn staff_cards(db: &mut Database, structure: &TechnicalStructureId) -> Result<Vec<CardNumber>, LapseError> {
    let living = LIVING.map(|status| format!("'{status}'")).join(", ");
    let place = if db.is_on_server() { "$1" } else { "?" };
    // As the index of migration 0070 has it.
    let statement = format!(
        "SELECT c.number AS number FROM cards c \
         WHERE c.exercise = {place} AND c.kind IN ('CPE', 'CDE', 'CPA', 'CDA') AND c.status IN ({living}) \
           AND NOT EXISTS (SELECT 1 FROM card_lapses l WHERE l.card_number = c.number AND l.status = 'open') \
         ORDER BY c.number"
    );
    let rows: Vec<Suspect> =
        diesel::sql_query(statement).bind::<Text, _>(structure_key(structure)).load(db)?;
    numbers(rows)
}

fn numbers(rows: Vec<Suspect>) -> Result<Vec<CardNumber>, LapseError> {
    rows.into_iter()
        .map(|Suspect { number }| {
            number.parse().map_err(|_| LapseError::RowAltered(number.clone(), "the number of the card"))
        })
        .collect()
}

/// The newest feed in whose light the cards were looked at; 0 before the first.
pub(super) fn last_examined(db: &mut Database) -> QueryResult<i64> {
    let last: Option<i64> =
        register_examinations::table.select(diesel::dsl::max(register_examinations::sequence)).first(db)?;
    Ok(last.unwrap_or(0))
}

#[derive(QueryableByName)]
struct Suspect {
    #[diesel(sql_type = Text)]
    number: String,
}

/// The cards that something may be said of: living, and their holder not in the register, gone from it, or otherwise since
/// the last feed that was looked at; those with an open lapse; and those that are over and of which a change is open. By number, a page of those after `after`.
fn suspects(db: &mut Database, last: i64, after: Option<CardNumber>) -> Result<Vec<CardNumber>, LapseError> {
    // The columns of the register are compared as bytes on PostgreSQL, and nowhere else is another order.
    let as_bytes = if db.is_on_server() { " COLLATE \"C\"" } else { "" };
    let after = after.map(|number| number.to_string()).unwrap_or_default();
    let living = LIVING.map(|status| format!("'{status}'")).join(", ");
    let statement = format!(
        "SELECT c.number AS number FROM cards c LEFT JOIN professionals p ON p.id_nat = c.holder{as_bytes} \
         WHERE c.number > '{after}' AND ((c.status IN ({living}) \
             AND (p.id_nat IS NULL OR p.ceased_at IS NOT NULL OR p.last_feed > {last})) \
           OR EXISTS (SELECT 1 FROM card_lapses l WHERE l.card_number = c.number AND l.status = 'open') \
           OR (c.status NOT IN ({living}) \
             AND EXISTS (SELECT 1 FROM card_changes x WHERE x.card_number = c.number AND x.settled_at IS NULL))) \
         ORDER BY c.number LIMIT {PAGE}"
    );
    let rows: Vec<Suspect> = diesel::sql_query(statement).load(db)?;
    numbers(rows)
}

/// Cards that have certificates and may be used, or will be. What comes before is looked up when it is certified.
pub(super) const LIVING: [CardStatus; 3] = [CardStatus::Certified, CardStatus::Delivered, CardStatus::Active];

/// How many lapses were opened and lifted, and changes written down and settled; the cards that could not be judged.
#[derive(Default)]
struct Looked {
    found: i64,
    lifted: i64,
    changed: i64,
    changes_settled: i64,
    failed: Vec<(CardNumber, Code)>,
}

fn look(
    db: &mut Database,
    registry: &mut dyn Registry,
    (feed, structures): (&NewestFeed, &mut Structures),
    page: &[CardNumber],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Looked, LapseError> {
    let (open, changes_open) = (open_lapses(db, page)?, changes::open_of(db, page)?);
    let mut looked = Looked::default();
    for number in page {
        let card = card::get(db, number).map_err(crate::opposition::OpposeError::Card)?;
        let lives = LIVING.contains(&card.life.status());
        let cause = match cause::of(db, registry, structures, &card, act.at) {
            Ok(cause) => cause.filter(|_| lives),
            Err(error) if error.is_of_one_row() => {
                looked.failed.push((*number, error.code()));
                continue;
            }
            Err(error) => return Err(error),
        };
        let (card_of, change) = (number.to_string(), cause.is_none() && lives);
        match changes::look(db, registry, (&card, change, changes_open.get(&card_of)), feed, rng, act) {
            Ok((changed, settled)) => {
                looked.changed += changed;
                looked.changes_settled += settled;
            }
            Err(error) if error.is_of_one_row() => looked.failed.push((*number, error.code())),
            Err(error) => return Err(error),
        }
        let stands = match (cause, open.get(&card_of)) {
            (None, Some((first, _))) => Some((*first, false)),
            // Named again and gone once more since, whoever looked: this feed is a first reading, as if he had been seen back.
            (Some(_), Some((first, said))) => {
                let again =
                    cause::needs_a_feed_that_speaks(said) && cause::was_named_since(db, &card, *first)?;
                Some((*first, !again))
            }
            (_, None) => None,
        };
        if let Some((first, false)) = stands {
            lift(db, number, first, feed, rng, act)?;
            looked.lifted += 1;
        }
        let Some(cause) = cause.filter(|_| !matches!(stands, Some((_, true)))) else { continue };
        let speaks = feed.speaks_of_absent || !cause::needs_a_feed_that_speaks(cause.name);
        let before = card_lapses::table.find((number.to_string(), feed.sequence));
        let again: bool = diesel::select(diesel::dsl::exists(before)).get_result(db)?;
        if speaks && !again && !is_silent_of(db, feed.sequence, &card.holder)? {
            begin(db, &card, cause, feed, rng, act)?;
            looked.found += 1;
        }
    }
    Ok(looked)
}

/// The first reading of each of these cards that has an open lapse, and what it said.
fn open_lapses(db: &mut Database, page: &[CardNumber]) -> QueryResult<HashMap<String, (i64, String)>> {
    let numbers: Vec<String> = page.iter().map(CardNumber::to_string).collect();
    let rows: Vec<(String, i64, String)> = card_lapses::table
        .filter(card_lapses::card_number.eq_any(numbers).and(card_lapses::status.eq("open")))
        .select((card_lapses::card_number, card_lapses::first_sequence, card_lapses::cause))
        .load(db)?;
    Ok(rows.into_iter().map(|(card, first, cause)| (card, (first, cause))).collect())
}

fn begin(
    db: &mut Database,
    card: &Card,
    cause: Code,
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::insert_into(card_lapses::table)
        .values((
            card_lapses::card_number.eq(card.number.to_string()),
            card_lapses::first_sequence.eq(feed.sequence),
            card_lapses::first_feed.eq(&feed.feed),
            card_lapses::cause.eq(cause.name),
            card_lapses::found_at.eq(act.at),
            card_lapses::status.eq("open"),
        ))
        .execute(db)?;
    let subject = format!("card {}", card.number);
    outbox::tell_holder(db, &card.holder, Notice::CardLapsed, &card.number, rng, act)?;
    // Where nobody speaks for the structure any more, nobody can be told: the lapse stands before officers.
    structure_notices::tell_of_card(db, card, Notice::StaffCardLapsed, None, rng, act)?;
    let payload = json!({ "cause": cause.name, "feed": feed.feed, "sequence": feed.sequence });
    audit::record(db, Event { action: "card.lapsed", subject, payload }, rng, act)
}

fn lift(
    db: &mut Database,
    number: &CardNumber,
    first_sequence: i64,
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::update(card_lapses::table.find((number.to_string(), first_sequence)))
        .filter(card_lapses::status.eq("open"))
        .set((
            card_lapses::status.eq("lifted"),
            card_lapses::settled_at.eq(act.at),
            card_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    let payload = json!({ "feed": feed.feed, "sequence": feed.sequence });
    let event = Event { action: "card.lapse-lifted", subject: format!("card {number}"), payload };
    audit::record(db, event, rng, act)
}

fn conclude(
    db: &mut Database,
    done: &Examination,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    diesel::insert_into(register_examinations::table)
        .values((
            register_examinations::sequence.eq(done.sequence),
            register_examinations::feed.eq(&done.feed),
            register_examinations::examined_at.eq(act.at),
            register_examinations::found.eq(done.found),
            register_examinations::lifted.eq(done.lifted),
        ))
        .execute(db)?;
    let event = Event {
        action: "register.cards-examined",
        subject: format!("feed {}", done.feed),
        payload: json!({
            "sequence": done.sequence, "found": done.found, "lifted": done.lifted,
            "changed": done.changed, "changes_settled": done.changes_settled,
            "certificates_found": done.certificates_found, "certificates_lifted": done.certificates_lifted,
        }),
    };
    Ok(audit::record(db, event, rng, act)?)
}
