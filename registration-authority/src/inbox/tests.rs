use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Weekday, time};
use professional_registry::ImportedRegister;
use professional_registry::import::ImportError;
use store::Actor;

use super::*;
use crate::approval::Verdict;
use crate::officers::Role;
use crate::opposition::{self, Ground};
use crate::suspension::SuspensionPolicy;
use crate::testing::*;
use crate::{held_feed, lapse, renewal, suspension};

/// At any hour of any day; an answer takes sixteen of them.
fn hours() -> WorkingHours {
    let days: Vec<Weekday> = Weekday::Monday.cycle_forward().take(7).collect();
    let all_day = (time(0, 0, 0, 0), time(23, 59, 59, 0));
    WorkingHours::new(&days, all_day, "Europe/Paris", BTreeSet::new(), Duration::from_secs(16 * 3600))
        .unwrap()
}

fn read(house: &mut House, login: &str) -> Inbox {
    let act = house.officer(login);
    inbox(&mut house.db, &hours(), &act).unwrap()
}

fn keys(house: &mut House, login: &str) -> Vec<String> {
    read(house, login).to_sign.iter().map(|waiting| waiting.matter.key()).collect()
}

/// What is kept from an officer to whom nothing else is shown.
fn kept_back(house: &mut House, login: &str) -> Vec<(Why, usize)> {
    let inbox = read(house, login);
    assert_eq!(inbox.to_sign, [], "{login}");
    inbox.hidden.into_iter().collect()
}

/// As whoever owns the database may: the row is kept from everybody else.
fn confine(house: &mut House, login: &str, scope: &str) {
    let on = if house.db.is_on_server() { " ON officers" } else { "" };
    house.sql(&format!("DROP TRIGGER IF EXISTS officers_keep_who_they_are{on}")).unwrap();
    house.sql(&format!("UPDATE officers SET scope = '{scope}' WHERE login = '{login}'")).unwrap();
}

/// An order of alice for somebody like the nurse, who has one of the agent's: two officers approve it.
fn order_for_two(house: &mut House) -> String {
    house.submit("agent", cps(&nurse(), "60")).unwrap();
    let mut lines = second_day();
    let twin =
        Line { person: 1000, family_name: "DURANT", given_name: "Elise", profession: "60", category: "C" };
    lines.push(twin);
    house.import_day(2, &lines);
    house.submit("alice", cps(&one_of_the_crowd(0), "60")).unwrap().number().to_owned()
}

#[test]
fn an_order_for_two_officers_waits_for_each_until_he_has_signed_and_tells_nobody_that_there_was_a_first() {
    on_both(|house| {
        let number = order_for_two(house);
        house.later(3600);
        let before = read(house, "clara");
        let [waiting] = &before.to_sign[..] else { panic!("{before:?}") };
        assert_eq!(waiting.matter.key(), format!("card-order.{number}"), "and not the plain one");
        assert_eq!(waiting.first, None);
        let Some(Deadline::Left(left)) = waiting.deadline else { panic!("{waiting:?}") };
        assert_eq!(left.as_secs() / 60, 15 * 60, "an hour of sixteen is over");
        assert_eq!(keys(house, "bob"), [format!("card-order.{number}")]);
        assert_eq!(kept_back(house, "alice"), [(Why::Own, 1)], "she asked for it");
        for login in ["rita", "admin"] {
            assert_eq!(kept_back(house, login), [(Why::Role, 1)], "{login}");
        }
        house.approve("bob", &number).unwrap();
        assert_eq!(read(house, "clara"), before, "nothing tells her of it");
        assert_eq!(kept_back(house, "bob"), [(Why::Signed, 1)]);
        house.approve("clara", &number).unwrap();
        for login in ["alice", "bob", "clara"] {
            assert_eq!(kept_back(house, login), [], "{login}: it is approved");
        }
    });
}

#[test]
fn what_is_outside_his_scope_or_near_to_him_is_counted_and_not_listed() {
    let mut house = House::new();
    order_for_two(&mut house);
    confine(&mut house, "clara", "profession:10");
    assert_eq!(kept_back(&mut house, "clara"), [(Why::Scope, 1)]);
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = &mut house;
    let himself = (Role::RegistrationOfficer, "Elise DURANT");
    db.write(|db| officers::enrol(db, "elise", himself.1, himself.0, rng, &act)).unwrap();
    assert_eq!(kept_back(&mut house, "elise"), [(Why::Near, 1)]);
}

