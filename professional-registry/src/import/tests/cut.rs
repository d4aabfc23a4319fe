//! A file that was cut: wherever that is, nobody disappears because of it without a brake that says so.

use std::collections::BTreeMap;

use super::*;

/// Where the lines of a text end, after the header.
fn ends_of_lines(bytes: &[u8]) -> Vec<usize> {
    (0..bytes.len()).filter(|at| bytes[*at] == b'\n').map(|at| at + 1).skip(1).collect()
}

#[test]
fn a_file_that_is_cut_within_a_line_is_refused_wherever_that_is_and_changes_nothing() {
    let register = FictionalRegister::new(40, 5);
    let db = &mut database();
    import(db, &written(&register), 0).unwrap();
    let (before, whole) = (contents(db), written(&register.next_day(0.05).0));
    let ends = ends_of_lines(&whole);
    let header = whole.iter().position(|octet| *octet == b'\n').unwrap() + 1;
    // Every octet of the header and of the last three lines, and a hundred in between.
    let last = ends[ends.len() - 4];
    let middle = (header..last).step_by((last - header) / 100);
    let mut cuts: Vec<usize> = (0..header).chain(middle).chain(last..whole.len()).collect();
    cuts.retain(|at| *at != header && !ends.contains(at));
    assert!(cuts.len() > 500, "{}", cuts.len());
    for cut in cuts {
        let refused = refused(import(db, &whole[..cut], 1));
        let truncated =
            [faults::REGISTER_TRUNCATED.name, faults::REGISTER_HEADER.name, faults::REGISTER_EMPTY.name];
        assert!(truncated.contains(&refused), "cut after {cut} of {} octets: {refused}", whole.len());
    }
    assert_eq!(contents(db), before, "nothing half done");
    import(db, &whole, 1).unwrap();
}

#[test]
fn a_file_that_ends_with_a_line_too_early_is_stopped_by_the_brake_or_told_with_who_is_missing() {
    let register = FictionalRegister::new(200, 5);
    let db = &mut database();
    import(db, &written(&register), 0).unwrap();
    let living = 200;
    let before = contents(db);
    let whole = written(&register.next_day(0.0).0);
    for cut in ends_of_lines(&whole).into_iter().step_by(7) {
        let options = ImportOptions { dry_run: true, ..ImportOptions::default() };
        let outcome = import_with(db, &whole[..cut], 1, &options);
        let (missing, fewer) = lost(&whole, &whole[..cut]);
        let many = |percent: u64| missing + fewer > 10 && (missing + fewer) * 100 > living * percent;
        match outcome {
            Ok(report) => {
                let told = (report.difference.ceased, report.difference.changed);
                assert_eq!(told, (missing, fewer), "cut after {cut}");
                assert!(!many(20), "a fifth of the living, and no brake: {told:?} of {living}");
                assert_eq!(many(5), !report.warnings.is_empty(), "{told:?} of {living}");
            }
            Err(error) => {
                let code = error.code().name;
                assert!(many(20), "{code} for {missing} and {fewer} of {living}");
                assert!([faults::REGISTER_BRAKE.name, faults::REGISTER_HELD.name].contains(&code), "{code}");
            }
        }
    }
    assert_eq!(contents(db), before);
}

/// How many persons of the whole file the other does not name, and how many it names in fewer lines.
fn lost(whole: &[u8], cut: &[u8]) -> (u64, u64) {
    let (whole, cut) = (lines_of(whole), lines_of(cut));
    let missing = whole.keys().filter(|id| !cut.contains_key(*id)).count();
    let fewer = whole.iter().filter(|(id, lines)| cut.get(*id).is_some_and(|left| left < lines)).count();
    (missing as u64, fewer as u64)
}

/// How many lines each person has.
fn lines_of(bytes: &[u8]) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    for line in String::from_utf8_lossy(bytes).lines().skip(1) {
        *lines.entry(line.split('|').nth(2).unwrap_or_default().to_owned()).or_default() += 1;
    }
    lines
}
