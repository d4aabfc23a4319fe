//! Cards of the staff of a structure: a plan renews them under a mandate that stands, for who is still declared.

use super::*;
use crate::eligibility::rule_of_exclusion;
use crate::staff::{self, Post};

const MEMBER: &str = "CPET0002";

/// An active CPE and an active CDE, two and a half years later.
fn years_later() -> (House, Worker, String, [CardNumber; 2]) {
    let mut house = House::new();
    let mut worker = house.worker();
    let mandate = house.mandated(STRUCTURE).number;
    let mut cards = Vec::new();
    for (kind, local_id, post) in
        [(CardKind::Cpe, MEMBER, Post::Employee), (CardKind::Cde, "DIR1", Post::Head)]
    {
        house.declare("agent", STRUCTURE, &member(local_id, post)).unwrap();
        let number = house.submit_staff("agent", kind, STRUCTURE, local_id).unwrap().number;
        if house.approve("bob", &number).unwrap().is_undecided() {
            house.approve("clara", &number).unwrap();
        }
        let card = house.personalise()[0];
        house.certify(&mut worker, &card).unwrap();
        house.activate(&card);
        cards.push(card);
    }
    house.later(5 * YEAR / 2);
    (house, worker, mandate, [cards[0], cards[1]])
}

fn leaves(house: &mut House, local_id: &str) {
    let act = house.officer("agent");
    let House { db, rng, .. } = house;
    db.write(|db| staff::leave(db, &structure(STRUCTURE), local_id, rng, &act)).unwrap();
}

#[test]
fn the_cards_of_who_is_still_there_are_renewed_under_the_mandate_that_stands() {
    let (mut house, mut worker, mandate, [stays, left]) = years_later();
    leaves(&mut house, "DIR1");
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    assert_eq!(plan.item(&stays).unwrap().outcome, Outcome::Renew);
    let Outcome::Excluded(why) = &plan.item(&left).unwrap().outcome else { panic!("{left} is renewed") };
    assert_eq!(why, "order-member-unknown");
    assert_eq!(rule_of_exclusion(CardKind::Cde, why).unwrap().id, "R-CDE-05");

    approve_as(&mut house, "bob", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert_eq!((applied.ordered.len(), applied.refused.len()), (1, 0));
    let order = order::get(&mut house.db, &applied.ordered[0].1).unwrap();
    assert_eq!(order.origin, Origin::Plan(plan.id.clone()));
    assert_eq!((order.submitted_by.as_str(), order.replaces), ("job:renewal", Some(stays)));
    assert_eq!(order.tie.staff().unwrap().mandate, mandate);

    let successor = house.personalise()[0];
    house.certify(&mut worker, &successor).unwrap();
    assert_eq!(house.activate(&successor).predecessor.unwrap().card, stays);
    assert_eq!(card::get(&mut house.db, &stays).unwrap().life.status(), CardStatus::Opposed);
}

#[test]
fn no_card_is_renewed_for_a_structure_for_which_nobody_speaks_any_more() {
    let (mut house, _, mandate, [card, _]) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    house.end_mandate("clara", &mandate).unwrap();
    house.later(60);
    let refused = apply_now(&mut house, &plan.id).unwrap().refused;
    assert_eq!(refused.len(), 2, "the mandate is asked again when the plan is applied");
    assert_eq!(refused[0].1.name, "order-not-mandated");
    let again = plan_as(&mut house, job()).unwrap().unwrap();
    let Outcome::Excluded(why) = &again.item(&card).unwrap().outcome else { panic!("it is renewed") };
    assert_eq!(rule_of_exclusion(CardKind::Cpe, why).unwrap().id, "R-CPE-01");
    // Another mandate for the structure, and the same plan goes on under it.
    let other = house.mandated(STRUCTURE).number;
    let applied = apply_now(&mut house, &plan.id).unwrap();
    let order = order::get(&mut house.db, &applied.ordered[0].1).unwrap();
    assert_eq!(order.tie.staff().unwrap().mandate, other);
}

#[test]
fn a_planned_order_under_another_structures_mandate_or_one_that_nobody_signed_for_gives_no_card() {
    let (mut house, _, _, _) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    let number = apply_now(&mut house, &plan.id).unwrap().ordered[0].1.clone();
    let judge = |house: &mut House| {
        let at = house.at;
        let House { db, verifier, .. } = house;
        verify_evidence(db, &mut ImportedRegister, verifier, &number, at).map(drop)
    };
    judge(&mut house).unwrap();
    house.sql("DROP TRIGGER structure_mandates_are_never_changed").unwrap();
    for (alteration, code_of) in [
        ("structure = 'F000000000'", "approval-evidence-missing"),
        ("until = 1", "approval-evidence-missing"),
        ("reference = 'Un autre document'", "approval-proof-invalid"),
    ] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE structure_mandates SET {alteration}")).unwrap();
        assert_eq!(code(judge(&mut house)), code_of, "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
}

/// The staff list is written by the pages: a name put there between the approval of a plan and its application, or in the order
/// itself, has no card made.
#[test]
fn a_plan_gives_no_card_in_a_name_that_nobody_signed_for() {
    let (mut house, _, _, [card, _]) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    let rename = |house: &mut House, name: &str| {
        house
            .sql(&format!("UPDATE structure_staff SET family_name = '{name}' WHERE local_id = '{MEMBER}'"))
            .unwrap();
    };
    let made_for = card::get(&mut house.db, &card).unwrap().order_number;
    let signed = order::get(&mut house.db, &made_for).unwrap().family_name;
    rename(&mut house, "AUTREMENT");
    let refused = apply_now(&mut house, &plan.id).unwrap().refused;
    assert_eq!((refused.len(), refused[0].1.name), (1, "order-member-changed"));
    let again = plan_as(&mut house, job()).unwrap().unwrap();
    let Outcome::Excluded(why) = &again.item(&card).unwrap().outcome else { panic!("it is renewed") };
    assert_eq!(why, "order-member-changed");
    rename(&mut house, &signed);

    let ordered = apply_now(&mut house, &plan.id).unwrap().ordered;
    let number = ordered.iter().find(|(of, _)| *of == card).unwrap().1.clone();
    let judge = |house: &mut House| {
        let at = house.at;
        let House { db, verifier, .. } = house;
        verify_evidence(db, &mut ImportedRegister, verifier, &number, at).map(drop)
    };
    judge(&mut house).unwrap();
    rename(&mut house, "AUTREMENT");
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    house
        .sql(&format!("UPDATE card_orders SET family_name = 'AUTREMENT' WHERE number = '{number}'"))
        .unwrap();
    assert_eq!(code(judge(&mut house)), "approval-evidence-missing");
}
