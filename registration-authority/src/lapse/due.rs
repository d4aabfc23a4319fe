use std::collections::BTreeSet;
use std::time::Duration;

use card::CardNumber;
use diesel::prelude::*;
use professional_registry::Registry;
use professional_registry::import::NewestFeed;
use rand_core::CryptoRng;
use store::schema::{card_lapses, opposition_plan_items};
use store::{Act, Code, Database, Fault, crash_point};

use super::examine::last_examined;
use super::plan::{self, PLAN_BOUND};
use super::{JOB, Lapse, LapseError, cause, complete_feed, is_silent_of, open, still_newest};
use crate::approval::ApprovalVerifier;
use crate::opposition::{self, Ground, OpposeError};

/// Within which time oppositions count as of one day.
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What became of the lapses that a second feed has confirmed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revalidation {
    /// Cards that were opposed.
    pub opposed: Vec<CardNumber>,
    /// Plans that wait for two officers.
    pub planned: Vec<String>,
    /// Cards, or plans, with the code of why nothing came of them.
    pub failed: Vec<(String, Code)>,
}

/// Opposes the cards whose lapse a later complete feed or the directory has said again, one transaction a card, while there are not more
/// than `most_a_day` of them within a day; plans them all where there are. Then the cards of the plans that two officers
/// have released. The register is asked once more for each. Can be called any number of times.
pub fn oppose_due(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    most_a_day: u32,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Revalidation, LapseError> {
    let mut done = Revalidation::default();
    let Some(feed) = complete_feed(db)?.filter(|feed| feed.speaks_of_absent) else { return Ok(done) };
    if last_examined(db)? != feed.sequence {
        return Ok(done);
    }
    let second = |lapse: &Lapse| {
        lapse.ends_by_itself() && (lapse.first_sequence < feed.sequence || lapse.second_answer.is_some())
    };
    let lapses = open(db, i64::MAX)?;
    let (planned, due): (Vec<Lapse>, Vec<Lapse>) =
        lapses.into_iter().filter(second).partition(|lapse| lapse.plan.is_some());
    let mut heard = Vec::new();
    for lapse in due {
        if !is_silent_of(db, feed.sequence, &lapse.holder)? {
            heard.push(lapse);
        }
    }
    if opposed_within_a_day(db, act)? + heard.len() as u64 > u64::from(most_a_day) {
        for lapses in heard.chunks(PLAN_BOUND) {
            done.planned.push(plan::make(db, &feed, lapses, rng, act)?);
            crash_point("revalidation.planned");
        }
    } else {
        for lapse in &heard {
            end(db, registry, &feed, lapse, &mut done, rng, act)?;
        }
    }
    let plans: BTreeSet<&String> = planned.iter().filter_map(|lapse| lapse.plan.as_ref()).collect();
    for id in plans {
        match plan::is_released(db, verifier, id, act.at) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(LapseError::Database(error)) => return Err(error.into()),
            Err(error) => {
                done.failed.push((id.clone(), error.code()));
                continue;
            }
        }
        for lapse in planned.iter().filter(|lapse| lapse.plan.as_ref() == Some(id)) {
            end(db, registry, &feed, lapse, &mut done, rng, act)?;
        }
    }
    Ok(done)
}

/// How many cards were opposed without anybody's name within a day, whatever the clock did meanwhile.
fn opposed_within_a_day(db: &mut Database, act: &Act) -> QueryResult<u64> {
    let of_a_plan = opposition_plan_items::table
        .filter(opposition_plan_items::card_number.eq(card_lapses::card_number))
        .filter(opposition_plan_items::first_sequence.eq(card_lapses::first_sequence));
    let count: i64 = card_lapses::table
        .filter(card_lapses::settled_by.eq(format!("job:{JOB}")))
        .filter(card_lapses::settled_at.gt(act.at.minus(DAY)))
        .filter(card_lapses::status.eq("confirmed"))
        .filter(diesel::dsl::not(diesel::dsl::exists(of_a_plan)))
        .count()
        .get_result(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Opposes the card of a lapse, and says what came of it. What is wrong with one holds up no other.
fn end(
    db: &mut Database,
    registry: &mut dyn Registry,
    feed: &NewestFeed,
    lapse: &Lapse,
    done: &mut Revalidation,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    match db.write_on_reserve(|db| oppose(db, registry, feed, lapse, rng, act)) {
        Ok(true) => {
            crash_point("revalidation.card-opposed");
            done.opposed.push(lapse.card);
        }
        // Said otherwise meanwhile: the next look lifts it.
        Ok(false) => {}
        Err(error @ (LapseError::Database(_) | LapseError::Oppose(OpposeError::Database(_)))) => {
            return Err(error);
        }
        Err(error) => done.failed.push((lapse.card.to_string(), error.code())),
    }
    Ok(())
}

fn oppose(
    db: &mut Database,
    registry: &mut dyn Registry,
    feed: &NewestFeed,
    lapse: &Lapse,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, LapseError> {
    let card = card::get(db, &lapse.card).map_err(OpposeError::Card)?;
    if is_silent_of(db, feed.sequence, &lapse.holder)? || cause::of(db, registry, &card)?.is_none() {
        return Ok(false);
    }
    // The card's row first, as everybody takes it.
    let ground = lapse.ground.unwrap_or(Ground::EndOfActivity);
    opposition::oppose_within(db, &lapse.card, ground, rng, act)?;
    // One of the two readings may be the directory's; a feed is the second one only where it is another than the first.
    let later = (lapse.first_sequence < feed.sequence).then_some(feed);
    let confirmed = diesel::update(card_lapses::table.find((lapse.card.to_string(), lapse.first_sequence)))
        .filter(card_lapses::status.eq("open"))
        .set((
            card_lapses::status.eq("confirmed"),
            card_lapses::second_sequence.eq(later.map(|feed| feed.sequence)),
            card_lapses::second_feed.eq(later.map(|feed| &feed.feed)),
            card_lapses::settled_at.eq(act.at),
            card_lapses::settled_by.eq(act.actor.to_string()),
        ))
        .execute(db)?;
    if confirmed != 1 {
        return Err(LapseError::RowAltered(lapse.card.to_string(), "its state"));
    }
    still_newest(db, feed)?;
    Ok(true)
}
