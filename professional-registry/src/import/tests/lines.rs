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
fn codes_that_no_table_has_are_said_with_how_often_they_stand_there() {
    let db = &mut database();
    let person = "899700075064";
    let of = |code: &'static str, sector: &'static str| -> Vec<(&'static str, &'static str)> {
        vec![
            ("Type d'identifiant PP", "8"),
            ("Identifiant PP", "99700075064"),
            ("Identification nationale PP", person),
            ("Code savoir-faire", code),
            ("Code secteur d'activité", sector),
        ]
    };
    let mut profession = of("SM54", "SA07");
    profession.push(("Code profession", "61"));
    let file = small_extract(&[&of("SM99", "SA07"), &of("SM54", "SA99"), &of("SM99", "SA99"), &profession]);
    let report = import(db, &file, 0).unwrap();
    let said: Vec<(&str, Option<&str>, u64)> =
        report.unknown_codes.iter().map(|one| (one.table, one.code.as_deref(), one.rows)).collect();
    assert_eq!(
        said,
        [
            ("TRE_G15-ProfessionSante", Some("61"), 1),
            ("TRE_R01-EnsembleSavoirFaire", Some("SM99"), 2),
            ("TRE_R02-SecteurActivite", Some("SA99"), 2),
        ]
    );
    assert_eq!(
        (report.rows_rejected, report.values_dropped),
        (1, 0),
        "they are kept, but for the profession"
    );
}

#[test]
fn the_day_of_the_extract_says_which_codes_are_in_force() {
    static TABLES: std::sync::LazyLock<CodeTables> = std::sync::LazyLock::new(|| {
        let modes = "B\tBénévole\t\t\nL\tLibéral\t\t\nS\tSalarié\t\t\n";
        CodeTables::read("C\tCivil\t\t2026-11-18\nM\tMilitaire\t\t\nE\tEtudiant\t\t\n", modes, "")
    });
    let options = ImportOptions { tables: Some(&TABLES), ..ImportOptions::default() };
    let file = small_extract(&[&[("Code catégorie professionnelle", "C")]]);
    // Day 0 is 18 November 2026.
    assert_eq!(import_with(&mut database(), &file, 0, &options).unwrap().rows_rejected, 0);
    let stopped = import_with(&mut database(), &file, 1, &options).unwrap();
    assert_eq!(stopped.rows_rejected, 1);
    assert!(
        stopped.errors[0].to_string().ends_with("has no code C in force on 2026-11-19"),
        "{:?}",
        stopped.errors
    );
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
    // Latin-1 has no Œ and no typographic apostrophe, so neither has the register that is written in it: every form says the same in
    // either encoding.
    let latin = ImportOptions { encoding: Encoding::Latin1, ..Default::default() };
    for form in Form::ALL {
        let db = &mut database();
        let mut written = Vec::new();
        FictionalRegister::new(300, 1).write_form(form, &mut written).unwrap();
        let in_latin_1 = |sign: char| if u32::from(sign) < 256 { sign } else { 'O' };
        let text: String = String::from_utf8(written).unwrap().chars().map(in_latin_1).collect();
        let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(c).unwrap()).collect();
        assert_ne!(bytes, text.as_bytes(), "{}: there are accents", form.source);
        let with = |options: &ImportOptions| ImportOptions { form: Some(form), ..options.clone() };
        let told = import_with(db, text.as_bytes(), 0, &with(&ImportOptions::default())).unwrap();
        assert!(told.difference.new > 0, "{}", form.source);
        // As UTF-8 it is refused, and not read as something else.
        let unannounced = import_with(db, &bytes, 1, &with(&ImportOptions::default()));
        assert_eq!(refused(unannounced), faults::REGISTER_ENCODING.name, "{}", form.source);
        let report = import_with(db, &bytes, 1, &with(&latin)).unwrap();
        assert_eq!((report.difference, report.rows_rejected), (Difference::default(), 0), "{}", form.source);
    }
}

/// The lines of an extract, each changed or left out.
fn edited(text: &str, edit: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    text.lines().filter_map(edit).map(|line| line + "\n").collect::<String>().into_bytes()
}

