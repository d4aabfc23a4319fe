//! A node that runs the status role alone: what its responders sign is looked at when somebody asks, and both it and the others say where nobody does.

use acceptance::harness::{DatabaseKind, run};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use serde_json::Value;
use store::DatabaseRole;

use super::invariants::of_card;
use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

fn findings(workshop: &Workshop, check: &str) -> Vec<Value> {
    let doctor = run(&mut workshop.command(&["doctor"]));
    let all: Value = serde_json::from_str(&doctor.stdout).unwrap();
    all.as_array().unwrap().iter().filter(|one| one["check"] == check).cloned().collect()
}

#[test]
fn a_node_whose_ledger_of_answers_nobody_follows_says_so_and_another_place_that_is_forgotten_is_an_alarm() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let card = workshop.cards(CardStatus::Active)[0];
        let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
        workshop.job("signatures");
        let mut status = status_service(&workshop);
        status.comes_to_say(&workshop, &certificate, "good");
        const UNSEEN: &str = "nobody has looked at its lines since";
        assert!(!status.readiness().1.contains(UNSEEN));
        // A day later, and no worker has run here.
        workshop.configure("demo", "clock_offset_days", 1);
        status.kill_and_start(&workshop);
        let said = status.readiness().1;
        assert!(said.contains(UNSEEN) && said.contains("answers.ledger"), "{said}");
        let found = findings(&workshop, "signatures");
        assert!(
            found.iter().any(|one| one["verdict"] == "warning" && one["what"] == "ledger of answers"),
            "{found:?}"
        );
        assert!(!status.readiness().1.contains(UNSEEN), "doctor has looked");
        assert!(findings(&workshop, "signatures").iter().all(|one| one["verdict"] == "well"));

        // Another node's, which somebody has followed once.
        let elsewhere = "INSERT INTO signing_ledgers (ledger, kind, place, position, sequence, chain, reconciled_at)
            SELECT 'ff' || substr(ledger, 3), kind, 'elsewhere:' || place, position, sequence, chain, 0 FROM signing_ledgers
            WHERE kind = 'answers'";
        workshop.open(DatabaseRole::Owner).batch_execute(elsewhere).unwrap();
        workshop.job("signatures");
        let found = findings(&workshop, "signatures");
        let alarm =
            found.iter().find(|one| one["verdict"] == "broken").unwrap_or_else(|| panic!("{found:?}"));
        assert!(alarm["found"].as_str().unwrap().contains("elsewhere:"), "{alarm}");
        assert!(alarm["action"].as_str().unwrap().contains("igc doctor every hour"), "{alarm}");
        assert!(status.readiness().1.contains("signatures: 1 alarms"));
    }
}
