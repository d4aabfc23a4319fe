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
    /// Enrolments of officers' keys: `EN`.
    OfficerEnrolment,
    /// Mandates to speak for a structure: `MA`.
    StructureMandate,
    /// Delegations between officers: `DG`.
    OfficerDelegation,
}

impl Series {
    fn of_year(self, at: Timestamp) -> String {
        let prefix = match self {
            Self::CardOrder => "CO",
            Self::CertificateRequest => "CR",
            Self::RenewalPlan => "RP",
            Self::OppositionPlan => "PO",
            Self::OfficerEnrolment => "EN",
            Self::StructureMandate => "MA",
            Self::OfficerDelegation => "DG",
        };
        format!("{prefix}-{}", at.to_jiff().strftime("%Y"))
    }
}

/// Waits until nobody else draws a number of this series, and lets nobody draw one to the end of the transaction: what is
/// looked at in between is not numbered meanwhile. Inside the caller's write transaction.
pub(crate) fn hold(db: &mut Database, series: Series, at: Timestamp) -> QueryResult<()> {
    let series = series.of_year(at);
    begin(db, &series)?;
    diesel::update(number_counters::table.find(&series))
        .set(number_counters::last.eq(number_counters::last))
        .execute(db)?;
    Ok(())
}

/// The next number of a series in the year (UTC) of `at`. Inside a transaction: the counter's row
/// stays locked to its end, so a number is never given twice, and one that is rolled back is given again.
pub(crate) fn next(db: &mut Database, series: Series, at: Timestamp) -> QueryResult<String> {
    let series = series.of_year(at);
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
