use super::*;
use crate::staff::{Post, list};
use crate::testing::*;

const HEADER: &str = "identifiant_local;nom;prenom;fonction\r\n";

fn with(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

fn looked(house: &mut House, file: &[u8]) -> Result<StaffImport, StaffImportError> {
    let act = house.officer("agent");
    preview(&mut house.db, &structure(STRUCTURE), file, &act)
}

fn applied(house: &mut House, file: &[u8]) -> Result<StaffImport, StaffImportError> {
    let act = house.officer("agent");
    let House { db, rng, .. } = house;
    db.write(|db| apply(db, &structure(STRUCTURE), file, rng, &act))
}

fn count(house: &mut House) -> usize {
    list(&mut house.db, &structure(STRUCTURE), "", 10_000).unwrap().len()
}

#[test]
fn a_file_is_shown_before_it_is_declared_and_does_what_it_showed() {
    on_both(|house| {
        house.mandated(STRUCTURE);
        house.declare("agent", STRUCTURE, &member("A1", Post::Employee)).unwrap();
        house.declare("agent", STRUCTURE, &member("A2", Post::Employee)).unwrap();
        let text = "A1;LEROY;Maël;personnel\r\nA2;LE ROY;Maël;personnel\n\"A3\"; d'ARC ;Zoé;responsable\n000000042;;;service\n";
        let file = [&b"\xef\xbb\xbf"[..], &with(text)].concat();
        let shown = looked(house, &file).unwrap();
        assert_eq!(shown.new, ["A3", "000000042"]);
        assert_eq!((shown.changed.clone(), shown.unchanged, shown.rows), (vec!["A2".to_owned()], 1, 4));
        let rows: Vec<_> = shown.entries.iter().map(|one| (one.line, one.before.is_some())).collect();
        assert_eq!(rows, [(3, true), (4, false), (5, false)], "what stands as it is said is no row of it");
        let (before, now) = (shown.entries[0].before.clone().unwrap(), &shown.entries[0].cells);
        assert_eq!((before[1].as_str(), now[1].as_str(), &before[2..]), ("LEROY", "LE ROY", &now[2..]));
        assert_eq!(count(house), 2, "a dry run declares nobody");
        assert_eq!(applied(house, &file).unwrap(), shown);
        let there = list(&mut house.db, &structure(STRUCTURE), "", 10).unwrap();
        assert_eq!(there.len(), 4);
        assert_eq!((there[3].family_name.as_str(), there[3].post), ("d'ARC", Post::Head));
        assert_eq!(looked(house, &file).unwrap().unchanged, 4, "a second time nothing is new");
    });
}

#[test]
fn every_row_that_is_wrong_is_told_with_its_line_and_column_and_nobody_is_declared() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("000000042", Post::Service)).unwrap();
    let mut file = with(
        "A1;LEROY;Maël;personnel\nA 2;LEROY;Maël;personnel\n\nA3;;Maël;personnel\nA4;LEROY;Maël;chef\nA1;PETIT;Anne;personnel\n\
         A5;LEROY;Maël\nA6;LEROY;\"Ma\u{202e}l\";personnel\n42;;;service\n000000042;LEROY;Maël;personnel\n",
    );
    file.extend_from_slice(b"A9;LEROY;Ma\xebl;personnel\n");
    let shown = looked(&mut house, &file).unwrap();
    let told: Vec<(u64, &str)> = shown.errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(
        told,
        [
            (3, "identifiant_local"),
            (5, "nom"),
            (6, "fonction"),
            (7, "identifiant_local"),
            (8, "prenom"),
            (9, "prenom"),
            (10, "identifiant_local"),
            (11, "fonction"),
            (12, "prenom"),
        ]
    );
    assert!(shown.errors.iter().all(|error| !error.reason.is_empty()));
    assert_eq!(code(applied(&mut house, &file)), "staff-rows-invalid");
    assert_eq!(count(&mut house), 1, "nothing half done");
}

#[test]
fn what_is_no_list_of_staff_is_refused_whole() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let many: String = (0..=ROWS_BOUND).map(|row| format!("A{row};LEROY;Maël;personnel\n")).collect();
    let long = with(&"x".repeat(FILE_BOUND));
    let cases: [&[u8]; 5] = [b"", b"nom;prenom\nLEROY;Ma", &long, &with(&many), b"\x00\x01\x02\xff"];
    for file in cases {
        assert_eq!(code(looked(&mut house, file)), "staff-file-unreadable");
    }
    house.enrol_other_agent();
    let act = house.officer("mallory");
    let told = preview(&mut house.db, &structure(STRUCTURE), &with(""), &act);
    assert_eq!(code(told), "order-not-mandated", "nobody reads who is declared elsewhere");
}

