use store::Timestamp;

use super::row::Row;
use super::*;
use crate::fictional;
use crate::nomenclature::{CodeTables, InForce};

fn today() -> InForce {
    InForce::at(Timestamp::from_seconds(1_795_000_000))
}

fn extract(professionals: u32) -> String {
    let mut out = Vec::new();
    fictional::generate(&mut out, professionals, 1).unwrap();
    String::from_utf8(out).unwrap()
}

fn header() -> Header {
    Header::read(Form::ACTIVITIES, &format!("{}|", COLUMNS.join("|")), today()).unwrap()
}

/// A good line, with some cells replaced.
fn line_with(cells: &[(&str, &str)]) -> String {
    let text = extract(1);
    let mut line: Vec<String> = text.lines().nth(1).unwrap().split('|').map(str::to_owned).collect();
    for (column, cell) in cells {
        let place = COLUMNS.iter().position(|name| name == column).unwrap();
        line[place] = (*cell).to_owned();
    }
    line.join("|")
}

fn read_all(bytes: &[u8], encoding: Encoding) -> Result<Vec<String>, ExtractError> {
    let mut lines = Lines::new(bytes, encoding);
    let mut read = Vec::new();
    while let Some((_, line)) = lines.next()? {
        read.push(line.to_owned());
    }
    Ok(read)
}

#[test]
fn the_header_has_56_columns_and_the_first_that_differs_is_named() {
    assert_eq!(header().columns, 56);
    assert_eq!(Header::read(Form::ACTIVITIES, &COLUMNS.join("|"), today()).unwrap().columns, 56);
    assert_eq!(
        Header::read(Form::ACTIVITIES, &format!("{}|Nouvelle colonne|", COLUMNS.join("|")), today())
            .unwrap()
            .columns,
        57
    );

    let renamed = COLUMNS.join("|").replace("Code rôle", "Code role");
    assert_eq!(
        Header::read(Form::ACTIVITIES, &renamed, today()).unwrap_err().to_string(),
        "line 1: column 53 must be \"Code rôle\", is \"Code role\""
    );
    let short = COLUMNS[..40].join("|");
    assert!(matches!(
        Header::read(Form::ACTIVITIES, &short, today()),
        Err(ExtractError::Header { column: 41, .. })
    ));
}

#[test]
fn each_cell_is_read_from_the_column_of_its_name() {
    let line = line_with(&[
        ("Type d'identifiant PP", "8"),
        ("Identifiant PP", "99700075064"),
        ("Identification nationale PP", "899700075064"),
        ("Nom d'exercice", "D'EXEMPLE"),
        ("Prénom d'exercice", "Zoé"),
        ("Code civilité", "MME"),
        ("Code profession", "10"),
        ("Code catégorie professionnelle", "M"),
        ("Code type savoir-faire", "S"),
        ("Code savoir-faire", "SM54"),
        ("Code mode exercice", "B"),
        ("Numéro SIRET site", "18751275100020"),
        ("Numéro SIREN site", "187512751"),
        ("Numéro FINESS site", "0B0193488"),
        ("Numéro FINESS établissement juridique", "0B0057881"),
        ("Identifiant technique de la structure", "F0B0193488"),
        ("Raison sociale site", "HÔPITAL"),
        ("Code Département (structure)", "2A"),
        ("Libellé Département (structure)", "Corse-du-Sud (2A)"),
        ("Code secteur d'activité", "SA01"),
    ]);
    let row = Row::read(header(), 2, &line).unwrap();
    assert_eq!(row.id_nat, "899700075064");
    assert_eq!((row.family_name, row.given_name, row.civility), ("D'EXEMPLE", "Zoé", "MME"));
    assert_eq!((row.profession.code(), row.category.code()), ("10", "M"));
    assert_eq!((row.know_how_type, row.know_how, row.mode, row.sector), ("S", "SM54", "B", "SA01"));
    let structure = row.structure.unwrap();
    assert_eq!(
        structure,
        StructureCells {
            technical_id: "F0B0193488",
            siret: "18751275100020",
            siren: "187512751",
            finess: "0B0193488",
            finess_legal: "0B0057881",
            corporate_name: "HÔPITAL",
            department_code: "2A",
            department_label: "Corse-du-Sud (2A)",
        }
    );
    assert!(row.dropped.is_empty());
}

