use store::Timestamp;

use super::table::entries;
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
    ] {
        let lines: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
        for line in &lines {
            assert_eq!(line.split('\t').count(), 4, "{line:?}");
        }
        let mut codes: Vec<&str> = entries(file).map(|entry| entry.code).collect();
        assert_eq!(codes.len(), lines.len());
        codes.sort_unstable();
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
    for product in ["00", "01", "02", "03"] {
        assert_eq!(product.parse::<CardProduct>().unwrap().to_string(), product);
    }
    assert!("".parse::<Category>().is_err());
    assert_eq!("SA07".parse::<Sector>().unwrap().label(), Some("Cabinet individuel"));
    // Newer than the table here, but seen in real data.
    assert_eq!("SA43".parse::<Sector>().unwrap().label(), None);
    assert!("SA7".parse::<Sector>().is_err());
}

#[test]
fn a_know_how_finds_its_label() {
    let known = KnowHow { kind: "S".into(), code: "C07".into() };
    assert_eq!(known.label(), Some("Cardiologie (C)"));
}
