//! Who was entered in the register gets his card ordered by itself: for a profession that has a council, its roll is the
//! registration authority, and entering it asks for the card (\[S\] domain.md §0, §4.1).
//!
//! A reconciler: it compares who was entered by a feed of these last days, and what was added to whom it knew already, a second profession
//! or the first one of who was a student, with the orders there are, and submits what is missing in the
//! register's name. Nothing is approved by it: an officer decides as on every order, and the order carries the digest of the feed that
//! says so. Within a day there are at most as many as the configuration says; what is more is noted and waits for the next, first come first
//! served, however many days that takes. What cannot be ordered is
//! noted with its rule ([`refused`]), shown to officers and tried again later, so that it keeps nobody out.

pub mod refused;

use std::collections::HashSet;
use std::time::Duration;

use ::card::CardKind;
use diesel::prelude::*;
use professional_registry::extract::Form;
use professional_registry::import::Entrant;
use professional_registry::{Category, Profession, Registry, RegistryError, import, merges};
use rand_core::CryptoRng;
use store::schema::card_orders;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::eligibility::{self, Asker, Automatic, BadRules, Product, ProductRules};
use crate::order::{self, NewCardOrder, Origin, Submission, SubmitError};
use crate::risk::RiskError;

#[cfg(test)]
mod tests;

/// The job that submits.
pub const JOB: &str = "registration";
/// How long after his entry somebody is looked for: a feed that was late, or a worker that stood still, loses nobody.
const DAYS: Duration = Duration::from_secs(30 * 86_400);
/// Within which time orders count as of one day.
const DAY: Duration = Duration::from_secs(86_400);
/// Persons that are looked at together.
const PAGE: i64 = 500;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// The orders that were submitted.
    pub ordered: Vec<String>,
    /// Persons with the code of why nothing was ordered for them, of those who were tried.
    pub refused: Vec<(String, Code)>,
    /// Persons of whom a row cannot be read, with its code: nobody else waits for them.
    pub failed: Vec<(String, Code)>,
    /// How many wait for another day.
    pub waiting: i64,
}

/// Why nobody was looked for.
#[derive(Debug, Error)]
pub enum EntriesError {
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// An order is not taken, for no reason of its holder's.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl EntriesError {
    /// Whether it is the damage of one row, which keeps nobody else from his card.
    fn is_of_one_row(&self) -> bool {
        matches!(
            self,
            Self::Registry(RegistryError::Unreadable { .. })
                | Self::Submit(SubmitError::Risk(RiskError::Registry(RegistryError::Unreadable { .. })))
        )
    }
}

