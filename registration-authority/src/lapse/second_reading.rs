use std::time::Duration;

use card::CardNumber;
use diesel::prelude::*;
use professional_registry::fhir::{AnnuaireSante, EndCause, Reading};
use professional_registry::{IdNatPs, RegistryError, living_at_both_ends};
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::card_lapses;
use store::{Act, Code, Database, Fault};

use super::examine::last_examined;
use super::{Causes, Lapse, LapseError, cause, complete_feed, open};
use crate::faults;
use crate::opposition::{Ground, OpposeError};

/// The most lapses that one run asks about: at seventeen questions a second, a few seconds.
const A_RUN: usize = 40;

/// How long one run goes on asking: a directory that answers slowly keeps the job from nothing else for longer than its last answer takes.
const A_WHILE: Duration = Duration::from_secs(60);

/// How long a lapse waits until the directory is asked about it again.
const AGAIN: Duration = Duration::from_secs(3600);

/// What the directory said of open lapses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecondReadings {
    /// How many it was asked about.
    pub asked: u32,
    /// The cards whose lapse it confirms.
    pub confirmed: Vec<CardNumber>,
    /// Why, of those of which it says so.
    pub causes: Causes,
    /// Why nobody was asked, or no longer. Nothing is concluded from that.
    pub stopped: Option<Code>,
}

/// Asks the directory about the open lapses that nothing has confirmed yet. One that it says again needs no second feed;
/// the ground is the one that it gives. An answer is taken where the directory also knows somebody who lives: one that
/// knows nobody any more would confirm everything. What it does not say waits for the next feed.
///
/// Asks outside of every transaction: the database waits for no service; and for a minute, so that nothing else of the run does either. Whom
/// it did not come to is asked about in the next.
pub fn ask_directory(
    db: &mut Database,
    directory: &mut AnnuaireSante,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SecondReadings, LapseError> {
    let mut done = SecondReadings::default();
    let Some(feed) = complete_feed(db)? else { return Ok(done) };
    if last_examined(db)? != feed.sequence {
        return Ok(done);
    }
    let lapses = unconfirmed(db, act)?;
    if lapses.is_empty() {
        return Ok(done);
    }
    match knows_the_living(db, directory, act) {
        Ok(true) => {}
        Ok(false) => {
            done.stopped = Some(faults::LAPSE_DIRECTORY_DOUBTFUL);
            return Ok(done);
        }
        Err(error) => return stop(done, error),
    }
    let until = db.now()?.plus(A_WHILE);
    for lapse in lapses.into_iter().take(A_RUN) {
        if db.now()? >= until {
            break;
        }
        match ask(db, directory, &lapse, rng, act) {
            Ok(Answer::Otherwise) => done.asked += 1,
            Ok(Answer::Confirmed(cause)) => {
                done.asked += 1;
                done.confirmed.push(lapse.card);
                if let Some(cause) = cause {
                    done.causes.count(cause);
                }
            }
            Err(error) => return stop(done, error),
        }
    }
    Ok(done)
}

/// A directory that fails ends the run; anything else is a failure of ours.
fn stop(mut done: SecondReadings, error: LapseError) -> Result<SecondReadings, LapseError> {
    match error {
        LapseError::Registry(RegistryError::Fhir(error)) => {
            done.stopped = Some(error.code());
            Ok(done)
        }
        error => Err(error),
    }
}

/// Open, of an RPPS number, in no plan, not confirmed, and not asked about within an hour.
fn unconfirmed(db: &mut Database, act: &Act) -> Result<Vec<Lapse>, LapseError> {
    let lately: Vec<String> = card_lapses::table
        .filter(card_lapses::status.eq("open"))
        .filter(card_lapses::asked_at.gt(act.at.minus(AGAIN)))
        .select(card_lapses::card_number)
        .load(db)?;
    let lately: std::collections::HashSet<String> = lately.into_iter().collect();
    let waits = |lapse: &Lapse| {
        lapse.structure.is_none()
            && lapse.ends_by_itself()
            && lapse.plan.is_none()
            && lapse.second_answer.is_none()
            && !lately.contains(&lapse.card.to_string())
    };
    Ok(open(db, i64::MAX)?.into_iter().filter(waits).collect())
}

/// Whether the directory has somebody whom the newest feed names as somebody who exercises.
fn knows_the_living(db: &mut Database, directory: &mut AnnuaireSante, act: &Act) -> Result<bool, LapseError> {
    for id in living_at_both_ends(db)? {
        let reading = directory.read(&id, act.at).map_err(RegistryError::from)?;
        if reading.record.is_some_and(|record| record.ceased_at.is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the directory says of a lapse.
enum Answer {
    /// The same, and why, where it says so.
    Confirmed(Option<EndCause>),
    /// Something else.
    Otherwise,
}

/// Whether the directory says of the card's holder what the first feed said.
fn ask(
    db: &mut Database,
    directory: &mut AnnuaireSante,
    lapse: &Lapse,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Answer, LapseError> {
    let altered = |_| LapseError::RowAltered(lapse.card.to_string(), "its holder");
    let holder: IdNatPs = lapse.number().parse().map_err(altered)?;
    let mut reading = directory.read(&holder, act.at).map_err(RegistryError::from)?;
    let card = card::get(db, &lapse.card).map_err(OpposeError::Card)?;
    let ended = cause::under(db, &mut reading, &card, &holder)?;
    db.write(|db| record(db, lapse, &reading, ended, rng, act))?;
    Ok(ended.map_or(Answer::Otherwise, |_| Answer::Confirmed(reading.cause)))
}

fn record(
    db: &mut Database,
    lapse: &Lapse,
    reading: &Reading,
    ended: Option<Code>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), LapseError> {
    let ground = ended.and(reading.cause).map(|cause| Ground::of_cause(cause).as_str());
    let asked = diesel::update(card_lapses::table.find((lapse.card.to_string(), lapse.first_sequence)))
        .filter(card_lapses::status.eq("open").and(card_lapses::second_answer.is_null()))
        .set((
            card_lapses::asked_at.eq(act.at),
            card_lapses::second_answer.eq(ended.map(|_| &reading.digest)),
            card_lapses::second_ground.eq(ground),
        ))
        .execute(db)?;
    // Settled meanwhile, by a feed or by name: what the directory says of it no longer matters.
    if asked == 0 {
        return Ok(());
    }
    let payload = json!({ "answer": reading.digest, "cause": ended.map(|code| code.name), "ground": ground });
    let event = Event { action: "card.lapse-read-again", subject: format!("card {}", lapse.card), payload };
    Ok(audit::record(db, event, rng, act)?)
}
