//! Asking the register that was imported.

use super::*;

#[test]
fn a_stored_row_that_does_not_read_back_is_an_integrity_fault() {
    let db = &mut database();
    let register = FictionalRegister::new(1, 1);
    import(db, &written(&register), 0).unwrap();
    let id = register.professionals().next().unwrap().into();
    let stored: String = professionals::table.select(professionals::exercises).first(db).unwrap();
    let person = record(db, &register.professionals().next().unwrap()).unwrap();
    let profession = person.exercises[0].profession.code();
    for spoilt in ["", "{}", &stored.replacen(profession, "?", 1), &stored[1..]] {
        diesel::update(professionals::table).set(professionals::exercises.eq(spoilt)).execute(db).unwrap();
        let error = ImportedRegister.professional(db, &id).unwrap_err();
        assert_eq!(error.code(), faults::REGISTER_UNREADABLE, "{spoilt}");
    }
}

#[test]
fn an_officer_finds_persons_by_the_beginning_of_their_name() {
    let db = &mut database();
    let line = |number: &'static str, family: &'static str| {
        [
            ("Identifiant PP", &number[1..]),
            ("Identification nationale PP", number),
            ("Nom d'exercice", family),
        ]
    };
    let lines = [
        line("899700000013", "LE GOFF"),
        line("899700000021", "LE_GOFF"),
        line("899700000039", "ÉMILE"),
        line("899700000047", "LEGOFF"),
    ];
    let lines: Vec<&[(&str, &str)]> = lines.iter().map(<[_; 3]>::as_slice).collect();
    let report = import(db, &small_extract(&lines), 0).unwrap();
    assert_eq!(report.rows_rejected, 0, "{:?}", report.errors);
    let names = |db: &mut Database, prefix: &str, limit| -> Vec<String> {
        search_by_name(db, prefix, limit).unwrap().into_iter().map(|found| found.family_name).collect()
    };
    assert_eq!(names(db, "le", 10), ["LE GOFF", "LEGOFF", "LE_GOFF"]);
    assert_eq!(names(db, "le", 1), ["LE GOFF"]);
    assert_eq!(names(db, "LE_", 10), ["LE_GOFF"]);
    assert_eq!(names(db, "%", 10), [""; 0]);
    assert_eq!(names(db, "émi", 10), ["ÉMILE"]);
    assert_eq!(names(db, " ", 10), [""; 0]);
}

#[test]
fn a_department_is_named_as_certificates_name_it() {
    for label in ["Paris", "Paris (75)"] {
        let db = &mut database();
        let line: &[_] = &[
            ("Identifiant technique de la structure", "C18751275100020"),
            ("Code Département (structure)", "75"),
            ("Libellé Département (structure)", label),
        ];
        import(db, &small_extract(&[line]), 0).unwrap();
        let id = "C18751275100020".parse().unwrap();
        let structure = ImportedRegister.structure(db, &id).unwrap().unwrap();
        assert_eq!(structure.department_label, "Paris (75)");
    }
}
