use std::fmt;

use super::names::Name;
use super::place::Place;
use crate::extract::COLUMNS;
use crate::identifiers::Rpps;
use crate::nomenclature::{Category, ExerciseMode, KnowHow, Profession};

/// One activity of a person.
pub(super) struct Work {
    pub(super) profession: Profession,
    pub(super) category: Category,
    pub(super) know_how: Option<&'static str>,
    pub(super) mode: ExerciseMode,
    pub(super) place: Place,
    pub(super) telephone: String,
    pub(super) revision: u32,
}

/// One line of the extract, without its trailing bar.
pub(super) struct Line<'a> {
    pub(super) rpps: &'a Rpps,
    pub(super) name: &'a Name,
    pub(super) work: &'a Work,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rpps, name, work } = self;
        let place = &work.place;
        let physician = work.profession.code() == "10" && work.category != Category::Student;
        let civility = if name.woman { ("MME", "Madame") } else { ("M", "Monsieur") };
        let practice_civility = if physician { ("DR", "Docteur") } else { civility };
        let know_how = work.know_how.map(|code| KnowHow { kind: "S".to_owned(), code: code.to_owned() });
        let (town, postal_code, commune, department, department_label) = place.town;
        let section = if work.profession.code() == "21" { ("A", "Pharmaciens titulaires") } else { ("", "") };
        let authority = if matches!(work.profession.code(), "10") { "CNOM/CNOM/CNOM" } else { "ARS/ARS/ARS" };

        let cells: [&str; COLUMNS.len()] = [
            "8",
            rpps.as_str(),
            &format!("8{rpps}"),
            practice_civility.0,
            practice_civility.1,
            civility.0,
            civility.1,
            &name.family,
            &name.given,
            work.profession.code(),
            work.profession.label(),
            work.category.code(),
            work.category.label(),
            if know_how.is_some() { "S" } else { "" },
            if know_how.is_some() { "Spécialité ordinale" } else { "" },
            work.know_how.unwrap_or_default(),
            know_how.as_ref().and_then(KnowHow::label).unwrap_or_default(),
            work.mode.code(),
            work.mode.label(),
            &place.siret,
            &place.siren,
            &place.finess,
            &place.finess_legal,
            &place.technical_id,
            &place.corporate_name,
            &place.trade_name,
            "",
            // A change of any kind leaves its mark on the line.
            &if work.revision > 0 { format!("BATIMENT {}", work.revision) } else { String::new() },
            &place.street_number.to_string(),
            "",
            "R",
            "Rue",
            "DE L'EXEMPLE",
            "",
            &format!("{postal_code} {town}"),
            postal_code,
            commune,
            town,
            "99000",
            "France",
            &work.telephone,
            "",
            "",
            "",
            department,
            department_label,
            "",
            authority,
            place.sector.0,
            place.sector.1,
            section.0,
            section.1,
            "",
            "",
            "GENR01",
            "Activité standard de soin ou de pharmacien",
        ];
        f.write_str(&cells.join("|"))
    }
}