#[test]
fn a_wrong_cell_about_the_person_costs_the_line_and_says_line_column_and_rule() {
    for (column, cell, message) in [
        ("Type d'identifiant PP", "3", "must be 8 (RPPS) or 0 (ADELI)"),
        ("Identifiant PP", "99700075064", "must be the type digit followed by the identifier"),
        ("Nom d'exercice", "", "must not be empty"),
        ("Prénom d'exercice", "Zo\u{0}é", "must not hold a control character"),
        ("Nom d'exercice", &"N".repeat(101), "must have at most 100 characters"),
        ("Code profession", "61", "TRE_G15-ProfessionSante has no code 61"),
        ("Code profession", "IMAGINAIRE", "TRE_G15-ProfessionSante has no such code"),
        ("Code profession", "", "TRE_G15-ProfessionSante has no such code"),
        ("Code catégorie professionnelle", "X", "TRE_R09-CategorieProfessionnelle has no code X"),
    ] {
        let line = line_with(&[(column, cell)]);
        let error = Row::read(header(), 7, &line).unwrap_err();
        assert!(error.to_string().starts_with("line 7, "), "{error}");
        assert!(error.to_string().ends_with(message), "{error} should end with {message}");
        let told_apart = column.contains("dentifiant PP");
        assert_eq!(error.subject.is_none(), told_apart, "{column}");
    }
    let line =
        line_with(&[("Identifiant PP", "99700075065"), ("Identification nationale PP", "899700075065")]);
    let error = Row::read(header(), 7, &line).unwrap_err();
    assert_eq!(error.to_string(), "line 7, \"Identifiant PP\": RPPS: the check digit is wrong");
    assert_eq!(error.subject, None);
}

#[test]
fn a_wrong_cell_about_the_place_is_dropped_and_the_line_stands() {
    let structure = ("Identifiant technique de la structure", "F0B0193488");
    for (column, cell) in [
        ("Numéro SIRET site", "18751275100021"),
        ("Numéro SIREN site", "x"),
        ("Numéro FINESS site", "0"),
        ("Numéro FINESS établissement juridique", "760021833"),
        ("Code mode exercice", "Z"),
        ("Code secteur d'activité", "07"),
        ("Code savoir-faire", "12345678901234567"),
    ] {
        let line = line_with(&[structure, (column, cell)]);
        let row = Row::read(header(), 7, &line).unwrap();
        assert_eq!(row.dropped.len(), 1, "{column}");
        assert_eq!(row.dropped[0].column, column);
        assert!(row.structure.is_some());
    }
    assert!(!Row::read(header(), 7, &line_with(&[structure])).unwrap().place_unread);
    assert!(!Row::read(header(), 7, &line_with(&[(structure.0, "")])).unwrap().place_unread);
    let line = line_with(&[("Identifiant technique de la structure", "Q1")]);
    let row = Row::read(header(), 7, &line).unwrap();
    assert_eq!((row.structure, row.place_unread, row.dropped.len()), (None, true, 1));
}

#[test]
fn a_category_outside_its_dates_costs_the_line_and_a_mode_the_cell() {
    static TABLES: std::sync::LazyLock<CodeTables> = std::sync::LazyLock::new(|| {
        CodeTables::read("C\tCivil\t\t\nM\tMilitaire\t\t2026-06-30\n", "S\tSalarié\t2026-07-01\t\n", "")
    });
    let on = |day: &str| {
        let in_force = InForce::by(&TABLES, format!("{day}T10:00:00Z").parse().unwrap());
        Header::read(Form::ACTIVITIES, &COLUMNS.join("|"), in_force).unwrap()
    };
    let line = line_with(&[("Code catégorie professionnelle", "M"), ("Code mode exercice", "S")]);
    let row = Row::read(on("2026-06-30"), 7, &line).unwrap();
    assert_eq!((row.category.code(), row.mode, row.dropped.len()), ("M", "", 1));
    assert_eq!(
        row.dropped[0].to_string(),
        "line 7, \"Code mode exercice\": TRE_R23-ModeExercice has no code S in force on 2026-06-30"
    );
    let error = Row::read(on("2026-07-01"), 7, &line).unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 7, \"Code catégorie professionnelle\": TRE_R09-CategorieProfessionnelle has no code M in force on 2026-07-01"
    );
    assert!(error.subject.is_some());
    let civil = line_with(&[("Code catégorie professionnelle", "C"), ("Code mode exercice", "S")]);
    let row = Row::read(on("2026-07-01"), 7, &civil).unwrap();
    assert_eq!((row.mode, row.dropped.len()), ("S", 0));
    // A mode that the tables of an installation do not have at all.
    let other = line_with(&[("Code catégorie professionnelle", "C"), ("Code mode exercice", "B")]);
    assert_eq!(Row::read(on("2026-07-01"), 7, &other).unwrap().dropped.len(), 1);
}

