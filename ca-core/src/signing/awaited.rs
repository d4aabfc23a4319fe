//! Lines whose record is awaited: what becomes of each.

use diesel::prelude::*;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::signing_awaited;
use store::{Act, CryptoRng, Database, Timestamp};

use super::crl_record::RECORDED_WITHIN;
use super::reconciliation::{Alarm, take_down};
use super::verdict::{self, Verdict};
use crate::signer::KeyReference;
use crate::signer::ledger::Entry;

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

/// Looks again at every line that is remembered. What was recorded meanwhile is forgotten; of what never will be, the audit
/// log is told what stands in its place, or an alarm is raised. Runs its own transactions; gives the alarms.
pub(super) fn look_again(
    db: &mut Database,
    log: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Vec<Alarm>> {
    let rows: Vec<Row> = signing_awaited::table.select(Row::as_select()).load(db)?;
    let mut alarms = Vec::new();
    for row in rows {
        let (ledger, since) = (row.ledger.clone(), row.looked_at);
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
        let settled = match verdict::of_issuing(db, &entry, since, log)? {
            Verdict::Awaited(_) if act.at < since.plus(RECORDED_WITHIN) => continue,
            Verdict::Awaited(why) => Verdict::objection(why),
            settled => settled,
        };
        alarms.extend(db.write(|db| settle(db, &ledger, &entry, &settled, rng, act))?);
    }
    Ok(alarms)
}

/// Forgets a line with what came of it; nothing where another worker was quicker.
fn settle(
    db: &mut Database,
    ledger: &str,
    entry: &Entry,
    settled: &Verdict,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Option<Alarm>> {
    let row = signing_awaited::table.find((ledger, entry.sequence.cast_signed()));
    if diesel::delete(row).execute(db)? == 0 {
        return Ok(None);
    }
    take_down(db, ledger, entry, settled, rng, act)
}

/// The audit log is told of a signature that was intended and is recorded nowhere, inside a transaction.
pub(super) fn tell_superseded(
    db: &mut Database,
    ledger: &str,
    entry: &Entry,
    by: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
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
