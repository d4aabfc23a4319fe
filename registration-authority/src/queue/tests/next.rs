use professional_registry::ImportedRegister;
use store::{Act, Database, DatabaseRole, Fault};

use super::*;
use crate::order;

fn next_of(house: &mut House, login: &str) -> Result<String, NextError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| next(db, &hours(), &submitted(), rng, &act))
}

fn begin(house: &mut House, login: &str, number: &str) -> Result<(), lease::LeaseError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| lease::begin(db, number, rng, &act))
}

#[test]
fn the_next_order_is_the_one_that_has_taken_the_most_of_the_officers_time() {
    on_both(|house| {
        on_monday(house);
        let asked = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        house.later(3600);
        let own = house.submit("bob", cps(&military_nurse(), "60")).unwrap().number().to_owned();
        house.later(3600);
        let waits = house.submit("agent", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        let (alice, agent) = (house.officer("alice"), house.officer("agent"));
        let House { db, rng, .. } = house;
        db.write(|db| order::ask(db, &asked, 1, "Pourquoi ?", rng, &alice)).unwrap();
        house.later(3 * 86_400);
        let House { db, rng, .. } = house;
        let answered = Act { at: house.at, ..agent };
        db.write(|db| order::answer(db, &mut ImportedRegister, &asked, "Parce que.", rng, &answered))
            .unwrap();
        house.later(60);

        assert_eq!(next_of(house, "bob").unwrap(), waits, "the older one was its applicant's for three days");
        assert_eq!(
            next_of(house, "bob").unwrap(),
            asked,
            "he is on the first one already, and his own is not his"
        );
        assert_eq!(code(next_of(house, "bob")), "queue-empty");
        assert_eq!(next_of(house, "clara").unwrap(), own);
        house.later(lease::LEASE.as_secs());
        assert_eq!(
            next_of(house, "clara").unwrap(),
            own,
            "the one that has taken most, now that nobody is on any"
        );
    });
}

#[test]
fn of_two_officers_who_ask_at_once_each_gets_an_order() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    on_monday(&mut house);
    let first = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.later(60);
    let second = house.submit("agent", cps(&military_nurse(), "60")).unwrap().number().to_owned();
    let (written, waits) = std::sync::mpsc::channel();
    let ask_at = |act: Act, after: Box<dyn Fn() + Send>| {
        let url = url.clone();
        std::thread::spawn(move || {
            let mut db = Database::open(&url, DatabaseRole::Web).unwrap();
            let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
            db.write(|db| {
                let number = next(db, &hours(), &submitted(), rng, &act)?;
                after();
                Ok::<_, NextError>(number)
            })
            .map_err(|error| error.code().name)
        })
    };
    let holds = Box::new(move || {
        let _ = written.send(());
        std::thread::sleep(Duration::from_millis(500));
    });
    let bobs = ask_at(house.officer("bob"), holds);
    waits.recv().unwrap();
    let claras = ask_at(house.officer("clara"), Box::new(|| ()));
    assert_eq!((bobs.join().unwrap(), claras.join().unwrap()), (Ok(first), Ok(second)));
    assert_eq!(code(next_of(&mut house, "alice")), "queue-empty");
}

#[test]
fn the_next_order_is_one_of_the_view_that_it_is_asked_from_with_its_search() {
    on_both(|house| {
        on_monday(house);
        house.submit("agent", cps(&nurse(), "60")).unwrap();
        house.later(3600);
        let named = house.submit("agent", cps(&military_nurse(), "60")).unwrap().into_order();
        let view = Filter { search: Search::of(&named.family_name), ..submitted() };
        let bob = house.officer("bob");
        let House { db, rng, .. } = house;
        let mut ask = || db.write(|db| next(db, &hours(), &view, rng, &bob));
        assert_eq!(ask().unwrap(), named.number, "an older one is called otherwise");
        assert_eq!(code(ask()), "queue-empty");
    });
}

#[test]
fn of_a_search_by_name_the_next_order_is_the_most_urgent_and_not_the_first_by_name() {
    let mut house = House::new();
    on_monday(&mut house);
    let older = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.later(3600);
    let between = house.submit("agent", cps(&other_nurse(), "60")).unwrap().number().to_owned();
    house.later(3600);
    let younger = house.submit("agent", cps(&military_nurse(), "60")).unwrap().number().to_owned();
    for (name, number) in [("ZOE", &older), ("ZAC", &between), ("ZED", &younger)] {
        let row = format!("UPDATE card_orders SET search_name = '{name}' WHERE number = '{number}'");
        house.sql(&row).unwrap();
    }
    let view = Filter { search: Search::of("z"), ..submitted() };
    assert_eq!(numbers(&mut house, "bob", &view), [between, younger, older.clone()]);
    let bob = house.officer("bob");
    let House { db, rng, .. } = &mut house;
    assert_eq!(db.write(|db| next(db, &hours(), &view, rng, &bob)).unwrap(), older);
}

