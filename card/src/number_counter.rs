//! Card numbers are drawn one after the other, each prefix with its own counter.

use diesel::prelude::*;
use store::Database;
use store::schema::card_number_counter;

use crate::{CardNumber, CardNumberPrefix};

/// Draws the next number behind `prefix`, or nothing where none is left. The counter's row stays
/// locked to the end of the caller's transaction: a number is never drawn twice, and one that was
/// drawn in vain is drawn again.
pub(crate) fn draw(db: &mut Database, prefix: CardNumberPrefix) -> QueryResult<Option<CardNumber>> {
    let key = prefix.to_string();
    let last = match advance(db, &key)? {
        Some(last) => last,
        None => {
            begin(db, &key)?;
            advance(db, &key)?.ok_or(diesel::result::Error::NotFound)?
        }
    };
    Ok(u64::try_from(last).ok().and_then(|nth| prefix.number(nth)))
}

fn advance(db: &mut Database, key: &str) -> QueryResult<Option<i64>> {
    diesel::update(card_number_counter::table.find(key))
        .set(card_number_counter::last.eq(card_number_counter::last + 1))
        .returning(card_number_counter::last)
        .get_result(db)
        .optional()
}

/// Two first cards may be ordered at once: the second waits, and finds the counter there.
fn begin(db: &mut Database, key: &str) -> QueryResult<usize> {
    let row = (card_number_counter::prefix.eq(key), card_number_counter::last.eq(0));
    match db {
        Database::Sqlite(c) => {
            diesel::insert_or_ignore_into(card_number_counter::table).values(row).execute(c)
        }
        Database::Postgresql(c) => {
            diesel::insert_into(card_number_counter::table).values(row).on_conflict_do_nothing().execute(c)
        }
    }
}
