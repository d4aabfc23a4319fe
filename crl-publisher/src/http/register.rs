//! Feeds of the register that a brake stopped: the operator's monitoring is told how many wait.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use store::Database;
use store::schema::{register_feeds, register_holds};

/// How many feeds were put aside that no newer complete one of their source has overtaken, whatever officers have made of
/// them: the register is not what its publisher says until another is imported.
pub(super) fn held_feeds(db: &mut Database) -> QueryResult<usize> {
    let overtaken = register_feeds::table
        .filter(register_feeds::source.eq(register_holds::source))
        .filter(register_feeds::status.eq("complete"))
        .filter(register_feeds::extracted_at.ge(register_holds::extracted_at));
    let waiting: Vec<String> = register_holds::table
        .filter(not(exists(overtaken)))
        .select(register_holds::feed)
        .distinct()
        .load(db)?;
    Ok(waiting.len())
}
