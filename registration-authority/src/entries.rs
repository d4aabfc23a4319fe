//! Who was entered in the register gets his card ordered by itself: for a profession that has a council, its roll is the
//! registration authority, and entering it asks for the card (\[S\] domain.md §0, §4.1).
//!
//! A reconciler: it compares who was first named by a feed of these last days with the orders there are, and submits what is missing in the
//! register's name. Nothing is approved by it: an officer decides as on every order, and the order carries the digest of the feed that
//! says so. Within a day there are at most as many as the configuration says; what is more waits for the next.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::extract::Form;
use professional_registry::identifiers::IdNatPs;
use professional_registry::{ProfessionalRecord, Registry, RegistryError, import};
use rand_core::CryptoRng;
use store::schema::card_orders;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::eligibility::{self, Asker, Automatic, BadRules, Product, ProductRules};
use crate::order::{self, NewCardOrder, Origin, Submission, SubmitError};

#[cfg(test)]
mod tests;

/// The job that submits.
pub const JOB: &str = "registration";
/// How long after his entry somebody is looked for: a feed that was late, or a worker that stood still, loses nobody.
const DAYS: Duration = Duration::from_secs(30 * 86_400);
/// Within which time orders count as of one day.
const DAY: Duration = Duration::from_secs(86_400);
/// Persons that one run looks at.
const PAGE: usize = 500;

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// The orders that were submitted.
    pub ordered: Vec<String>,
    /// Persons with the code of why nothing was ordered for them.
    pub refused: Vec<(String, Code)>,
    /// How many wait for another day.
    pub waiting: usize,
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
    for id in entered(db, act.at)? {
        let Ok(holder) = id.parse::<IdNatPs>() else { continue };
        let Some(record) = registry.professional(db, &holder)? else { continue };
        for wish in wishes(&record)? {
            if has_order(db, &wish)? {
                continue;
            }
            if left == 0 {
                done.waiting += 1;
                continue;
            }
            match db.write(|db| submit(db, registry, wish, rng, act)) {
                Ok(number) => {
                    left -= 1;
                    done.ordered.push(number);
                }
                Err(SubmitError::NotEligible(error)) => done.refused.push((id.clone(), error.code())),
                Err(error) => return Err(error.into()),
            }
        }
    }
    Ok(done)
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

/// A card for each exercise whose entry asks for one.
fn wishes(record: &ProfessionalRecord) -> Result<Vec<NewCardOrder>, BadRules> {
    let of = |rules: &ProductRules| {
        let Product::Card(kind) = rules.product else { return Vec::new() };
        let fits = |exercise: &&professional_registry::Exercise| {
            exercise.ceased_at.is_none()
                && rules.categories.contains(&exercise.category)
                && rules.ordered_at_entry.contains(&exercise.profession)
        };
        let living = record.exercises.iter().filter(fits);
        living
            .map(|exercise| NewCardOrder {
                kind,
                holder: record.id.clone(),
                profession: exercise.profession,
                replaces: None,
            })
            .collect()
    };
    Ok(eligibility::rulebook()?.iter().flat_map(of).collect())
}

/// Whether anybody has ever ordered this, whatever became of it: a refusal is not asked again by itself.
fn has_order(db: &mut Database, wish: &NewCardOrder) -> QueryResult<bool> {
    let found: i64 = card_orders::table
        .filter(card_orders::holder.eq(wish.holder.to_string()))
        .filter(card_orders::kind.eq(wish.kind.as_str()))
        .filter(card_orders::profession.eq(wish.profession.code()))
        .count()
        .get_result(db)?;
    Ok(found > 0)
}

fn ordered_within_a_day(db: &mut Database, at: Timestamp) -> QueryResult<u64> {
    let count: i64 = card_orders::table
        .filter(card_orders::submitted_by.eq(format!("job:{JOB}")))
        .filter(card_orders::submitted_at.gt(at.minus(DAY)))
        .count()
        .get_result(db)?;
    Ok(u64::try_from(count).unwrap_or(0))
}

#[derive(QueryableByName)]
struct Person {
    #[diesel(sql_type = Text)]
    id_nat: String,
}

/// Living persons whom a feed of these last days named first, and for whom nobody has ordered a card; by number.
fn entered(db: &mut Database, at: Timestamp) -> QueryResult<Vec<String>> {
    // The columns of the register are compared as bytes on PostgreSQL, and nowhere else is another order.
    let as_bytes = if db.is_on_server() { " COLLATE \"C\"" } else { "" };
    let (source, since) = (Form::ACTIVITIES.source, at.minus(DAYS).millis());
    let statement = format!(
        "SELECT p.id_nat AS id_nat FROM professionals p WHERE p.ceased_at IS NULL AND p.first_feed IN ( \
             SELECT f.sequence FROM register_feeds f WHERE f.source = '{source}' AND f.imported_at > {since} \
               AND f.sequence > (SELECT min(g.sequence) FROM register_feeds g WHERE g.source = '{source}')) \
         AND NOT EXISTS (SELECT 1 FROM card_orders o WHERE o.holder = p.id_nat{as_bytes}) \
         ORDER BY p.id_nat LIMIT {PAGE}"
    );
    let rows: Vec<Person> = diesel::sql_query(statement).load(db)?;
    Ok(rows.into_iter().map(|person| person.id_nat).collect())
}
