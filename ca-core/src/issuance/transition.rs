//! The conditional updates of invariant 3: one statement for all rows of a batch.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Text};
use store::{Database, MultiBackend, Timestamp};

use super::Prepared;

/// Issuer and serial number: the key of a row.
pub(super) type RowKey = (String, String);

/// The rows of `batch` that are still *intended*, in the epoch of their intention, become *signing*; which.
pub(super) fn to_signing(db: &mut Database, batch: &[Prepared]) -> QueryResult<BTreeSet<RowKey>> {
    if batch.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = format!(
        "WITH wanted (issuer, serial, epoch) AS (VALUES {}),
              mine AS (SELECT c.issuer, c.serial FROM wanted w
                       JOIN certificates c ON c.issuer = w.issuer AND c.serial = w.serial
                       WHERE c.status = 'intended' AND c.epoch = w.epoch {})
         UPDATE certificates SET status = 'signing' FROM mine
         WHERE certificates.issuer = mine.issuer AND certificates.serial = mine.serial
         RETURNING certificates.issuer, certificates.serial",
        rows::<3>(1, batch.len()),
        in_turn(db),
    );
    let mut query = diesel::sql_query(sql).into_boxed::<MultiBackend>();
    for prepared in batch {
        query = query
            .bind::<Text, _>(&prepared.issuer)
            .bind::<Text, _>(prepared.serial.to_string())
            .bind::<BigInt, _>(prepared.epoch);
    }
    keys(query.load(db)?)
}

/// A signed certificate: what was prepared, the TBS within the finished certificate, and that one, DER.
pub(super) struct Signed<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) tbs: &'a [u8],
    pub(super) der: &'a [u8],
}

/// The rows that are still *signing*, in the epoch of their intention, and hold the very octets that were signed,
/// become *good*; which.
pub(super) fn to_good(
    db: &mut Database,
    signed: &[Signed<'_>],
    at: Timestamp,
) -> QueryResult<BTreeSet<RowKey>> {
    if signed.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = format!(
        "WITH signed (issuer, serial, epoch, tbs, der) AS (VALUES {}),
              mine AS (SELECT c.issuer, c.serial, s.der FROM signed s
                       JOIN certificates c ON c.issuer = s.issuer AND c.serial = s.serial
                       WHERE c.status = 'signing' AND c.epoch = s.epoch AND c.tbs = s.tbs {})
         UPDATE certificates SET status = 'good', der = mine.der, settled_at = ${} FROM mine
         WHERE certificates.issuer = mine.issuer AND certificates.serial = mine.serial
         RETURNING certificates.issuer, certificates.serial",
        rows::<5>(1, signed.len()),
        in_turn(db),
        5 * signed.len() + 1,
    );
    let mut query = diesel::sql_query(sql).into_boxed::<MultiBackend>();
    for Signed { prepared, tbs, der } in signed {
        query = query
            .bind::<Text, _>(&prepared.issuer)
            .bind::<Text, _>(prepared.serial.to_string())
            .bind::<BigInt, _>(prepared.epoch)
            .bind::<Binary, _>(*tbs)
            .bind::<Binary, _>(*der);
    }
    keys(query.bind::<BigInt, _>(at.millis()).load(db)?)
}

/// Rows are locked in the order of their keys: two who settle several certificates at once, a revocation of a whole
/// card among them, then wait for each other instead of locking each other out. On SQLite there is one writer.
fn in_turn(db: &Database) -> &'static str {
    match db {
        Database::Sqlite(_) => "",
        Database::Postgresql(_) => "ORDER BY c.issuer COLLATE \"C\", c.serial COLLATE \"C\" FOR UPDATE OF c",
    }
}

/// `($1, $2, $3), ($4, $5, $6)`, …
fn rows<const COLUMNS: usize>(first: usize, count: usize) -> String {
    let row = |row: usize| {
        let columns: Vec<String> =
            (0..COLUMNS).map(|column| format!("${}", first + row * COLUMNS + column)).collect();
        format!("({})", columns.join(", "))
    };
    (0..count).map(row).collect::<Vec<_>>().join(", ")
}

#[derive(QueryableByName)]
struct Settled {
    #[diesel(sql_type = Text)]
    issuer: String,
    #[diesel(sql_type = Text)]
    serial: String,
}

fn keys(settled: Vec<Settled>) -> QueryResult<BTreeSet<RowKey>> {
    Ok(settled.into_iter().map(|Settled { issuer, serial }| (issuer, serial)).collect())
}
