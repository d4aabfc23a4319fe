//! Who was entered in the register: persons whom a feed named first, and exercises that were added to a person whom it knew.

use diesel::prelude::*;
use store::schema::{professionals, register_feeds};
use store::{Database, Timestamp};

use super::ImportError;
use crate::exercises;
use crate::extract::Form;
use crate::identifiers::IdNatPs;
use crate::nomenclature::{Category, Profession};

/// A person of the register, and what he was entered for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    /// IdNat_PS.
    pub id: IdNatPs,
    /// The exercises that a feed of the time looked at named first, and that the register still lists. None of them is one that ceased and
    /// came back.
    pub exercises: Vec<(Profession, Category)>,
}

/// Whom feeds of the activities that were imported after `since` entered, `most` of those whose number comes after `after`, by number.
/// Nobody by the first feed ever read: its persons were there before.
pub fn entered(
    db: &mut Database,
    since: Timestamp,
    after: &str,
    most: i64,
) -> Result<Vec<Entrant>, ImportError> {
    let Some(from) = first_feed_after(db, since)? else { return Ok(Vec::new()) };
    // Of whom it knew already, those whose row says that an exercise is younger than they are.
    let has_younger =
        professionals::last_feed.ge(from).and(professionals::exercises.like("%\"first_feed\":%"));
    let rows: Vec<(String, i64, String)> = professionals::table
        .filter(professionals::ceased_at.is_null())
        .filter(professionals::id_nat.gt(after))
        .filter(professionals::first_feed.ge(from).or(has_younger))
        .order(professionals::id_nat)
        .limit(most)
        .select((professionals::id_nat, professionals::first_feed, professionals::exercises))
        .load(db)?;
    let entrant = |(id, first_feed, stored): (String, i64, String)| {
        let stored = exercises::read(&stored).map_err(|_| ImportError::Unreadable)?;
        let is_new = |first: Option<i64>| first.unwrap_or(first_feed) >= from;
        let living = stored.iter().filter(|one| one.ceased_at.is_none() && is_new(one.first_feed));
        let exercises = living
            .map(|one| Some((Profession::from_code(&one.profession)?, Category::from_code(&one.category)?)))
            .collect::<Option<Vec<_>>>();
        Ok(Entrant {
            id: id.parse().map_err(|_| ImportError::Unreadable)?,
            exercises: exercises.ok_or(ImportError::Unreadable)?,
        })
    };
    rows.into_iter().map(entrant).collect()
}

/// The oldest feed of the activities after the first ever, of those imported after `since`.
fn first_feed_after(db: &mut Database, since: Timestamp) -> QueryResult<Option<i64>> {
    let of_form = || register_feeds::table.filter(register_feeds::source.eq(Form::ACTIVITIES.source));
    let first: Option<i64> = of_form().select(diesel::dsl::min(register_feeds::sequence)).first(db)?;
    of_form()
        .filter(register_feeds::imported_at.gt(since))
        .filter(register_feeds::sequence.gt(first.unwrap_or(0)))
        .select(diesel::dsl::min(register_feeds::sequence))
        .first(db)
}
