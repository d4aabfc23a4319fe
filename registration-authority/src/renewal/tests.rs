use std::time::Duration;

use card::CardStatus;
use professional_registry::ImportedRegister;
use store::{Actor, Fault};

use super::*;
use crate::certification::verify_evidence;
use crate::order::{self, OrderState, Origin};
use crate::testing::*;

mod changed_contact;
mod many;
mod near;
mod staff;
mod unreadable;

const YEAR: u64 = 366 * 24 * 3600;

fn plan_as(house: &mut House, actor: Actor) -> Result<Option<RenewalPlan>, PlanError> {
    let act = house.act(actor);
    let horizon = house.at.plus(Duration::from_secs(YEAR));
    let House { db, rng, .. } = house;
    plan(db, &mut ImportedRegister, horizon, rng, &act)
}

fn approve_as(house: &mut House, login: &str, plan: &RenewalPlan) -> Result<RenewalPlan, ApprovePlanError> {
    let proof = house.proof(login, &plan.decidable());
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| approve(db, verifier, &plan.id, &proof, rng, &act))
}

fn apply_now(house: &mut House, id: &str) -> Result<Applied, ApplyError> {
    let act = house.job();
    let House { db, rng, verifier, .. } = house;
    apply(db, &mut ImportedRegister, verifier, id, rng, &act)
}

/// Two nurses with active cards, two and a half years later, one of them struck off meanwhile.
fn years_later() -> (House, Worker, CardNumber, CardNumber) {
    let mut house = House::new();
    let mut worker = house.worker();
    let stays = house.active_card(&mut worker, &nurse());
    let leaves = house.active_card(&mut worker, &other_nurse());
    house.import_day(2, &without(second_day(), &other_nurse()));
    house.later(5 * YEAR / 2);
    (house, worker, stays, leaves)
}

fn job() -> Actor {
    Actor::Job("renewal")
}

#[test]
fn a_card_that_ends_is_renewed_and_one_of_a_holder_struck_off_is_not() {
    let (mut house, mut worker, stays, leaves) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    assert_eq!(plan.planned_by, "job:renewal");
    assert_eq!(get(&mut house.db, &plan.id).unwrap(), plan);
    assert_eq!(plan.item(&stays).unwrap().outcome, Outcome::Renew);
    assert_eq!(plan.item(&leaves).unwrap().outcome, Outcome::Excluded("order-holder-ceased".to_owned()));

    assert_eq!(code(apply_now(&mut house, &plan.id)), "renewal-not-approved");
    approve_as(&mut house, "bob", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert_eq!((applied.ordered.len(), applied.refused.len()), (1, 0));
    let (card, number) = &applied.ordered[0];
    assert_eq!(*card, stays);
    let order = order::get(&mut house.db, number).unwrap();
    assert_eq!((order.origin.clone(), order.replaces), (Origin::Plan(plan.id.clone()), Some(stays)));
    assert!(matches!(order.state, OrderState::Approved { .. }));
    assert_eq!(get(&mut house.db, &plan.id).unwrap().status, PlanStatus::Applied);

    let again = apply_now(&mut house, &plan.id).unwrap();
    assert_eq!((again.ordered.len(), again.already), (0, 1), "a card has one successor");
    assert!(plan_as(&mut house, job()).unwrap().unwrap().item(&stays).is_none(), "it has a successor");

    let successor = house.personalise()[0];
    let certified = house.certify(&mut worker, &successor).unwrap();
    assert_eq!(certified.card.replaces, Some(stays));
    assert_eq!(house.activate(&successor).predecessor.unwrap().card, stays);
    assert_eq!(card::get(&mut house.db, &stays).unwrap().life.status(), CardStatus::Opposed);
}

#[test]
fn a_holder_whose_number_became_another_is_renewed_under_it() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.try_import_with(2, &second_day(), &line_of_adeli_nurse(&adeli_nurse())).unwrap();
    let card = house.active_card(&mut worker, &adeli_nurse());
    let act = house.job();
    renumber(&mut house, &act);
    house.try_import_with(3, &second_day(), &line_of_adeli_nurse(&adeli_nurse_renumbered())).unwrap();
    house.later(5 * YEAR / 2);
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    let item = plan.item(&card).unwrap();
    assert_eq!((&item.outcome, &item.holder), (&Outcome::Renew, &adeli_nurse_renumbered().to_string()));
    assert_eq!(get(&mut house.db, &plan.id).unwrap(), plan);
    approve_as(&mut house, "bob", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    let order = order::get(&mut house.db, &applied.ordered[0].1).unwrap();
    assert_eq!((&order.holder, order.replaces), (&adeli_nurse_renumbered(), Some(card)));
    assert!(plan_as(&mut house, job()).unwrap().is_none(), "it has a successor");
    let successor = house.personalise()[0];
    house.certify(&mut worker, &successor).unwrap();
    assert_eq!(house.activate(&successor).predecessor.unwrap().card, card);
    let forged = house.sql("UPDATE renewal_plan_items SET holder = NULL").unwrap_err().to_string();
    assert!(forged.contains("never changed"), "{forged}");
}

#[test]
fn nothing_is_planned_while_no_card_ends() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.active_card(&mut worker, &nurse());
    assert!(plan_as(&mut house, job()).unwrap().is_none());
}

