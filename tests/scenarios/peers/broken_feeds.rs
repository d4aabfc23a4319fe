//! T28: a feed that is cut, mixed up, late or played again ends nobody, whatever it says, without two officers.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::harness::{DatabaseKind, run};
use card::CardStatus;
use diesel::prelude::*;
use registration_authority::lapse;
use store::schema::{cards, professionals};
use store::{DatabaseRole, Timestamp};

use crate::scenarios::register_days::WITHOUT_A_CARD;
use crate::scenarios::workshop::{APPROVER, SUBMITTER, Workshop, workshop};

/// Everybody of the register and every card, as they stand.
#[derive(Debug, PartialEq, Eq)]
struct Picture {
    persons: Vec<(String, Option<Timestamp>, String)>,
    cards: Vec<(String, String)>,
}

impl Picture {
    fn of(workshop: &Workshop) -> Self {
        let mut db = workshop.open(DatabaseRole::Owner);
        let persons = professionals::table
            .order(professionals::id_nat)
            .select((professionals::id_nat, professionals::ceased_at, professionals::exercises))
            .load(&mut db)
            .unwrap();
        let cards = cards::table.order(cards::number).select((cards::number, cards::status));
        Self { persons, cards: cards.load(&mut db).unwrap() }
    }
}

/// What is done to a good extract, and what comes of it.
struct Break {
    what: &'static str,
    bytes: fn(&str) -> Vec<u8>,
    exit: i32,
    code: &'static str,
}

const BREAKS: [Break; 8] = [
    Break {
        what: "cut in a line",
        bytes: |text| text.as_bytes()[..text.len() * 95 / 100].trim_ascii_end().to_vec(),
        exit: 2,
        code: "register-file-truncated",
    },
    Break { what: "cut behind a line", bytes: |text| part(text, 60), exit: 6, code: "register-feed-held" },
    Break { what: "a third deleted", bytes: |text| part(text, 70), exit: 6, code: "register-feed-held" },
    Break {
        what: "header alone",
        bytes: |text| first_line(text).into_bytes(),
        exit: 2,
        code: "register-file-empty",
    },
    Break {
        what: "latin-1 without a word",
        bytes: |text| text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect(),
        exit: 2,
        code: "register-file-encoding",
    },
    Break {
        what: "UTF-16",
        bytes: |text| text.encode_utf16().flat_map(u16::to_le_bytes).chain(*b"\n").collect(),
        exit: 2,
        code: "register-file-encoding",
    },
    Break {
        what: "another header",
        bytes: |text| text.replacen("Identifiant PP", "Identifiant", 1).into_bytes(),
        exit: 2,
        code: "register-file-header",
    },
    Break {
        what: "everybody under one number",
        bytes: |text| under_one_number(text).into_bytes(),
        exit: 6,
        code: "register-feed-held",
    },
];

fn first_line(text: &str) -> String {
    text.lines().take(1).map(|line| format!("{line}\n")).collect()
}

/// So many percent of its lines, from the first on.
fn part(text: &str, percent: usize) -> Vec<u8> {
    let kept = text.lines().count() * percent / 100;
    text.lines().take(kept).map(|line| format!("{line}\n")).collect::<String>().into_bytes()
}

fn under_one_number(text: &str) -> String {
    let number = text.lines().nth(1).unwrap().split('|').nth(1).unwrap();
    let renumbered = |line: &str| {
        let mut cells: Vec<&str> = line.split('|').collect();
        let both = format!("8{number}");
        (cells[1], cells[2]) = (number, &both);
        cells.join("|") + "\n"
    };
    first_line(text) + &text.lines().skip(1).map(renumbered).collect::<String>()
}

/// The same file under the same name, with other octets.
fn written_over(file: &Path, bytes: &[u8]) -> PathBuf {
    fs::write(file, bytes).unwrap();
    file.to_owned()
}