#[test]
fn nobody_reads_an_inbox_whose_role_signs_nothing() {
    let mut house = House::new();
    for login in ["audrey", "agent"] {
        let act = house.officer(login);
        assert_eq!(code(inbox(&mut house.db, &hours(), &act)), "reading-not-allowed", "{login}");
    }
}

#[test]
fn a_suspension_waits_once_one_officer_has_proposed_to_lift_it_and_says_who() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        let rita = house.officer("rita");
        suspension::suspend(&mut house.db, SuspensionPolicy::Allowed, &card, &mut house.rng, &rita).unwrap();
        assert_eq!(kept_back(house, "clara"), [], "nobody asked to lift it");
        house.later(60);
        let subject = suspension::of_card(&mut house.db, &card).unwrap().unwrap().decidable();
        let (proof, bob) = (house.proof("bob", &subject), house.officer("bob"));
        let House { db, rng, verifier, .. } = &mut *house;
        db.write(|db| suspension::decide(db, verifier, &card, Verdict::Approve, &proof, None, rng, &bob))
            .unwrap();
        let inbox = read(house, "clara");
        let [waiting] = &inbox.to_sign[..] else { panic!("{inbox:?}") };
        assert_eq!(waiting.matter, Matter::SuspensionLift { card });
        assert_eq!((waiting.first.as_deref(), waiting.since), (Some("bob"), bob.at));
        assert_eq!(kept_back(house, "bob"), [(Why::Signed, 1)]);
        assert_eq!(kept_back(house, "rita"), [(Why::Role, 1)]);
    });
}

/// A feed that a brake stopped.
fn held(house: &mut House) -> String {
    house.import_day(2, &crowd(40));
    match house.try_import(4, &crowd(10), None).unwrap_err() {
        ImportError::Held { hold, .. } => hold.feed,
        other => panic!("{other}"),
    }
}

#[test]
fn a_feed_that_was_stopped_waits_for_two_and_only_for_those_who_are_there_for_all() {
    let mut house = House::new();
    let feed = held(&mut house);
    let key = format!("register-feed.{feed}");
    assert_eq!(keys(&mut house, "alice"), [key]);
    let subject = held_feed::get(&mut house.db, &feed).unwrap().decidable();
    let (proof, alice) = (house.proof("alice", &subject), house.officer("alice"));
    let House { db, rng, verifier, .. } = &mut house;
    let yes = Verdict::Approve;
    db.write(|db| held_feed::decide(db, verifier, &feed, subject.version, yes, &proof, None, rng, &alice))
        .unwrap();
    assert_eq!(kept_back(&mut house, "alice"), [(Why::Signed, 1)]);
    assert_eq!(read(&mut house, "bob").to_sign[0].first.as_deref(), Some("alice"));
    confine(&mut house, "bob", "profession:60");
    assert_eq!(kept_back(&mut house, "bob"), [(Why::Scope, 1)]);
    let (proof, clara) = (house.proof("clara", &subject), house.officer("clara"));
    let House { db, rng, verifier, .. } = &mut house;
    db.write(|db| held_feed::decide(db, verifier, &feed, subject.version, yes, &proof, None, rng, &clara))
        .unwrap();
    assert_eq!(kept_back(&mut house, "clara"), [], "it is released");
}

#[test]
fn plans_wait_for_an_officer_who_did_not_make_them() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.active_card(&mut worker, &nurse());
    let (act, horizon) = (house.officer("alice"), house.at.plus_years(4));
    let House { db, rng, .. } = &mut house;
    let renewal = renewal::plan(db, &mut ImportedRegister, horizon, rng, &act).unwrap().unwrap().id;
    assert_eq!(keys(&mut house, "bob"), [format!("renewal-plan.{renewal}")]);
    assert_eq!(read(&mut house, "bob").to_sign[0].first.as_deref(), Some("alice"));
    assert_eq!(kept_back(&mut house, "alice"), [(Why::Own, 1)]);

    // The nurse leaves the register, twice, and a day may bring no opposition by itself.
    house.later(3600);
    for gone in [vec![nurse()], vec![nurse(), other_nurse()]] {
        let lines = gone.iter().fold(second_day(), without);
        house.import_day(1 + gone.len() as u64, &lines);
        let act = house.act(Actor::Job("revalidation"));
        let House { db, rng, verifier, .. } = &mut house;
        lapse::examine(db, &mut ImportedRegister, rng, &act).unwrap();
        lapse::oppose_due(db, &mut ImportedRegister, verifier, 0, rng, &act).unwrap();
    }
    let plan = lapse::waiting(&mut house.db).unwrap().remove(0).id;
    let both = [format!("renewal-plan.{renewal}"), format!("opposition-plan.{plan}")];
    assert_eq!(keys(&mut house, "bob"), both, "the oldest first");
    let subject = lapse::waiting(&mut house.db).unwrap().remove(0).decidable();
    let (proof, bob) = (house.proof("bob", &subject), house.officer("bob"));
    let House { db, rng, verifier, .. } = &mut house;
    db.write(|db| lapse::decide(db, verifier, &plan, Verdict::Approve, &proof, None, rng, &bob)).unwrap();
    assert_eq!(keys(&mut house, "bob"), both[..1]);
    assert_eq!(read(&mut house, "bob").hidden[&Why::Signed], 1);
    assert_eq!(keys(&mut house, "clara"), both);
}

