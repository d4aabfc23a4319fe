//! Scenes of cards that follow each other: the plan, the successors' orders, the hand-over.

use std::collections::BTreeSet;

use acceptance::harness::run;
use card::{CardNumber, CardStatus};
use diesel::prelude::*;
use registration_authority::renewal::{self, Outcome, PlanStatus};
use store::schema::{card_orders, cards, opposition_declarations};
use store::{Database, DatabaseRole};

use super::scenes::{newest_card, one_card_an_order, words};
use crate::scenarios::invariants::{is_good, of_card};
use crate::scenarios::workshop::{APPROVER, Workshop};

/// Every card of the demonstration ends before that.
const HORIZON_DAYS: i64 = 5000;

pub fn cards_end(workshop: &Workshop) -> Vec<String> {
    workshop.configure("jobs", "renewal_horizon_days", HORIZON_DAYS);
    words(&["renew", "plan"])
}

pub fn a_plan_is_approved(workshop: &Workshop) -> Vec<String> {
    let plan = run(workshop.command(&[]).args(cards_end(workshop))).expect_exit(0).json();
    let plan = plan["plan"].as_str().unwrap();
    workshop.igc(&["renew", "approve", "--plan", plan, "--as", APPROVER]);
    words(&["renew", "apply", "--plan", plan])
}

pub fn a_successor_is_certified(workshop: &Workshop) -> Vec<String> {
    let apply = a_plan_is_approved(workshop);
    run(workshop.command(&[]).args(apply)).expect_exit(0);
    workshop.make_cards();
    workshop.certify_the_rest();
    let successor = newest_card(&mut workshop.open(DatabaseRole::Owner));
    // The bureau of a demonstration would hand them over.
    for other in workshop.cards(CardStatus::Certified) {
        workshop.igc(&["card", "accept-terms", &other.to_string(), "--as", APPROVER]);
        if other != successor {
            workshop.igc(&["card", "deliver", &other.to_string(), "--as", APPROVER]);
        }
    }
    words(&["card", "deliver", &successor.to_string(), "--as", APPROVER])
}

pub fn a_successor_is_delivered(workshop: &Workshop) -> Vec<String> {
    let mut command = a_successor_is_certified(workshop);
    run(workshop.command(&[]).args(&command)).expect_exit(0);
    "activate".clone_into(&mut command[1]);
    command
}

/// One plan names all of them, and nothing is ordered before somebody approved it.
pub fn there_is_one_plan(_: &Workshop, db: &mut Database) {
    let plans = renewal::list(db, 10).unwrap();
    assert_eq!(plans.len(), 1, "{plans:?}");
    let plan = renewal::get(db, &plans[0]).unwrap();
    assert_eq!(plan.status, PlanStatus::Proposed);
    assert!(plan.items.iter().all(|item| item.order_number.is_none()), "{plan:?}");
}

/// Each card that the plan renews has one successor's order, and nobody else has one.
pub fn each_card_has_one_successor(_: &Workshop, db: &mut Database) {
    let plans = renewal::list(db, 10).unwrap();
    assert_eq!(plans.len(), 1, "{plans:?}");
    let plan = renewal::get(db, &plans[0]).unwrap();
    assert_eq!(plan.status, PlanStatus::Applied);
    let renewed: BTreeSet<String> = plan
        .items
        .iter()
        .filter(|item| item.outcome == Outcome::Renew)
        .map(|item| item.order_number.clone().unwrap_or_else(|| panic!("card {} has none", item.card)))
        .collect();
    assert!(renewed.len() > 1, "one card is no plan: {plan:?}");
    let ordered: Vec<String> = card_orders::table
        .filter(card_orders::replaces.is_not_null())
        .select(card_orders::number)
        .load(db)
        .unwrap();
    assert_eq!(ordered.len(), renewed.len(), "one order a card: {ordered:?}");
    assert!(ordered.iter().all(|order| renewed.contains(order)), "{ordered:?}, {renewed:?}");
}

pub fn the_successor_is_delivered(_: &Workshop, db: &mut Database) {
    let (successor, predecessor) = successor_and_predecessor(db);
    assert_eq!(status(db, &successor), CardStatus::Delivered);
    assert_eq!(status(db, &predecessor), CardStatus::Active, "it serves until the other one does");
    one_card_an_order(db);
}

/// Never two active cards, and never none; what was replaced is opposed with every certificate.
pub fn the_successor_is_active_and_its_predecessor_opposed(_: &Workshop, db: &mut Database) {
    let (successor, predecessor) = successor_and_predecessor(db);
    assert_eq!(status(db, &successor), CardStatus::Active);
    assert_eq!(status(db, &predecessor), CardStatus::Opposed);
    assert!(of_card(db, &predecessor).iter().all(|(_, one)| !is_good(one)));
    assert_eq!(of_card(db, &successor).iter().filter(|(_, one)| is_good(one)).count(), 2);
    let declared = opposition_declarations::table
        .filter(opposition_declarations::card_number.eq(predecessor.to_string()));
    assert_eq!(declared.count().get_result::<i64>(db).unwrap(), 1);
    one_card_an_order(db);
}

fn successor_and_predecessor(db: &mut Database) -> (CardNumber, CardNumber) {
    let successor = newest_card(db);
    let replaces: Option<String> =
        cards::table.find(successor.to_string()).select(cards::replaces).first(db).unwrap();
    (successor, replaces.expect("it is a successor").parse().unwrap())
}

fn status(db: &mut Database, number: &CardNumber) -> CardStatus {
    card::get(db, number).unwrap().life.status()
}
