use super::cells::Cells;
use super::{Header, RowError, RowFault};
use crate::identifiers::{Finess, Siren, Siret, TechnicalStructureId};
use crate::nomenclature::{Category, ExerciseMode, KnowHow, Profession, Sector, UnknownCode};

/// One line of the extract, checked: the cells the register keeps.
///
/// Who, which profession and which category must be right, or the line is refused. A wrong cell about the place
/// is dropped instead ([`Row::dropped`]): a mistyped SIRET of an employer says nothing against the nurse's right
/// to exercise. It says nothing against the place either ([`Row::place_unread`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The line as it stands, without the trailing bar: what tells one activity of a person from another.
    pub text: &'a str,
    /// *Identification nationale PP*, which equals type and identifier.
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
    /// Whether it names one by an identifier that cannot be read: the person practises somewhere, and it may be where he did.
    pub place_unread: bool,
    /// Cells that were left out because they are wrong.
    pub dropped: Vec<RowError>,
    /// Codes that are kept, and that no table of this program has.
    pub unknown: Vec<UnknownCode>,
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
        let (mut reader, text) = Cells::split(header, number, line, ID_TYPE)?;
        if !matches!(reader.cells[ID_TYPE], "8" | "0") {
            return Err(reader.error(ID_TYPE, RowFault::IdentifierType));
        }
        let id_nat = reader.identity()?;

        let family_name = reader.text(FAMILY_NAME, LONGEST_NAME)?;
        if family_name.is_empty() {
            return Err(reader.error(FAMILY_NAME, RowFault::Empty));
        }
        let given_name = reader.text(GIVEN_NAME, LONGEST_NAME)?;
        let civility = reader.text(CIVILITY, LONGEST_CODE)?;
        let profession = reader.parsed::<Profession>(PROFESSION)?;
        let category = reader.parsed::<Category>(CATEGORY)?;
        let in_force = header.in_force;
        in_force.category(category).map_err(|fault| reader.error(CATEGORY, fault.into()))?;
        let know_how = reader.or_dropped(KNOW_HOW, |r, column| r.text(column, LONGEST_CODE));
        let know_how_type = reader.or_dropped(KNOW_HOW_TYPE, |r, column| r.text(column, LONGEST_CODE));
        let mode = reader.optional(MODE, |code| {
            let mode: ExerciseMode = code.parse()?;
            Ok::<_, RowFault>(in_force.mode(mode)?)
        });
        let sector = reader.optional(SECTOR, Sector::check);
        let structure = structure(&mut reader);
        let place_unread = structure.is_none() && !reader.cells[TECHNICAL_ID].is_empty();
        let unknown = [(know_how, KnowHow::known as Known), (sector, Sector::known)]
            .into_iter()
            .filter_map(|(code, known)| if code.is_empty() { None } else { known(code).err() })
            .collect();
        Ok(Self {
            text,
            id_nat,
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
            place_unread,
            dropped: reader.dropped,
            unknown,
        })
    }
}

type Known = fn(&str) -> Result<(), UnknownCode>;

fn structure<'a>(reader: &mut Cells<'a>) -> Option<StructureCells<'a>> {
    let technical_id = reader.optional(TECHNICAL_ID, TechnicalStructureId::check);
    if technical_id.is_empty() {
        return None;
    }
    let label = |r: &Cells<'a>, column: usize| r.text(column, LONGEST_LABEL);
    Some(StructureCells {
        technical_id,
        siret: reader.optional(SIRET, Siret::check),
        siren: reader.optional(SIREN, Siren::check),
        finess: reader.optional(FINESS, Finess::check),
        finess_legal: reader.optional(FINESS_LEGAL, Finess::check),
        corporate_name: reader.or_dropped(CORPORATE_NAME, label),
        department_code: reader.or_dropped(DEPARTMENT_CODE, |r, column| r.text(column, LONGEST_CODE)),
        department_label: reader.or_dropped(DEPARTMENT_LABEL, label),
    })
}
