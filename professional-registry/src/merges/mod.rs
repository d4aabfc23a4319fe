//! ADELI numbers that became RPPS numbers: one person who keeps both.
//!
//! The publisher gives the correspondence as a file, `N° ADELI;N° RPPS` (\[S\] domain.md §3.1). It says who is whom and
//! nothing else: a person is what the extracts say of his RPPS number from then on. A number that became another stays
//! that other; a file that says otherwise of one is contradicted row by row.

mod read;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use diesel::prelude::*;
use serde::Serialize;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::register_merges;
use store::{Act, CryptoRng, Database};

use crate::extract::Encoding;
use crate::identifiers::IdNatPs;
use read::Correspondence;

pub use read::{MergeError, MergeFault, MergeRowError};

/// How many are written in one transaction, and asked for in one statement.
const SLICE: usize = 500;

/// How many refused rows a report shows.
const SHOWN_ERRORS: usize = 100;

/// What the import of a correspondence did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeReport {
    /// SHA-256 of the file, in hex: the evidence.
    pub feed: String,
    /// Rows after the header.
    pub rows_read: u64,
    /// Rows that were refused.
    pub rows_rejected: u64,
    /// The first hundred of them.
    pub errors: Vec<MergeRowError>,
    /// Merges that are new.
    pub new: u64,
    /// Merges that were known.
    pub known: u64,
}

/// Reads a correspondence, and keeps what is new of it. Opens its own transactions: whatever a crash leaves of it stands, and
/// the same file goes on from there.
pub fn import_merges<F: Read>(
    db: &mut Database,
    file: F,
    encoding: Encoding,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<MergeReport, MergeError> {
    let Correspondence { feed, rows_read, pairs, mut errors } = read::correspondence(file, encoding)?;
    let mut report = MergeReport {
        feed,
        rows_read,
        rows_rejected: errors.len() as u64,
        errors: Vec::new(),
        new: 0,
        known: 0,
    };
    for slice in pairs.chunks(SLICE) {
        let (new, refused) = db.write(|db| keep(db, slice, &report.feed, act))?;
        report.new += new;
        report.known += slice.len() as u64 - new - refused.len() as u64;
        report.rows_rejected += refused.len() as u64;
        errors.extend(refused);
    }
    errors.sort_by_key(|error| error.line);
    errors.truncate(SHOWN_ERRORS);
    report.errors = errors;
    let event = Event {
        action: "register.merges-imported",
        subject: format!("feed {}", report.feed),
        payload: json!({
            "rows_read": report.rows_read, "rows_rejected": report.rows_rejected,
            "new": report.new, "known": report.known,
        }),
    };
    db.write(|db| audit::record(db, event, rng, act))?;
    Ok(report)
}

/// Keeps those that are new; how many, and the rows that contradict what is known.
fn keep(
    db: &mut Database,
    pairs: &[(u64, IdNatPs, IdNatPs)],
    feed: &str,
    act: &Act,
) -> QueryResult<(u64, Vec<MergeRowError>)> {
    let adelis: Vec<String> = pairs.iter().map(|(_, adeli, _)| adeli.to_string()).collect();
    let known: Vec<(String, String)> = register_merges::table
        .filter(register_merges::adeli.eq_any(&adelis))
        .select((register_merges::adeli, register_merges::rpps))
        .load(db)?;
    let known: HashMap<String, String> = known.into_iter().collect();
    let (mut new, mut refused) = (0, Vec::new());
    for ((line, _, rpps), adeli) in pairs.iter().zip(adelis) {
        let rpps = rpps.to_string();
        match known.get(&adeli) {
            Some(stands) if *stands == rpps => {}
            Some(_) => refused.push(MergeRowError {
                line: *line,
                column: read::RPPS,
                fault: MergeFault::Contradicts,
            }),
            None => {
                diesel::insert_into(register_merges::table)
                    .values((
                        register_merges::adeli.eq(adeli),
                        register_merges::rpps.eq(rpps),
                        register_merges::feed.eq(feed),
                        register_merges::merged_at.eq(act.at),
                    ))
                    .execute(db)?;
                new += 1;
            }
        }
    }
    Ok((new, refused))
}

/// The RPPS number that each of these ADELI numbers has become, by IdNat_PS; others are left out.
pub fn successors(db: &mut Database, ids: &[&str]) -> QueryResult<HashMap<String, String>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(SLICE) {
        let rows: Vec<(String, String)> = register_merges::table
            .filter(register_merges::adeli.eq_any(ids))
            .select((register_merges::adeli, register_merges::rpps))
            .load(db)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The RPPS number that an ADELI number has become.
pub fn successor(db: &mut Database, id: &IdNatPs) -> QueryResult<Option<IdNatPs>> {
    let found: Option<String> =
        register_merges::table.find(id.to_string()).select(register_merges::rpps).first(db).optional()?;
    Ok(found.and_then(|rpps| rpps.parse().ok()))
}

/// Every number of the person who has this one, by IdNat_PS: his RPPS number first, where he has one.
pub fn identifiers_of_one(db: &mut Database, id: &IdNatPs) -> QueryResult<Vec<String>> {
    let rpps = successor(db, id)?.unwrap_or_else(|| id.clone()).to_string();
    let mut all = vec![rpps.clone()];
    let adelis: Vec<String> = register_merges::table
        .filter(register_merges::rpps.eq(&rpps))
        .order(register_merges::adeli)
        .select(register_merges::adeli)
        .load(db)?;
    all.extend(adelis);
    Ok(all)
}

/// Every ADELI number that has become one of these RPPS numbers, given by their IdNat_PS.
pub(crate) fn of_successors(
    db: &mut Database,
    is_named: &dyn Fn(&str) -> bool,
) -> QueryResult<HashSet<String>> {
    let (mut merged, mut after) = (HashSet::new(), String::new());
    loop {
        let page: Vec<(String, String)> = register_merges::table
            .filter(register_merges::adeli.gt(&after))
            .order(register_merges::adeli)
            .limit(20_000)
            .select((register_merges::adeli, register_merges::rpps))
            .load(db)?;
        let Some((last, _)) = page.last() else { return Ok(merged) };
        after.clone_from(last);
        merged.extend(page.into_iter().filter(|(_, rpps)| is_named(rpps)).map(|(adeli, _)| adeli));
    }
}
