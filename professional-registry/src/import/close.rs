use diesel::prelude::*;
use store::schema::{activities, exercises, professionals};
use store::{Act, Database, crash_point};

use super::ImportError;
use super::feed::Feed;
use super::survey::{PersonKey, Survey};

/// How many rows are looked at, and how many persons written, in one transaction.
const PAGE: i64 = 1000;

/// Ceases the persons and exercises that the feed no longer names, and deletes their activities.
///
/// The activities lead to all of them: a line of an extract is an activity, so who is in the register, and each
/// exercise there, has one until it ceases, in the transaction that deletes the last. They are found outside the
/// transactions that write, so that these stay short; a condition in each write holds what was found. Persons with
/// a refused line are left as they are.
pub(super) fn cease_unseen(
    db: &mut Database,
    feed: &Feed,
    survey: &Survey,
    act: &Act,
) -> Result<(), ImportError> {
    let mut after = String::new();
    loop {
        let mut persons = unseen(db, feed.sequence, &after)?;
        let Some(last) = persons.last() else { return Ok(()) };
        after.clone_from(last);
        persons.dedup();
        persons.retain(|id_nat| PersonKey::of(id_nat).is_some() && !survey.shielded.contains(id_nat));
        db.write(|db| {
            feed.hold(db, survey.rows_read)?;
            cease(db, feed.sequence, &persons, act)?;
            Ok::<_, ImportError>(())
        })?;
        crash_point("register.unseen-ceased");
    }
}

/// A page of the persons after this one with an activity that the feed does not name, once for each.
fn unseen(db: &mut Database, sequence: i64, after: &str) -> QueryResult<Vec<String>> {
    activities::table
        .filter(activities::id_nat.gt(after))
        .filter(activities::last_feed.lt(sequence))
        .order(activities::id_nat)
        .limit(PAGE)
        .select(activities::id_nat)
        .load(db)
}

/// All that the feed does not name of these persons: the walk may then go on after the last of them.
fn cease(db: &mut Database, sequence: i64, persons: &[String], act: &Act) -> QueryResult<()> {
    diesel::update(professionals::table)
        .filter(professionals::id_nat.eq_any(persons))
        .filter(professionals::last_feed.lt(sequence).and(professionals::ceased_at.is_null()))
        .set(professionals::ceased_at.eq(act.at))
        .execute(db)?;
    diesel::update(exercises::table)
        .filter(exercises::id_nat.eq_any(persons))
        .filter(exercises::last_feed.lt(sequence).and(exercises::ceased_at.is_null()))
        .set(exercises::ceased_at.eq(act.at))
        .execute(db)?;
    diesel::delete(activities::table)
        .filter(activities::id_nat.eq_any(persons))
        .filter(activities::last_feed.lt(sequence))
        .execute(db)?;
    Ok(())
}
