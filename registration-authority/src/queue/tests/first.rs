//! Of two approvals the first: who is told of it, and who stays on the order.

use super::*;
use crate::order;
use crate::queue::lease;

/// An order that two officers must approve; its number.
fn for_two(house: &mut House) -> String {
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    house
        .sql(&format!(
            "INSERT INTO order_flags VALUES ('{number}', 1, 'similar-person', 'orange', TRUE, 'x', 0)"
        ))
        .unwrap();
    number
}

/// Who approved the one order of the queue first, as far as this officer reads it.
fn first(house: &mut House, login: &str) -> Option<String> {
    let act = house.officer(login);
    let page = page(&mut house.db, &hours(), &submitted(), None, 50, &act).unwrap();
    page.lines[0].first.clone().map(|first| first.officer)
}

#[test]
fn whoever_cannot_be_the_second_reads_who_approved_first_and_nobody_who_could_be() {
    on_both(|house| {
        let number = for_two(house);
        assert_eq!(first(house, "audrey"), None);
        house.approve("bob", &number).unwrap();
        for login in ["bob", "alice", "audrey", "rita"] {
            assert_eq!(first(house, login).as_deref(), Some("bob"), "{login}");
        }
        assert_eq!(first(house, "clara"), None, "she looks for herself");
        assert!(matches!(house.approve("clara", &number).unwrap().state, order::OrderState::Approved { .. }));
        let act = house.officer("bob");
        let approved = Filter::of(OrderStatus::Approved);
        let page = page(&mut house.db, &hours(), &approved, None, 50, &act).unwrap();
        assert_eq!(page.lines[0].first, None, "nobody is awaited any more");
    });
}

#[test]
fn whoever_is_on_an_order_stays_on_it_when_a_colleague_approves_it_first() {
    on_both(|house| {
        let number = for_two(house);
        let on = |house: &mut House, login: &str| {
            let act = house.officer(login);
            let House { db, rng, .. } = house;
            db.write(|db| lease::begin(db, &number, rng, &act)).unwrap();
        };
        let who = |house: &mut House| {
            let at = house.at;
            lease::of(&mut house.db, &[&number], at).unwrap().remove(&number).map(|lease| lease.officer)
        };
        on(house, "clara");
        house.approve("bob", &number).unwrap();
        assert_eq!(who(house).as_deref(), Some("clara"), "it would tell her that somebody has decided");
        house.approve("clara", &number).unwrap();
        assert_eq!(who(house), None, "it is decided on");
    });
}