impl Fault for EntriesError {
    fn code(&self) -> Code {
        match self {
            Self::Rules(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::Submit(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Submits the orders that entries of these last days ask for, `most_a_day` within a day, one transaction each; none while an import
/// is under way. The first feed ever read enters nobody: its persons were there before. Can be called any number of times.
pub fn order_for_entered(
    db: &mut Database,
    registry: &mut dyn Registry,
    most_a_day: u32,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Entered, EntriesError> {
    let mut done = Entered::default();
    let newest = import::newest_feed(db, Form::ACTIVITIES)?;
    if most_a_day == 0 || newest.is_none_or(|feed| !feed.complete) {
        return Ok(done);
    }
    let mut left = u64::from(most_a_day).saturating_sub(ordered_within_a_day(db, act.at)?);
    db.write(|db| refused::forget(db, act.at.minus(DAYS)))?;
    order_waiting(db, registry, &mut left, &mut done, rng, act)?;
    let mut after = String::new();
    loop {
        let page = import::entered(db, act.at.minus(DAYS), &after, PAGE)?;
        let Some(end) = page.end else { break };
        after = end;
        let unreadable = professional_registry::faults::REGISTER_UNREADABLE;
        done.failed.extend(page.unreadable.into_iter().map(|person| (person, unreadable)));
        let mut waits = Vec::new();
        for wish in missing(db, &page.entrants, act.at)? {
            match tried(db, registry, &wish, left, rng, act) {
                Ok(Tried::StoodBefore) => {}
                Ok(Tried::Waits) => waits.push(wish.order()),
                Ok(Tried::Ordered(number)) => {
                    left -= 1;
                    done.ordered.push(number);
                }
                Ok(Tried::Refused(code)) => done.refused.push((wish.entrant.id.to_string(), code)),
                Err(error) if error.is_of_one_row() => {
                    done.failed.push((wish.entrant.id.to_string(), error.code()));
                }
                Err(error) => return Err(error),
            }
        }
        db.write(|db| waits.iter().try_for_each(|wish| refused::wait(db, wish, act.at)))?;
    }
    db.write(|db| refused::forget(db, act.at.minus(DAYS)))?;
    done.waiting = refused::waiting(db)?.0;
    Ok(done)
}

/// Submits what had to wait, the longest first, as far as the day has room.
fn order_waiting(
    db: &mut Database,
    registry: &mut dyn Registry,
    left: &mut u64,
    done: &mut Entered,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), EntriesError> {
    if *left == 0 {
        return Ok(());
    }
    for wish in refused::next_waiting(db)? {
        if *left == 0 {
            break;
        }
        let person = wish.holder.to_string();
        match waited(db, registry, wish, rng, act) {
            Ok(Tried::Ordered(number)) => {
                *left -= 1;
                done.ordered.push(number);
            }
            Ok(Tried::Refused(code)) => done.refused.push((person, code)),
            Ok(Tried::StoodBefore | Tried::Waits) => {}
            Err(error) if error.is_of_one_row() => done.failed.push((person, error.code())),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// What the register has said meanwhile counts: under a number that turned out to be the new one of somebody who stood before, nobody waits.
fn waited(
    db: &mut Database,
    registry: &mut dyn Registry,
    wish: NewCardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Tried, EntriesError> {
    let record = registry.professional(db, &wish.holder)?;
    let exercises = record.iter().flat_map(|record| &record.exercises);
    let exercises = exercises.map(|one| (one.profession, one.category)).collect();
    let entrant = Entrant { id: wish.holder.clone(), exercises };
    let rules = eligibility::rules_of(Product::Card(wish.kind))?;
    let entered = Wish { rules, kind: wish.kind, entrant: &entrant, profession: wish.profession };
    if stood_before(db, registry, &entered)? {
        db.write(|db| refused::waits_no_more(db, &wish))?;
        return Ok(Tried::StoodBefore);
    }
    ordered_or_noted(db, registry, wish, rng, act)
}

/// What came of a wish.
enum Tried {
    StoodBefore,
    /// The day has brought as many as it may.
    Waits,
    /// The number of the order.
    Ordered(String),
    Refused(Code),
}

fn tried(
    db: &mut Database,
    registry: &mut dyn Registry,
    wish: &Wish<'_>,
    left: u64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Tried, EntriesError> {
    if stood_before(db, registry, wish)? {
        return Ok(Tried::StoodBefore);
    }
    if left == 0 {
        return Ok(Tried::Waits);
    }
    ordered_or_noted(db, registry, wish.order(), rng, act)
}

fn ordered_or_noted(
    db: &mut Database,
    registry: &mut dyn Registry,
    wish: NewCardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Tried, EntriesError> {
    match db.write(|db| submit(db, registry, wish.clone(), rng, act)) {
        Ok(number) => Ok(Tried::Ordered(number)),
        Err(SubmitError::NotEligible(error)) => {
            db.write(|db| refused::note(db, &wish, error.code(), act.at))?;
            Ok(Tried::Refused(error.code()))
        }
        Err(error) => Err(error.into()),
    }
}

fn submit(
    db: &mut Database,
    registry: &mut dyn Registry,
    new: NewCardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, SubmitError> {
    let submission = Submission {
        new,
        origin: Origin::Register,
        asker: Asker::Automatic(Automatic::Registration),
        submitted_by: format!("job:{JOB}"),
    };
    Ok(order::insert(db, registry, submission, rng, act)?.into_order().number)
}

/// A card that an entry asks for.
#[derive(Clone, Copy)]
struct Wish<'a> {
    rules: &'static ProductRules,
    kind: CardKind,
    entrant: &'a Entrant,
    profession: Profession,
}

impl Wish<'_> {
    fn order(&self) -> NewCardOrder {
        NewCardOrder {
            kind: self.kind,
            holder: self.entrant.id.clone(),
            profession: self.profession,
            replaces: None,
        }
    }

    /// Whether an exercise is one that the card is for.
    fn fits(&self, profession: Profession, category: Category) -> bool {
        profession == self.profession && self.rules.categories.contains(&category)
    }
}

/// A card for each exercise whose entry asks for one.
fn wishes(entrant: &Entrant) -> Result<Vec<Wish<'_>>, BadRules> {
    let mut wishes: Vec<Wish<'_>> = Vec::new();
    for rules in eligibility::rulebook()? {
        let Product::Card(kind) = rules.product else { continue };
        for (profession, category) in &entrant.exercises {
            let wish = Wish { rules, kind, entrant, profession: *profession };
            let twice = wishes.iter().any(|one| (one.kind, one.profession) == (kind, *profession));
            if rules.ordered_at_entry.contains(profession) && wish.fits(*profession, *category) && !twice {
                wishes.push(wish);
            }
        }
    }
    Ok(wishes)
}

/// Those of these persons' cards that nobody has ever ordered, whatever became of it: a refusal is not asked again by itself; and whose
/// turn to be tried has come.
fn missing<'a>(db: &mut Database, page: &'a [Entrant], at: Timestamp) -> Result<Vec<Wish<'a>>, EntriesError> {
    let holders: Vec<String> = page.iter().map(|entrant| entrant.id.to_string()).collect();
    let ordered: Vec<(String, String, String)> = card_orders::table
        .filter(card_orders::holder.eq_any(&holders))
        .select((card_orders::holder, card_orders::kind, card_orders::profession))
        .load(db)?;
    let mut settled: HashSet<(String, String, String)> = ordered.into_iter().collect();
    settled.extend(refused::until_later(db, &holders, at)?);
    let mut missing = Vec::new();
    for entrant in page {
        let is_missing = |wish: &Wish<'_>| {
            let key =
                (entrant.id.to_string(), wish.kind.as_str().to_owned(), wish.profession.code().to_owned());
            !settled.contains(&key)
        };
        missing.extend(wishes(entrant)?.into_iter().filter(is_missing));
    }
    Ok(missing)
}

/// Whether he was entered for it before, as a civil or as a military one, or under the number that he had until then: who is entered
/// otherwise has had his card, or is an officer's matter.
fn stood_before(
    db: &mut Database,
    registry: &mut dyn Registry,
    wish: &Wish<'_>,
) -> Result<bool, EntriesError> {
    let own = wish.entrant.id.to_string();
    for number in merges::identifiers_of_one(db, &wish.entrant.id)? {
        let Ok(id) = number.parse() else { continue };
        let Some(record) = registry.professional(db, &id)? else { continue };
        let is_entered =
            |entered: &(Profession, Category)| number == own && wish.entrant.exercises.contains(entered);
        let stood = record.exercises.iter().map(|one| (one.profession, one.category));
        if stood.into_iter().any(|one| wish.fits(one.0, one.1) && !is_entered(&one)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn ordered_within_a_day(db: &mut Database, at: Timestamp) -> QueryResult<u64> {
    let count: i64 = card_orders::table
        .filter(card_orders::submitted_by.eq(format!("job:{JOB}")))
        .filter(card_orders::submitted_at.gt(at.minus(DAY)))
        .count()
        .get_result(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}
