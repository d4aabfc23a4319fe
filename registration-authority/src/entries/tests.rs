use card::CardKind;
use professional_registry::ImportedRegister;

use super::*;
use crate::certification::verify_evidence;
use crate::order::{OrderState, get};
use crate::testing::*;

fn run(house: &mut House, most_a_day: u32) -> Entered {
    let act = house.act(store::Actor::Job(JOB));
    let House { db, rng, .. } = house;
    order_for_entered(db, &mut ImportedRegister, most_a_day, rng, &act).unwrap()
}

/// The register of the second day, with that many nurses more.
fn with_crowd(count: u32) -> Vec<Line> {
    let mut lines = second_day();
    lines.extend(crowd(count));
    lines
}

#[test]
fn who_is_entered_in_the_register_has_his_card_ordered_once_and_an_officer_decides() {
    on_both(|house| {
        assert_eq!(run(house, 10), Entered::default(), "who was in the first feed was there before");
        house.import_day(2, &with_crowd(2));
        let done = run(house, 10);
        assert_eq!(done.ordered.len(), 2, "{done:?}");
        assert_eq!(run(house, 10), Entered::default(), "once");

        let order = get(&mut house.db, &done.ordered[0]).unwrap();
        assert_eq!((order.kind, &order.origin), (CardKind::Cps, &Origin::Register));
        assert_eq!((order.submitted_by.as_str(), order.state), ("job:registration", OrderState::Submitted));
        assert_eq!(order.register.record().unwrap().feed, order.register.feed, "the feed that says so");
        house.approve("alice", &order.number).unwrap();
        let (at, House { db, verifier, .. }) = (house.at, house);
        verify_evidence(db, &mut ImportedRegister, verifier, &order.number, at).unwrap();
    });
}

#[test]
fn no_more_are_ordered_within_a_day_than_the_configuration_says_and_none_where_it_is_off() {
    let mut house = House::new();
    house.import_day(2, &with_crowd(5));
    assert_eq!(run(&mut house, 0), Entered::default());
    let first = run(&mut house, 3);
    assert_eq!((first.ordered.len(), first.waiting), (3, 2));
    assert_eq!(run(&mut house, 3).ordered.len(), 0, "the same day");
    house.later(86_401);
    assert_eq!(run(&mut house, 3).ordered.len(), 2);
}

#[test]
fn who_waits_for_longer_than_anybody_is_looked_for_has_his_card_ordered_all_the_same_in_his_turn() {
    on_both(|house| {
        house.import_day(2, &with_crowd(5));
        let first = run(house, 2);
        assert_eq!((first.ordered.len(), first.waiting), (2, 3));
        let act = house.officer("alice");
        assert!(
            refused::refused_entries(&mut house.db, 10, &act).unwrap().shown.is_empty(),
            "no rule refuses"
        );
        assert_eq!(refused::waiting(&mut house.db).unwrap(), (3, Some(act.at)));
        // The worker stands still for two months.
        house.later(60 * 86_400);
        let second = run(house, 2);
        assert_eq!((second.ordered.len(), second.waiting), (2, 1), "{second:?}");
        assert_eq!(run(house, 2).waiting, 1, "the same day");
        house.later(86_401);
        let third = run(house, 2);
        assert_eq!((third.ordered.len(), third.waiting), (1, 0), "{third:?}");
        assert_eq!(refused::waiting(&mut house.db).unwrap(), (0, None));
        assert_eq!(run(house, 2), Entered::default());
    });
}

#[test]
fn who_waits_under_a_number_that_turns_out_to_be_a_second_one_of_his_waits_no_more() {
    let mut house = House::new();
    house.try_import_with(2, &second_day(), &line_of_adeli_nurse(&adeli_nurse())).unwrap();
    assert_eq!(run(&mut house, 1).ordered.len(), 1);
    let renumbered = line_of_adeli_nurse(&adeli_nurse_renumbered());
    house.try_import_with(3, &with_crowd(1), &renumbered).unwrap();
    assert_eq!(run(&mut house, 1).waiting, 2, "nobody has said yet that she is the same");
    let act = house.act(store::Actor::Job("register-import"));
    renumber(&mut house, &act);
    house.later(86_401);
    let done = run(&mut house, 10);
    assert_eq!((done.ordered.len(), done.refused.len(), done.waiting), (1, 0, 0), "{done:?}");
}