#[test]
fn an_officers_key_waits_for_two_administrators_and_never_for_himself() {
    on_both(|house| {
        let chain = house.pin();
        let key = Authenticator::new("nova");
        let number = house.proposed(&key, "nova", Role::Auditor).number;
        let own = house.proposed(&Authenticator::new("more"), "amina", Role::Administrator).number;
        assert_eq!(keys(house, "amina"), [format!("officer-enrolment.{number}")]);
        assert_eq!(read(house, "amina").hidden[&Why::Own], 1, "{own} is her own");
        assert_eq!(read(house, "amina").to_sign[0].first.as_deref(), Some("admin"), "who proposed it");
        assert_eq!(kept_back(house, "bob"), [(Why::Role, 2)]);
        house.sign_for(("amina", &chain.amina), &number).unwrap();
        assert_eq!(kept_back(house, "amina"), [(Why::Signed, 1), (Why::Own, 1)]);
        house.sign_for(("admin", &chain.admin), &number).unwrap();
        assert_eq!(
            keys(house, "admin"),
            [format!("officer-enrolment.{own}")],
            "two have signed for the other"
        );
    });
}

#[test]
fn a_mandate_waits_for_another_officer_than_who_proposed_it() {
    let mut house = House::new();
    let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    assert_eq!(keys(&mut house, "bob"), [format!("structure-mandate.{number}")]);
    assert_eq!(kept_back(&mut house, "alice"), [(Why::Own, 1)]);
    house.decide_mandate("bob", &number, Verdict::Refuse).unwrap();
    assert_eq!(kept_back(&mut house, "clara"), []);
}

#[test]
fn a_look_waits_for_whoever_may_take_it() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let holder = house.act(Actor::Holder(nurse().to_string()));
    opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &holder).unwrap();
    assert_eq!(kept_back(&mut house, "rita"), [], "not on the day itself");
    house.later(24 * 3600);
    let inbox = read(&mut house, "rita");
    assert!(
        matches!(&inbox.to_sign[..], [Waiting { matter: Matter::OppositionLook { card: of, .. }, .. }] if *of == card)
    );
    assert_eq!(keys(&mut house, "bob").len(), 1);
    assert_eq!(kept_back(&mut house, "admin"), [(Why::Role, 1)]);
}

#[test]
fn after_what_was_signed_comes_what_followed_it_and_not_what_was_left_before_it() {
    let waiting = |(seconds, number): (i64, &str)| {
        Waiting::of(Matter::RenewalPlan { id: number.to_owned() }, Timestamp::from_seconds(seconds), None)
    };
    let all = [(1, "a"), (2, "b"), (2, "c")].map(waiting);
    let places: Vec<String> = all.iter().map(Waiting::place).collect();
    let mut inbox = Inbox { to_sign: all.into(), ..Inbox::default() };
    let after = |inbox: &Inbox, place: &str| inbox.after(place).map(|one| one.matter.key());
    assert_eq!(after(&inbox, &places[0]).as_deref(), Some("renewal-plan.b"));
    inbox.to_sign.remove(1);
    assert_eq!(after(&inbox, &places[1]).as_deref(), Some("renewal-plan.c"), "b is signed, a was left");
    assert_eq!(after(&inbox, &places[2]), None);
    for none in ["", "renewal-plan.b", "0x1.renewal-plan.b"] {
        assert_eq!(after(&inbox, none).as_deref(), Some("renewal-plan.a"), "{none}");
    }
}

