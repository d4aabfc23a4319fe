//! Asking the register.

use std::borrow::Cow;
use std::str::FromStr;

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::{professionals, register_feeds, register_structures};
use store::{Code, Database, Fault, Timestamp, fault};
use thiserror::Error;

use crate::exercises::{self, StoredActivity, StoredExercise, StoredKnowHow};
use crate::faults;
use crate::fhir::FhirError;
use crate::identifiers::{IdNatPs, TechnicalStructureId};
use crate::nomenclature::KnowHow;
use crate::record::{Activity, Exercise, ProfessionalRecord, StructureRecord};

/// A register that knows persons and structures: one of the two traits of the house, because there is
/// more than one such register (the imported extracts, and the FHIR API of the Annuaire Santé).
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
    /// The directory gives no answer.
    #[error(transparent)]
    Fhir(#[from] FhirError),
}

impl Fault for RegistryError {
    fn code(&self) -> Code {
        match self {
            Self::Database(_) => fault::DATABASE,
            Self::Unreadable { .. } => faults::REGISTER_UNREADABLE,
            Self::Fhir(error) => error.code(),
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
        let exercises = exercises_of(&person)?;
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

/// SHA-256, in hex, of the feed that said last what stands of the structure: the evidence for it.
pub fn feed_of_structure(db: &mut Database, id: &TechnicalStructureId) -> QueryResult<Option<String>> {
    register_structures::table
        .inner_join(register_feeds::table.on(register_feeds::sequence.eq(register_structures::last_feed)))
        .filter(register_structures::technical_id.eq(id.as_str()))
        .select(register_feeds::id)
        .first(db)
        .optional()
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

fn exercises_of(person: &PersonRow) -> Result<Vec<Exercise>, RegistryError> {
    let unreadable = |_| RegistryError::Unreadable { table: "professionals", column: "exercises" };
    exercises::read(&person.exercises)
        .map_err(unreadable)?
        .into_iter()
        .map(|stored| exercise(person, stored))
        .collect()
}

fn exercise(person: &PersonRow, stored: StoredExercise<'_>) -> Result<Exercise, RegistryError> {
    let cell = Cell { table: "professionals", column: "exercises" };
    let name = |own: Option<Cow<'_, str>>, of_person: &str| own.map_or(of_person.to_owned(), Cow::into_owned);
    let StoredKnowHow(kind, code) = stored.know_how;
    let activity = |StoredActivity(structure, mode, sector): StoredActivity<'_>| {
        Ok(Activity {
            mode: cell.optional(&mode)?,
            sector: cell.optional(&sector)?,
            structure: cell.optional(&structure)?,
        })
    };
    Ok(Exercise {
        profession: cell.required(&stored.profession)?,
        category: cell.required(&stored.category)?,
        practice_family_name: name(stored.family_name, &person.family_name),
        practice_given_name: name(stored.given_name, &person.given_name),
        know_how: (!code.is_empty()).then(|| KnowHow { kind: kind.into_owned(), code: code.into_owned() }),
        ceased_at: stored.ceased_at.map(Timestamp::from_millis),
        activities: stored.activities.into_iter().map(activity).collect::<Result<_, RegistryError>>()?,
    })
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
    exercises: String,
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