#[test]
fn who_waited_and_is_refused_in_his_turn_is_told_with_the_rule_and_as_tried_once() {
    let mut house = House::new();
    house.import_day(2, &day([line_of(0, "60", "C"), line_of(1, "60", "C")]));
    assert_eq!(run(&mut house, 1).waiting, 1);
    let family_name: &'static str = "A".repeat(65).leak();
    house.import_day(3, &day([line_of(0, "60", "C"), Line { family_name, ..line_of(1, "60", "C") }]));
    house.later(86_401);
    let done = run(&mut house, 1);
    assert_eq!((done.refused.len(), done.waiting), (1, 0), "{done:?}");
    let act = house.officer("alice");
    let told = refused::refused_entries(&mut house.db, 10, &act).unwrap().shown.remove(0);
    assert_eq!((told.code.as_str(), told.tries), ("order-name-uncertifiable", 1));
}

fn line_of(number: u32, profession: &'static str, category: &'static str) -> Line {
    Line { person: 1000 + number, family_name: "DUVAL", given_name: "Ange", profession, category }
}

fn day(lines: impl IntoIterator<Item = Line>) -> Vec<Line> {
    let mut all = second_day();
    all.extend(lines);
    all
}

/// What was ordered: kind, profession.
fn kinds(house: &mut House, ordered: &[String]) -> Vec<(CardKind, String)> {
    let kind = |number: &String| {
        let order = get(&mut house.db, number).unwrap();
        (order.kind, order.tie.key())
    };
    ordered.iter().map(kind).collect()
}

#[test]
fn nobody_is_ordered_for_again_after_a_refusal_nor_without_a_council() {
    let mut house = House::new();
    house.import_day(2, &day([line_of(0, "60", "C"), line_of(1, "91", "C"), line_of(2, "60", "E")]));
    let ordered = run(&mut house, 10).ordered;
    assert_eq!(
        ordered.len(),
        1,
        "the nurse; not the speech therapist, nor who learns a profession that has no CPF"
    );
    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &ordered[0], rng, &act)).unwrap();
    assert_eq!(run(&mut house, 10), Entered::default());
}

#[test]
fn a_student_has_his_cpf_ordered_and_his_cps_once_he_is_on_the_roll() {
    on_both(|house| {
        house.import_day(2, &day([line_of(0, "10", "E")]));
        let ordered = run(house, 10).ordered;
        assert_eq!(kinds(house, &ordered), [(CardKind::Cpf, "profession:10".to_owned())]);
        house.import_day(3, &day([line_of(0, "10", "C")]));
        let ordered = run(house, 10).ordered;
        assert_eq!(kinds(house, &ordered), [(CardKind::Cps, "profession:10".to_owned())]);
        assert_eq!(run(house, 10), Entered::default(), "once");
    });
}

#[test]
fn a_second_profession_has_a_card_of_its_own_ordered_though_its_holder_was_there_before() {
    on_both(|house| {
        let second = |category| Line {
            person: 8,
            family_name: "DUVAL",
            given_name: "Ange",
            profession: "70",
            category,
        };
        house.import_day(2, &day([second("C")]));
        let done = run(house, 10);
        assert_eq!(kinds(house, &done.ordered), [(CardKind::Cps, "profession:70".to_owned())], "{done:?}");
        assert_eq!(get(&mut house.db, &done.ordered[0]).unwrap().holder, other_nurse());
        house.import_day(3, &second_day());
        house.import_day(4, &day([second("C")]));
        house.import_day(5, &day([second("M")]));
        assert_eq!(
            run(house, 10),
            Entered::default(),
            "what came back, and what became military, is no entry"
        );
    });
}

#[test]
fn both_professions_of_who_is_entered_with_two_are_ordered_though_the_day_ends_between_them() {
    let mut house = House::new();
    house.import_day(2, &day([line_of(0, "60", "C"), line_of(0, "70", "C")]));
    assert_eq!((run(&mut house, 1).ordered.len(), run(&mut house, 1).waiting), (1, 1));
    house.later(86_401);
    let ordered = run(&mut house, 1).ordered;
    assert_eq!(kinds(&mut house, &ordered), [(CardKind::Cps, "profession:70".to_owned())]);
}

