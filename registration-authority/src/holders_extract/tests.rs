use professional_registry::ImportedRegister;

use super::*;
use crate::opposition::{self, Ground};
use crate::testing::*;

/// The lines after the header, as cells.
fn lines(house: &mut House) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    let written = write(&mut house.db, &mut ImportedRegister, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let (header, rest) = text.split_once('\n').unwrap();
    assert_eq!(header, format!("{}|", COLUMNS.join("|")));
    let lines: Vec<Vec<String>> =
        rest.lines().map(|line| line.split('|').map(str::to_owned).collect()).collect();
    assert!(lines.iter().all(|cells| cells.len() == COLUMNS.len() + 1 && cells[COLUMNS.len()].is_empty()));
    assert_eq!(written, lines.len() as u64);
    lines
}

fn cell<'a>(line: &'a [String], column: &str) -> &'a str {
    &line[COLUMNS.iter().position(|name| *name == column).unwrap()]
}

#[test]
fn a_card_stands_in_it_from_its_first_certificate_on_and_its_opposition_has_a_day() {
    let mut house = House::new();
    let mut worker = house.worker();
    assert!(lines(&mut house).is_empty());
    let card = house.active_card(&mut worker, &nurse());
    house.approved(&other_nurse());
    house.personalise();
    let [line] = &lines(&mut house)[..] else { panic!("the other card has no certificate yet") };
    assert_eq!(cell(line, "Numéro carte"), card.to_string());
    assert_eq!(cell(line, "Identifiant national contenu dans la carte"), nurse().to_string());
    assert_eq!(cell(line, "Code type de carte"), "CPS");
    assert_eq!((cell(line, "Code profession"), cell(line, "Libellé profession")), ("60", "Infirmier"));
    assert_eq!(cell(line, "Date opposition"), "");
    let [from, to] = ["Date début validité", "Date fin validité"].map(|column| cell(line, column));
    assert!(from.len() == 8 && to.len() == 8 && from < to, "{from} {to}");
    let record = ImportedRegister.professional(&mut house.db, &nurse()).unwrap().unwrap();
    assert_eq!(cell(line, "Nom d'exercice"), record.exercises[0].practice_family_name);

    let act = house.officer("rita");
    opposition::oppose(&mut house.db, &card, Ground::Lost, &mut house.rng, &act).unwrap();
    let [line] = &lines(&mut house)[..] else { panic!("an opposed card stays") };
    assert_eq!(cell(line, "Date opposition"), extract::day(act.at));
    assert_eq!(cell(line, "Date de mise à jour"), extract::day(act.at));
}

#[test]
fn a_holder_stands_there_by_his_number_of_now_beside_the_one_in_his_card() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.try_import_with(2, &second_day(), &line_of_adeli_nurse(&adeli_nurse())).unwrap();
    let card = house.active_card(&mut worker, &adeli_nurse());
    let act = house.job();
    renumber(&mut house, &act);
    house.try_import_with(3, &second_day(), &line_of_adeli_nurse(&adeli_nurse_renumbered())).unwrap();
    let (now, lines) = (adeli_nurse_renumbered().to_string(), lines(&mut house));
    let [line] = &lines[..] else { panic!("one card") };
    assert_eq!(cell(line, "Identification nationale PP"), now);
    assert_eq!(cell(line, "Identifiant PP"), &now[1..]);
    assert_eq!(cell(line, "Identifiant national contenu dans la carte"), adeli_nurse().to_string());
    assert_eq!(cell(line, "Nom d'exercice"), "LE BRETON");
    // And his card's page says nothing of an end.
    let rita = house.officer("rita");
    let view = crate::views::card(&mut house.db, &mut ImportedRegister, &card, &rita).unwrap();
    assert!(view.change.is_none(), "{:?}", view.change);
}

#[test]
fn the_type_of_a_card_is_called_as_its_table_calls_it() {
    let table = include_str!("../../../professional-registry/src/nomenclature/data/TRE_R87-TypeCarte.tsv");
    let mut house = House::new();
    let mut worker = house.worker();
    house.active_card(&mut worker, &nurse());
    let [line] = &lines(&mut house)[..] else { panic!("one card") };
    let (code, label) = (cell(line, "Code type de carte"), cell(line, "Libellé type de carte"));
    assert!(table.lines().any(|entry| entry.starts_with(&format!("{code}\t{label}\t"))), "{code}: {label}");
    assert_eq!(label, "Carte de professionnel de santé");
}

/// Who exercised a profession, is with the armed forces now, and learns it once more: under another name each time.
#[test]
fn a_card_has_the_category_and_the_names_of_an_exercise_that_it_is_for_the_living_one_first() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.active_card(&mut worker, &nurse());
    let seen = |house: &mut House, day: u64, exercises: &[(&'static str, &'static str)]| {
        let hers = exercises.iter().map(|(category, family_name)| Line {
            person: 1,
            family_name,
            given_name: "Élise",
            profession: "60",
            category,
        });
        let lines: Vec<Line> = without(second_day(), &nurse()).into_iter().chain(hers).collect();
        house.later(86_400);
        house.import_day(day, &lines);
        let [line] = &self::lines(house)[..] else { panic!("one card") };
        (cell(line, "Code catégorie professionnelle").to_owned(), cell(line, "Nom d'exercice").to_owned())
    };
    let told = |category: &str, name: &str| (category.to_owned(), name.to_owned());
    assert_eq!(seen(&mut house, 2, &[("C", "DURAND")]), told("C", "DURAND"));
    assert_eq!(seen(&mut house, 3, &[("M", "CAPITAINE")]), told("M", "CAPITAINE"), "not the one that ended");
    assert_eq!(seen(&mut house, 4, &[("C", "LEROY")]), told("C", "LEROY"));
    let also_a_student = [("E", "ÉTUDES"), ("M", "CAPITAINE")];
    assert_eq!(seen(&mut house, 5, &also_a_student), told("M", "CAPITAINE"), "a CPS is not for who learns");
    // A student's exercise is none that a CPS is for, though it is the only one that lives.
    assert_eq!(seen(&mut house, 6, &[("E", "ÉTUDES")]), told("M", "CAPITAINE"), "the one that ended last");
    assert_eq!(seen(&mut house, 7, &[("C", "DURAND-LEROY")]), told("C", "DURAND-LEROY"));
    assert_eq!(seen(&mut house, 8, &[("E", "THÈSE")]).0, "C", "the one that ended last");
}