#[track_caller]
fn refused(workshop: &Workshop, file: &Path, exit: i32) -> String {
    let answer = workshop.import(file).expect_exit(exit);
    let problem: serde_json::Value = serde_json::from_str(answer.stderr.lines().last().unwrap()).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

#[test]
fn no_broken_feed_ends_a_card_or_changes_a_person() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let before = Picture::of(&workshop);
        assert!(before.cards.iter().any(|(_, status)| status == "active"), "a card that could end");
        let good = fs::read_to_string(workshop.extract(1, &[])).unwrap();
        for broken in &BREAKS {
            let file = written_over(&workshop.extract(1, &[]), &(broken.bytes)(&good));
            assert_eq!(refused(&workshop, &file, broken.exit), broken.code, "{}", broken.what);
            assert_eq!(workshop.opposed_by_the_register(), [""; 0], "{}", broken.what);
            assert_eq!(Picture::of(&workshop), before, "on {kind}: {}", broken.what);
        }
        assert!(lapse::open(&mut workshop.open(DatabaseRole::Owner), 10).unwrap().is_empty());
    }
}

/// The lines of this person at the end, where a cut takes them first.
fn with_at_the_end(text: &str, rpps: &str) -> String {
    let (his, others): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.contains(rpps));
    assert!(!his.is_empty());
    others.into_iter().chain(his).map(|line| format!("{line}\n")).collect()
}

/// Behind a line, so that no line is broken, and by less than the fifth that is put aside.
#[test]
fn a_feed_that_is_cut_below_the_brake_ends_nobody_though_it_is_cut_there_two_days_running() {
    for kept in [94, 85] {
        let workshop = workshop(DatabaseKind::Postgresql);
        let card = workshop.cards(CardStatus::Active)[0];
        let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
        // Two extracts are never the same.
        for (day, gone) in [(1, &[][..]), (2, &WITHOUT_A_CARD[..1])] {
            let file = workshop.extract(day, gone);
            let whole = with_at_the_end(&fs::read_to_string(&file).unwrap(), &holder[1..]);
            let report =
                workshop.import(&written_over(&file, &part(&whole, kept))).expect_exit(0).json()[0].clone();
            assert_eq!(report["outcome"], "imported", "{kept}: {report}");
            assert_eq!(report["warnings"] == serde_json::json!([]), day == 2, "{kept}: {report}");
            assert_eq!(workshop.opposed_by_the_register(), [""; 0], "{kept}, day {day}");
        }
        let plans = workshop.igc(&["opposition", "plans"]).json();
        assert_eq!(plans.as_array().unwrap().len(), 1, "{kept}: two officers look at it: {plans}");
        assert!(workshop.cards(CardStatus::Active).contains(&card));
    }
}

#[test]
fn what_came_in_before_a_broken_file_is_told_and_the_command_has_done_a_part() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let (first, second) = (workshop.extract(1, &WITHOUT_A_CARD[..1]), workshop.extract(2, &[]));
    let text = fs::read_to_string(&second).unwrap();
    written_over(&second, &part(&text, 60));
    let ended = run(workshop.command(&["registry", "import"]).args([&first, &second])).expect_exit(9);
    let reports = ended.json();
    assert_eq!((reports.as_array().unwrap().len(), &reports[0]["outcome"]), (1, &"imported".into()));
    let problem: serde_json::Value = serde_json::from_str(ended.stderr.lines().last().unwrap()).unwrap();
    assert_eq!((&problem["code"], &problem["exit"]), (&"register-feed-held".into(), &9.into()));
    // Once more: nothing comes in, so the problem has the last word; what stands there already is told.
    let again = run(workshop.command(&["registry", "import"]).args([&first, &second])).expect_exit(6);
    assert_eq!(again.json()[0]["outcome"], "already-imported");
    // Where the first is the broken one, nothing is done.
    let alone = run(workshop.command(&["registry", "import"]).args([&second, &first])).expect_exit(6);
    assert_eq!(alone.stdout, "");
}