#[test]
fn who_became_a_civil_one_or_has_another_number_was_there_before() {
    let mut house = House::new();
    let lines = without(second_day(), &military_nurse());
    let civil = Line { person: 2, family_name: "ROUX", given_name: "Paul", profession: "60", category: "C" };
    house.import_day(2, &lines.into_iter().chain([civil]).collect::<Vec<_>>());
    assert_eq!(run(&mut house, 10), Entered::default());
    house.import_day(3, &second_day());
    let act = house.act(store::Actor::Job("register-import"));
    renumber(&mut house, &act);
    assert_eq!(run(&mut house, 10), Entered::default());
}

/// Persons whom nobody can ever order for, as many as are looked at together, and whose numbers come first, keep nobody out.
#[test]
fn those_who_can_never_be_ordered_for_are_told_with_their_rule_tried_less_and_less_and_starve_nobody() {
    on_both(|house| {
        let long: &'static str = "A".repeat(65).leak();
        let crowd = (0..500).map(|number| Line { family_name: long, ..line_of(number, "60", "C") });
        house.import_day(2, &day(crowd.chain([line_of(999, "60", "C")])));
        let done = run(house, 10);
        assert_eq!((done.ordered.len(), done.refused.len()), (1, 500), "who comes last is not kept out");
        assert!(done.refused.iter().all(|(_, code)| *code == crate::faults::ORDER_NAME_UNCERTIFIABLE));
        assert_eq!(run(house, 10), Entered::default(), "nobody is tried again at once");

        let act = house.officer("alice");
        let told = refused::refused_entries(&mut house.db, 1000, &act).unwrap();
        assert_eq!((told.shown.len(), told.hidden), (500, 0));
        let one = &told.shown[0];
        assert_eq!((one.kind, one.code.as_str(), one.tries), (CardKind::Cps, "order-name-uncertifiable", 1));
        let pauses: Vec<i64> = (0..4)
            .map(|_| {
                let told = refused::refused_entries(&mut house.db, 1, &act).unwrap().shown.remove(0);
                let pause = (told.next_at.millis() - told.refused_at.millis()) / 86_400_000;
                house.later(u64::try_from(pause).unwrap() * 86_400);
                assert_eq!(run(house, 10).refused.len(), 500, "after {pause} days");
                pause
            })
            .collect();
        assert_eq!(pauses, [1, 2, 4, 8]);
        house.later(31 * 86_400);
        run(house, 10);
        let act = house.officer("alice");
        assert!(
            refused::refused_entries(&mut house.db, 1000, &act).unwrap().shown.is_empty(),
            "an officer's matter"
        );
    });
}

#[test]
fn what_an_officer_has_ordered_meanwhile_is_told_no_more() {
    let mut house = House::new();
    let long: &'static str = "A".repeat(65).leak();
    house.import_day(2, &day([Line { family_name: long, ..line_of(0, "60", "C") }]));
    assert_eq!(run(&mut house, 10).refused.len(), 1);
    house.import_day(3, &day([line_of(0, "60", "C")]));
    house.later(86_401);
    assert_eq!(run(&mut house, 10).ordered.len(), 1);
    let act = house.officer("alice");
    assert!(refused::refused_entries(&mut house.db, 10, &act).unwrap().shown.is_empty());
}

#[test]
fn who_was_entered_long_ago_is_an_officers_matter() {
    let mut house = House::new();
    house.import_day(2, &with_crowd(1));
    house.later(31 * 86_400);
    assert_eq!(run(&mut house, 10), Entered::default());
}

/// One of them cannot be read at all, the other reads as an entrant and not as a person: a mode that is none.
#[test]
fn a_row_that_cannot_be_read_keeps_nobody_else_from_his_card() {
    on_both(|house| {
        house.import_day(2, &with_crowd(4));
        let damaged = [one_of_the_crowd(0), one_of_the_crowd(1)].map(|person| person.to_string());
        let rows = ["'x'", "replace(exercises, '\"S\"', '\"ZZ\"')"];
        for (person, exercises) in damaged.iter().zip(rows) {
            house
                .sql(&format!("UPDATE professionals SET exercises = {exercises} WHERE id_nat = '{person}'"))
                .unwrap();
        }
        let done = run(house, 10);
        let unreadable = professional_registry::faults::REGISTER_UNREADABLE;
        assert_eq!(done.failed, damaged.map(|person| (person, unreadable)));
        assert_eq!((done.ordered.len(), done.refused.len()), (2, 0), "{done:?}");
    });
}
