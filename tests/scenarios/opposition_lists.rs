//! The opposition list as relying systems see it: each form, the changes and the stream, verified by `openssl` and
//! read by readers that are not the writer; and what a restored backup does to it, which is nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Command;

use acceptance::harness::{DatabaseKind, Finished, openssl, root, run};
use card::{CardFilter, CardNumber, CardStatus};
use diesel::connection::SimpleConnection;
use opposition_list_reader::{Answer, CompactList};
use serde_json::Value;
use store::DatabaseRole;

use super::status_service::{StatusService, status_service};
use super::workshop::{REVOKER, Workshop, workshop};

const FORMS: [&str; 5] = ["full.csv", "full.json", "full.bin", "changes/0.csv", "changes/0.json"];

fn path(workshop: &Workshop, name: &str) -> String {
    workshop.dir().join("public/oppositions").join(name).display().to_string()
}

/// Opposes a card, as the officer does; its place on the list.
#[track_caller]
fn oppose(workshop: &Workshop, card: &CardNumber) -> i64 {
    let add = ["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER];
    workshop.igc(&add).json()["sequence"].as_i64().unwrap()
}

/// What `openssl cms -verify` makes of a file and its signature.
fn verified(workshop: &Workshop, name: &str) -> Finished {
    let (content, signature) = (path(workshop, name), path(workshop, &format!("{name}.p7s")));
    let chain = workshop.dir().join("public/ca/chain.pem").display().to_string();
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-in", &signature];
    openssl([&verify[..], &["-content", &content, "-CAfile", &chain, "-out", "/dev/null"]].concat())
}

/// Every card number that was given, and whether it is opposed.
fn cards(workshop: &Workshop) -> Vec<(CardNumber, bool)> {
    let mut db = workshop.open(DatabaseRole::Owner);
    let all = card::list(&mut db, &CardFilter::default(), card::MOST_LISTED).unwrap();
    all.into_iter().map(|card| (card.number, card.life.status() == CardStatus::Opposed)).collect()
}

fn an_opposition_is_in_every_form_and_in_the_stream(kind: DatabaseKind) {
    let workshop = workshop(kind);
    let card = workshop.cards(CardStatus::Active)[0];
    // Cards that nobody has yet are given too, and one of them is opposed.
    let waiting = workshop.personalise(12);
    oppose(&workshop, &waiting[5]);
    let status = status_service(&workshop);
    let mut stream = BufReader::new(status.get("/oppositions/events", "")).lines().map(Result::unwrap);
    assert!(stream.any(|line| line.contains("retry: 5000")));
    let sequence = oppose(&workshop, &card);

    // Nothing is published yet: the stream and the changes come from the database.
    assert!(stream.any(|line| line == format!("id: {sequence}")), "the stream ended");
    let data = stream.find_map(|line| line.strip_prefix("data: ").map(str::to_owned)).unwrap();
    let event: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(event["card_number"], card.to_string());
    let keys: BTreeSet<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, BTreeSet::from(["card_number", "opposed_at", "sequence"]));
    says_it(&status, sequence, &card);

    workshop.igc(&["publish", "oppositions"]);
    for form in FORMS {
        verified(&workshop, form).expect_exit(0);
        if !form.ends_with(".bin") {
            let served = status.body(&format!("/oppositions/{form}"));
            assert!(served.contains(&card.to_string()), "{form}: {served}");
        }
    }
    says_it(&status, sequence, &card);
    let octets = fs::read(path(&workshop, "full.bin")).unwrap();
    let list = CompactList::read(&octets).unwrap();
    assert_eq!(i64::try_from(list.sequence()).unwrap(), sequence);
    assert!(list.issued() >= 13 && list.opposed() >= 2 && list.coverage_is_exact(), "{list:?}");
    for (number, opposed) in cards(&workshop) {
        let expected = if opposed { Answer::Opposed } else { Answer::NotOpposed };
        assert_eq!(list.answer(number.to_string().parse().unwrap()), expected, "{number}");
    }
    assert_eq!(list.answer(9_999_999_999), Answer::NotCovered);
}

/// That the changes before and after `sequence` are right, in both forms.
#[track_caller]
fn says_it(status: &StatusService, sequence: i64, card: &CardNumber) {
    let before = sequence - 1;
    let csv = status.body(&format!("/oppositions/changes.csv?since={before}"));
    assert!(csv.lines().nth(1).unwrap().starts_with(&format!("{sequence};{card};")), "{csv}");
    let json: Value =
        serde_json::from_str(&status.body(&format!("/oppositions/changes?since={before}"))).unwrap();
    assert_eq!(json["oppositions"][0]["card_number"], card.to_string());
    let none = status.body(&format!("/oppositions/changes?since={sequence}"));
    assert_eq!(serde_json::from_str::<Value>(&none).unwrap()["oppositions"], serde_json::json!([]));
}

#[test]
fn an_opposed_card_is_in_every_form_and_in_the_stream_on_sqlite() {
    an_opposition_is_in_every_form_and_in_the_stream(DatabaseKind::Sqlite);
}

#[test]
fn an_opposed_card_is_in_every_form_and_in_the_stream_on_postgresql() {
    an_opposition_is_in_every_form_and_in_the_stream(DatabaseKind::Postgresql);
}

