//! The table `crls`: every CRL that was issued, written down before it is published.

use ca_core::authority::Authority;
use diesel::dsl::auto_type;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::crls;
use store::{Act, CryptoRng, Database, Timestamp, crash_point};

use super::{CrlError, CrlKind, CrlRefused, Scope, VerifiedCrl};

/// A recorded CRL, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordedCrl {
    pub(crate) number: u64,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    pub(crate) entries: u64,
    pub(crate) log_sequence: i64,
}

type Row = (i64, Timestamp, Timestamp, i64, i64);

impl From<Row> for RecordedCrl {
    fn from((number, this_update, next_update, entries, log_sequence): Row) -> Self {
        let (number, entries) = (number.unsigned_abs(), entries.unsigned_abs());
        Self { number, this_update, next_update, entries, log_sequence }
    }
}

/// The newest CRL of this scope and kind.
pub(crate) fn newest(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    kind: CrlKind,
) -> QueryResult<Option<RecordedCrl>> {
    newest_until(db, issuer, scope, kind, Timestamp::from_millis(i64::MAX))
}

/// The newest CRL of this scope and kind whose thisUpdate is not later than `until`.
pub(crate) fn newest_until(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    kind: CrlKind,
    until: Timestamp,
) -> QueryResult<Option<RecordedCrl>> {
    let row: Option<Row> = crls::table
        .filter(crls::issuer.eq(issuer).and(crls::scope.eq(scope.to_string())))
        .filter(crls::kind.eq(kind.name()))
        .filter(crls::this_update.le(until))
        .order(crls::number.desc())
        .select((crls::number, crls::this_update, crls::next_update, crls::entries, crls::log_sequence))
        .first(db)
        .optional()?;
    Ok(row.map(RecordedCrl::from))
}

/// The complete CRLs of this scope that have not ended at `at`, oldest first.
pub(crate) fn in_use(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    at: Timestamp,
) -> QueryResult<Vec<RecordedCrl>> {
    let rows: Vec<Row> = ending_after(issuer, &scope.to_string(), at).load(db)?;
    let mut crls: Vec<_> = rows.into_iter().map(RecordedCrl::from).collect();
    crls.sort_unstable_by_key(|crl| crl.number);
    Ok(crls)
}

/// Out of an index of their ends, whatever else was ever recorded.
#[auto_type]
pub(super) fn ending_after<'a>(issuer: &'a str, scope: &'a str, at: Timestamp) -> _ {
    let full: &'static str = CrlKind::Full.name();
    crls::table
        .filter(crls::issuer.eq(issuer))
        .filter(crls::scope.eq(scope))
        .filter(crls::kind.eq(full))
        .filter(crls::next_update.gt(at))
        .select((crls::number, crls::this_update, crls::next_update, crls::entries, crls::log_sequence))
}

/// The number of the complete CRL that the newest delta of this scope starts from.
pub(crate) fn newest_base(db: &mut Database, issuer: &str, scope: &Scope) -> QueryResult<Option<u64>> {
    let number: Option<Option<i64>> = crls::table
        .filter(crls::issuer.eq(issuer).and(crls::scope.eq(scope.to_string())))
        .filter(crls::kind.eq(CrlKind::Delta.name()))
        .order(crls::number.desc())
        .select(crls::base_number)
        .first(db)
        .optional()?;
    Ok(number.flatten().map(i64::unsigned_abs))
}

/// The bytes of a recorded CRL.
pub(crate) fn der(
    db: &mut Database,
    issuer: &str,
    scope: &Scope,
    kind: CrlKind,
    number: u64,
) -> QueryResult<Option<Vec<u8>>> {
    crls::table
        .find((issuer, scope.to_string(), kind.name(), number.cast_signed()))
        .select(crls::der)
        .first(db)
        .optional()
}

/// A recorded CRL, verified again for publication: its bytes are the authority's and say what its row says.
pub(crate) fn verified(
    db: &mut Database,
    authority: &Authority,
    scope: &Scope,
    kind: CrlKind,
    recorded: &RecordedCrl,
    published_number: u64,
) -> Result<Option<VerifiedCrl>, CrlError> {
    let Some(der) = der(db, &authority.short_name, scope, kind, recorded.number)? else { return Ok(None) };
    let crl = VerifiedCrl::from_record(authority, scope, kind, recorded.log_sequence, published_number, der)?;
    for (name, same) in [
        ("number", crl.number() == recorded.number),
        ("this update", crl.this_update() == recorded.this_update),
        ("next update", crl.next_update() == recorded.next_update),
        ("number of entries", crl.entries() == recorded.entries),
    ] {
        if !same {
            return Err(CrlRefused::Field(name).into());
        }
    }
    Ok(Some(crl))
}

