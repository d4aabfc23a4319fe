use std::collections::HashMap;

use diesel::prelude::*;
use store::schema::{activities, professionals};
use store::{Database, Timestamp};

use super::survey::{LineKey, PersonKey, Survey, line_key, too_many};
use super::{Difference, ImportError};

/// How many persons are compared at a time.
const PAGE: i64 = 5000;

/// What a feed changes, and how many it could have ceased.
pub(super) struct Change {
    pub(super) difference: Difference,
    living: u64,
}

impl Change {
    /// Refuses a feed that would empty the register.
    pub(super) fn brake(&self) -> Result<(), ImportError> {
        let ceased = self.difference.ceased;
        if too_many(ceased, self.living) {
            return Err(ImportError::MassCeasing { ceased, living: self.living });
        }
        Ok(())
    }
}

/// Compares the surveyed feed with the register, person by person. Who is not named is held where the feed does
/// not `cease`. `importing` is the feed's sequence where an
/// earlier import of it was interrupted: the persons that one brought still count as new.
pub(super) fn against_register(
    db: &mut Database,
    survey: &Survey,
    ceases: bool,
    importing: Option<i64>,
) -> Result<Change, ImportError> {
    let mut change = Change { difference: Difference::default(), living: 0 };
    let mut known = 0;
    let mut after = String::new();
    loop {
        let page: Vec<(String, i64, Option<Timestamp>)> = professionals::table
            .filter(professionals::id_nat.gt(&after))
            .order(professionals::id_nat)
            .limit(PAGE)
            .select((professionals::id_nat, professionals::first_feed, professionals::ceased_at))
            .load(db)?;
        let (Some((first, ..)), Some((last, ..))) = (page.first(), page.last()) else { break };
        let mut stored = stored_lines(db, first, last)?;
        for (id_nat, first_feed, ceased_at) in &page {
            let Some(person) = PersonKey::of(id_nat) else { continue };
            if Some(*first_feed) == importing {
                continue;
            }
            let now = survey.lines_of(person);
            known += u64::from(!now.is_empty());
            change.living += u64::from(ceased_at.is_none());
            let count = match (ceased_at.is_some(), now.is_empty()) {
                (true, false) => &mut change.difference.reappeared,
                (false, true) if survey.shielded.contains(id_nat) => continue,
                (false, true) if ceases => &mut change.difference.ceased,
                (false, true) => &mut change.difference.held,
                (false, false) if differ(stored.get_mut(id_nat), now) => &mut change.difference.changed,
                _ => continue,
            };
            *count += 1;
        }
        after.clone_from(last);
    }
    change.difference.new = survey.persons() - known;
    Ok(change)
}

/// The fingerprints of the stored lines of the persons from `first` to `last`.
fn stored_lines(
    db: &mut Database,
    first: &str,
    last: &str,
) -> Result<HashMap<String, Vec<LineKey>>, ImportError> {
    let rows: Vec<(String, Vec<u8>)> = activities::table
        .filter(activities::id_nat.between(first, last))
        .select((activities::id_nat, activities::line_sha256))
        .load(db)?;
    let mut found: HashMap<String, Vec<LineKey>> = HashMap::new();
    for (id_nat, digest) in rows {
        found.entry(id_nat).or_default().push(line_key(&digest));
    }
    Ok(found)
}

fn differ(stored: Option<&mut Vec<LineKey>>, now: &[(PersonKey, LineKey)]) -> bool {
    let Some(stored) = stored else { return true };
    stored.sort_unstable();
    !stored.iter().eq(now.iter().map(|(_, line)| line))
}
