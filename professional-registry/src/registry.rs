//! Asking the register.

use std::collections::BTreeMap;
use std::str::FromStr;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::{activities, exercises, professionals, register_feeds, register_structures};
use store::{Code, Database, Fault, Timestamp, fault};
use thiserror::Error;

use crate::faults;
use crate::identifiers::{IdNatPs, TechnicalStructureId};
use crate::nomenclature::KnowHow;
use crate::record::{Activity, Exercise, ProfessionalRecord, StructureRecord};

/// A register that knows persons and structures: one of the two traits of the house, because there is
/// more than one such register (the imported extract, later the FHIR API of the Annuaire Santé).
pub trait Registry {
    /// What the register says of `id`; `None` where it never knew the person. Somebody who left the register
    /// is returned with `ceased_at` set.
    fn professional(
        &mut self,
        db: &mut Database,
        id: &IdNatPs,
    ) -> Result<Option<ProfessionalRecord>, RegistryError>;

    /// What the register says of the structure `id`; `None` where it never knew it.
    fn structure(
        &mut self,
        db: &mut Database,
        id: &TechnicalStructureId,
    ) -> Result<Option<StructureRecord>, RegistryError>;
}

/// The [`Registry`] over the extracts that were imported. May be asked inside a transaction or outside;
/// inside, what it says is part of that transaction's picture.
#[derive(Clone, Copy, Debug, Default)]
pub struct ImportedRegister;

/// Why the register does not answer.
#[derive(Debug, Error)]
pub enum RegistryError {
    /// The database refused or failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
    /// A stored row does not read back as what it was when it was imported.
    #[error("the register's table {table} holds an unreadable {column}")]
    Unreadable {
        /// Which table.
        table: &'static str,
        /// Which column.
        column: &'static str,
    },
}

impl Fault for RegistryError {
    fn code(&self) -> Code {
        match self {
            Self::Database(_) => fault::DATABASE,
            Self::Unreadable { .. } => faults::REGISTER_UNREADABLE,
        }
    }
}

impl Registry for ImportedRegister {
    fn professional(
        &mut self,
        db: &mut Database,
        id: &IdNatPs,
    ) -> Result<Option<ProfessionalRecord>, RegistryError> {
        let key = id.to_string();
        let person = professionals::table
            .inner_join(register_feeds::table.on(register_feeds::sequence.eq(professionals::last_feed)))
            .filter(professionals::id_nat.eq(&key))
            .select((PersonRow::as_select(), register_feeds::id))
            .first::<(PersonRow, String)>(db)
            .optional()?;
        let Some((person, feed)) = person else { return Ok(None) };
        let exercises = exercises_of(db, &key)?;
        Ok(Some(ProfessionalRecord {
            id: id.clone(),
            family_name: person.family_name,
            given_name: person.given_name,
            civility: person.civility,
            exercises,
            ceased_at: person.ceased_at,
            feed,
        }))
    }

    fn structure(
        &mut self,
        db: &mut Database,
        id: &TechnicalStructureId,
    ) -> Result<Option<StructureRecord>, RegistryError> {
        let row = register_structures::table
            .find(id.as_str())
            .select(StructureRow::as_select())
            .first(db)
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        let cell = |column| Cell { table: "register_structures", column };
        Ok(Some(StructureRecord {
            technical_id: id.clone(),
            siret: cell("siret").optional(&row.siret)?,
            siren: cell("siren").optional(&row.siren)?,
            finess: cell("finess").optional(&row.finess)?,
            finess_legal: cell("finess_legal").optional(&row.finess_legal)?,
            corporate_name: row.corporate_name,
            department_label: department_label(row.department_label, &row.department_code),
            department_code: row.department_code,
        }))
    }
}

/// `Paris` and `75` make `Paris (75)`, the form that certificates carry; a label that has it already stays.
fn department_label(label: String, code: &str) -> String {
    let suffix = format!("({code})");
    if label.is_empty() || code.is_empty() || label.ends_with(&suffix) {
        label
    } else {
        format!("{label} {suffix}")
    }
}

fn exercises_of(db: &mut Database, key: &str) -> Result<Vec<Exercise>, RegistryError> {
    let mut activities = activities_of(db, key)?;
    let rows = exercises::table
        .filter(exercises::id_nat.eq(key))
        .order((exercises::profession, exercises::category))
        .select(ExerciseRow::as_select())
        .load(db)?;
    let cell = |column| Cell { table: "exercises", column };
    rows.into_iter()
        .map(|row| {
            let profession = cell("profession").required(&row.profession)?;
            let category = cell("category").required(&row.category)?;
            Ok(Exercise {
                profession,
                category,
                practice_family_name: row.practice_name,
                practice_given_name: row.practice_given,
                know_how: (!row.know_how.is_empty())
                    .then_some(KnowHow { kind: row.know_how_type, code: row.know_how }),
                ceased_at: row.ceased_at,
                activities: activities.remove(&(row.profession, row.category)).unwrap_or_default(),
            })
        })
        .collect()
}

/// The activities of one person, by profession and category.
fn activities_of(
    db: &mut Database,
    key: &str,
) -> Result<BTreeMap<(String, String), Vec<Activity>>, RegistryError> {
    let rows: Vec<(String, String, String, String, String)> = activities::table
        .filter(activities::id_nat.eq(key))
        .order((activities::structure, activities::mode, activities::sector, activities::line_sha256))
        .select((
            activities::profession,
            activities::category,
            activities::mode,
            activities::sector,
            activities::structure,
        ))
        .load(db)?;
    let cell = |column| Cell { table: "activities", column };
    let mut found: BTreeMap<_, Vec<Activity>> = BTreeMap::new();
    for (profession, category, mode, sector, structure) in rows {
        found.entry((profession, category)).or_default().push(Activity {
            mode: cell("mode").optional(&mode)?,
            sector: cell("sector").optional(&sector)?,
            structure: cell("structure").optional(&structure)?,
        });
    }
    Ok(found)
}

/// Which cell is being read back.
#[derive(Clone, Copy)]
struct Cell {
    table: &'static str,
    column: &'static str,
}

impl Cell {
    fn required<T: FromStr>(self, text: &str) -> Result<T, RegistryError> {
        text.parse().map_err(|_| RegistryError::Unreadable { table: self.table, column: self.column })
    }

    /// Empty text stands for nothing.
    fn optional<T: FromStr>(self, text: &str) -> Result<Option<T>, RegistryError> {
        if text.is_empty() { Ok(None) } else { self.required(text).map(Some) }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = professionals)]
struct PersonRow {
    family_name: String,
    given_name: String,
    civility: String,
    ceased_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = exercises)]
struct ExerciseRow {
    profession: String,
    category: String,
    practice_name: String,
    practice_given: String,
    know_how_type: String,
    know_how: String,
    ceased_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = register_structures)]
struct StructureRow {
    siret: String,
    siren: String,
    finess: String,
    finess_legal: String,
    corporate_name: String,
    department_code: String,
    department_label: String,
}
