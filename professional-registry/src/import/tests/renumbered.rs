//! Persons whose ADELI number became an RPPS number between two feeds.

use super::*;
use crate::identifiers::luhn;
use crate::merges::{MergeOptions, import_merges};

/// A line of the person `index`, by the one number or the other.
fn of_person(index: u32, renumbered: bool) -> Vec<(&'static str, String)> {
    let (kind, id) = if renumbered { ("8", rpps(index)) } else { ("0", adeli(index)) };
    vec![
        ("Type d'identifiant PP", kind.to_owned()),
        ("Identification nationale PP", format!("{kind}{id}")),
        ("Identifiant PP", id),
    ]
}

fn adeli(index: u32) -> String {
    format!("0B{index:07}")
}

fn rpps(index: u32) -> String {
    let stem = format!("997{index:07}");
    format!("{stem}{}", luhn::key(&stem))
}

/// A feed of sixty persons, of whom these many go by their RPPS number.
fn feed(renumbered: u32) -> Vec<u8> {
    let lines: Vec<Vec<(&str, String)>> = (0..60).map(|index| of_person(index, index < renumbered)).collect();
    let cells: Vec<Vec<(&str, &str)>> = lines
        .iter()
        .map(|line| line.iter().map(|(column, cell)| (*column, cell.as_str())).collect())
        .collect();
    small_extract(&cells.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn correspondence(db: &mut Database, count: u32) {
    let rows: String = (0..count).map(|index| format!("{};{}\n", adeli(index), rpps(index))).collect();
    let text = format!("N° ADELI;N° RPPS\n{rows}");
    let mut rng = UnwrapErr(getrandom::SysRng);
    // Its own brake is another test's (`merge_cases`).
    let options = MergeOptions {
        extracted_at: Some(Timestamp::from_seconds(FIRST_DAY + i64::from(count))),
        brakes: Brakes { warning_percent: 100, refusal_percent: 100 },
        ..MergeOptions::default()
    };
    import_merges(db, text.as_bytes(), "correspondence", &options, &mut rng, &act_on(1)).unwrap();
}

#[test]
fn who_goes_over_to_a_new_number_is_told_apart_from_who_leaves() {
    let db = &mut database();
    import(db, &feed(0), 0).unwrap();
    correspondence(db, 2);
    let report = import(db, &feed(3), 1).unwrap();
    assert_eq!(report.difference, Difference { new: 3, merged: 2, ceased: 1, ..Difference::default() });
    let old = |index: u32| format!("0{}", adeli(index)).parse::<crate::IdNatPs>().unwrap();
    let ceased = |db: &mut Database, index| {
        ImportedRegister.professional(db, &old(index)).unwrap().unwrap().ceased_at.is_some()
    };
    assert!(ceased(db, 0) && ceased(db, 2), "no feed names the old numbers any more");
    assert!(!ceased(db, 3));
}

#[test]
fn a_migration_that_is_known_trips_no_brake_and_one_that_is_not_does() {
    let told = &mut database();
    import(told, &feed(0), 0).unwrap();
    correspondence(told, 30);
    assert_eq!(import(told, &feed(30), 1).unwrap().difference.merged, 30);
    let untold = &mut database();
    import(untold, &feed(0), 0).unwrap();
    assert_eq!(refused(import(untold, &feed(30), 1)), "register-feed-held");
    // Whose new number the feed does not name has not gone over: he is gone.
    correspondence(untold, 60);
    let of_nobody = small_extract(&[&[]]);
    assert_eq!(refused(import(untold, &of_nobody, 2)), "register-feed-held");
}
