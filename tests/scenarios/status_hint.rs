//! What is said to whoever opposes a card: "published" once the status role of his node has applied it, "under
//! way" otherwise, and never an error.

use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::harness::{DatabaseKind, folder, run};
use card::{CardNumber, CardStatus};
use openssl::ocsp::OcspCertStatus;
use store::DatabaseRole;

use super::desk::{between, browse};
use super::invariants::of_card;
use super::serve::serve;
use super::standstill::until;
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, workshop};

/// Opposes the card as an officer; what the receipt says of its publication.
fn oppose(workshop: &Workshop, card: &CardNumber) -> String {
    let add = ["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER];
    workshop.igc(&add).json()["publication"].as_str().unwrap().to_owned()
}

fn signal(process: u32, name: &str) {
    run(Command::new("kill").args([name, &process.to_string()])).expect_exit(0);
}

#[test]
fn published_means_that_the_very_next_ocsp_answer_says_revoked() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let cards = workshop.cards(CardStatus::Active);
        let status = status_service(&workshop);
        for card in &cards {
            let certificates = of_card(&mut workshop.open(DatabaseRole::Owner), card);
            for (_, certificate) in &certificates {
                assert_eq!(status.status_of(&workshop, certificate), OcspCertStatus::GOOD, "and kept");
            }
            assert_eq!(oppose(&workshop, card), "published", "on {kind}");
            for (_, certificate) in &certificates {
                assert_eq!(status.status_of(&workshop, certificate), OcspCertStatus::REVOKED, "on {kind}");
            }
        }
        assert!(!cards.is_empty());
    }
}

#[test]
fn where_the_status_role_is_away_or_hangs_an_opposition_is_recorded_and_its_publication_under_way() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let cards = workshop.cards(CardStatus::Active);
    assert_eq!(oppose(&workshop, &cards[0]), "under-way", "nobody ever listened");
    let mut status = status_service(&workshop);
    let id = status.process().id();
    signal(id, "-STOP");
    let said = oppose(&workshop, &cards[1]);
    signal(id, "-CONT");
    assert_eq!(said, "under-way");
    for card in &cards[..2] {
        let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), card).remove(0);
        status.comes_to_say(&workshop, &certificate, "revoked");
    }
}

#[test]
fn with_the_socket_cut_polling_does_the_same_a_little_later() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active).remove(0);
    let status = status_service(&workshop);
    let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
    assert_eq!(status.says(&workshop, &certificate), "good");
    fs::remove_file(workshop.dir().join("status.sock")).unwrap();
    assert_eq!(oppose(&workshop, &card), "under-way");
    status.comes_to_say(&workshop, &certificate, "revoked");
}

/// The page that a browser is led to.
#[track_caller]
fn page(jar: &Path, url: &str, fields: &[(&str, &str)]) -> String {
    browse(jar, url, fields).expect_exit(0).stdout
}

#[track_caller]
fn found<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    between(text, before, after).unwrap_or_else(|| panic!("no {before} and {after} in {text}"))
}

#[test]
fn the_receipt_page_says_whether_the_responder_of_this_site_knows_of_the_opposition() {
    let mut serving = serve();
    let report = fs::read_to_string(serving.dir().join("report.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let active = report["cards"].as_array().unwrap().iter().find(|card| card["state"] == "active");
    let number = active.unwrap()["number"].as_str().unwrap().to_owned();
    let mut link = None;
    until("the links are printed", || {
        let printed = serving.running().stdout();
        let line = printed.lines().find(|line| line.contains(" revocation-officer "));
        link = line.and_then(|line| line.split_whitespace().last().map(str::to_owned));
        link.is_some()
    });
    let (place, address) = (folder(), format!("https://localhost:{}/ra/cartes/{number}", serving.web()));
    let jar = place.path().join("cookies");
    page(&jar, &link.unwrap(), &[]);
    let card = page(&jar, &address, &[]);
    let token = found(&card, "name=\"jeton\" value=\"", "\"");
    let fields = [("motif", "stolen"), ("definitif", "oui"), ("jeton", token)];
    let receipt = page(&jar, &format!("{address}/opposition"), &fields);
    assert!(receipt.contains("le répondeur OCSP de ce site répond déjà"), "{receipt}");
    let number = found(&receipt, "<code>", "</code>");
    let again = format!("https://localhost:{}/ra/recepisses/{number}", serving.web());
    assert!(page(&jar, &again, &[]).contains("répond déjà"));
    fs::remove_file(serving.dir().join("status.sock")).unwrap();
    assert!(page(&jar, &again, &[]).contains("enregistrée, en cours"), "nobody can say so now");
    serving.end();
}
