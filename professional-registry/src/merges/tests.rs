use proptest::prelude::*;
use rand_core::UnwrapErr;
use store::{Actor, DatabaseRole, Fault, RequestId, Timestamp};

use super::*;
use crate::identifiers::luhn;

fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

fn act() -> Act {
    let at = Timestamp::from_seconds(1_795_665_600);
    Act { at, actor: Actor::Job("register-import"), request: RequestId("test".into()) }
}

fn import(db: &mut Database, text: &str) -> Result<MergeReport, MergeError> {
    let mut rng = UnwrapErr(getrandom::SysRng);
    import_merges(db, text.as_bytes(), Encoding::Utf8, &mut rng, &act())
}

/// An ADELI number of the test range (a department with a letter has no key), and an RPPS number of it.
fn adeli(number: u32) -> String {
    format!("0B{number:07}")
}

fn rpps(number: u32) -> String {
    let stem = format!("997{number:07}");
    format!("{stem}{}", luhn::key(&stem))
}

fn file(pairs: &[(u32, u32)]) -> String {
    let rows = pairs.iter().map(|(old, new)| format!("{};{}\n", adeli(*old), rpps(*new)));
    format!("N° ADELI;N° RPPS\n{}", rows.collect::<String>())
}

fn all_of(db: &mut Database, id: &str) -> Vec<String> {
    identifiers_of_one(db, &id.parse().unwrap()).unwrap()
}

#[test]
fn a_person_keeps_both_numbers_whichever_one_asks_about() {
    let db = &mut database();
    let report = import(db, &file(&[(1, 7), (2, 8), (3, 7)])).unwrap();
    assert_eq!((report.rows_read, report.new, report.known, report.rows_rejected), (3, 3, 0, 0));
    let expected = vec![format!("8{}", rpps(7)), format!("0{}", adeli(1)), format!("0{}", adeli(3))];
    for id in &expected {
        assert_eq!(all_of(db, id), expected);
    }
    let stranger = format!("0{}", adeli(99));
    assert_eq!(all_of(db, &stranger), vec![stranger.as_str()]);
    assert_eq!(successor(db, &stranger.parse().unwrap()).unwrap(), None);
}

#[test]
fn the_same_file_again_is_known_and_one_that_says_otherwise_is_contradicted() {
    let db = &mut database();
    import(db, &file(&[(1, 7)])).unwrap();
    let again = import(db, &file(&[(1, 7), (1, 7), (2, 7)])).unwrap();
    assert_eq!((again.new, again.known, again.rows_rejected), (1, 1, 0));
    let otherwise = import(db, &file(&[(3, 8), (1, 8), (4, 9), (4, 8)])).unwrap();
    assert_eq!((otherwise.new, otherwise.rows_rejected), (2, 2));
    let told: Vec<(u64, &str)> = otherwise.errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(told, [(3, "N° RPPS"), (5, "N° RPPS")]);
    assert_eq!(all_of(db, &format!("0{}", adeli(1)))[0], format!("8{}", rpps(7)), "it stays what it became");
}

#[test]
fn a_row_that_cannot_be_read_is_named_and_the_rest_goes_on() {
    let db = &mut database();
    let wrong_key = format!("{}{}", &rpps(5)[..10], (rpps(5).as_bytes()[10] - b'0' + 1) % 10);
    let rows = [
        "012800737;99700000013".to_owned(),
        format!("{};{wrong_key}", adeli(1)),
        adeli(2),
        format!("{};{};x", adeli(3), rpps(3)),
        format!("{} ; {};", adeli(4), rpps(4)),
    ];
    let text = format!("\u{feff}N° ADELI;N° RPPS;\r\n{}\r\n", rows.join("\r\n"));
    let report = import(db, &text).unwrap();
    assert_eq!((report.rows_read, report.new, report.rows_rejected), (5, 1, 4));
    let told: Vec<(u64, &str)> = report.errors.iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(told, [(2, "N° ADELI"), (3, "N° RPPS"), (4, "N° ADELI"), (5, "N° ADELI")]);
    assert!(report.errors.iter().all(|error| !error.to_string().contains("0B")), "no number is repeated");
}

#[test]
fn a_file_that_is_cut_or_another_one_is_refused_whole() {
    let refused = |text: &str| import(&mut database(), text).unwrap_err().code().name;
    assert_eq!(refused(""), "register-file-empty");
    assert_eq!(refused("N° ADELI;N° RPPS\n"), "register-file-empty");
    assert_eq!(refused("N° RPPS;N° ADELI\nx;y\n"), "register-file-header");
    assert_eq!(refused(file(&[(1, 7)]).trim_end()), "register-file-truncated");
}

#[test]
fn what_is_merged_stays_merged_whoever_writes() {
    use diesel::connection::SimpleConnection;
    let db = &mut database();
    import(db, &file(&[(1, 7)])).unwrap();
    for sql in [
        "UPDATE register_merges SET rpps = '899700000013'",
        "DELETE FROM register_merges",
        "INSERT OR REPLACE INTO register_merges SELECT adeli, '899700000013', feed, merged_at FROM register_merges",
    ] {
        assert!(db.batch_execute(sql).is_err(), "{sql}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever comes in which order and in how many files: everybody has one RPPS number, all of his numbers name the same
    /// person, and nobody shares a number with somebody else.
    #[test]
    fn numbers_of_one_person_agree_and_those_of_two_never_meet(
        files in prop::collection::vec(prop::collection::vec((0_u32..12, 0_u32..6), 1..12), 1..5),
    ) {
        let db = &mut database();
        let mut model: HashMap<u32, u32> = HashMap::new();
        for pairs in &files {
            let report = import(db, &file(pairs)).unwrap();
            let before = model.len() as u64;
            for (old, new) in pairs {
                model.entry(*old).or_insert(*new);
            }
            prop_assert_eq!(report.new, model.len() as u64 - before);
        }
        for new in 0..6 {
            let mut expected = vec![format!("8{}", rpps(new))];
            let mut olds: Vec<u32> = model.iter().filter(|(_, to)| **to == new).map(|(old, _)| *old).collect();
            olds.sort_unstable();
            expected.extend(olds.into_iter().map(|old| format!("0{}", adeli(old))));
            for id in &expected {
                prop_assert_eq!(&all_of(db, id), &expected);
            }
        }
    }
}
