use diesel::dsl::{exists, not};
use diesel::prelude::*;
use store::schema::{signing_acknowledgements, signing_alarms, signing_ledgers, signing_superseded};
use store::{Database, Timestamp};

/// How things stand with what was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How many alarms there ever were; an alarm stays.
    pub alarms: i64,
    /// How many of them nobody has seen to.
    pub open: i64,
    /// The newest of these.
    pub newest_open: Option<OpenAlarm>,
    /// How many CRLs were ever signed and are recorded nowhere, since another took their number.
    pub superseded: i64,
    /// Each ledger that was ever followed.
    pub ledgers: Vec<LedgerStanding>,
}

/// An alarm that nobody has seen to.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct OpenAlarm {
    /// The ledger.
    pub ledger: String,
    /// The line's sequence.
    pub sequence: i64,
    /// What was found, in words.
    pub what: String,
    /// Its stable code; none in alarms of a program from before codes were recorded.
    pub code: Option<String>,
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
    let seen_to = signing_acknowledgements::table.filter(
        signing_acknowledgements::ledger
            .eq(signing_alarms::ledger)
            .and(signing_acknowledgements::sequence.eq(signing_alarms::sequence)),
    );
    let open = signing_alarms::table.filter(not(exists(seen_to)));
    Ok(Standing {
        alarms: signing_alarms::table.count().get_result(db)?,
        open: open.count().get_result(db)?,
        newest_open: open
            .order((signing_alarms::found_at.desc(), signing_alarms::sequence.desc()))
            .select((
                signing_alarms::ledger,
                signing_alarms::sequence,
                signing_alarms::what,
                signing_alarms::code,
            ))
            .first(db)
            .optional()?,
        superseded: signing_superseded::table.count().get_result(db)?,
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
