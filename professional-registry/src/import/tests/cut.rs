//! A file that was cut: wherever that is, nobody disappears because of it without a brake that says so.

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
        let missing = living - persons_in(&whole[..cut]);
        match outcome {
            Ok(report) => {
                assert_eq!(report.difference.ceased, missing, "cut after {cut}");
                assert!(missing * 5 < living, "a fifth of the living, and no brake: {missing} of {living}");
                assert!(missing * 20 <= living || !report.warnings.is_empty(), "{missing} of {living}");
                assert!(missing * 20 >= living || report.warnings.is_empty(), "{missing} of {living}");
            }
            Err(error) => {
                let code = error.code().name;
                assert!(missing * 5 >= living, "{code} for {missing} of {living}");
                assert!([faults::REGISTER_BRAKE.name, faults::REGISTER_HELD.name].contains(&code), "{code}");
            }
        }
    }
    assert_eq!(contents(db), before);
}

fn persons_in(bytes: &[u8]) -> u64 {
    let text = String::from_utf8_lossy(bytes);
    let ids: std::collections::BTreeSet<&str> =
        text.lines().skip(1).filter_map(|line| line.split('|').nth(2)).collect();
    ids.len() as u64
}