/// So many orders of this officer, each a second after the last, that ask for two officers; their numbers.
fn orders_that_ask_for_two(house: &mut House, login: &str, persons: std::ops::Range<u32>) -> Vec<String> {
    let mut numbers = Vec::new();
    for person in persons {
        house.later(1);
        let number = house.submit(login, cps(&one_of_the_crowd(person), "60")).unwrap().number().to_owned();
        house
            .sql(&format!(
                "INSERT INTO order_flags (order_number, order_version, flag, level, second_officer, reason, found_at)
                 VALUES ('{number}', 1, 'second-officer', 'orange', TRUE, 'doubt', 1)"
            ))
            .unwrap();
        numbers.push(number);
    }
    numbers
}

/// More than a list shows, and one more for the one of the crowd who practises at another place too.
fn many(house: &mut House) -> (Vec<String>, String) {
    house.import_day(2, &crowd(60));
    let many = orders_that_ask_for_two(house, "alice", 1..LISTED as u32 + 5);
    (many, orders_that_ask_for_two(house, "alice", 0..1).remove(0))
}

#[test]
fn what_waits_for_a_scoped_officer_is_listed_however_much_older_waits_for_others() {
    on_both(|house| {
        let (many, far) = many(house);
        confine(house, "clara", &format!("structure:{STRUCTURE_WITHOUT_NUMBER}"));
        let inbox = read(house, "clara");
        let listed: Vec<String> = inbox.to_sign.iter().map(|waiting| waiting.matter.key()).collect();
        assert_eq!(listed, [format!("card-order.{far}")]);
        assert_eq!((inbox.hidden[&Why::Scope], inbox.more), (many.len(), false));
        let act = house.officer("clara");
        assert_eq!(count(&mut house.db, &act).unwrap(), (1, false), "the menu says the same");
    });
}

#[test]
fn the_oldest_of_many_are_listed_and_the_menu_says_how_many_and_that_there_are_more() {
    on_both(|house| {
        let (numbers, _) = many(house);
        let inbox = read(house, "bob");
        let listed: Vec<String> = inbox.to_sign.iter().map(|waiting| waiting.matter.key()).collect();
        let oldest: Vec<String> = numbers[..LISTED].iter().map(|one| format!("card-order.{one}")).collect();
        assert_eq!((listed, inbox.more), (oldest, true));
        let act = house.officer("bob");
        assert_eq!(count(&mut house.db, &act).unwrap(), (LISTED, true));
        // What is his own, or has his signature, stands before nothing that he may sign.
        let own = house.officer("alice");
        assert_eq!(count(&mut house.db, &own).unwrap(), (0, false));
        assert_eq!(kept_back(house, "alice"), [(Why::Own, numbers.len() + 1)]);
        house.approve("bob", &numbers[0]).unwrap();
        let inbox = read(house, "bob");
        assert_eq!((inbox.to_sign.len(), inbox.hidden[&Why::Signed]), (LISTED, 1));
        assert_eq!(inbox.to_sign[0].matter.key(), format!("card-order.{}", numbers[1]));
    });
}

/// How many statements the work sends to the database.
fn statements(db: &mut Database, work: impl FnOnce(&mut Database)) -> usize {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use diesel::connection::{Connection, InstrumentationEvent};

    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
    });
    work(db);
    db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
    sent.load(Ordering::Relaxed)
}

#[test]
fn the_number_beside_the_name_costs_as_many_statements_whatever_waits() {
    let mut house = House::new();
    house.import_day(2, &second_day().into_iter().chain(crowd(60)).collect::<Vec<_>>());
    let act = house.officer("bob");
    let (mut costs, mut submitted) = (Vec::new(), 0);
    for (orders, counted) in [(5, (5, false)), (40, (40, false)), (60, (LISTED, true))] {
        while submitted < orders {
            house.submit("alice", cps(&one_of_the_crowd(submitted), "60")).unwrap();
            submitted += 1;
        }
        let flags = "INSERT INTO order_flags SELECT number, 1, 'asked-by-officer', 'red', 1 = 1, 'x', 0 FROM card_orders \
                     WHERE NOT EXISTS (SELECT 1 FROM order_flags WHERE order_number = number AND second_officer)";
        house.sql(flags).unwrap();
        costs.push(statements(&mut house.db, |db| assert_eq!(count(db, &act).unwrap(), counted)));
    }
    assert!(costs.iter().all(|cost| *cost == costs[0]) && costs[0] < 40, "{costs:?}");
}
