//! ADELI numbers that became RPPS numbers: one person who keeps both.
//!
//! The publisher gives the correspondence as a file, `N° ADELI;N° RPPS` (\[S\] domain.md §3.1). It says who is whom and
//! nothing else: a person is what the extracts say of his RPPS number from then on. A number that became another stays
//! that other; a file that says otherwise of one is contradicted row by row.
//!
//! The file is a feed as the extracts are: it has a date and a brake. Two numbers whose persons are both known and have other names, or
//! another birth, are not made one by it: that is a [`MergeCase`], on which officers decide, as they do on the end of a merge that was wrong
//! (decision 81).

mod case;
mod date;
mod import;
mod judge;
mod look_again;
mod person;
mod read;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use store::Database;
use store::schema::register_merges;

use crate::identifiers::IdNatPs;

pub use case::{
    CASE_SOURCE, MergeCase, MergeCaseError, MergeCaseKind, MergeDoubt, Settled, ask_to_part, case_of,
    settle_refused, settle_released, settle_unsigned, unsettled,
};
pub use import::{MergeOptions, MergeReport, SOURCE, import_merges};
pub use look_again::look_again;
pub use read::{MergeError, MergeFault, MergeRowError};

/// How many are written in one transaction, and asked for in one statement.
const SLICE: usize = 500;

/// The RPPS number that each of these ADELI numbers has become, by IdNat_PS; others are left out.
pub fn successors(db: &mut Database, ids: &[&str]) -> QueryResult<HashMap<String, String>> {
    let mut found = HashMap::new();
    for ids in ids.chunks(SLICE) {
        let rows: Vec<(String, String)> = register_merges::table
            .filter(register_merges::adeli.eq_any(ids).and(register_merges::ended_at.is_null()))
            .select((register_merges::adeli, register_merges::rpps))
            .load(db)?;
        found.extend(rows);
    }
    Ok(found)
}

/// The RPPS number that an ADELI number has become.
pub fn successor(db: &mut Database, id: &IdNatPs) -> QueryResult<Option<IdNatPs>> {
    let found: Option<String> = register_merges::table
        .filter(register_merges::adeli.eq(id.to_string()).and(register_merges::ended_at.is_null()))
        .select(register_merges::rpps)
        .first(db)
        .optional()?;
    Ok(found.and_then(|rpps| rpps.parse().ok()))
}

/// Every number of the person who has this one, by IdNat_PS: his RPPS number first, where he has one.
pub fn identifiers_of_one(db: &mut Database, id: &IdNatPs) -> QueryResult<Vec<String>> {
    let rpps = successor(db, id)?.unwrap_or_else(|| id.clone()).to_string();
    let mut all = vec![rpps.clone()];
    let adelis: Vec<String> = register_merges::table
        .filter(register_merges::rpps.eq(&rpps).and(register_merges::ended_at.is_null()))
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
            .filter(register_merges::adeli.gt(&after).and(register_merges::ended_at.is_null()))
            .order(register_merges::adeli)
            .limit(20_000)
            .select((register_merges::adeli, register_merges::rpps))
            .load(db)?;
        let Some((last, _)) = page.last() else { return Ok(merged) };
        after.clone_from(last);
        merged.extend(page.into_iter().filter(|(_, rpps)| is_named(rpps)).map(|(adeli, _)| adeli));
    }
}
