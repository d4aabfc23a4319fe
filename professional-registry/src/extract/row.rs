use std::str::FromStr;

use super::{COLUMNS, Header, RowError, RowFault};
use crate::identifiers::{Finess, IdNatPs, Siren, Siret, TechnicalStructureId};
use crate::nomenclature::{Category, ExerciseMode, Profession, Sector};

/// One line of the extract, checked: the cells the register keeps.
///
/// Who, which profession and which category must be right, or the line is refused. A wrong cell about the place
/// is dropped instead ([`Row::dropped`]): a mistyped SIRET of an employer says nothing against the nurse's right
/// to exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The line as it stands, without the trailing bar: what tells one activity of a person from another.
    pub text: &'a str,
    /// *Identification nationale PP*, which equals type and identifier.
    pub id: IdNatPs,
    /// The same, as text.
    pub id_nat: &'a str,
    /// *Nom d'exercice*.
    pub family_name: &'a str,
    /// *Prénom d'exercice*.
    pub given_name: &'a str,
    /// *Code civilité*.
    pub civility: &'a str,
    /// *Code profession*.
    pub profession: Profession,
    /// *Code catégorie professionnelle*.
    pub category: Category,
    /// *Code type savoir-faire*; empty where there is none.
    pub know_how_type: &'a str,
    /// *Code savoir-faire*; empty where there is none.
    pub know_how: &'a str,
    /// *Code mode exercice*, empty or of the table.
    pub mode: &'a str,
    /// *Code secteur d'activité*, empty or well-formed.
    pub sector: &'a str,
    /// The place, where the line names one.
    pub structure: Option<StructureCells<'a>>,
    /// Cells that were left out because they are wrong.
    pub dropped: Vec<RowError>,
}

/// The cells of a line about its structure: each empty, or of the form it must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StructureCells<'a> {
    /// *Identifiant technique de la structure*.
    pub technical_id: &'a str,
    /// *Numéro SIRET site*.
    pub siret: &'a str,
    /// *Numéro SIREN site*.
    pub siren: &'a str,
    /// *Numéro FINESS site*.
    pub finess: &'a str,
    /// *Numéro FINESS établissement juridique*.
    pub finess_legal: &'a str,
    /// *Raison sociale site*.
    pub corporate_name: &'a str,
    /// *Code Département (structure)*.
    pub department_code: &'a str,
    /// *Libellé Département (structure)*.
    pub department_label: &'a str,
}

// Places in `COLUMNS`; a test reads each by its name.
const ID_TYPE: usize = 0;
const ID: usize = 1;
const ID_NAT: usize = 2;
const CIVILITY: usize = 5;
const FAMILY_NAME: usize = 7;
const GIVEN_NAME: usize = 8;
const PROFESSION: usize = 9;
const CATEGORY: usize = 11;
const KNOW_HOW_TYPE: usize = 13;
const KNOW_HOW: usize = 15;
const MODE: usize = 17;
const SIRET: usize = 19;
const SIREN: usize = 20;
const FINESS: usize = 21;
const FINESS_LEGAL: usize = 22;
const TECHNICAL_ID: usize = 23;
const CORPORATE_NAME: usize = 24;
const DEPARTMENT_CODE: usize = 44;
const DEPARTMENT_LABEL: usize = 45;
const SECTOR: usize = 48;

/// The most characters of a name (INSEE's own limit is 80 for each).
const LONGEST_NAME: usize = 100;
const LONGEST_CODE: usize = 16;
const LONGEST_LABEL: usize = 300;

