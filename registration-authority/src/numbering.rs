//! Numbers that people read aloud: `CO-2026-000001`.

use diesel::prelude::*;
use store::schema::number_counters;
use store::{Database, Timestamp};

/// Which numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Series {
    /// Card orders: `CO`.
    CardOrder,
    /// Certificate requests: `CR`.
    CertificateRequest,
    /// Renewal plans: `RP`.
    RenewalPlan,
    /// Plans of oppositions: `PO`.
    OppositionPlan,
}

/// The next number of a series in the year (UTC) of `at`. Inside a transaction: the counter's row
/// stays locked to its end, so a number is never given twice, and one that is rolled back is given again.
pub(crate) fn next(db: &mut Database, series: Series, at: Timestamp) -> QueryResult<String> {
    let prefix = match series {
        Series::CardOrder => "CO",
        Series::CertificateRequest => "CR",
        Series::RenewalPlan => "RP",
        Series::OppositionPlan => "PO",
    };
    let series = format!("{prefix}-{}", at.to_jiff().strftime("%Y"));
    begin(db, &series)?;
    let last: i64 = diesel::update(number_counters::table.find(&series))
        .set(number_counters::last.eq(number_counters::last + 1))
        .returning(number_counters::last)
        .get_result(db)?;
    Ok(format!("{series}-{last:06}"))
}

/// The counter of a new year. `ON CONFLICT` is written once a backend: it does not compile on the enum.
fn begin(db: &mut Database, series: &str) -> QueryResult<usize> {
    let row = (number_counters::series.eq(series), number_counters::last.eq(0));
    let insert = diesel::insert_into(number_counters::table).values(row);
    match db {
        Database::Sqlite(c) => insert.on_conflict_do_nothing().execute(c),
        Database::Postgresql(c) => insert.on_conflict_do_nothing().execute(c),
    }
}
