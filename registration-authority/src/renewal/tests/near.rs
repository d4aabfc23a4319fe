//! Nobody approves the renewal of what is near to him: the line waits for another officer, in the next plan.

use super::*;
use crate::staff::Post;

/// Two nurses with active cards, two and a half years later.
fn two_cards() -> (House, [CardNumber; 2]) {
    let mut house = House::new();
    let mut worker = house.worker();
    let cards = [&nurse(), &other_nurse()].map(|holder| house.active_card(&mut worker, holder));
    house.later(5 * YEAR / 2);
    (house, cards)
}

/// A registration officer of this name, who signs in as nadia.
fn called(house: &mut House, name: &str) {
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = house;
    let role = crate::officers::Role::RegistrationOfficer;
    db.write(|db| crate::officers::enrol(db, "nadia", name, role, rng, &act).map(drop)).unwrap();
}

#[test]
fn nobody_approves_the_renewal_of_his_own_card_and_another_does_in_the_next_plan() {
    let (mut house, [own, other]) = two_cards();
    called(&mut house, "Élise DURAND");
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    assert_eq!(plan.renews(), 2);
    approve_as(&mut house, "nadia", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert_eq!(applied.ordered.iter().map(|(card, _)| *card).collect::<Vec<_>>(), [other]);
    let refused: Vec<_> = applied.refused.iter().map(|(card, code)| (*card, code.name)).collect();
    assert_eq!(refused, [(own, "decision-on-oneself")]);

    let next = plan_as(&mut house, job()).unwrap().unwrap();
    assert_eq!(next.items.iter().map(|item| item.card).collect::<Vec<_>>(), [own]);
    approve_as(&mut house, "clara", &next).unwrap();
    assert_eq!(apply_now(&mut house, &next.id).unwrap().ordered[0].0, own);
}

#[test]
fn who_gives_one_of_two_approvals_gives_none_for_his_own_card() {
    let (mut house, [own, other]) = two_cards();
    called(&mut house, "Élise DURAND");
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    // Two may sign where one would do: what either is near to is left out.
    let proof = house.proof("nadia", &plan.decidable());
    let act = house.officer("nadia");
    let checked = decision::check(
        &mut house.db,
        &house.verifier,
        plan.decidable(),
        decision::Given {
            version: 1,
            verdict: crate::approval::Verdict::Approve,
            proof: &proof,
            reason_text: None,
        },
        &act,
    );
    checked.unwrap().record_first(&mut house.db).unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert_eq!(applied.ordered.iter().map(|(card, _)| *card).collect::<Vec<_>>(), [other]);
    assert_eq!(applied.refused.iter().map(|(card, _)| *card).collect::<Vec<_>>(), [own]);
}

#[test]
fn nobody_approves_the_renewal_of_his_own_card_of_the_staff_of_a_structure() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("CPET0002", Post::Employee)).unwrap();
    let number = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "CPET0002").unwrap().number;
    if house.approve("bob", &number).unwrap().is_undecided() {
        house.approve("clara", &number).unwrap();
    }
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    house.activate(&card);
    house.later(5 * YEAR / 2);
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    called(&mut house, "Maël LEROY");
    approve_as(&mut house, "nadia", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert!(applied.ordered.is_empty());
    let refused: Vec<_> = applied.refused.iter().map(|(of, code)| (*of, code.name)).collect();
    assert_eq!(refused, [(card, "decision-on-oneself")]);
}
