use store::Timestamp;

use super::table::{Day, Table};
use super::*;

fn day(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().unwrap()
}

#[test]
fn every_line_of_the_tables_has_four_cells_and_its_own_code() {
    for file in [
        include_str!("data/TRE_G15-ProfessionSante.tsv"),
        include_str!("data/TRE_G16-ProfessionFormation.tsv"),
        include_str!("data/TRE_R02-SecteurActivite.tsv"),
        include_str!("data/TRE_R01-EnsembleSavoirFaire.tsv"),
        include_str!("data/TRE_R09-CategorieProfessionnelle.tsv"),
        include_str!("data/TRE_R23-ModeExercice.tsv"),
        include_str!("data/TRE_R87-TypeCarte.tsv"),
    ] {
        let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
        for line in &lines {
            assert_eq!(line.split('\t').count(), 4, "{line:?}");
        }
        let table = Table::read(file);
        let mut codes: Vec<&str> = table.iter().map(|entry| entry.code).collect();
        assert_eq!(codes.len(), lines.len());
        let is_day =
            |text: &str| format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok() && text.len() == 10;
        for entry in table.iter() {
            assert!(!entry.label.is_empty(), "{entry:?}");
            assert!(entry.valid_from.is_empty() || is_day(entry.valid_from), "{entry:?}");
            assert!(matches!(entry.valid_to, "" | "?") || is_day(entry.valid_to), "{entry:?}");
        }
        codes.dedup();
        assert_eq!(codes.len(), lines.len());
    }
    assert_eq!(know_how_codes().count(), 244);
}

#[test]
fn a_profession_is_known_by_its_code() {
    let nurse = Profession::from_code("60").unwrap();
    assert_eq!((nurse.label(), nurse.number(), nurse.to_string().as_str()), ("Infirmier", 60, "60"));
    assert!(Profession::all().all(|profession| profession.number() > 0));
    assert!("61".parse::<Profession>().unwrap_err().to_string().contains("TRE_G15"));
    assert_eq!(serde_json::to_string(&nurse).unwrap(), "\"60\"");
    assert_eq!(serde_json::from_str::<Profession>("\"60\"").unwrap(), nurse);
}

#[test]
fn four_professions_have_students_with_a_card() {
    let with_students: Vec<(&str, &str)> = Profession::all()
        .filter_map(|profession| profession.in_training().map(|title| (profession.code(), title)))
        .collect();
    assert_eq!(with_students.len(), 4, "each code of TRE_G16 is one of TRE_G15: {with_students:?}");
    assert_eq!(with_students[0], ("10", "Médecin en formation"));
}

#[test]
fn a_deprecated_profession_is_read_but_not_active() {
    let now = day("2026-11-21");
    assert_eq!(Profession::all().filter(|profession| profession.is_active(now)).count(), 24);
    for deprecated in ["35", "36", "37", "38", "39", "93"] {
        assert!(!Profession::from_code(deprecated).unwrap().is_active(now), "{deprecated}");
    }
}

#[test]
fn a_profession_is_active_until_its_last_day_included() {
    let dispenser = Profession::from_code("38").unwrap();
    assert!(dispenser.is_active(day("2024-12-13")));
    assert!(!dispenser.is_active(day("2024-12-14")));
}

#[test]
fn the_small_tables_read_back_what_they_print() {
    for mode in ["S", "L", "B"] {
        assert_eq!(mode.parse::<ExerciseMode>().unwrap().to_string(), mode);
    }
    for category in ["C", "M", "E"] {
        assert_eq!(category.parse::<Category>().unwrap().to_string(), category);
    }
    assert!("".parse::<Category>().is_err());
    assert_eq!("SA07".parse::<Sector>().unwrap().label(), Some("Cabinet individuel"));
    // Newer than the table here, but seen in real data.
    assert_eq!("SA43".parse::<Sector>().unwrap().label(), None);
    assert!("SA7".parse::<Sector>().is_err());
}

#[test]
fn every_code_of_an_enum_stands_in_its_table_and_is_in_force_today() {
    let today = InForce::at(day("2026-11-21"));
    for (mode, label) in
        [("S", "Salarié"), ("L", "Libéral, indépendant, artisan, commerçant"), ("B", "Bénévole")]
    {
        let mode: ExerciseMode = mode.parse().unwrap();
        assert_eq!((today.mode(mode), mode.label()), (Ok(()), label));
    }
    for (category, label) in [("C", "Civil"), ("M", "Militaire"), ("E", "Etudiant")] {
        let category: Category = category.parse().unwrap();
        assert_eq!((today.category(category), category.label()), (Ok(()), label));
    }
    let card_types = Table::read(include_str!("data/TRE_R87-TypeCarte.tsv"));
    for kind in ["CPS", "CPF", "CPE", "CDE", "CPA", "CDA"] {
        assert_eq!(today.card_type(kind), Ok(()));
        assert_eq!(card_type_label(kind), card_types.find(kind).map(|entry| entry.label));
    }
    assert_eq!(card_type_label("CPS"), Some("Carte de professionnel de santé"));
    assert_eq!(card_type_label("CPX"), None);
    assert_eq!(
        today.card_type("CPX").unwrap_err().to_string(),
        "TRE_R87-TypeCarte has no code CPX in force on 2026-11-21"
    );
}

#[test]
fn a_code_is_in_force_from_its_first_day_to_its_last_included() {
    let table = Table::read("A\tDatée\t2026-01-01\t2026-06-30\nB\tFinie\t\t?\n");
    let on = |code: &str, text: &str| table.find(code).unwrap().is_in_force(Day::of(day(text)));
    assert_eq!(
        ["2025-12-31", "2026-01-01", "2026-06-30", "2026-07-01"].map(|text| on("A", text)),
        [false, true, true, false]
    );
    assert!(!on("B", "1999-01-01"));
}

#[test]
fn an_unknown_code_is_said_and_what_may_be_a_name_is_not() {
    assert_eq!("61".parse::<Profession>().unwrap_err().to_string(), "TRE_G15-ProfessionSante has no code 61");
    for text in ["", "DUPONT", "LI", "12345678901", "é1"] {
        let error = text.parse::<Profession>().unwrap_err();
        assert_eq!(
            (error.code.as_deref(), error.to_string().as_str()),
            (None, "TRE_G15-ProfessionSante has no such code")
        );
    }
}

#[test]
fn a_know_how_finds_its_label() {
    let known = KnowHow { kind: "S".into(), code: "C07".into() };
    assert_eq!(known.label(), Some("Cardiologie (C)"));
}
