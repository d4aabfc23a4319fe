//! What a web process that an attacker owns writes beside a mandate that officers signed for: the worker goes on renewing under the true one.

use acceptance::harness::{DatabaseKind, run};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::DatabaseRole;
use store::schema::card_orders;

use crate::scenarios::structures::{AGENT, enrol_agent, establishment, mandated, structure};
use crate::scenarios::workshop::{APPROVER, SECOND_APPROVER, Workshop, workshop};

/// An installation, the mandate for an establishment, and the active card of one of its staff.
fn with_a_card_of_the_staff() -> (Workshop, String, String) {
    let workshop = workshop(DatabaseKind::Postgresql);
    enrol_agent(&workshop);
    let place = establishment(&workshop);
    let mandate = mandated(&workshop, &place);
    let member =
        ["declare", &place, "ACC001", "--post", "employee", "--family-name", "LEROY", "--given-name", "Maël"];
    structure(&workshop, &member, AGENT, 0);
    let order = structure(&workshop, &["order", &place, "ACC001", "--kind", "CPE"], AGENT, 0);
    let number = order["number"].as_str().unwrap().to_owned();
    let approve =
        |login: &str| run(&mut workshop.command(&["order", "approve", &number, "--as", login])).status.code();
    // Two where somebody of the same name is there.
    if approve(APPROVER) == Some(6) {
        assert_eq!(approve(SECOND_APPROVER), Some(0));
    }
    let made = workshop.make_cards();
    workshop.certify_the_rest();
    let card = made.into_iter().max().unwrap().to_string();
    for step in ["accept-terms", "deliver", "activate"] {
        workshop.igc(&["card", step, &card, "--as", APPROVER]);
    }
    workshop.configure("jobs", "renewal_horizon_days", 5000);
    (workshop, mandate, card)
}

/// The mandate of the order that a plan made for the successor of this card, which the worker has certified.
fn renewed_under(workshop: &Workshop, card: &str) -> String {
    let plan = workshop.igc(&["renew", "plan"]).json();
    let plan = plan["plan"].as_str().unwrap();
    workshop.igc(&["renew", "approve", "--plan", plan, "--as", APPROVER]);
    workshop.igc(&["renew", "apply", "--plan", plan]);
    let (order, under): (String, Option<String>) = card_orders::table
        .filter(card_orders::replaces.eq(card))
        .select((card_orders::number, card_orders::mandate))
        .first(&mut workshop.open(DatabaseRole::Owner))
        .expect("its successor is ordered");
    workshop.make_cards();
    workshop.certify_the_rest();
    let certified = workshop.cards(CardStatus::Certified);
    let successor = card::of_order(&mut workshop.open(DatabaseRole::Owner), &order).unwrap().unwrap();
    assert!(certified.contains(&successor.number), "{order} has no certified card");
    under.unwrap()
}

/// What is written to the database about a mandate.
type Forgery<'a> = &'a dyn Fn(&str) -> String;

#[test]
fn an_owned_web_process_keeps_no_structure_from_its_renewals() {
    const COPIED: &str =
        "structure, login, quality, identifier, reference, document, until, proposed_by, proposed_at";
    let decided = |number: &str, version: u8, verdict: &str, reason: &str| {
        format!(
            "INSERT INTO decisions SELECT 'structure-mandate', '{number}', {version}, '{SECOND_APPROVER}', '{verdict}', {reason}, NULL,
                 clock_millis(), 'passkey', '\\x00';"
        )
    };
    let ended = |mandate: &str| {
        format!(
            "INSERT INTO structure_mandate_ends (mandate, ended_by, ended_at) VALUES ('{mandate}', '{AGENT}', clock_millis());"
        )
    };
    let forgeries: [(&str, Forgery); 6] = [
        ("a newer mandate", &|mandate| {
            format!(
                "INSERT INTO structure_mandates (number, {COPIED}) SELECT 'MA-2099-000001', {COPIED}
                 FROM structure_mandates WHERE number = '{mandate}';"
            ) + &decided("MA-2099-000001", 1, "approve", "NULL")
        }),
        ("a newer mandate that nobody can read", &|mandate| {
            format!(
                "INSERT INTO structure_mandates SELECT 'MA-2099-000001', structure, login, 'professional', 'nobody', reference, document,
                     NULL, proposed_by, proposed_at FROM structure_mandates WHERE number = '{mandate}';"
            ) + &decided("MA-2099-000001", 1, "approve", "NULL")
        }),
        ("a second approval", &|mandate| decided(mandate, 1, "approve", "NULL")),
        ("a refusal", &|mandate| decided(mandate, 1, "refuse", "'other'")),
        ("an end", &|mandate| ended(mandate)),
        ("an end, and a refusal", &|mandate| {
            ended(mandate) + &decided(mandate, 2, "refuse", "'mandate-over'")
        }),
    ];
    for (what, forged) in forgeries {
        let (workshop, mandate, card) = with_a_card_of_the_staff();
        let mut web = workshop.open(DatabaseRole::Web);
        web.batch_execute(&forged(&mandate)).unwrap();
        assert_eq!(renewed_under(&workshop, &card), mandate, "{what}");
        let said = run(&mut workshop.command(&["doctor"])).said();
        assert!(what != "an end" || said.contains("no officer has signed for the end of"), "{said}");
    }
}
