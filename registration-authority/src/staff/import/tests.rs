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
