use std::collections::BTreeSet;

use diesel::prelude::*;
use store::schema::professionals;
use store::{Database, Fault};

use crate::exercises;
use crate::registry::RegistryError;

/// Persons that one query reads.
const PAGE: i64 = 5000;

/// Which of these structures, by their technical identifiers, the register still names as a place where somebody who is in it practises. It
/// has no list of structures: one that nobody practises at any more has left it. Reads the register once through, until all are found.
///
/// Whoever cannot be read may practise at any of them: that is logged, and all count as in use. Nothing ends because of a damaged row.
pub fn places_in_use(db: &mut Database, among: &BTreeSet<String>) -> Result<BTreeSet<String>, RegistryError> {
    let (mut found, mut after) = (BTreeSet::new(), String::new());
    while found.len() < among.len() {
        let rows: Vec<(String, String)> = professionals::table
            .filter(professionals::ceased_at.is_null().and(professionals::id_nat.gt(&after)))
            .order(professionals::id_nat)
            .limit(PAGE)
            .select((professionals::id_nat, professionals::exercises))
            .load(db)?;
        let Some((last, _)) = rows.last() else { break };
        after.clone_from(last);
        for (person, stored) in &rows {
            let Ok(exercises) = exercises::read(stored) else {
                let error = RegistryError::Unreadable { table: "professionals", column: "exercises" };
                tracing::error!(
                    code = error.code().name,
                    "{person}: {error}; every structure counts as in use"
                );
                return Ok(among.clone());
            };
            let living = exercises.into_iter().filter(|exercise| exercise.ceased_at.is_none());
            for activity in living.flat_map(|exercise| exercise.activities) {
                if among.contains(&*activity.0) && !found.contains(&*activity.0) {
                    found.insert(activity.0.into_owned());
                }
            }
        }
    }
    Ok(found)
}
