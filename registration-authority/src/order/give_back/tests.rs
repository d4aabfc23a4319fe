use store::DatabaseRole;
use store::schema::decisions_pending;

use super::super::get;
use super::*;
use crate::certification::verify_evidence;
use crate::personalisation;
use crate::risk::recorded;
use crate::testing::*;

/// An order of the nurse that bob alone approved, before a feed changed her contact.
fn approved_by_one(house: &mut House) -> String {
    import_contacts(house, &[(&nurse(), "0102030405", "elise@exemple.fr")]);
    let number = house.approved(&nurse()).number;
    house.later(60);
    import_contacts(house, &[(&nurse(), "0102030405", "voleur@exemple.fr")]);
    number
}

fn batch(house: &mut House) -> (usize, Vec<String>) {
    let act = house.job();
    let House { db, rng, verifier, bureau, .. } = house;
    let (register, prefix) = (&mut professional_registry::ImportedRegister, "26".parse().unwrap());
    let closed =
        db.write(|db| personalisation::close_batch(db, register, verifier, prefix, bureau.name(), rng, &act));
    let closed = closed.unwrap();
    (closed.cards.len(), closed.given_back)
}

#[test]
fn what_the_worker_finds_comes_back_to_the_officers_under_the_least_rights() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let number = approved_by_one(&mut house);
    house.db = Database::open(&url, DatabaseRole::Web).unwrap();
    let by_web =
        format!("UPDATE card_orders SET status = 'submitted', version = 2 WHERE number = '{number}'");
    let refused = house.sql(&by_web).unwrap_err().to_string();
    assert!(refused.contains("no such transition"), "nobody but the worker: {refused}");
    let row = format!("INSERT INTO orders_given_back VALUES ('{number}', 1, 1, NULL)");
    assert!(house.sql(&row).unwrap_err().to_string().contains("permission denied"));

    house.db = Database::open(&url, DatabaseRole::Worker).unwrap();
    assert_eq!(batch(&mut house), (0, vec![number.clone()]));

    house.db = Database::open(&url, DatabaseRole::Web).unwrap();
    assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
    assert!(matches!(house.approve("clara", &number).unwrap().state, OrderState::Approved { .. }));
    house.db = Database::open(&url, DatabaseRole::Worker).unwrap();
    assert_eq!(batch(&mut house), (1, vec![]));
}

#[test]
fn an_order_that_comes_back_is_open_in_its_next_version_and_nobody_is_told() {
    on_both(|house| {
        let number = approved_by_one(house);
        let by_hand =
            format!("UPDATE card_orders SET status = 'submitted', version = 2 WHERE number = '{number}'");
        let refused = house.sql(&by_hand).unwrap_err().to_string();
        assert!(refused.contains("no such transition"), "which the worker has not given back: {refused}");
        house.receive();
        let order = get(&mut house.db, &number).unwrap();
        assert_eq!((order.state, order.version), (OrderState::Submitted, 2));
        let because: Vec<_> = given_back(&mut house.db, &number).unwrap();
        assert_eq!((because.len(), because[0].order_version, &because[0].refusal), (1, 1, &None));
        let flags: Vec<String> =
            recorded(&mut house.db, &number, 2).unwrap().into_iter().map(|one| one.flag).collect();
        assert!(flags.contains(&"contact-changed".to_owned()), "{flags:?}");
        assert_eq!(house.take_effect().told, Vec::<String>::new());
        let (at, House { db, verifier, .. }) = (house.at, house);
        let register = &mut professional_registry::ImportedRegister;
        assert!(verify_evidence(db, register, verifier, &number, at).is_err());
        let waiting: i64 = decisions_pending::table.count().get_result(db).unwrap();
        assert_eq!(waiting, 0);
    });
}
