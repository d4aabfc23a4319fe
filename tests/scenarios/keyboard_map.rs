//! The map of the keyboard, as data: each key that the help page names is pressed where it is said to work, in a real browser.

use std::collections::BTreeSet;

use acceptance::harness::{ALT, Browser, ENTER, SHIFT};
use diesel::prelude::*;
use registration_authority::risk;
use serde_json::{Value, json};
use store::schema::card_orders;

use super::officers_desk::{Desk, desk_where};
use super::workshop::SUBMITTER;

const EVERYWHERE: &str = "Partout";
const LISTS: &str = "Dans la file et les autres listes";
const DOSSIER: &str = "Dans un dossier";

/// A line of the map: under which heading of the help page, how the keys are named there, which they are for the script, and
/// what shows that they do what they are said to.
struct Line {
    place: &'static str,
    said: &'static str,
    keys: &'static [&'static str],
    holds: fn(&mut Bench),
}

#[rustfmt::skip]
const MAP: &[Line] = &[
    Line { place: EVERYWHERE, said: "g puis q", keys: &["g q"], holds: to_the_queue },
    Line { place: EVERYWHERE, said: "g puis c", keys: &["g c"], holds: to_the_inbox },
    Line { place: EVERYWHERE, said: "g puis d", keys: &["g d"], holds: to_operations },
    Line { place: EVERYWHERE, said: "g puis o", keys: &["g o"], holds: to_an_opposition },
    Line { place: EVERYWHERE, said: "/", keys: &["/"], holds: search },
    Line { place: EVERYWHERE, said: "?", keys: &["?"], holds: help },
    Line { place: LISTS, said: "j, k", keys: &["j", "k"], holds: from_row_to_row },
    Line { place: LISTS, said: "o ou Entrée", keys: &["o"], holds: open_a_row },
    Line { place: LISTS, said: "x, Maj + x", keys: &["x"], holds: select_rows },
    Line { place: LISTS, said: "z", keys: &["z"], holds: take_back_in_the_queue },
    Line { place: DOSSIER, said: "j, k", keys: &["j", "k"], holds: from_dossier_to_dossier },
    Line { place: DOSSIER, said: "a puis Entrée", keys: &["a"], holds: approve },
    Line { place: DOSSIER, said: "r puis 1 à 9", keys: &["r", "1", "2", "3", "4", "5", "6", "7", "8", "9"], holds: refuse },
    Line { place: DOSSIER, said: "d", keys: &["d"], holds: ask },
    Line { place: DOSSIER, said: "e puis Entrée", keys: &["e"], holds: ask_a_second_officer },
    Line { place: DOSSIER, said: "n", keys: &["n"], holds: note },
    Line { place: DOSSIER, said: "z", keys: &["z"], holds: take_back },
];

/// A served demonstration, a registration officer at his browser, and an administrator at his.
struct Bench {
    desk: Desk,
    officer: Browser,
    administrator: Browser,
    /// What the pages say of their own keys.
    offered: BTreeSet<String>,
}

impl Bench {
    fn new() -> Self {
        let mut desk = desk_where("approval_delay_seconds = 600", "refusal_delay_seconds = 600");
        let officer = signed_in(&mut desk, "Dominique BERNARD");
        let administrator = signed_in(&mut desk, " administrator ");
        Self { desk, officer, administrator, offered: BTreeSet::new() }
    }

    fn go(&mut self, path: &str, sentence: &str) {
        self.officer.open(&format!("{}{path}", self.desk.origin));
        self.officer.wait_for(sentence);
        let keys = "return [...document.querySelectorAll('[aria-keyshortcuts], [data-sequence]')]
            .map(it => it.getAttribute('aria-keyshortcuts') ?? it.dataset.sequence)";
        let offered = self.officer.run(keys);
        self.offered.extend(offered.as_array().unwrap().iter().map(|key| key.as_str().unwrap().to_owned()));
    }

    fn queue(&mut self) {
        self.go("/ra/file", "File des demandes");
    }

    /// The dossier of the first order that waits; its number.
    fn dossier(&mut self) -> String {
        let number = self.desk.waiting();
        self.go(&format!("/ra/dossiers/{number}?statut=a-verifier"), "Demande et répertoire");
        number
    }

    fn focused(&self) -> String {
        self.officer.focused()
    }

    fn count(&self, css: &str) -> usize {
        let found = self.officer.run(&format!("return document.querySelectorAll('{css}').length"));
        usize::try_from(found.as_u64().unwrap()).unwrap()
    }

    fn stands(&mut self, number: &str) -> (String, i64) {
        let row = card_orders::table.find(number).select((card_orders::status, card_orders::version));
        row.first(&mut self.desk.db).unwrap()
    }

    /// Where the browser is and what it shows of what a key would change.
    fn look(&self) -> Value {
        self.officer.run(
            "return [location.href, document.activeElement.tagName, document.querySelectorAll(':checked').length,
             document.querySelectorAll('details[open]').length]",
        )
    }
}