#[test]
fn a_feed_that_ends_a_fifth_comes_in_by_two_officers_and_by_no_one_officer_twice() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let before = Picture::of(&workshop);
    let good = fs::read_to_string(workshop.extract(1, &[])).unwrap();
    let file = written_over(&workshop.extract(1, &[]), &part(&good, 70));
    assert_eq!(refused(&workshop, &file, 6), "register-feed-held");
    let held = workshop.igc(&["registry", "held"]).json();
    let release = |login: &str| {
        let feed = held[0]["feed"].as_str().unwrap();
        run(&mut workshop.command(&["registry", "release", feed, "--as", login]))
    };
    release(APPROVER).expect_exit(0);
    release(APPROVER).expect_exit(4);
    assert_eq!(refused(&workshop, &file, 6), "register-feed-held");
    assert_eq!(Picture::of(&workshop), before);
    release(SUBMITTER).expect_exit(0);
    workshop.import(&file).expect_exit(0);
    assert_ne!(Picture::of(&workshop).persons, before.persons);
    assert_eq!(Picture::of(&workshop).cards, before.cards, "and no card ends by one reading");
}

#[test]
fn a_late_feed_is_refused_and_one_that_is_played_again_is_no_second_reading() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let card = workshop.cards(CardStatus::Active)[0];
        let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
        let gone = [&holder[1..]];
        let late = workshop.extract(1, &gone);
        let file = workshop.extract(2, &gone);
        workshop.import(&file).expect_exit(0);
        assert_eq!(workshop.opposed_by_the_register(), [""; 0]);
        // The same day's file, once more and under the name of a later one: the octets tell.
        let again = workshop.import(&file).expect_exit(0).json();
        assert_eq!(
            (&again[0]["outcome"], &again[0]["played_again"]),
            (&"already-imported".into(), &serde_json::Value::Null)
        );
        let later = workshop.extract(3, &[]);
        fs::copy(&file, &later).unwrap();
        let under_another = workshop.import(&later).expect_exit(0).json()[0].clone();
        assert_eq!(under_another["outcome"], "already-imported");
        let called = file.file_name().unwrap().to_str().unwrap();
        assert_eq!(under_another["played_again"], called, "and somebody is told");
        assert_eq!(workshop.opposed_by_the_register(), [""; 0], "one reading, whoever shows it how often");
        // An older one that says it too comes too late; made different, so that its octets are its own.
        let text = fs::read_to_string(&late).unwrap();
        let other = written_over(&late, text.replacen("|Civil|", "|Civil |", 1).as_bytes());
        assert_eq!(refused(&workshop, &other, 4), "register-feed-older");
        assert_eq!(workshop.opposed_by_the_register(), [""; 0]);
        assert!(workshop.cards(CardStatus::Active).contains(&card));
    }
}

/// Two persons under one number: one of them seems gone, and nothing ends by that before the next feed.
#[test]
fn a_number_given_twice_ends_nobody_before_the_next_feed_says_it_again() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0];
    let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
    let file = workshop.extract(1, &[]);
    let text = fs::read_to_string(&file).unwrap();
    let doubled = text.replace(&holder[1..], WITHOUT_A_CARD[0]);
    workshop.import(&written_over(&file, doubled.as_bytes())).expect_exit(0);
    assert_eq!(workshop.opposed_by_the_register(), [""; 0]);
    assert_eq!(lapse::open(&mut workshop.open(DatabaseRole::Owner), 10).unwrap().len(), 1);
    // Each line twice says nothing new.
    let file = workshop.extract(2, &[]);
    let lines = fs::read_to_string(&file).unwrap();
    let twice = first_line(&lines)
        + &lines.lines().skip(1).map(|line| format!("{line}\n{line}\n")).collect::<String>();
    let report = workshop.import(&written_over(&file, twice.as_bytes())).expect_exit(0).json();
    assert_eq!((&report[0]["difference"]["ceased"], &report[0]["difference"]["new"]), (&0.into(), &0.into()));
    assert_eq!(workshop.opposed_by_the_register(), [""; 0]);
    assert!(lapse::open(&mut workshop.open(DatabaseRole::Owner), 10).unwrap().is_empty());
}
