use proptest::prelude::*;
use rand_core::UnwrapErr;
use store::schema::register_feeds;
use store::{Act, Actor, DatabaseRole, Fault, RequestId, Timestamp};

use super::*;
use crate::identifiers::luhn;
use crate::import::Outcome;

fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

const NOON: i64 = 1_795_665_600;

fn act() -> Act {
    let at = Timestamp::from_seconds(NOON + 7 * 86_400);
    Act { at, actor: Actor::Job("register-import"), request: RequestId("test".into()) }
}

/// Each file a minute after the one before.
fn import(db: &mut Database, text: &str) -> Result<MergeReport, MergeError> {
    let before: i64 = register_feeds::table.count().get_result(db).unwrap();
    made_at(db, text, NOON + 60 * before)
}

fn made_at(db: &mut Database, text: &str, seconds: i64) -> Result<MergeReport, MergeError> {
    let extracted_at = Some(Timestamp::from_seconds(seconds));
    let options = MergeOptions { extracted_at, ..MergeOptions::default() };
    let mut rng = UnwrapErr(getrandom::SysRng);
    import_merges(db, text.as_bytes(), "correspondence.csv", &options, &mut rng, &act())
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
        "INSERT OR REPLACE INTO register_merges (adeli, rpps, feed, merged_at) \
         SELECT adeli, '899700000013', feed, merged_at FROM register_merges",
        "UPDATE register_merges SET ended_at = 1, ended_by_case = 'nobody'",
        "INSERT INTO register_merges (adeli, rpps, feed, merged_at, ended_at, ended_by_case) \
         SELECT adeli, '899700000013', feed, merged_at, 1, 'nobody' FROM register_merges",
    ] {
        assert!(db.batch_execute(sql).is_err(), "{sql}");
    }
}

#[test]
fn a_file_that_is_older_than_one_that_was_read_is_refused() {
    let db = &mut database();
    import(db, &file(&[(1, 7)])).unwrap();
    let code = |refused: Result<MergeReport, MergeError>| refused.unwrap_err().code().name;
    assert_eq!(code(made_at(db, &file(&[(2, 7)]), NOON - 60)), "register-feed-older");
    assert_eq!(code(made_at(db, &file(&[(2, 7)]), NOON)), "register-feed-older", "made in the same minute");
    assert_eq!(code(made_at(db, &file(&[(2, 7)]), NOON + 9 * 86_400)), "register-file-date");
    let undated = import_merges(
        db,
        &b""[..],
        "correspondence.csv",
        &MergeOptions::default(),
        &mut UnwrapErr(getrandom::SysRng),
        &act(),
    );
    assert_eq!(code(undated), "register-file-date");
    assert_eq!(successor(db, &format!("0{}", adeli(2)).parse().unwrap()).unwrap(), None);
    let again = made_at(db, &file(&[(1, 7)]), NOON - 60).unwrap();
    assert_eq!((again.outcome, again.known), (Outcome::AlreadyImported, 1), "the same file changes nothing");
}

#[test]
fn the_name_of_a_file_says_when_it_was_made() {
    let said = |name| date::made_at(name).map(|at| at.to_string());
    assert_eq!(said("adeli-rpps_202611071200.csv").as_deref(), Some("2026-11-07T11:00:00Z"));
    for undated in [
        "adeli-rpps.csv",
        "adeli-rpps_20261107.csv",
        "adeli-rpps_202613071200.csv",
        "20261107120000",
        "é.csv",
        "",
    ] {
        assert_eq!(said(undated), None, "{undated}");
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