#[test]
fn a_job_that_plans_again_does_not_repeat_what_an_open_plan_says() {
    let (mut house, _, stays, leaves) = years_later();
    plan_as(&mut house, job()).unwrap().unwrap();
    assert!(plan_as(&mut house, job()).unwrap().is_none());
    // Back in the register: the open plan leaves her out, so the next one takes her in.
    house.import_day(3, &without(first_day(), &gone()));
    let next = plan_as(&mut house, job()).unwrap().unwrap();
    assert_eq!(next.item(&leaves).unwrap().outcome, Outcome::Renew);
    assert!(next.item(&stays).is_none());
}

#[test]
fn a_plan_is_under_way_from_its_proposal_until_every_successor_is_ordered() {
    let (mut house, _, _, _) = years_later();
    assert_eq!(progress(&mut house.db, 10).unwrap(), []);
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    let told = |proposed| PlanProgress {
        id: plan.id.clone(),
        planned_at: plan.planned_at,
        proposed,
        renews: 1,
        ordered: 0,
    };
    assert_eq!(progress(&mut house.db, 10).unwrap(), [told(true)], "the excluded card is none of them");
    approve_as(&mut house, "bob", &plan).unwrap();
    assert_eq!(progress(&mut house.db, 10).unwrap(), [told(false)]);
    apply_now(&mut house, &plan.id).unwrap();
    assert_eq!(progress(&mut house.db, 10).unwrap(), []);
}

#[test]
fn a_plan_whose_approval_the_worker_refused_has_ended_and_its_cards_stand_in_the_next_one() {
    let (mut house, _, stays, _) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    assert!(plan_as(&mut house, job()).unwrap().is_none(), "it is about to be applied");
    refused_by_the_worker(&mut house, &plan.id, "bob");
    let ended = get(&mut house.db, &plan.id).unwrap();
    assert_eq!(ended.status, PlanStatus::Ended);
    assert_eq!(code(apply_now(&mut house, &plan.id)), "renewal-not-proposed");
    assert_eq!(code(approve_as(&mut house, "clara", &plan)), "renewal-not-proposed");
    assert_eq!(progress(&mut house.db, 10).unwrap(), [], "nobody waits for it");
    let next = plan_as(&mut house, job()).unwrap().unwrap();
    assert_eq!(next.item(&stays).unwrap().outcome, Outcome::Renew);
    approve_as(&mut house, "clara", &next).unwrap();
    assert_eq!(apply_now(&mut house, &next.id).unwrap().ordered.len(), 1);
}

#[test]
fn nobody_approves_his_own_plan() {
    let (mut house, ..) = years_later();
    let plan = plan_as(&mut house, Actor::Officer("alice".to_owned())).unwrap().unwrap();
    assert_eq!(code(approve_as(&mut house, "alice", &plan)), "renewal-self-approval");
    let by_sql = format!("UPDATE renewal_plans SET status = 'approved' WHERE id = '{}'", plan.id);
    assert!(house.sql(&by_sql).unwrap_err().to_string().contains("self-approval"));
    approve_as(&mut house, "bob", &plan).unwrap();
    assert_eq!(code(approve_as(&mut house, "bob", &plan)), "renewal-not-proposed");
}

#[test]
fn only_a_registration_officer_or_a_job_plans() {
    let (mut house, ..) = years_later();
    for login in ["agent", "rita", "audrey"] {
        let outcome = plan_as(&mut house, Actor::Officer(login.to_owned()));
        assert_eq!(code(outcome), "officer-role-missing", "{login}");
    }
}