/// A browser in which the officer of this line of the printed links is signed in.
fn signed_in(desk: &mut Desk, of: &str) -> Browser {
    let printed = desk.serving.running().stdout();
    let line = printed.lines().find(|line| line.contains(of) && line.contains("http"));
    let line = line.unwrap_or_else(|| panic!("no link for {of}: {printed}"));
    let browser = Browser::new(1280);
    browser.open(line.split_whitespace().last().expect("the link ends the line"));
    browser.wait_for("Se déconnecter");
    browser
}

#[test]
fn every_key_of_the_map_does_what_the_help_page_says_and_none_is_left_out() {
    let mut bench = Bench::new();
    bench.go("/ra/aide", "Raccourcis clavier");
    let said = bench.officer.run(
        "return [...document.querySelectorAll('main kbd')].map(key =>
            [key.closest('section').querySelector('h2').innerText, key.innerText])",
    );
    let said: Vec<(&str, &str)> = said
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line[0].as_str().unwrap(), line[1].as_str().unwrap()))
        .collect();
    let map: Vec<(&str, &str)> = MAP.iter().map(|line| (line.place, line.said)).collect();
    assert_eq!(said, map, "the help page says the map, line by line");
    for line in MAP {
        eprintln!("{}: {}", line.place, line.said);
        (line.holds)(&mut bench);
    }
    let known: BTreeSet<&str> = MAP.iter().flat_map(|line| line.keys).copied().collect();
    let unknown: Vec<&String> = bench.offered.iter().filter(|key| !known.contains(key.as_str())).collect();
    assert_eq!(unknown, [""; 0], "a page offers a key that the help page does not name");
    with_alt_each_key_waits_for_it(&mut bench);
    switched_off_no_key_does_anything(&mut bench);
    bench.desk.serving.end();
}

fn to_the_queue(bench: &mut Bench) {
    bench.go("/ra/cartes", "Trouver une carte");
    bench.officer.press(&["g", "q"]);
    bench.officer.wait_for("File des demandes");
}

fn to_the_inbox(bench: &mut Bench) {
    bench.queue();
    bench.officer.press(&["g", "c"]);
    bench.officer.wait_for("Ce qui attend votre signature");
}

fn to_operations(bench: &mut Bench) {
    let administrator = &bench.administrator;
    administrator.open(&format!("{}/ra/cles", bench.desk.origin));
    administrator.wait_for("Clés des opérateurs");
    administrator.press(&["g", "d"]);
    administrator.wait_for("Listes de révocation");
    // Whoever may not read it is led nowhere.
    bench.queue();
    bench.officer.press(&["g", "d"]);
    assert!(bench.officer.address().contains("/ra/file"), "{}", bench.officer.address());
}

fn to_an_opposition(bench: &mut Bench) {
    bench.queue();
    bench.officer.press(&["g", "o"]);
    bench.officer.wait_for("Trouver une carte");
}

fn search(bench: &mut Bench) {
    bench.queue();
    bench.officer.press(&["/"]);
    assert_eq!(bench.focused(), "q");
    bench.go("/ra/cartes", "Trouver une carte");
    bench.officer.press(&["/"]);
    assert_eq!(bench.focused(), "numero");
}

fn help(bench: &mut Bench) {
    bench.queue();
    bench.officer.press(&["?"]);
    bench.officer.wait_for("Raccourcis clavier");
    assert_eq!(bench.count("input[name=raccourcis]"), 3, "where they are switched off");
}

fn from_row_to_row(bench: &mut Bench) {
    bench.queue();
    bench.officer.press(&["j"]);
    let first = bench.focused();
    bench.officer.press(&["j"]);
    assert_ne!(bench.focused(), first);
    bench.officer.press(&["k"]);
    assert_eq!(bench.focused(), first);
    bench.officer.press(&["k"]);
    assert_eq!(bench.focused(), first, "the list ends there");
}

fn open_a_row(bench: &mut Bench) {
    for key in ["o", ENTER] {
        bench.queue();
        bench.officer.press(&["j", "j"]);
        let second = bench.focused();
        bench.officer.press(&[key]);
        bench.officer.wait_for(&format!("Dossier {second}"));
    }
}

fn select_rows(bench: &mut Bench) {
    bench.queue();
    let (boxes, chosen) = ("tbody input[type=checkbox]", "tbody input[type=checkbox]:checked");
    let all = bench.count(boxes);
    assert!(all > 2, "{all} rows that can be selected");
    bench.officer.press(&["j", "x"]);
    assert_eq!(bench.count(chosen), 1);
    bench.officer.press(&["x"]);
    assert_eq!(bench.count(chosen), 0, "it selects, and no longer does");
    bench.officer.press(&["x"]);
    let rows = bench.count("tbody tr");
    bench.officer.press(&vec!["j"; rows]);
    bench.officer.press_with(SHIFT, "X");
    assert_eq!(bench.count(chosen), all, "from the last one that was selected to here");
}