#[test]
fn a_line_whose_person_cannot_be_read_ceases_nobody_until_a_whole_feed_comes() {
    let register = FictionalRegister::new(60, 1);
    let text = String::from_utf8(written(&register)).unwrap();
    let mut persons = register.professionals();
    let (broken, gone) = (persons.next().unwrap(), persons.next().unwrap());
    let number = broken.as_str();
    let mistyped = format!("{}{}", &number[..10], (number.as_bytes()[10] - b'0' + 1) % 10);
    let breaks: [&dyn Fn(&str) -> String; 5] = [
        &|line| line.replace(number, &mistyped),
        &|line| line.replacen(number, &mistyped, 1),
        &|line| line.replace(number, ""),
        &|line| line.replacen("8|", "|", 1),
        &|_| "8|".to_owned(),
    ];
    for (place, break_line) in breaks.iter().enumerate() {
        let db = &mut database();
        import(db, text.as_bytes(), 0).unwrap();
        let before = [&broken, &gone].map(|person| record(db, person).unwrap());
        let without_gone = |line: &str| (!line.contains(gone.as_str())).then(|| line.to_owned());
        let bytes = edited(&text, |line| {
            without_gone(line).map(|line| if line.contains(number) { break_line(&line) } else { line })
        });
        let report = import(db, &bytes, 1).unwrap();
        assert!(report.rows_unidentified > 0, "break {place}");
        assert_eq!(report.difference, Difference { held: 2, ..Default::default() }, "break {place}");
        let after = [&broken, &gone].map(|person| record(db, person).unwrap());
        assert_eq!(after, before, "break {place}: neither changed nor ceased");

        let report = import(db, &edited(&text, without_gone), 2).unwrap();
        assert_eq!(report.difference, Difference { ceased: 1, ..Default::default() }, "break {place}");
        assert!(record(db, &gone).unwrap().ceased_at.is_some());
        assert_eq!(record(db, &broken).unwrap().ceased_at, None);
    }
}

#[test]
fn an_operator_who_has_looked_at_the_lines_may_let_a_feed_cease_all_the_same() {
    let db = &mut database();
    let register = FictionalRegister::new(60, 1);
    let text = String::from_utf8(written(&register)).unwrap();
    import(db, text.as_bytes(), 0).unwrap();
    let gone = register.professionals().next().unwrap();
    let mut bytes = edited(&text, |line| (!line.contains(gone.as_str())).then(|| line.to_owned()));
    bytes.extend(b"8|\n");
    let accepted = ImportOptions { accept_unidentified: true, ..Default::default() };
    let report = import_with(db, &bytes, 1, &accepted).unwrap();
    assert_eq!(report.difference, Difference { ceased: 1, ..Default::default() });
    assert!(record(db, &gone).unwrap().ceased_at.is_some());
}

#[test]
fn an_activity_that_is_not_named_stays_while_a_line_may_be_anybodys() {
    let db = &mut database();
    let nurse: &[_] = &[("Code profession", "60")];
    let physiotherapist: &[_] = &[("Code profession", "70")];
    import(db, &small_extract(&[nurse, physiotherapist]), 0).unwrap();
    let mut bytes = small_extract(&[nurse]);
    bytes.extend(b"8|\n");
    import(db, &bytes, 1).unwrap();
    let person = FictionalRegister::new(1, 1).professionals().next().unwrap();
    let living =
        |db: &mut Database| record(db, &person).unwrap().living_exercise("70".parse().unwrap()).cloned();
    assert_eq!(living(db).unwrap().activities.len(), 1);
    import(db, &small_extract(&[nurse]), 2).unwrap();
    assert_eq!(living(db), None);
}

