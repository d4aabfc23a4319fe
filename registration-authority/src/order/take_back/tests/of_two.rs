//! Orders that two officers must approve.

use super::*;

/// Two officers must approve this version.
fn flagged(house: &mut House, number: &str, version: i64) {
    let flag = format!(
        "INSERT INTO order_flags VALUES ('{number}', {version}, 'similar-person', 'orange', TRUE, 'x', 0)"
    );
    house.sql(&flag).unwrap();
}

#[test]
fn of_two_officers_each_takes_back_his_own_and_both_look_again() {
    let mut house = House::new();
    let number = waiting(&mut house);
    flagged(&mut house, &number, 1);
    house.approve("bob", &number).unwrap();
    house.later(30);
    house.approve("clara", &number).unwrap();
    house.later(29);
    back(&mut house, "bob", &number, 1).unwrap();
    flagged(&mut house, &number, 2);
    let again = house.approve("clara", &number).unwrap();
    assert_eq!(again.state, OrderState::Submitted, "clara's first approval was over another version");
    house.later(59);
    let order = back(&mut house, "clara", &number, 2).unwrap();
    assert_eq!(
        (order.state, order.version),
        (OrderState::Submitted, 3),
        "the first of two takes back as well"
    );
}

#[test]
fn the_first_of_two_takes_back_as_long_as_the_order_waits_for_the_second() {
    on_both(|house| {
        let number = waiting(house);
        flagged(house, &number, 1);
        house.approve("bob", &number).unwrap();
        worker_looks(house);
        // Over a weekend; nothing has followed.
        house.later(3 * 86_400);
        worker_looks(house);
        assert_eq!(code(refused(house, "bob", &number)), "order-second-officer", "he takes it back first");
        let order = back(house, "bob", &number, 1).unwrap();
        assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
        assert!(matches!(refused(house, "bob", &number).unwrap().state, OrderState::Refused { .. }));
    });
}

#[test]
fn of_two_approvals_either_is_taken_back_until_both_have_taken_effect() {
    on_both(|house| {
        let number = waiting(house);
        flagged(house, &number, 1);
        house.approve("bob", &number).unwrap();
        worker_looks(house);
        house.later(3600);
        house.approve("clara", &number).unwrap();
        house.later(59);
        worker_looks(house);
        let (bob, at) = (officers::find(&mut house.db, "bob").unwrap().unwrap(), house.at);
        for login in ["bob", "clara"] {
            let officer = officers::find(&mut house.db, login).unwrap().unwrap();
            let last = last_to_take_back(&mut house.db, &house.verifier, &officer, at).unwrap();
            let (order, decision, until) = last.expect(login);
            assert_eq!((order.number.as_str(), decision.decided_by.as_str()), (number.as_str(), login));
            assert_eq!(until, at.plus(Duration::from_secs(1)), "{login}");
        }
        let order = back(house, "bob", &number, 1).unwrap();
        assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
        assert_eq!(evidence(house, &number), "approval-evidence-missing");
        assert_eq!(last_to_take_back(&mut house.db, &house.verifier, &bob, at).unwrap(), None);

        flagged(house, &number, 2);
        house.approve("bob", &number).unwrap();
        house.later(3600);
        house.approve("clara", &number).unwrap();
        house.later(60);
        for login in ["bob", "clara"] {
            assert_eq!(code(back(house, login, &number, 2)), "decision-in-effect", "{login}");
        }
    });
}

#[test]
fn whoever_approved_what_another_refused_does_not_undo_the_refusal() {
    let mut house = House::new();
    let number = waiting(&mut house);
    flagged(&mut house, &number, 1);
    house.approve("bob", &number).unwrap();
    refused(&mut house, "clara", &number).unwrap();
    assert_eq!(code(back(&mut house, "bob", &number, 1)), "order-not-open");
    let order = back(&mut house, "clara", &number, 1).unwrap();
    assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
}

#[test]
fn the_web_role_takes_a_first_approval_back_however_old_and_the_second_with_it_within_a_day() {
    for seconded in [false, true] {
        let mut house = House::on(&fresh_postgresql());
        let number = waiting(&mut house);
        flagged(&mut house, &number, 1);
        house.approve("bob", &number).unwrap();
        house.sql("ALTER TABLE decisions DISABLE TRIGGER USER").unwrap();
        house.sql("UPDATE decisions SET decided_at = decided_at - 870000000").unwrap();
        house.sql("ALTER TABLE decisions ENABLE TRIGGER USER").unwrap();
        if seconded {
            let approved = house.approve("clara", &number).unwrap();
            assert!(matches!(approved.state, OrderState::Approved { .. }));
        }
        house.sql("SET ROLE igc_web").unwrap();
        house
            .sql(&format!(
                "INSERT INTO decision_retractions VALUES ('card-order', '{number}', 1, 'bob', clock_millis())"
            ))
            .unwrap();
    }
}