#[test]
fn a_line_must_have_the_columns_of_the_header() {
    let line = line_with(&[]);
    let bare = line.strip_suffix('|').unwrap();
    assert_eq!(Row::read(header(), 2, bare).unwrap(), Row::read(header(), 2, &line).unwrap());
    let long = line.replacen("|R|Rue|", "|R|Rue|de|", 1);
    let error = Row::read(header(), 2, &long).unwrap_err();
    assert_eq!(error.fault, RowFault::Columns { expected: 56, found: 58 });
    assert!(error.subject.is_some());
    let error = Row::read(header(), 2, "8|997").unwrap_err();
    assert_eq!((error.fault, error.subject), (RowFault::Columns { expected: 56, found: 2 }, None));
    Row::read(header(), 2, "").unwrap_err();
}

#[test]
fn bom_and_carriage_returns_are_tolerated() {
    let read = read_all("\u{feff}é|b\r\nc\n".as_bytes(), Encoding::Utf8).unwrap();
    assert_eq!(read, ["é|b", "c"]);
}

#[test]
fn a_line_of_nothing_but_white_space_is_none_and_has_its_number() {
    let mut lines = Lines::new(&b"a\n\n \t\r\nb\n\r\n\n"[..], Encoding::Utf8);
    let mut read = Vec::new();
    while let Some((number, line)) = lines.next().unwrap() {
        read.push((number, line.to_owned()));
    }
    assert_eq!(read, [(1, "a".to_owned()), (4, "b".to_owned())]);
}

#[test]
fn a_file_cut_in_a_line_is_truncated() {
    assert!(matches!(read_all(b"a\n ", Encoding::Utf8), Err(ExtractError::Truncated { line: 2 })));
    assert!(matches!(read_all(b"a\nb", Encoding::Utf8), Err(ExtractError::Truncated { line: 2 })));
    assert!(read_all(b"", Encoding::Utf8).unwrap().is_empty());
}

#[test]
fn latin_1_is_refused_with_line_and_byte_unless_it_is_asked_for() {
    let bytes = b"a\nab\xE9\n";
    assert!(matches!(read_all(bytes, Encoding::Utf8), Err(ExtractError::Encoding { line: 2, byte: 3 })));
    assert_eq!(read_all(bytes, Encoding::Latin1).unwrap(), ["a", "abé"]);
}

#[test]
fn a_line_is_bounded() {
    let mut bytes = vec![b'x'; 64 * 1024 - 1];
    bytes.push(b'\n');
    assert_eq!(read_all(&bytes, Encoding::Utf8).unwrap().len(), 1);
    bytes.insert(0, b'x');
    assert!(matches!(read_all(&bytes, Encoding::Utf8), Err(ExtractError::LineLength { line: 1, .. })));
}

#[test]
fn the_digest_is_that_of_all_bytes() {
    use sha2::{Digest, Sha256};
    let bytes = extract(50).into_bytes();
    let mut lines = Lines::new(bytes.as_slice(), Encoding::Utf8);
    while lines.next().unwrap().is_some() {}
    assert_eq!(lines.bytes_read(), bytes.len() as u64);
    assert_eq!(lines.into_digest().as_slice(), Sha256::digest(&bytes).as_slice());
}

#[test]
fn the_day_is_read_from_the_published_name_in_french_time() {
    let name = "PS_LibreAcces_Personne_activite_202611210830.txt";
    let moment = extracted_at(name).unwrap();
    assert_eq!(moment.to_string(), "2026-11-21T07:30:00Z");
    assert_eq!(file_name(Form::ACTIVITIES, moment), name);
    for other in
        ["PS_LibreAcces_Personne_activite.txt", "PS_LibreAcces_Personne_activite_202613210830.txt", ""]
    {
        assert_eq!(extracted_at(other), None, "{other}");
    }
}
