//! The rows as they are written.

use diesel::prelude::*;
use store::schema::{professionals, register_structures};

use super::{Subject, Target};
use crate::extract::{StructureCells, Table};

/// A row of `professionals`.
#[derive(Debug, Insertable)]
#[diesel(table_name = professionals, treat_none_as_default_value = false)]
pub(super) struct PersonRow<'a> {
    pub(super) id_nat: &'a str,
    pub(super) family_name: &'a str,
    pub(super) given_name: &'a str,
    pub(super) civility: &'a str,
    pub(super) first_feed: i64,
    pub(super) last_feed: i64,
    pub(super) ceased_at: Option<i64>,
    pub(super) lines: i64,
    pub(super) exercises: &'a str,
}

impl<'a> PersonRow<'a> {
    pub(super) fn of(person: &'a Subject, target: Target) -> Self {
        let [family_name, given_name, civility] = person.names.each_ref().map(String::as_str);
        Self {
            id_nat: &person.key,
            family_name,
            given_name,
            civility,
            first_feed: target.feed,
            last_feed: target.feed,
            ceased_at: None,
            lines: person.lines,
            exercises: &person.content,
        }
    }
}

/// A row of a table of entries.
#[derive(Debug)]
pub(super) struct EntryRow<'a> {
    pub(super) table: Table,
    pub(super) source: &'static str,
    pub(super) subject: &'a str,
    pub(super) feed: i64,
    pub(super) lines: i64,
    pub(super) content: &'a str,
}

impl<'a> EntryRow<'a> {
    pub(super) fn of(subject: &'a Subject, target: Target) -> Self {
        Self {
            table: target.form.table,
            source: target.form.source,
            subject: &subject.key,
            feed: target.feed,
            lines: subject.lines,
            content: &subject.content,
        }
    }

    /// `INSERT INTO` its table.
    pub(super) const fn head(&self) -> &'static str {
        match self.table {
            Table::Identities => {
                "INSERT INTO register_identities (source, subject, content, first_feed, last_feed, lines) "
            }
            Table::Supplements | Table::Professionals => {
                "INSERT INTO register_supplements (source, subject, content, first_feed, last_feed, lines) "
            }
        }
    }
}

/// A row of `register_structures`, but for its feed.
#[derive(Debug)]
pub(in crate::import) struct Structure {
    cells: [String; 8],
}

#[derive(Debug, Insertable)]
#[diesel(table_name = register_structures, treat_none_as_default_value = false)]
pub(super) struct StructureRow<'a> {
    pub(super) technical_id: &'a str,
    pub(super) siret: &'a str,
    pub(super) siren: &'a str,
    pub(super) finess: &'a str,
    pub(super) finess_legal: &'a str,
    pub(super) corporate_name: &'a str,
    pub(super) department_code: &'a str,
    pub(super) department_label: &'a str,
    pub(super) last_feed: i64,
}

impl Structure {
    pub(in crate::import) fn of(cells: StructureCells<'_>) -> Self {
        let cells = [
            cells.technical_id,
            cells.siret,
            cells.siren,
            cells.finess,
            cells.finess_legal,
            cells.corporate_name,
            cells.department_code,
            cells.department_label,
        ];
        Self { cells: cells.map(str::to_owned) }
    }

    pub(super) fn row(&self, feed: i64) -> StructureRow<'_> {
        let [
            technical_id,
            siret,
            siren,
            finess,
            finess_legal,
            corporate_name,
            department_code,
            department_label,
        ] = self.cells.each_ref().map(String::as_str);
        StructureRow {
            technical_id,
            siret,
            siren,
            finess,
            finess_legal,
            corporate_name,
            department_code,
            department_label,
            last_feed: feed,
        }
    }
}
