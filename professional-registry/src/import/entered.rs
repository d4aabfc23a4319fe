//! Who was entered in the register: persons whom a feed named first, and exercises that were added to a person whom it knew.

use diesel::prelude::*;
use store::schema::{professionals, register_feeds};
use store::{Database, Timestamp};

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

/// A page of those whom feeds entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntrantsPage {
    /// Those who can be read, by number.
    pub entrants: Vec<Entrant>,
    /// The numbers of those whose row cannot be read: of them nothing is known, and nobody else is kept out by that.
    pub unreadable: Vec<String>,
    /// The number that the next page comes after; `None` where there is none.
    pub end: Option<String>,
}

/// Whom feeds of the activities that were imported after `since` entered, `most` of those whose number comes after `after`, by number.
/// Nobody by the first feed that came in whole: its persons were there before.
pub fn entered(db: &mut Database, since: Timestamp, after: &str, most: i64) -> QueryResult<EntrantsPage> {
    let Some(from) = first_feed_after(db, since)? else { return Ok(EntrantsPage::default()) };
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
    let mut page = EntrantsPage { end: rows.last().map(|(id, ..)| id.clone()), ..EntrantsPage::default() };
    for (id, first_feed, stored) in rows {
        match entrant(&id, first_feed, from, &stored) {
            Some(entrant) => page.entrants.push(entrant),
            None => page.unreadable.push(id),
        }
    }
    Ok(page)
}

/// What a person's row says of who was entered by the feed `from` or a later one; `None` where it cannot be read.
fn entrant(id: &str, first_feed: i64, from: i64, stored: &str) -> Option<Entrant> {
    let stored = exercises::read(stored).ok()?;
    let is_new = |first: Option<i64>| first.unwrap_or(first_feed) >= from;
    let living = stored.iter().filter(|one| one.ceased_at.is_none() && is_new(one.first_feed));
    let exercises = living
        .map(|one| Some((Profession::from_code(&one.profession)?, Category::from_code(&one.category)?)))
        .collect::<Option<Vec<_>>>()?;
    Some(Entrant { id: id.parse().ok()?, exercises })
}

/// The oldest feed of the activities after the first that came in whole, of those imported after `since`. One before it that was broken off and
/// never taken up brought some of those who were there before, and the next one all the others.
fn first_feed_after(db: &mut Database, since: Timestamp) -> QueryResult<Option<i64>> {
    let of_form = || register_feeds::table.filter(register_feeds::source.eq(Form::ACTIVITIES.source));
    let first: Option<i64> = of_form()
        .filter(register_feeds::status.eq("complete"))
        .select(diesel::dsl::min(register_feeds::sequence))
        .first(db)?;
    let Some(first) = first else { return Ok(None) };
    of_form()
        .filter(register_feeds::imported_at.gt(since))
        .filter(register_feeds::sequence.gt(first))
        .select(diesel::dsl::min(register_feeds::sequence))
        .first(db)
}
