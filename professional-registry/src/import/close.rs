use diesel::prelude::*;
use store::schema::{activities, exercises, professionals};
use store::{Act, Database};

use super::ImportError;
use super::feed::Feed;
use super::survey::{PersonKey, Survey};

/// How many rows are looked at, and how many persons written, in one transaction.
const PAGE: i64 = 1000;

/// Ceases the persons and exercises that the feed no longer names, and deletes the activities. The rows are found
/// outside the transactions that write them, so that these stay short; a condition in each write holds what was
/// found. Persons with a refused line are left as they are.
pub(super) fn cease_unseen(
    db: &mut Database,
    feed: &Feed,
    survey: &Survey,
    act: &Act,
) -> Result<(), ImportError> {
    let seq = feed.sequence;
    each_page(
        db,
        feed,
        survey,
        |db, after| {
            professionals::table
                .filter(professionals::id_nat.gt(after))
                .filter(professionals::last_feed.lt(seq).and(professionals::ceased_at.is_null()))
                .order(professionals::id_nat)
                .limit(PAGE)
                .select(professionals::id_nat)
                .load(db)
        },
        |db, persons| {
            diesel::update(professionals::table)
                .filter(professionals::id_nat.eq_any(persons))
                .filter(professionals::last_feed.lt(seq).and(professionals::ceased_at.is_null()))
                .set(professionals::ceased_at.eq(act.at))
                .execute(db)
        },
    )?;
    each_page(
        db,
        feed,
        survey,
        |db, after| {
            exercises::table
                .filter(exercises::id_nat.gt(after))
                .filter(exercises::last_feed.lt(seq).and(exercises::ceased_at.is_null()))
                .order(exercises::id_nat)
                .limit(PAGE)
                .select(exercises::id_nat)
                .load(db)
        },
        |db, persons| {
            diesel::update(exercises::table)
                .filter(exercises::id_nat.eq_any(persons))
                .filter(exercises::last_feed.lt(seq).and(exercises::ceased_at.is_null()))
                .set(exercises::ceased_at.eq(act.at))
                .execute(db)
        },
    )?;
    each_page(
        db,
        feed,
        survey,
        |db, after| {
            activities::table
                .filter(activities::id_nat.gt(after))
                .filter(activities::last_feed.lt(seq))
                .order(activities::id_nat)
                .limit(PAGE)
                .select(activities::id_nat)
                .load(db)
        },
        |db, persons| {
            diesel::delete(activities::table)
                .filter(activities::id_nat.eq_any(persons))
                .filter(activities::last_feed.lt(seq))
                .execute(db)
        },
    )
}

/// Walks the persons that `find` finds after one, and hands each page of them to `write`, in a transaction. All of
/// one person's rows are written at once, so the walk may go on after the last person of a page.
fn each_page(
    db: &mut Database,
    feed: &Feed,
    survey: &Survey,
    find: impl Fn(&mut Database, &str) -> QueryResult<Vec<String>>,
    write: impl Fn(&mut Database, &[String]) -> QueryResult<usize>,
) -> Result<(), ImportError> {
    let mut after = String::new();
    loop {
        let mut persons = find(db, &after)?;
        let Some(last) = persons.last() else { return Ok(()) };
        after.clone_from(last);
        persons.dedup();
        persons.retain(|id_nat| PersonKey::of(id_nat).is_some() && !survey.shielded.contains(id_nat));
        db.write(|db| {
            feed.hold(db, survey.rows_read)?;
            write(db, &persons)?;
            Ok::<_, ImportError>(())
        })?;
    }
}