#[test]
fn whoever_has_approved_an_order_gets_another_next() {
    let mut house = House::new();
    on_monday(&mut house);
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    house
        .sql(&format!("INSERT INTO order_flags VALUES ('{number}', 1, 'duplicate', 'red', TRUE, 'x', 0)"))
        .unwrap();
    house.approve("bob", &number).unwrap();
    assert_eq!(code(next_of(&mut house, "bob")), "queue-empty");
    assert_eq!(next_of(&mut house, "clara").unwrap(), number, "it waits for a second officer");
}

#[test]
fn what_is_too_near_to_an_officer_is_never_his_next() {
    on_both(|house| {
        on_monday(house);
        let act = house.act(store::Actor::Operator("root".to_owned()));
        let House { db, rng, .. } = &mut *house;
        let role = crate::officers::Role::RegistrationOfficer;
        db.write(|db| crate::officers::enrol(db, "elise", "Dr Élise DURAND", role, rng, &act)).unwrap();
        let of_her_name = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        assert_eq!(code(next_of(house, "elise")), "queue-empty");
        house.later(3600);
        let other = house.submit("alice", cps(&military_nurse(), "60")).unwrap().number().to_owned();
        assert_eq!(next_of(house, "elise").unwrap(), other, "the one before has waited longer");
        assert_eq!(next_of(house, "clara").unwrap(), of_her_name, "and lies on nobody's desk");
    });
}

#[test]
fn one_officer_is_on_an_order_until_he_has_decided_or_another_takes_over() {
    on_both(|house| {
        let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        begin(house, "bob", &number).unwrap();
        house.later(9 * 60);
        begin(house, "bob", &number).unwrap();
        house.later(9 * 60);
        assert_eq!(code(begin(house, "clara", &number)), "order-taken", "he went on");
        assert_eq!(code(begin(house, "rita", &number)), "officer-role-missing");
        let clara = house.officer("clara");
        let House { db, rng, .. } = house;
        db.write(|db| lease::take_over(db, &number, rng, &clara)).unwrap();
        assert_eq!(code(begin(house, "bob", &number)), "order-taken");
        let payloads: Vec<String> = {
            use diesel::prelude::*;
            use store::schema::{audit_events, audit_payloads};
            audit_events::table
                .inner_join(audit_payloads::table)
                .filter(audit_events::action.eq("order.taken-over"))
                .select(audit_payloads::payload)
                .load(&mut house.db)
                .unwrap()
        };
        assert_eq!(payloads, [r#"{"from":"bob"}"#]);

        house.approve("bob", &number).expect("a lease keeps nobody from deciding");
        let at = house.at;
        assert!(lease::of(&mut house.db, &[&number], at).unwrap().is_empty());
    });
}

#[test]
fn an_order_is_under_review_while_an_officer_is_on_it_and_who_took_it_up_stays() {
    on_both(|house| {
        let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        let stage = |house: &mut House| {
            let at = house.at;
            let lease = lease::of(&mut house.db, &[&number], at).unwrap().remove(&number);
            lease::stage(order::get(&mut house.db, &number).unwrap().state.status(), lease.as_ref())
        };
        assert_eq!(stage(house), "submitted");
        let begun = house.at;
        begin(house, "bob", &number).unwrap();
        assert_eq!(stage(house), lease::UNDER_REVIEW);
        house.later(9 * 60);
        begin(house, "bob", &number).unwrap();
        let taken_up = lease::examinations(&mut house.db, &number).unwrap();
        let bobs = lease::Examination { order_version: 1, officer: "bob".to_owned(), begun_at: begun };
        assert_eq!(taken_up, [bobs], "who goes on does not begin again");
        house.later(10 * 60);
        assert_eq!(stage(house), "submitted", "it ends with the lease");
        begin(house, "clara", &number).unwrap();
        let officers: Vec<String> = lease::examinations(&mut house.db, &number)
            .unwrap()
            .into_iter()
            .map(|examination| examination.officer)
            .collect();
        assert_eq!(officers, ["bob", "clara"]);
        house.approve("clara", &number).unwrap();
        assert_eq!(stage(house), "approved");
        for change in ["UPDATE order_examinations SET officer = 'x'", "DELETE FROM order_examinations"] {
            assert!(house.sql(change).unwrap_err().to_string().contains("was looked at"), "{change}");
        }
    });
}
