use diesel::prelude::*;
use store::schema::card_orders;
use store::{Database, Timestamp};

use super::Filter;
use super::filter::{Place, Way};
use crate::officers::Scope;

/// The orders before and after one in a list, whether or not it stands in that list itself (any more).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// The number of the one before.
    pub previous: Option<String>,
    /// The number of the one after.
    pub next: Option<String>,
}

/// Who stands beside the order of this number in what `filter` asks for, within any of `scopes`; nobody where there is none of that number. By key,
/// so that it costs the same at the end as at the start.
pub fn neighbours(
    db: &mut Database,
    filter: &Filter,
    scopes: &[Scope],
    number: &str,
    at: Timestamp,
) -> QueryResult<Neighbours> {
    let place: Option<Place> =
        card_orders::table.find(number).select(Place::as_select()).first(db).optional()?;
    let Some(place) = place else { return Ok(Neighbours::default()) };
    let mut beside = |way: Way| -> QueryResult<Option<String>> {
        let query = filter.by().ordered(filter.query(scopes, at), way);
        filter.by().beyond(query, &place, way).select(card_orders::number).first(db).optional()
    };
    Ok(Neighbours { previous: beside(Way::Back)?, next: beside(Way::On)? })
}