#[test]
fn openssl_refuses_a_form_that_was_altered() {
    let workshop = workshop(DatabaseKind::Sqlite);
    oppose(&workshop, &workshop.cards(CardStatus::Active)[0]);
    workshop.igc(&["publish", "oppositions"]);
    for form in FORMS {
        let mut octets = fs::read(path(&workshop, form)).unwrap();
        *octets.last_mut().unwrap() ^= 1;
        fs::write(path(&workshop, form), octets).unwrap();
        let said = verified(&workshop, form);
        assert!(
            !said.status.success() && said.said().contains("CMS Verification failure"),
            "{form}: {}",
            said.said()
        );
    }
}

#[test]
fn a_restored_backup_forgets_no_opposition_and_gives_no_number_twice() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let active = workshop.cards(CardStatus::Active);
    let (forgotten, next) = (active[0], active[1]);
    let backup = workshop.dir().join("backup.sqlite");
    let vacuum = format!("VACUUM INTO '{}'", backup.display());
    workshop.open(DatabaseRole::Owner).batch_execute(&vacuum).unwrap();
    let published = oppose(&workshop, &forgotten);
    workshop.igc(&["publish", "oppositions"]);
    for file in ["igc.sqlite", "igc.sqlite-wal", "igc.sqlite-shm"] {
        let _ = fs::remove_file(workshop.dir().join(file));
    }
    fs::rename(&backup, workshop.dir().join("igc.sqlite")).unwrap();

    // The audit log's own witness sees the restored backup too; here it is the list that is looked at.
    let sequence = oppose(&workshop, &next);
    assert_eq!(sequence, published + 1001, "neither that number nor what was told after it is given again");
    let refused = run(&mut workshop.command(&["publish", "oppositions"])).expect_exit(8);
    assert!(refused.stderr.contains("opposition-list-entry-lost"), "{}", refused.stderr);
    let csv = fs::read_to_string(path(&workshop, "full.csv")).unwrap();
    for (sequence, card) in [(published, forgotten), (sequence, next)] {
        assert!(csv.contains(&format!("\n{sequence};{card};")), "{csv}");
    }
    for form in FORMS {
        verified(&workshop, form).expect_exit(0);
    }
    let status = status_service(&workshop);
    says_it(&status, sequence, &next);
    says_it_is_behind(&status, published, &forgotten);

    oppose(&workshop, &forgotten);
    workshop.igc(&["publish", "oppositions"]);
}

/// A reader who knew the list before the card was opposed gets it, whatever the database has forgotten.
#[track_caller]
fn says_it_is_behind(status: &StatusService, sequence: i64, card: &CardNumber) {
    let csv = status.body(&format!("/oppositions/changes.csv?since={}", sequence - 1));
    assert!(csv.contains(&format!("{sequence};{card};")), "{csv}");
}

#[test]
fn the_commands_in_the_documentation_keep_what_is_signed_as_what_it_is_named() {
    let workshop = workshop(DatabaseKind::Sqlite);
    oppose(&workshop, &workshop.cards(CardStatus::Active)[0]);
    workshop.igc(&["publish", "oppositions"]);
    let page = fs::read_to_string(root().join("docs/opposition-lists.md")).unwrap();
    let (_, commands) = page.split_once("```sh\n").expect("the page has commands");
    let (commands, _) = commands.split_once("```").unwrap();
    // Fetched from the folder, which any web server may carry.
    let commands =
        commands.replace("http://localhost:8080", &format!("file://{}/public", workshop.dir().display()));
    let place = workshop.dir().join("relying-party");
    fs::create_dir(&place).unwrap();
    fs::copy(workshop.dir().join("public/ca/chain.pem"), place.join("chain.pem")).unwrap();
    let kept = || {
        run(Command::new("sh").args(["-c", &commands]).current_dir(&place)).expect_exit(0);
        ["full.csv", "full.json", "full.bin"].map(|file| place.join(file).exists())
    };
    assert_eq!(kept(), [true; 3]);
    for end in ["", ".p7s"] {
        fs::copy(path(&workshop, &format!("changes/0.csv{end}")), path(&workshop, &format!("full.csv{end}")))
            .unwrap();
    }
    assert_eq!(kept(), [false, true, true], "a page has a good signature, and is no full list");
}

#[test]
fn the_reader_in_the_documentation_reads_the_compact_list() {
    let workshop = workshop(DatabaseKind::Sqlite);
    oppose(&workshop, &workshop.personalise(12)[7]);
    workshop.igc(&["publish", "oppositions"]);
    let page = fs::read_to_string(root().join("docs/opposition-lists.md")).unwrap();
    let (_, program) = page.split_once("```python\n").expect("the page has a program");
    let (program, _) = program.split_once("```").unwrap();
    let script = workshop.dir().join("ask.py");
    fs::write(&script, program).unwrap();
    let cards = cards(&workshop);
    let numbers = cards.iter().map(|(number, _)| number.to_string()).chain(["9999999999".to_owned()]);
    let said = run(Command::new("python3").arg(&script).arg(path(&workshop, "full.bin")).args(numbers));
    let said = said.expect_exit(0).stdout;
    let word = |opposed: &bool| if *opposed { "opposed" } else { "not opposed" };
    let expected = cards.iter().map(|(number, opposed)| format!("{number} {}\n", word(opposed)));
    let expected: String = expected.chain(["9999999999 not covered\n".to_owned()]).collect();
    assert_eq!(said, expected);
}
