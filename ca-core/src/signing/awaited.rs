//! Lines whose record is awaited: what becomes of each.

use std::time::Duration;

use diesel::prelude::*;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{signing_awaited, signing_superseded};
use store::{Act, CryptoRng, Database, Timestamp};

use super::crl_record::RECORDED_WITHIN;
use super::reconciliation::{Alarm, LedgerPlace, take_down};
use super::verdict::{self, Verdict};
use crate::signer::KeyReference;
use crate::signer::ledger::Entry;

/// After how long a record is awaited no more, however often the program was away meanwhile.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 3600);

/// A row of `signing_awaited`.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = signing_awaited)]
struct Row {
    ledger: String,
    sequence: i64,
    signed_at: Timestamp,
    token: String,
    key_id: String,
    digest: Vec<u8>,
    subject: String,
    looked_at: Timestamp,
}

/// Remembers a line, inside a transaction.
pub(super) fn remember(db: &mut Database, ledger: &str, entry: &Entry, act: &Act) -> QueryResult<()> {
    let row = Row {
        ledger: ledger.to_owned(),
        sequence: entry.sequence.cast_signed(),
        signed_at: entry.at,
        token: entry.key.token.clone(),
        key_id: entry.key.id.to_string(),
        digest: entry.digest.clone(),
        subject: entry.subject.clone(),
        looked_at: act.at,
    };
    diesel::insert_into(signing_awaited::table).values(row).execute(db)?;
    Ok(())
}

/// Looks again at every line that is remembered; the time that a program was away is not counted. What was recorded meanwhile is forgotten; of what never will be, the audit
/// log is told what stands in its place, or an alarm is raised. Runs its own transactions; gives the alarms.
pub(super) fn look_again(
    db: &mut Database,
    place: &LedgerPlace<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Vec<Alarm>> {
    let rows: Vec<Row> = signing_awaited::table.select(Row::as_select()).load(db)?;
    let mut alarms = Vec::new();
    for row in rows {
        let ledger = row.ledger.clone();
        let since = match act.at < row.looked_at.plus(LONGEST_WAIT) {
            true => row.looked_at.max(place.running_since),
            false => row.looked_at,
        };
        let entry = Entry {
            sequence: row.sequence.cast_unsigned(),
            at: row.signed_at,
            key: KeyReference {
                token: row.token,
                id: row.key_id.parse().expect("the database holds key identifiers this program wrote"),
            },
            digest: row.digest,
            subject: row.subject,
        };
        let settled = match verdict::of_issuing(db, &entry, since, place.log)? {
            Verdict::Awaited(_) if act.at < since.plus(RECORDED_WITHIN) => continue,
            Verdict::Awaited(why) => Verdict::objection(why),
            settled => settled,
        };
        alarms.extend(db.write(|db| settle(db, &ledger, &entry, &settled, rng, act))?);
    }
    Ok(alarms)
}

/// Forgets a line once what came of it is written down; nothing where another worker was quicker.
fn settle(
    db: &mut Database,
    ledger: &str,
    entry: &Entry,
    settled: &Verdict,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Option<Alarm>> {
    lock(db)?;
    let row = signing_awaited::table.find((ledger, entry.sequence.cast_signed()));
    if row.count().get_result::<i64>(db)? == 0 {
        return Ok(None);
    }
    let alarm = take_down(db, ledger, entry, settled, rng, act)?;
    diesel::delete(row).execute(db)?;
    Ok(alarm)
}

/// SQLite's write transactions stand in line already.
fn lock(db: &mut Database) -> QueryResult<()> {
    if let Database::Postgresql(connection) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('signing_awaited'), 0)")
            .execute(connection)?;
    }
    Ok(())
}

/// A signature that was intended and is recorded nowhere is written down and told to the audit log, inside a transaction.
pub(super) fn tell_superseded(
    db: &mut Database,
    ledger: &str,
    entry: &Entry,
    by: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::insert_into(signing_superseded::table)
        .values((
            signing_superseded::ledger.eq(ledger),
            signing_superseded::sequence.eq(entry.sequence.cast_signed()),
            signing_superseded::taken_by.eq(by),
            signing_superseded::found_at.eq(act.at),
        ))
        .execute(db)?;
    let event = Event {
        action: "signing.superseded",
        subject: format!("ledger {ledger} {}", entry.sequence),
        payload: json!({
            "what": entry.subject,
            "key": entry.key,
            "digest": hex::encode(&entry.digest),
            "signed_at": entry.at,
            "by": by,
        }),
    };
    record(db, event, rng, act)
}
