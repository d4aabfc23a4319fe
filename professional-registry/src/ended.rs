//! By which feed an exercise ended.

use diesel::prelude::*;
use store::Database;
use store::schema::professionals;

use crate::exercises;
use crate::identifiers::IdNatPs;
use crate::nomenclature::{Category, Profession};
use crate::registry::RegistryError;

/// The newest feed, by its place among all, that ended the exercise of `profession` by `id` in one of these categories: all of them until
/// then had named it, or the register had held it. `None` where none has, and of what ended before this was kept.
///
/// Times would not do: a clock goes back, and a feed is read for minutes.
pub fn ended_by(
    db: &mut Database,
    id: &IdNatPs,
    profession: Profession,
    categories: &[Category],
) -> Result<Option<i64>, RegistryError> {
    let stored: Option<String> =
        professionals::table.find(id.to_string()).select(professionals::exercises).first(db).optional()?;
    let Some(stored) = stored else { return Ok(None) };
    let unreadable = |_| RegistryError::Unreadable { table: "professionals", column: "exercises" };
    let exercises = exercises::read(&stored).map_err(unreadable)?;
    let fits = |one: &&exercises::StoredExercise<'_>| {
        one.profession == profession.code()
            && categories.iter().any(|category| one.category == category.code())
    };
    Ok(exercises.iter().filter(fits).filter_map(|one| one.ceased_feed).max())
}
