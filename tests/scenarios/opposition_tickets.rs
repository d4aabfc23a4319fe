//! A declaration that nobody proved waits for an officer, with the contact of the register and no other.

use acceptance::harness::{DatabaseKind, chance, run};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use registration_authority::opposition::Ground;
use registration_authority::opposition::ticket::open;
use serde_json::{Value, json};
use store::{Act, Actor, DatabaseRole, RequestId};

use super::workshop::{REVOKER, Workshop, workshop};

fn declare(workshop: &Workshop, identifier: &str) {
    let mut db = workshop.open(DatabaseRole::Web);
    let act = Act { at: workshop.now(), actor: Actor::Anyone, request: RequestId("test".to_owned()) };
    open(&mut db, &identifier.parse().unwrap(), Ground::Stolen, &mut chance(), &act).unwrap();
}

fn tickets(workshop: &Workshop) -> Vec<Value> {
    workshop.igc(&["opposition", "tickets"]).json().as_array().unwrap().clone()
}

#[test]
fn the_operator_sees_whom_to_call_and_an_opposition_or_a_reason_closes_the_ticket() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let cards = workshop.cards(CardStatus::Active);
        workshop
            .open(DatabaseRole::Owner)
            .batch_execute(&format!(
                "INSERT INTO register_identities (source, subject, first_feed, last_feed, ceased_at, lines, content)
                 SELECT 'rass-psc-personne-activite', c.holder, f.sequence, f.sequence, NULL, 0,
                     '[[\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"0102030405\",\"porteur@exemple.fr\"]]'
                 FROM cards c, register_feeds f WHERE c.number = '{}' LIMIT 1",
                cards[0]
            ))
            .unwrap();
        declare(&workshop, &cards[0].to_string());
        declare(&workshop, "2612345678");
        assert_eq!(
            workshop.job("opposition-callbacks"),
            json!({"looked_up": 2, "dismissed": 0}),
            "on {kind}"
        );
        let listed = tickets(&workshop);
        let known = listed.iter().find(|ticket| ticket["declared"] == cards[0].to_string()).unwrap();
        assert_eq!(known["telephone"], "0102030405");
        assert_eq!(known["cards"], json!([cards[0].to_string()]));
        let unknown = listed.iter().find(|ticket| ticket["declared"] == "2612345678").unwrap();
        assert_eq!((&unknown["telephone"], &unknown["cards"]), (&Value::Null, &json!([])));
        assert_eq!(workshop.cards(CardStatus::Active), cards, "no status was changed");

        let dismiss =
            ["opposition", "dismiss", unknown["ticket"].as_str().unwrap(), "--as", REVOKER, "--reason"];
        run(workshop.command(&dismiss).arg("")).expect_exit(2);
        run(workshop.command(&dismiss).arg("Carte inconnue.")).expect_exit(0);
        run(workshop.command(&dismiss).arg("Encore.")).expect_exit(3);
        workshop.igc(&["opposition", "add", &cards[0].to_string(), "--ground", "stolen", "--as", REVOKER]);
        assert_eq!(tickets(&workshop), Vec::<Value>::new(), "on {kind}");
        let erase = ["audit", "erase"];
        assert_eq!(workshop.igc(&erase).json()["tickets"], 0, "a year is not over");
        workshop.configure("retention", "note_days", 0);
        assert_eq!(workshop.igc(&erase).json()["tickets"], 2, "on {kind}");
        workshop.igc(&["audit", "verify"]);
    }
}

#[test]
fn the_web_role_names_no_contact_and_reads_only_those_of_open_tickets() {
    let workshop = workshop(DatabaseKind::Postgresql);
    declare(&workshop, "2612345678");
    let mut db = workshop.open(DatabaseRole::Web);
    for statement in [
        "SELECT content FROM register_identities",
        "UPDATE opposition_tickets SET telephone = '0600000000'",
        "UPDATE opposition_tickets SET looked_at = 1",
        "UPDATE opposition_tickets SET identifier = '2600000017'",
        "DELETE FROM opposition_tickets",
    ] {
        let refused = db.batch_execute(statement).unwrap_err().to_string();
        let why = ["permission denied", "names no contact"];
        assert!(why.iter().any(|why| refused.contains(why)), "{statement}: {refused}");
    }
}