/// The highest number of any CRL of this scope, full or delta; zero where there is none.
pub(crate) fn highest_number(db: &mut Database, issuer: &str, scope: &Scope) -> QueryResult<u64> {
    let mut highest = 0;
    for kind in [CrlKind::Full, CrlKind::Delta] {
        let number: Option<i64> = numbers(issuer, &scope.to_string(), kind.name()).first(db).optional()?;
        highest = highest.max(number.map_or(0, i64::unsigned_abs));
    }
    Ok(highest)
}

/// The numbers of a kind, from the highest on: the end of the primary key, once the kind is said.
#[auto_type]
pub(super) fn numbers<'a>(issuer: &'a str, scope: &'a str, kind: &'static str) -> _ {
    crls::table
        .filter(crls::issuer.eq(issuer))
        .filter(crls::scope.eq(scope))
        .filter(crls::kind.eq(kind))
        .order(crls::number.desc())
        .select(crls::number)
}

/// Writes down what was issued together, in one transaction with its events. Refuses where another
/// worker was quicker: two CRLs of different times never share a number (RFC 5280 §5.2.3), and none with
/// a greater number shows less of the status log. When they were recorded is now, by the clock: the act began before everything that
/// was signed since, of all authorities.
pub(crate) fn insert(
    db: &mut Database,
    authority: &Authority,
    issued: &[VerifiedCrl],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CrlError> {
    db.write(|db| {
        lock(db, &authority.short_name)?;
        // Before this transaction: what is issued together shares a number.
        let mut standing = Vec::with_capacity(issued.len());
        for crl in issued {
            let (issuer, scope) = (&authority.short_name, crl.scope());
            standing.push((highest_number(db, issuer, scope)?, newest_cut(db, issuer, scope)?));
        }
        let recorded_at = db.now()?.max(act.at);
        for (crl, (highest, newest_cut)) in issued.iter().zip(standing) {
            if crl.number() <= highest || crl.log_sequence() < newest_cut {
                return Err(CrlError::Overtaken { number: crl.number(), recorded: highest });
            }
            diesel::insert_into(crls::table)
                .values((
                    crls::issuer.eq(crl.issuer()),
                    crls::scope.eq(crl.scope().to_string()),
                    crls::kind.eq(crl.kind().name()),
                    crls::number.eq(crl.number().cast_signed()),
                    crls::base_number.eq(crl.base_number().map(u64::cast_signed)),
                    crls::this_update.eq(crl.this_update()),
                    crls::next_update.eq(crl.next_update()),
                    crls::entries.eq(crl.entries().cast_signed()),
                    crls::log_sequence.eq(crl.log_sequence()),
                    crls::der.eq(crl.der()),
                    crls::recorded_at.eq(recorded_at),
                ))
                .execute(db)?;
            audit::record(db, event(crl), rng, act)?;
        }
        Ok::<_, CrlError>(())
    })?;
    crash_point("crl.recorded");
    Ok(())
}

/// How far into the status log the recorded CRLs of this scope reach; zero where there is none.
fn newest_cut(db: &mut Database, issuer: &str, scope: &Scope) -> QueryResult<i64> {
    let cut: Option<i64> = cuts(issuer, &scope.to_string()).first(db).optional()?;
    Ok(cut.unwrap_or(0))
}

/// From the last on: the end of an index.
#[auto_type]
pub(super) fn cuts<'a>(issuer: &'a str, scope: &'a str) -> _ {
    crls::table
        .filter(crls::issuer.eq(issuer))
        .filter(crls::scope.eq(scope))
        .order(crls::log_sequence.desc())
        .select(crls::log_sequence)
}

/// A CRL by its natural key, in the audit trail and in the ledger of the signer.
pub(crate) fn subject(issuer: &str, scope: &Scope, kind: CrlKind, number: u64) -> String {
    match scope {
        Scope::All => format!("crl {issuer} {kind} {number}"),
        Scope::Shard(_) => format!("crl {issuer} {scope} {kind} {number}"),
    }
}

fn event(crl: &VerifiedCrl) -> Event {
    Event {
        action: "crl.issued",
        subject: subject(crl.issuer(), crl.scope(), crl.kind(), crl.number()),
        payload: json!({
            "base_number": crl.base_number(),
            "entries": crl.entries(),
            "this_update": crl.this_update(),
            "next_update": crl.next_update(),
            "log_sequence": crl.log_sequence(),
            "sha256": crl.sha256(),
        }),
    }
}

/// SQLite's write transactions stand in line already. On PostgreSQL a full CRL and a delta have
/// different keys, so that the primary key alone would let two workers give one number twice.
fn lock(db: &mut Database, issuer: &str) -> QueryResult<()> {
    if let Database::Postgresql(connection) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('crls'), hashtext($1))")
            .bind::<Text, _>(issuer)
            .execute(connection)?;
    }
    Ok(())
}