#[test]
fn a_holder_struck_off_after_the_approval_is_not_renewed() {
    let (mut house, _, stays, _) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    house.import_day(3, &without(second_day(), &nurse()));
    let applied = apply_now(&mut house, &plan.id).unwrap();
    assert!(applied.ordered.is_empty());
    assert_eq!(applied.refused[0].0, stays);
    assert_eq!(applied.refused[0].1.name, "order-holder-ceased");
}

#[test]
fn a_plan_or_card_that_was_altered_after_the_approval_orders_nothing() {
    let (mut house, _, stays, leaves) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    house
        .sql(
            "DROP TRIGGER cards_keep_what_was_ordered; DROP TRIGGER renewal_plans_keep_their_planner;
             DROP TRIGGER renewal_plan_items_keep_what_was_planned; DROP TRIGGER renewal_plan_items_are_never_deleted",
        )
        .unwrap();
    for alteration in [
        format!(
            "UPDATE renewal_plan_items SET outcome = 'renew', exclusion = NULL WHERE card_number = '{leaves}'"
        ),
        format!("UPDATE cards SET holder = '{}' WHERE number = '{stays}'", military_nurse()),
        "UPDATE renewal_plans SET horizon = horizon + 1".to_owned(),
        format!("DELETE FROM renewal_plan_items WHERE card_number = '{leaves}'"),
    ] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&alteration).unwrap();
        let id = plan.id.clone();
        let read = get(&mut house.db, &id).unwrap();
        let at = house.at;
        let outcome = crate::certification::evidence::verify_plan(&mut house.db, &house.verifier, &read, at);
        assert_eq!(code(outcome), "approval-proof-invalid", "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
}

#[test]
fn an_order_that_pretends_to_come_from_a_plan_has_no_evidence() {
    let (mut house, _, _, leaves) = years_later();
    let plan = plan_as(&mut house, job()).unwrap().unwrap();
    approve_as(&mut house, "bob", &plan).unwrap();
    let applied = apply_now(&mut house, &plan.id).unwrap();
    let number = applied.ordered[0].1.clone();
    let at = house.at;
    let approved =
        verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).unwrap();
    assert_eq!(approved.evidence().kind(), ca_core::issuance::EvidenceKind::Plan);
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    for alteration in [
        format!("replaces = '{leaves}'"),
        "replaces = NULL".to_owned(),
        format!("holder = '{}'", military_nurse()),
        "profession = '70'".to_owned(),
        "kind = 'CPF'".to_owned(),
        "submitted_by = 'agent'".to_owned(),
    ] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE card_orders SET {alteration} WHERE number = '{number}'")).unwrap();
        let error =
            verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).unwrap_err();
        assert_eq!(error.code().name, "approval-evidence-missing", "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
}

#[test]
fn each_field_of_a_plan_changes_its_canonical_encoding() {
    let item = PlanItem {
        card: "2600000017".parse().unwrap(),
        holder: nurse().to_string(),
        kind: CardKind::Cps,
        exercise: "profession:60".to_owned(),
        outcome: Outcome::Renew,
        order_number: None,
    };
    let plan = RenewalPlan {
        id: "RP-2026-000001".to_owned(),
        planned_by: "job:renewal".to_owned(),
        planned_at: Timestamp::from_seconds(1_795_255_200),
        horizon: Timestamp::from_seconds(1_797_847_200),
        status: PlanStatus::Proposed,
        items: vec![item],
        approved_by: Vec::new(),
        by_one_before: false,
    };
    let base = CanonicalPlan::of(&plan);
    assert_eq!(hex::encode(base.as_der()), include_str!("canonical_golden.hex").trim());
    let changes: [fn(&mut RenewalPlan); 9] = [
        |p| p.id.push('0'),
        |p| p.planned_by.push('0'),
        |p| p.planned_at = p.horizon,
        |p| p.horizon = p.planned_at,
        |p| p.items[0].card = "2600000018".parse().unwrap(),
        |p| p.items[0].holder.push('0'),
        |p| p.items[0].kind = CardKind::Cpf,
        |p| p.items[0].exercise.push('0'),
        |p| p.items[0].outcome = Outcome::Excluded("order-holder-ceased".to_owned()),
    ];
    for (place, change) in changes.iter().enumerate() {
        let mut changed = plan.clone();
        change(&mut changed);
        assert_ne!(CanonicalPlan::of(&changed), base, "change {place}");
    }
    let mut applied = plan.clone();
    applied.status = PlanStatus::Applied;
    applied.items[0].order_number = Some("CO-2026-000001".to_owned());
    assert_eq!(CanonicalPlan::of(&applied), base, "what became of it is not part of it");
}