#[test]
fn a_person_of_another_register_is_known_to_be_nobody_of_ours() {
    let db = &mut database();
    let register = FictionalRegister::new(60, 1);
    let text = String::from_utf8(written(&register)).unwrap();
    import(db, text.as_bytes(), 0).unwrap();
    let gone = register.professionals().next().unwrap();
    let employee = [
        ("Type d'identifiant PP", "3"),
        ("Identifiant PP", "0B0193488/1"),
        ("Identification nationale PP", "30B0193488/1"),
    ];
    let line = String::from_utf8(small_extract(&[&employee])).unwrap();
    let mut bytes = edited(&text, |line| (!line.contains(gone.as_str())).then(|| line.to_owned()));
    bytes.extend(line.lines().nth(1).unwrap().bytes().chain(*b"\n"));
    let report = import(db, &bytes, 1).unwrap();
    assert_eq!((report.rows_rejected, report.rows_unidentified), (1, 0), "{:?}", report.errors);
    assert_eq!(report.difference.ceased, 1);
}

#[test]
fn lines_with_nothing_in_them_make_no_feed_mute() {
    let register = FictionalRegister::new(60, 1);
    let text = String::from_utf8(written(&register)).unwrap();
    let db = &mut database();
    import(db, text.as_bytes(), 0).unwrap();
    let gone = register.professionals().next().unwrap();
    let without = edited(&text, |line| (!line.contains(gone.as_str())).then(|| line.to_owned()));
    let rows = without.iter().filter(|byte| **byte == b'\n').count() as u64 - 1;
    let spaced = String::from_utf8(without).unwrap().replacen('\n', "\n\n", 3) + " \r\n\n";
    let report = import(db, spaced.as_bytes(), 1).unwrap();
    assert_eq!((report.rows_read, report.rows_rejected, report.difference.ceased), (rows, 0, 1));
    assert!(newest_feed(db, Form::ACTIVITIES).unwrap().unwrap().speaks_of_absent);
    let only_lines = format!("{}|\n\n \n", COLUMNS.join("|"));
    assert_eq!(refused(import(db, only_lines.as_bytes(), 2)), faults::REGISTER_EMPTY.name);
}

/// What the register says of where the only person of these small extracts practises, and whether it still names the place.
fn places(db: &mut Database) -> (Vec<String>, Vec<bool>) {
    let person = FictionalRegister::new(1, 1).professionals().next().unwrap();
    let exercises = record(db, &person).unwrap().exercises;
    let activities = exercises.into_iter().flat_map(|exercise| exercise.activities);
    let found = activities.filter_map(|activity| activity.structure).map(|id| id.to_string()).collect();
    let feed = newest_feed(db, Form::ACTIVITIES).unwrap().unwrap();
    crate::mark_structures(db, &feed).unwrap();
    let named = ["F0B0193488", "R102671"].map(|id| crate::is_named(db, &id.parse().unwrap()).unwrap());
    (found, named.to_vec())
}

/// A structure is known by who practises there: it has not left the register because somebody mistyped it.
#[test]
fn a_place_that_cannot_be_read_takes_nobody_from_where_he_practised() {
    on_both(|database| {
        const PLACE: &str = "Identifiant technique de la structure";
        let db = &mut database();
        let at =
            |place: &'static str, profession: &'static str| [(PLACE, place), ("Code profession", profession)];
        let (here, there, other) = (at("F0B0193488", "60"), at("R102671", "60"), at("R102671", "70"));
        import(db, &small_extract(&[&here, &other]), 0).unwrap();
        assert_eq!(places(db), (vec!["F0B0193488".to_owned(), "R102671".to_owned()], vec![true, true]));
        // The place is mistyped, two days long; what he no longer exercises ends all the same.
        for (day, mistyped) in [(1, "F0B019348"), (2, "0B0193488")] {
            let report = import(db, &small_extract(&[&at(mistyped, "60")]), day).unwrap();
            assert_eq!((report.difference.changed, report.values_dropped), (1, 1));
            assert_eq!(places(db), (vec!["F0B0193488".to_owned()], vec![true, false]));
        }
        // And once it can be read, it is where he practises.
        import(db, &small_extract(&[&there]), 3).unwrap();
        assert_eq!(places(db), (vec!["R102671".to_owned()], vec![false, true]));
        // A cell that is empty names no place.
        import(db, &small_extract(&[&at("", "60")]), 4).unwrap();
        assert_eq!(places(db), (Vec::new(), vec![false, false]));
    });
}
