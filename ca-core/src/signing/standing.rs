use diesel::prelude::*;
use store::schema::{signing_alarms, signing_ledgers};
use store::{Database, Timestamp};

/// How things stand with what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many alarms there ever were; an alarm stays.
    pub alarms: i64,
    /// The newest of them, in words.
    pub newest_alarm: Option<String>,
    /// Each ledger that was ever followed.
    pub ledgers: Vec<LedgerStanding>,
}

/// How far a ledger was followed.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct LedgerStanding {
    /// Its identifier.
    pub ledger: String,
    /// `issuing` or `answers`.
    pub kind: String,
    /// Where it stood: host and path.
    pub place: String,
    /// The sequence of the last line that was looked at.
    pub sequence: i64,
    /// When it was.
    pub reconciled_at: Timestamp,
}

/// Reads how things stand.
pub fn standing(db: &mut Database) -> QueryResult<Standing> {
    Ok(Standing {
        alarms: signing_alarms::table.count().get_result(db)?,
        newest_alarm: signing_alarms::table
            .order(signing_alarms::found_at.desc())
            .select(signing_alarms::what)
            .first(db)
            .optional()?,
        ledgers: signing_ledgers::table
            .order((signing_ledgers::kind.desc(), signing_ledgers::ledger))
            .select((
                signing_ledgers::ledger,
                signing_ledgers::kind,
                signing_ledgers::place,
                signing_ledgers::sequence,
                signing_ledgers::reconciled_at,
            ))
            .load(db)?,
    })
}
