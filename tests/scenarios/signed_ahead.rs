//! A status role that has signed its answers before anybody asks.

use std::time::Duration;

use acceptance::harness::DatabaseKind;
use card::CardStatus;
use store::DatabaseRole;

use super::invariants::of_card;
use super::standstill::until;
use super::status_service::{StatusService, status_service};
use super::workshop::{REVOKER, workshop};

#[test]
fn the_first_who_asks_about_a_card_is_answered_from_memory() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        workshop.configure("publication", "ocsp_sign_ahead", toml::Value::Array(vec!["sha-1".into()]));
        let cards = workshop.cards(CardStatus::Active);
        let status = status_service(&workshop);
        let mut db = workshop.open(DatabaseRole::Owner);
        let certificates: Vec<_> = cards.iter().flat_map(|card| of_card(&mut db, card)).collect();
        assert!(!certificates.is_empty());
        a_round_is_over(&status, certificates.len() as u64);
        for (_, certificate) in &certificates {
            assert_eq!(status.says(&workshop, certificate), "good", "on {kind}");
        }
        assert_eq!(counted(&status, "igc_ocsp_answers_total{from=\"signing\"}"), 0, "on {kind}");
        assert_eq!(counted(&status, "igc_ocsp_answers_total{from=\"memory\"}"), certificates.len() as u64);
        // And a stolen card's answers are of no use from the moment on that its opposition was read.
        let add = ["opposition", "add", &cards[0].to_string(), "--ground", "stolen", "--as", REVOKER];
        assert_eq!(workshop.igc(&add).json()["publication"], "published");
        for (_, certificate) in of_card(&mut db, &cards[0]) {
            assert_eq!(status.says(&workshop, &certificate), "revoked", "on {kind}");
        }
    }
}

#[test]
fn nothing_is_signed_ahead_where_nobody_says_so() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0];
    let status = status_service(&workshop);
    for (_, certificate) in of_card(&mut workshop.open(DatabaseRole::Owner), &card) {
        assert_eq!(status.says(&workshop, &certificate), "good");
    }
    assert_eq!(counted(&status, "igc_ocsp_signed_ahead_total"), 0);
}

fn a_round_is_over(status: &StatusService, at_least: u64) {
    let mut last = 0;
    until("everything is signed ahead", || {
        std::thread::sleep(Duration::from_millis(300));
        let before = std::mem::replace(&mut last, counted(status, "igc_ocsp_signed_ahead_total"));
        last >= at_least && last == before
    });
}

fn counted(status: &StatusService, metric: &str) -> u64 {
    let metrics = status.metrics();
    let line = metrics.lines().find_map(|line| line.strip_prefix(metric)?.strip_prefix(' ')?.parse().ok());
    line.unwrap_or_else(|| panic!("no {metric} in {metrics}"))
}
