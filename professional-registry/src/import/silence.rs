//! Of whom a feed says nothing: a line of theirs was refused. Who draws a conclusion from a feed asks here first.

use diesel::prelude::*;
use store::Database;
use store::schema::register_silences;

use super::ImportError;
use super::feed::Feed;

/// How many are recorded in one transaction.
const SLICE: usize = 1000;

/// Records that the feed is silent of these, which the register knows. What an interrupted import recorded stands.
pub(super) fn record(
    db: &mut Database,
    feed: &mut Feed,
    rows_read: u64,
    silent: &[String],
) -> Result<(), ImportError> {
    for subjects in silent.chunks(SLICE) {
        feed.write(db, rows_read, |db, sequence| {
            for subject in subjects {
                let row = (register_silences::sequence.eq(sequence), register_silences::subject.eq(subject));
                let insert = diesel::insert_into(register_silences::table).values(row);
                // `ON CONFLICT` is written once a backend: it does not compile on the enum.
                match db {
                    Database::Sqlite(c) => insert.on_conflict_do_nothing().execute(c)?,
                    Database::Postgresql(c) => insert.on_conflict_do_nothing().execute(c)?,
                };
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Whether the feed of this sequence says nothing of `subject` (IdNat_PS).
pub fn is_silent_of(db: &mut Database, sequence: i64, subject: &str) -> QueryResult<bool> {
    let rows = register_silences::table.find((sequence, subject));
    diesel::select(diesel::dsl::exists(rows)).get_result(db)
}
