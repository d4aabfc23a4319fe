//! Whether a code that this program decides upon is in force on a day. What each means is an enum's; how it is called and
//! from when to when it is given is data.

use store::{Code, Fault, Timestamp};
use thiserror::Error;

use super::table::{Day, Table};
use super::{Category, ExerciseMode};
use crate::faults;

/// The tables that say so.
#[derive(Debug)]
pub struct CodeTables {
    categories: Table,
    modes: Table,
    card_types: Table,
}

static OF_PROGRAM: std::sync::LazyLock<CodeTables> = std::sync::LazyLock::new(|| {
    CodeTables::read(
        include_str!("data/TRE_R09-CategorieProfessionnelle.tsv"),
        include_str!("data/TRE_R23-ModeExercice.tsv"),
        include_str!("data/TRE_R87-TypeCarte.tsv"),
    )
});

impl CodeTables {
    /// Reads the files of TRE_R09, TRE_R23 and TRE_R87: lines of `code`, `label`, `valid_from`, `valid_to`, separated by tabs.
    pub fn read(categories: &'static str, modes: &'static str, card_types: &'static str) -> Self {
        let [categories, modes, card_types] = [categories, modes, card_types].map(Table::read);
        Self { categories, modes, card_types }
    }
}

/// The codes of some tables that are in force on one day, UTC.
#[derive(Clone, Copy, Debug)]
pub struct InForce {
    tables: &'static CodeTables,
    day: Day,
}

/// A code that its table does not give on that day.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{table} has no code {code} in force on {day}")]
pub struct NotInForce {
    /// The table: `TRE_R23-ModeExercice`.
    pub table: &'static str,
    /// The code.
    pub code: String,
    day: Day,
}

impl Fault for NotInForce {
    fn code(&self) -> Code {
        faults::NOMENCLATURE_NOT_IN_FORCE
    }
}

impl InForce {
    /// By the tables of this program.
    pub fn at(moment: Timestamp) -> Self {
        Self::by(&OF_PROGRAM, moment)
    }

    /// By these tables.
    pub fn by(tables: &'static CodeTables, moment: Timestamp) -> Self {
        Self { tables, day: Day::of(moment) }
    }

    /// Whether a category is.
    pub fn category(self, category: Category) -> Result<(), NotInForce> {
        self.check(&self.tables.categories, Category::TABLE, category.code())
    }

    /// Whether a mode of exercise is.
    pub fn mode(self, mode: ExerciseMode) -> Result<(), NotInForce> {
        self.check(&self.tables.modes, ExerciseMode::TABLE, mode.code())
    }

    /// Whether a type of card is, by its letters: `CPS`.
    pub fn card_type(self, letters: &str) -> Result<(), NotInForce> {
        self.check(&self.tables.card_types, "TRE_R87-TypeCarte", letters)
    }

    fn check(self, table: &Table, name: &'static str, code: &str) -> Result<(), NotInForce> {
        match table.find(code) {
            Some(entry) if entry.is_in_force(self.day) => Ok(()),
            _ => Err(NotInForce { table: name, code: code.to_owned(), day: self.day }),
        }
    }
}

/// How a category is called, in French.
pub(super) fn category_label(category: Category) -> &'static str {
    label(&OF_PROGRAM.categories, category.code())
}

/// How a mode of exercise is called, in French.
pub(super) fn mode_label(mode: ExerciseMode) -> &'static str {
    label(&OF_PROGRAM.modes, mode.code())
}

/// How a type of card is called in TRE_R87-TypeCarte, by its letters: `CPS`; `None` where the table has no such type.
pub fn card_type_label(letters: &str) -> Option<&'static str> {
    OF_PROGRAM.card_types.find(letters).map(|entry| entry.label)
}

fn label(table: &'static Table, code: &str) -> &'static str {
    table.find(code).map(|entry| entry.label).expect("a test finds every code of an enum in its table")
}
