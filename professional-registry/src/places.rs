//! Which structures the register still names. It has no list of them: one that nobody practises at any more has left it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use store::schema::{professionals, register_structures};
use store::{Database, Fault};

use crate::exercises;
use crate::extract::Form;
use crate::identifiers::TechnicalStructureId;
use crate::import::{self, NewestFeed};
use crate::registry::RegistryError;

/// Rows that one query reads.
const PAGE: i64 = 5000;
/// Structures that one transaction marks: few enough that an opposition never waits long.
const SLICE: usize = 500;

/// Whether somebody who is in the register practises at the structure, as it was [found](mark_structures) in the light of the newest feed
/// that was looked through, or named since; true of one that the register has never known.
pub fn is_named(db: &mut Database, structure: &TechnicalStructureId) -> QueryResult<bool> {
    Ok(unnamed_since(db, structure)?.is_none())
}

/// The feed, by its place among all, in whose light it was found that nobody practises there any more; `None` where somebody does.
/// One that named it again and was not looked at in between counts: what it wrote took the mark away.
pub fn unnamed_since(db: &mut Database, structure: &TechnicalStructureId) -> QueryResult<Option<i64>> {
    let since: Option<Option<i64>> = register_structures::table
        .find(structure.as_str())
        .select(register_structures::unnamed_since)
        .first(db)
        .optional()?;
    Ok(since.flatten())
}

/// Reads the register once through, and marks which structures nobody practises at any more in the light of `feed`; how many are now marked
/// otherwise than before, `None` where another import has begun meanwhile. Opens its own transactions, and reads outside of them, where an
/// opposition would wait for it.
///
/// Whoever cannot be read may practise at any of them: that is logged, and all count as named. Nothing ends because of a damaged row.
pub fn mark_structures(db: &mut Database, feed: &NewestFeed) -> Result<Option<usize>, RegistryError> {
    let mut structures = known(db)?;
    name(db, &mut structures)?;
    let changed: Vec<(String, bool)> = structures
        .into_iter()
        .filter(|(_, structure)| structure.is_marked == structure.is_named)
        .map(|(id, structure)| (id, structure.is_named))
        .collect();
    for named in [false, true] {
        let ids: Vec<&str> =
            changed.iter().filter(|(_, one)| *one == named).map(|(id, _)| id.as_str()).collect();
        for ids in ids.chunks(SLICE) {
            let newest = db.write(|db| {
                let newest = import::newest_feed(db, Form::ACTIVITIES)?.as_ref() == Some(feed);
                if newest {
                    diesel::update(register_structures::table)
                        .filter(register_structures::technical_id.eq_any(ids))
                        .set(register_structures::unnamed_since.eq((!named).then_some(feed.sequence)))
                        .execute(db)?;
                }
                Ok::<_, RegistryError>(newest)
            })?;
            if !newest {
                return Ok(None);
            }
        }
    }
    Ok(Some(changed.len()))
}

#[derive(Clone, Copy)]
struct Standing {
    is_marked: bool,
    is_named: bool,
}

/// Every structure that the register has ever known.
fn known(db: &mut Database) -> QueryResult<BTreeMap<String, Standing>> {
    let (mut structures, mut after) = (BTreeMap::new(), String::new());
    loop {
        let rows: Vec<(String, Option<i64>)> = register_structures::table
            .filter(register_structures::technical_id.gt(&after))
            .order(register_structures::technical_id)
            .limit(PAGE)
            .select((register_structures::technical_id, register_structures::unnamed_since))
            .load(db)?;
        let Some((last, _)) = rows.last() else { return Ok(structures) };
        after.clone_from(last);
        let standing = |since: Option<i64>| Standing { is_marked: since.is_some(), is_named: false };
        structures.extend(rows.into_iter().map(|(id, since)| (id, standing(since))));
    }
}

/// Finds where those who are in the register practise.
fn name(db: &mut Database, structures: &mut BTreeMap<String, Standing>) -> Result<(), RegistryError> {
    let mut after = String::new();
    loop {
        let rows: Vec<(String, String)> = professionals::table
            .filter(professionals::ceased_at.is_null().and(professionals::id_nat.gt(&after)))
            .order(professionals::id_nat)
            .limit(PAGE)
            .select((professionals::id_nat, professionals::exercises))
            .load(db)?;
        let Some((last, _)) = rows.last() else { return Ok(()) };
        after.clone_from(last);
        for (person, stored) in &rows {
            let Ok(exercises) = exercises::read(stored) else {
                let error = RegistryError::Unreadable { table: "professionals", column: "exercises" };
                tracing::error!(
                    code = error.code().name,
                    "{person}: {error}; every structure counts as named"
                );
                structures.values_mut().for_each(|structure| structure.is_named = true);
                return Ok(());
            };
            let living = exercises.into_iter().filter(|exercise| exercise.ceased_at.is_none());
            for activity in living.flat_map(|exercise| exercise.activities) {
                if let Some(structure) = structures.get_mut(&*activity.0) {
                    structure.is_named = true;
                }
            }
        }
    }
}