/// A workbook of the corpus of hostile files, or one that is none of them.
macro_rules! workbook {
    ($name:literal) => {
        include_bytes!(concat!("../../../../tests/fuzz-targets/corpora/staff-list/", $name)).as_slice()
    };
}

#[test]
fn a_workbook_is_read_as_the_same_list_is_and_its_numbers_as_their_digits() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    for file in [workbook!("a-workbook"), workbook!("a-workbook-of-inline-strings")] {
        let shown = looked(&mut house, file).unwrap();
        assert_eq!(shown.errors, []);
        assert_eq!(
            shown.new,
            ["CPET0002", "000000042", "A7", "7"],
            "a number has no zeros before it; a service nine digits"
        );
        let lines: Vec<u64> = rows(file).unwrap().into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [2, 3, 5, 6], "as the workbook counts them");
        let text = as_csv(file).unwrap();
        assert_eq!(looked(&mut house, text.as_bytes()).unwrap(), shown, "{text}");
    }
    let shown = applied(&mut house, workbook!("a-workbook")).unwrap();
    assert_eq!(count(&mut house), shown.new.len());
    let third = list(&mut house.db, &structure(STRUCTURE), "CPE", 1).unwrap().remove(0);
    assert_eq!(
        (third.local_id.as_str(), third.family_name.as_str(), third.given_name.as_str()),
        ("CPET0002", "DURAND", "Élise")
    );
}

#[test]
fn a_cell_of_a_workbook_that_is_no_text_is_told_in_its_place_as_any_other_fault() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let file = workbook!("cells-that-are-no-text");
    let shown = looked(&mut house, file).unwrap();
    let told: Vec<(u64, &str)> = shown.errors.iter().map(|error| (error.line, error.column)).collect();
    let wrong = [
        (2, "identifiant_local"),
        (3, "nom"),
        (4, "nom"),
        (5, "identifiant_local"),
        (6, "nom"),
        (7, "fonction"),
        (9, "identifiant_local"),
    ];
    assert_eq!(told, wrong);
    for (place, why) in [
        (0, "une date"),
        (1, "VRAI ou FAUX"),
        (2, "formule"),
        (3, "arrondi"),
        (4, "caractère de commande"),
        (5, "après la colonne"),
    ] {
        assert!(shown.errors[place].reason.contains(why), "{:?}", shown.errors[place]);
    }
    assert_eq!(shown.new, ["A7"], "the value beside a formula counts");
    assert_eq!(code(applied(&mut house, file)), "staff-rows-invalid");
}

#[test]
fn a_workbook_that_costs_more_than_it_may_or_is_none_is_refused_before_it_is_read() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let refused = [
        (workbook!("a-bomb"), "trop grand"),
        (workbook!("a-bomb-whose-head-lies"), "trop grand"),
        (workbook!("too-many-parts"), "trop grand"),
        (workbook!("a-cell-at-the-far-end"), "après la ligne"),
        (workbook!("strings-without-number"), "pas un classeur"),
        (workbook!("strings-without-number-in-utf-16"), "pas un classeur"),
        (workbook!("strings-without-number-after-another-octet"), "pas un classeur"),
        (workbook!("cut-short"), "pas un classeur"),
        (workbook!("under-a-password"), "mot de passe"),
        (workbook!("a-hidden-sheet"), "feuille visible"),
        (workbook!("no-header"), "première ligne"),
    ];
    for (file, why) in refused {
        let error = looked(&mut house, file).unwrap_err();
        assert!(error.to_string().contains(why), "{why}: {error}");
        assert_eq!(error.code().name, "staff-file-unreadable");
    }
    let entities = looked(&mut house, workbook!("entities-within-entities"));
    assert!(entities.map_or(true, |shown| shown.new.iter().all(|id| id.len() < 100)), "nothing is expanded");
    let elsewhere = looked(&mut house, workbook!("what-is-elsewhere")).unwrap();
    assert_eq!(elsewhere.new, ["A1"], "what is named outside is not opened");
}

#[test]
fn a_long_string_that_every_cell_refers_to_is_a_fault_of_every_row_and_copied_for_none() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let file = workbook!("one-long-string-in-every-cell");
    let read = rows(file).unwrap();
    assert_eq!(read.len(), ROWS_BOUND);
    for (line, row) in read {
        let (column, why) = row.unwrap_err();
        assert_eq!((column, why.as_str()), ("identifiant_local", "plus de 300 caractères"), "line {line}");
    }
    assert!(as_csv(file).unwrap().len() < 10_000, "a million signs four thousand times");
    assert_eq!(code(applied(&mut house, file)), "staff-rows-invalid");
}

#[test]
fn the_model_for_download_is_an_empty_list() {
    let model = include_bytes!("../../../../web-admin/assets/modele-personnel.xlsx");
    assert_eq!(rows(model).unwrap(), []);
}
