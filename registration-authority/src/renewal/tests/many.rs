//! What renews more cards than one signature may cover is approved by two officers, whoever planned it.

use super::*;

/// So many nurses' active cards, two and a half years later, and the plan that renews them.
fn plan_of(house: &mut House, count: u32) -> RenewalPlan {
    let mut worker = house.worker();
    let lines: Vec<Line> = second_day().into_iter().chain(crowd(count)).collect();
    house.import_day(2, &lines);
    for number in 0..count {
        house.active_card(&mut worker, &one_of_the_crowd(number));
    }
    house.later(5 * YEAR / 2);
    let plan = plan_as(house, job()).unwrap().unwrap();
    assert_eq!(plan.renews(), count as usize);
    plan
}

fn verified(house: &mut House, id: &str) -> Result<Vec<u8>, &'static str> {
    let (plan, at) = (get(&mut house.db, id).unwrap(), house.at);
    crate::certification::evidence::verify_plan(&mut house.db, &house.verifier, &plan, at)
        .map_err(|error| error.code().name)
}

#[test]
fn a_plan_that_renews_more_than_25_cards_is_approved_by_two_different_officers() {
    on_both(|house| {
        let plan = plan_of(house, 26);
        assert!(plan.asks_for_two());
        let first = approve_as(house, "bob", &plan).unwrap();
        assert_eq!((first.status, first.first_of_two()), (PlanStatus::Proposed, Some("bob")));
        assert_eq!(code(apply_now(house, &plan.id)), "renewal-not-approved");
        assert_eq!(code(approve_as(house, "bob", &plan)), "release-another-officer", "he is one");

        let by_sql = format!("UPDATE renewal_plans SET status = 'approved' WHERE id = '{}'", plan.id);
        assert!(house.sql(&by_sql).unwrap_err().to_string().contains("two officers approve"), "one has");
        let past = format!("UPDATE renewal_plans SET by_one_before = TRUE WHERE id = '{}'", plan.id);
        assert!(house.sql(&past).unwrap_err().to_string().contains("never changed"));

        let second = approve_as(house, "clara", &plan).unwrap();
        assert_eq!((second.status, second.first_of_two()), (PlanStatus::Approved, None));
        verified(house, &plan.id).unwrap();
        assert_eq!(apply_now(house, &plan.id).unwrap().ordered.len(), 26);
    });
}

#[test]
fn the_worker_looks_for_itself_whether_two_approved_what_renews_many() {
    let mut house = House::new();
    let plan = plan_of(&mut house, 26);
    approve_as(&mut house, "bob", &plan).unwrap();
    house
        .sql(
            "DROP TRIGGER renewal_plans_of_many_need_two_officers; DROP TRIGGER renewal_plans_keep_their_past;
             UPDATE renewal_plans SET status = 'approved'",
        )
        .unwrap();
    assert_eq!(verified(&mut house, &plan.id), Err("approval-evidence-missing"));
    assert_eq!(code(apply_now(&mut house, &plan.id)), "approval-evidence-missing");
    // What one approved before there was such a rule, as the migration found it.
    house.sql("UPDATE renewal_plans SET by_one_before = TRUE").unwrap();
    verified(&mut house, &plan.id).unwrap();
}

#[test]
fn one_officer_is_enough_for_25_cards() {
    let mut house = House::new();
    let plan = plan_of(&mut house, 25);
    assert!(!plan.asks_for_two());
    assert_eq!(approve_as(&mut house, "bob", &plan).unwrap().status, PlanStatus::Approved);
    verified(&mut house, &plan.id).unwrap();
}

#[test]
fn two_officers_who_approve_at_once_are_two() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let plan = plan_of(&mut house, 26);
    let attempts: Vec<_> = ["bob", "clara"]
        .into_iter()
        .map(|login| {
            let (proof, act) = (house.proof(login, &plan.decidable()), house.officer(login));
            let (url, id, verifier) = (url.clone(), plan.id.clone(), house.approver.verifier());
            std::thread::spawn(move || {
                let mut db = Database::open(&url, store::DatabaseRole::Owner).unwrap();
                let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
                db.write(|db| approve(db, &verifier, &id, &proof, rng, &act)).unwrap()
            })
        })
        .collect();
    attempts.into_iter().for_each(|attempt| drop(attempt.join().unwrap()));
    let plan = get(&mut house.db, &plan.id).unwrap();
    assert_eq!(
        plan.status,
        PlanStatus::Approved,
        "neither took the other for nobody: {:?}",
        plan.approved_by
    );
}

#[test]
fn who_was_refused_by_the_worker_is_not_one_of_two_and_another_approves_in_his_place() {
    on_both(|house| {
        let plan = plan_of(house, 26);
        approve_as(house, "bob", &plan).unwrap();
        refused_by_the_worker(house, &plan.id, "bob");
        assert_eq!(get(&mut house.db, &plan.id).unwrap().first_of_two(), None);
        let first = approve_as(house, "clara", &plan).unwrap();
        assert_eq!((first.status, first.first_of_two()), (PlanStatus::Proposed, Some("clara")));
        assert_eq!(approve_as(house, "alice", &plan).unwrap().status, PlanStatus::Approved);
        verified(house, &plan.id).unwrap();
        assert_eq!(apply_now(house, &plan.id).unwrap().ordered.len(), 26);
    });
}
