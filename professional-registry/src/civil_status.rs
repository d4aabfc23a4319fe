//! Who was born on whose day, as the restricted feed says. Civil status is the worker's alone to read: what leaves here for an
//! officer is that two persons are alike, and no date.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use store::Database;
use store::schema::register_identities;

use crate::extract::{Form, Table};
use crate::registry::RegistryError;

/// Most persons of one day that are looked at: some 80 of 1.7 million are born on one.
const MOST: i64 = 2000;

/// Names at birth, as the restricted feed writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CivilNames {
    /// IdNat_PS.
    pub person: String,
    /// *Nom de famille*.
    pub family_name: String,
    /// *Prénoms*, all of them, apart by apostrophes.
    pub given_names: String,
}

/// A person, and who else was born on the same day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SameBirth {
    /// The person.
    pub of: CivilNames,
    /// The others who are in the feed today, in the order of their identifiers.
    pub others: Vec<CivilNames>,
}

/// The names at birth of `person`, an IdNat_PS; `None` where the restricted feed does not name the person.
pub fn civil_names(db: &mut Database, person: &str) -> Result<Option<CivilNames>, RegistryError> {
    let content: Option<String> = register_identities::table
        .find((Form::RESTRICTED.source, person))
        .filter(register_identities::ceased_at.is_null())
        .select(register_identities::content)
        .first(db)
        .optional()?;
    content.map(|content| CivilNames::read(Row { subject: person.to_owned(), content })).transpose()
}

/// Who was born on the day of `person`, an IdNat_PS; `None` where the restricted feed does not name the person, or no date.
pub fn same_birth(db: &mut Database, person: &str) -> Result<Option<SameBirth>, RegistryError> {
    let born = match db {
        Database::Sqlite(_) => "json_extract(content, '$[0][2]')",
        Database::Postgresql(_) => "(content::jsonb -> 0 ->> 2)",
    };
    // Literals, as in the index.
    let living = format!("source = '{}' AND ceased_at IS NULL", Form::RESTRICTED.source);
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT subject, content FROM register_identities WHERE {living} AND {born} <> '' AND {born} =
             (SELECT {born} FROM register_identities WHERE {living} AND subject = $1)
         ORDER BY subject LIMIT $2"
    ))
    .into_boxed()
    .bind::<Text, _>(person)
    .bind::<BigInt, _>(MOST)
    .load(db)?;
    let mut all = rows.into_iter().map(CivilNames::read).collect::<Result<Vec<_>, _>>()?;
    let Some(place) = all.iter().position(|one| one.person == person) else { return Ok(None) };
    let of = all.remove(place);
    Ok(Some(SameBirth { of, others: all }))
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    subject: String,
    #[diesel(sql_type = Text)]
    content: String,
}

impl CivilNames {
    fn read(row: Row) -> Result<Self, RegistryError> {
        let unreadable = || RegistryError::Unreadable { table: Table::Identities.name(), column: "content" };
        let lines: Vec<Vec<String>> = serde_json::from_str(&row.content).map_err(|_| unreadable())?;
        let mut cells = lines.into_iter().next().unwrap_or_default().into_iter();
        match (cells.next(), cells.next()) {
            (Some(family_name), Some(given_names)) => {
                Ok(Self { person: row.subject, family_name, given_names })
            }
            _ => Err(unreadable()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_over_the_date_of_birth() {
        let kept = |place: usize| Form::RESTRICTED.columns[Form::RESTRICTED.kept[place]];
        assert_eq!([kept(0), kept(1), kept(2)], ["Nom de famille", "Prénoms", "Date de naissance"]);
        for migration in [
            include_str!("../../migrations/sqlite/0055_same_birth/up.sql"),
            include_str!("../../migrations/postgres/0055_same_birth/up.sql"),
        ] {
            assert!(migration.contains(Form::RESTRICTED.source), "{migration}");
        }
    }
}
