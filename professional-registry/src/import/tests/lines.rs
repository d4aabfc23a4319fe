//! How the lines of one feed come together.

use super::*;

#[test]
fn the_ordinal_speciality_speaks_for_an_exercise_in_whatever_order_the_lines_come() {
    let lines: [&[(&str, &str)]; 4] = [
        &[("Code type savoir-faire", ""), ("Code savoir-faire", "")],
        &[("Code type savoir-faire", "CAPA"), ("Code savoir-faire", "CAPA01")],
        &[("Code type savoir-faire", "C"), ("Code savoir-faire", "C30")],
        &[("Code type savoir-faire", "S"), ("Code savoir-faire", "SM54")],
    ];
    let person = FictionalRegister::new(1, 1).professionals().next().unwrap();
    for taken in [4, 3, 2] {
        let mut found = Vec::new();
        for backwards in [false, true] {
            // One file is one batch; a thousand lines between make it several.
            for filler in [0, 1200] {
                let db = &mut database();
                let mut file: Vec<&[(&str, &str)]> = lines[..taken].to_vec();
                if backwards {
                    file.reverse();
                }
                let middle = file[0];
                let numbers: Vec<String> = (0..filler).map(|number| number.to_string()).collect();
                let fillers: Vec<Vec<(&str, &str)>> = numbers
                    .iter()
                    .map(|number| {
                        middle
                            .iter()
                            .copied()
                            .chain([("Numéro Voie (coord. structure)", number.as_str())])
                            .collect()
                    })
                    .collect();
                file.splice(1..1, fillers.iter().map(Vec::as_slice));
                import(db, &small_extract(&file), 0).unwrap();
                found.push(record(db, &person).unwrap().exercises[0].know_how.clone());
            }
        }
        let code = found[0].as_ref().map(|know_how| know_how.code.as_str());
        assert_eq!(code, [None, Some("CAPA01"), Some("C30"), Some("SM54")][taken - 1]);
        assert!(found.iter().all(|other| *other == found[0]), "{found:?}");
    }
}

#[test]
fn a_refused_line_costs_that_line_and_shields_its_person() {
    let db = &mut database();
    let register = FictionalRegister::new(60, 1);
    let text = String::from_utf8(written(&register)).unwrap();
    import(db, text.as_bytes(), 0).unwrap();
    let person = register.professionals().next().unwrap();
    let before = record(db, &person).unwrap();
    // Every line of the first person is spoilt; another line about nobody known is too short.
    let mut spoilt: String = text
        .lines()
        .map(|line| {
            if line.contains(person.as_str()) {
                line.replace("|C|Civil|", "|?|Civil|") + "\n"
            } else {
                line.to_owned() + "\n"
            }
        })
        .collect();
    spoilt.push_str("8|\n");
    assert!(spoilt.contains("|?|"));
    let report = import(db, spoilt.as_bytes(), 1).unwrap();
    assert_eq!(report.rows_rejected as usize, report.errors.len());
    assert_eq!(report.errors[0].column, "Code catégorie professionnelle");
    assert_eq!(report.errors[0].line, 2);
    assert_eq!(report.difference, Difference::default());
    assert_eq!(record(db, &person).unwrap(), before, "neither changed nor ceased");
}

#[test]
fn windows_line_ends_a_bom_and_latin_1_by_option_read_the_same_lines() {
    let text = String::from_utf8(written(&FictionalRegister::new(30, 1))).unwrap();
    let db = &mut database();
    import(db, text.as_bytes(), 0).unwrap();
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(import(db, windows.as_bytes(), 1).unwrap().difference, Difference::default());
    let bytes: Vec<u8> = text.replace("BŒUF", "BOEUF").chars().map(|c| u8::try_from(c).unwrap()).collect();
    let latin = ImportOptions { encoding: Encoding::Latin1, ..Default::default() };
    import_with(db, &bytes, 2, &latin).unwrap();
}