impl<'a> Row<'a> {
    /// Reads line `number`.
    pub(crate) fn read(header: Header, number: u64, line: &'a str) -> Result<Self, RowError> {
        let mut cells = [""; COLUMNS.len()];
        let mut found = 0;
        for cell in line.split('|') {
            if let Some(place) = cells.get_mut(found) {
                *place = cell;
            }
            found += 1;
        }
        let mut reader = Cells { cells, number, person: None, dropped: Vec::new() };
        // As many cells as the header, the last of them ended by a bar or not.
        let text = match line.strip_suffix('|') {
            Some(text) if found == header.columns + 1 => text,
            _ if found == header.columns => line,
            _ => {
                reader.person = reader.identity().ok().map(Box::new);
                return Err(reader.error(ID_TYPE, RowFault::Columns { expected: header.columns, found }));
            }
        };
        let identity = reader.identity();
        reader.person = identity.as_ref().ok().cloned().map(Box::new);
        if !matches!(cells[ID_TYPE], "8" | "0") {
            return Err(reader.error(ID_TYPE, RowFault::IdentifierType));
        }
        let id = identity?;

        let family_name = reader.text(FAMILY_NAME, LONGEST_NAME)?;
        if family_name.is_empty() {
            return Err(reader.error(FAMILY_NAME, RowFault::Empty));
        }
        let given_name = reader.text(GIVEN_NAME, LONGEST_NAME)?;
        let civility = reader.text(CIVILITY, LONGEST_CODE)?;
        let profession = reader.parsed::<Profession>(PROFESSION)?;
        let category = reader.parsed::<Category>(CATEGORY)?;
        let know_how = reader.or_dropped(KNOW_HOW, |r, column| r.text(column, LONGEST_CODE));
        let know_how_type = reader.or_dropped(KNOW_HOW_TYPE, |r, column| r.text(column, LONGEST_CODE));
        let mode = reader.optional::<ExerciseMode>(MODE);
        let sector = reader.optional::<Sector>(SECTOR);
        let structure = reader.structure();
        Ok(Self {
            text,
            id,
            id_nat: cells[ID_NAT],
            family_name,
            given_name,
            civility,
            profession,
            category,
            know_how_type: if know_how.is_empty() { "" } else { know_how_type },
            know_how,
            mode,
            sector,
            structure,
            dropped: reader.dropped,
        })
    }
}

/// The cells of one line while they are read.
struct Cells<'a> {
    cells: [&'a str; COLUMNS.len()],
    number: u64,
    person: Option<Box<IdNatPs>>,
    dropped: Vec<RowError>,
}

impl<'a> Cells<'a> {
    /// Whose line it is, by an identifier of any type: its three columns agree, and it passes its check.
    fn identity(&self) -> Result<IdNatPs, RowError> {
        let [id_type, id, id_nat] = [self.cells[ID_TYPE], self.cells[ID], self.cells[ID_NAT]];
        if id_nat.strip_prefix(id_type) != Some(id) {
            return Err(self.error(ID_NAT, RowFault::Mismatch));
        }
        id_nat.parse().map_err(|fault: crate::IdentifierError| self.error(ID, fault.into()))
    }

    fn structure(&mut self) -> Option<StructureCells<'a>> {
        let technical_id = self.optional::<TechnicalStructureId>(TECHNICAL_ID);
        if technical_id.is_empty() {
            return None;
        }
        let label = |r: &Self, column| r.text(column, LONGEST_LABEL);
        Some(StructureCells {
            technical_id,
            siret: self.optional::<Siret>(SIRET),
            siren: self.optional::<Siren>(SIREN),
            finess: self.optional::<Finess>(FINESS),
            finess_legal: self.optional::<Finess>(FINESS_LEGAL),
            corporate_name: self.or_dropped(CORPORATE_NAME, label),
            department_code: self.or_dropped(DEPARTMENT_CODE, |r, column| r.text(column, LONGEST_CODE)),
            department_label: self.or_dropped(DEPARTMENT_LABEL, label),
        })
    }

    /// A cell as text of at most `most` characters.
    fn text(&self, column: usize, most: usize) -> Result<&'a str, RowError> {
        let cell = self.cells[column];
        if cell.chars().any(char::is_control) {
            return Err(self.error(column, RowFault::Control));
        }
        if cell.len() > most && cell.chars().count() > most {
            return Err(self.error(column, RowFault::Length { most }));
        }
        Ok(cell)
    }

    fn parsed<T: FromStr<Err: Into<RowFault>>>(&self, column: usize) -> Result<T, RowError> {
        self.cells[column].parse().map_err(|fault: T::Err| self.error(column, fault.into()))
    }

    /// A cell that is empty or parses; one that does not is dropped.
    fn optional<T: FromStr<Err: Into<RowFault>>>(&mut self, column: usize) -> &'a str {
        self.or_dropped(column, |r, column| match r.cells[column] {
            "" => Ok(""),
            cell => r.parsed::<T>(column).map(|_| cell),
        })
    }

    fn or_dropped(
        &mut self,
        column: usize,
        read: impl FnOnce(&Self, usize) -> Result<&'a str, RowError>,
    ) -> &'a str {
        match read(self, column) {
            Ok(cell) => cell,
            Err(error) => {
                self.dropped.push(error);
                ""
            }
        }
    }

    fn error(&self, column: usize, fault: RowFault) -> RowError {
        RowError { line: self.number, column: COLUMNS[column], fault, person: self.person.clone() }
    }
}
