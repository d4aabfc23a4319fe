//! Feeds of the register that a brake stopped, and those that do not say who has left: the operator's monitoring is told how many.

use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use store::Database;
use store::schema::{register_feeds, register_holds};

/// How many feeds were put aside that no newer complete one of their source has overtaken, whatever officers have made of
/// them: the register is not what its publisher says until another is imported. A case of a merge is no feed: it is about two numbers.
pub(super) fn held_feeds(db: &mut Database) -> QueryResult<usize> {
    let overtaken = register_feeds::table
        .filter(register_feeds::source.eq(register_holds::source))
        .filter(register_feeds::status.eq("complete"))
        .filter(register_feeds::extracted_at.ge(register_holds::extracted_at));
    let waiting: Vec<String> = register_holds::table
        .filter(not(exists(overtaken)))
        .filter(register_holds::source.ne("merge-case"))
        .select(register_holds::feed)
        .distinct()
        .load(db)?;
    Ok(waiting.len())
}

/// Of how many sources the newest complete feed does not say who has left, because a line of it names nobody that can be read:
/// whom it does not name is held as he was, and nothing of his ends.
pub(super) fn mute_feeds(db: &mut Database) -> QueryResult<i64> {
    let newest: Vec<(String, Option<i64>)> = register_feeds::table
        .filter(register_feeds::status.eq("complete"))
        .group_by(register_feeds::source)
        .select((register_feeds::source, max(register_feeds::sequence)))
        .load(db)?;
    let newest: Vec<i64> = newest.into_iter().filter_map(|(_, sequence)| sequence).collect();
    register_feeds::table
        .filter(register_feeds::sequence.eq_any(newest).and(register_feeds::speaks_of_absent.eq(false)))
        .count()
        .get_result(db)
}
