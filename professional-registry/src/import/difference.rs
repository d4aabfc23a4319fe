use std::collections::HashSet;

use store::Database;

use super::survey::{SubjectKey, Survey};
use super::upsert::{self, Known};
use super::{Difference, ImportError};
use crate::extract::{Form, Table};
use crate::merges;

/// How many subjects are compared at a time.
const PAGE: i64 = 20_000;

/// What a feed changes, and how many it could have ceased.
pub(super) struct Change {
    pub(super) difference: Difference,
    /// How each person of the feed stands in the register.
    pub(super) places: Places,
    /// Who is in the register and not in the feed, and ceases.
    pub(super) gone: Vec<String>,
    /// Who is in the register and of whom the feed has a refused line.
    pub(super) silent: Vec<String>,
    pub(super) living: u64,
}

/// How a person of the feed stands in the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The register has never known him.
    New,
    /// It knows him otherwise.
    Changed,
    /// It has him as the feed has, or may not be changed by it: nothing of his is written.
    Same,
}

/// How each person stands, by his place in the survey.
pub(super) struct Places(Vec<Place>);

impl Places {
    pub(super) fn standing(&self, place: usize) -> Place {
        self.0[place]
    }
}

/// Compares the surveyed feed with the register, subject by subject. Who is not named is held where the feed does
/// not `cease`. `importing` is the feed's sequence where an earlier import of it was interrupted: the persons that
/// one brought still count as new.
pub(super) fn against_register(
    db: &mut Database,
    form: &Form,
    survey: &Survey,
    ceases: bool,
    importing: Option<i64>,
) -> Result<Change, ImportError> {
    let places = Places(vec![Place::New; survey.lines.len()]);
    let mut change =
        Change { difference: Difference::default(), places, gone: Vec::new(), silent: Vec::new(), living: 0 };
    let named = |rpps: &str| survey.place_of(SubjectKey::of(rpps)).is_some();
    let merged = match form.table {
        Table::Professionals => merges::of_successors(db, &named)?,
        Table::Supplements | Table::Identities => HashSet::new(),
    };
    let mut known = 0;
    let mut after = String::new();
    loop {
        let page = upsert::page(db, form, &after, PAGE)?;
        let Some(last) = page.last() else { break };
        after.clone_from(&last.subject);
        for Known { subject, first_feed, ceased_at, lines } in page {
            let (place, living) = (survey.place_of(SubjectKey::of(&subject)), ceased_at.is_none());
            let shielded = survey.shielded.contains(&*subject);
            let went_over = merged.contains(&subject);
            let same = place.is_some_and(|place| living && survey.fingerprint_at(place) == lines);
            if let Some(place) = place {
                change.places.0[place] = if same || shielded { Place::Same } else { Place::Changed };
            }
            if shielded {
                change.silent.push(subject);
            } else if place.is_none() && living && ceases {
                change.gone.push(subject);
            }
            if Some(first_feed) == importing {
                continue;
            }
            known += u64::from(place.is_some());
            change.living += u64::from(living);
            let difference = &mut change.difference;
            let count = match (living, place) {
                _ if shielded => continue,
                (false, Some(_)) => &mut difference.reappeared,
                (true, None) if ceases && went_over => &mut difference.merged,
                (true, None) if ceases => &mut difference.ceased,
                (true, None) => &mut difference.held,
                (true, Some(_)) if !same => &mut difference.changed,
                _ => continue,
            };
            *count += 1;
        }
    }
    change.difference.new = survey.persons() - known;
    Ok(change)
}