fn take_back_in_the_queue(bench: &mut Bench) {
    let number = bench.dossier();
    bench.officer.click("form[action$='/approuver'] button");
    bench.officer.wait_for("La demande est approuvée.");
    bench.queue();
    bench.officer.wait_for(&format!("Votre dernière décision : la demande {number}"));
    bench.officer.screenshot("queue-last-decision");
    let version = bench.stands(&number).1;
    bench.officer.press(&["z"]);
    bench.officer.wait_for("Votre décision est annulée");
    assert_eq!(bench.stands(&number), ("submitted".to_owned(), version + 1));
    bench.queue();
    assert_eq!(bench.count("#derniere"), 0, "nothing is left to take back");
}

fn from_dossier_to_dossier(bench: &mut Bench) {
    let first = bench.dossier();
    let Bench { desk, officer, .. } = bench;
    officer.press(&["j"]);
    desk.wait_until("the next dossier is there", |_| !officer.address().contains(&first));
    assert!(officer.address().ends_with("?statut=a-verifier"), "{}", officer.address());
    officer.press(&["k"]);
    desk.wait_until("the one before is there", |_| officer.address().contains(&first));
    assert!(officer.address().ends_with("?statut=a-verifier"), "{}", officer.address());
}

fn approve(bench: &mut Bench) {
    let number = bench.dossier();
    bench.officer.press(&["a"]);
    assert_eq!(bench.focused(), "Approuver");
    assert_eq!(bench.stands(&number).0, "submitted", "a key decides nothing");
    bench.officer.press(&[ENTER]);
    bench.officer.wait_for("La demande est approuvée.");
    assert_eq!(bench.stands(&number).0, "approved");
}

fn refuse(bench: &mut Bench) {
    bench.dossier();
    bench.officer.press(&["r"]);
    assert_eq!(bench.count("details.refuse[open]"), 1);
    let reasons = bench.count("details.refuse input[name=motif]");
    assert!((1..=9).contains(&reasons), "{reasons}: a digit each");
    for place in 0..reasons {
        bench.officer.press(&[&(place + 1).to_string()]);
        let chosen = "return [...document.querySelectorAll('details.refuse input[name=motif]')].findIndex(it => it.checked)";
        assert_eq!(bench.officer.run(chosen), json!(place));
    }
}

fn ask(bench: &mut Bench) {
    bench.dossier();
    bench.officer.press(&["d"]);
    assert_eq!(bench.focused(), "question");
}

fn ask_a_second_officer(bench: &mut Bench) {
    let number = bench.dossier();
    let version = bench.stands(&number).1;
    bench.officer.press(&["e"]);
    assert_eq!(bench.focused(), "Demander un second opérateur");
    let asked = |bench: &mut Bench| {
        let flags = risk::recorded(&mut bench.desk.db, &number, version).unwrap();
        flags.iter().any(|flag| flag.second_officer)
    };
    assert!(!asked(bench), "a key asks for nobody");
    bench.officer.press(&[ENTER]);
    bench.officer.wait_for("Un second opérateur est demandé");
    bench.officer.wait_for("demande qu'un second regarde aussi");
    assert!(asked(bench));
    bench.officer.screenshot("second-officer-asked");
}

fn note(bench: &mut Bench) {
    bench.dossier();
    bench.officer.press(&["n"]);
    assert_eq!(bench.focused(), "note");
    bench.officer.press(&["a", "e", "x"]);
    let typed = bench.officer.run("return document.activeElement.value");
    assert_eq!(typed.as_str(), Some("aex"), "who writes is not disturbed");
}

/// The order that [`approve`] has approved.
fn take_back(bench: &mut Bench) {
    let number: String = card_orders::table
        .filter(card_orders::status.eq("approved").and(card_orders::submitted_by.eq(SUBMITTER)))
        .order(card_orders::changed_at.desc())
        .select(card_orders::number)
        .first(&mut bench.desk.db)
        .unwrap();
    bench.go(&format!("/ra/dossiers/{number}"), "prend effet à");
    bench.officer.press(&["z"]);
    bench.officer.wait_for("Votre décision est annulée");
    assert_eq!(bench.stands(&number).0, "submitted");
}

fn choose(bench: &mut Bench, value: &str) {
    bench.go("/ra/aide", "Raccourcis clavier");
    bench.officer.click(&format!("input[value={value}]"));
    bench.officer.click("main form button");
    bench.officer.wait_for("Votre choix est retenu dans ce navigateur.");
}

fn with_alt_each_key_waits_for_it(bench: &mut Bench) {
    choose(bench, "alt");
    bench.dossier();
    bench.officer.press(&["n"]);
    assert_ne!(bench.focused(), "note");
    bench.officer.press_with(ALT, "n");
    assert_eq!(bench.focused(), "note");
}

fn switched_off_no_key_does_anything(bench: &mut Bench) {
    choose(bench, "off");
    bench.dossier();
    let dossier = bench.officer.address();
    for page in [dossier, format!("{}/ra/file", bench.desk.origin)] {
        bench.officer.open(&page);
        bench.officer.wait_for("Se déconnecter");
        // A row that has the focus is where `x` would act.
        bench.officer.run("document.querySelector('tbody a')?.focus()");
        let before = bench.look();
        for line in MAP {
            for key in line.keys {
                bench.officer.press(&key.split(' ').collect::<Vec<_>>());
                assert_eq!(bench.look(), before, "{key} acts though keys are switched off");
            }
        }
    }
}
