//! A holder whose ADELI number becomes an RPPS number.

use professional_registry::IdNatPs;
use professional_registry::import::ImportReport;

use super::*;

/// A day of the register: the crowd, so that no brake stops it, and the nurse under this number, if any.
fn a_day_with(house: &mut House, day: u64, nurse: Option<&IdNatPs>) -> ImportReport {
    let line = nurse.map(line_of_adeli_nurse).unwrap_or_default();
    house.try_import_with(day, &with_the_crowd(day, 0), &line).unwrap()
}

/// An active card of the nurse, under the ADELI number.
fn card_of_adeli_nurse(house: &mut House) -> CardNumber {
    a_day_with(house, 2, Some(&adeli_nurse()));
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &adeli_nurse());
    assert_eq!(revalidate(house, ENOUGH), []);
    card
}

#[test]
fn a_card_keeps_its_holder_when_his_number_becomes_another() {
    on_both(|house| {
        let card = card_of_adeli_nurse(house);
        renumber(house, &at_work(house));
        let report = a_day_with(house, 3, Some(&adeli_nurse_renumbered()));
        let difference = report.difference;
        assert_eq!(
            (difference.merged, difference.ceased, difference.new),
            (1, 1, 2),
            "and one of the day each"
        );
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(open(&mut house.db, 10).unwrap(), []);
        a_day_with(house, 4, Some(&adeli_nurse_renumbered()));
        assert_eq!(revalidate(house, ENOUGH), []);
        let stands = card::get(&mut house.db, &card).unwrap();
        assert_eq!((stands.life.status(), stands.holder), (CardStatus::Active, adeli_nurse().to_string()));
        // Under the new number the same card stands in the way of a second one.
        let refused = house.submit("alice", cps(&adeli_nurse_renumbered(), "60"));
        assert_eq!(code(refused), "order-card-active");
    });
}

#[test]
fn a_renumbered_holder_who_leaves_loses_his_card_after_two_readings_like_everybody() {
    on_both(|house| {
        let card = card_of_adeli_nurse(house);
        renumber(house, &at_work(house));
        a_day_with(house, 3, Some(&adeli_nurse_renumbered()));
        assert_eq!(revalidate(house, ENOUGH), []);
        a_day_with(house, 4, None);
        assert_eq!(revalidate(house, ENOUGH), []);
        let lapse = open(&mut house.db, 10).unwrap().remove(0);
        assert!(lapse.ends_by_itself(), "{lapse:?}");
        assert_eq!(lapse.successor, Some(adeli_nurse_renumbered().to_string()));
        a_day_with(house, 5, None);
        assert_eq!(revalidate(house, ENOUGH), [card]);
    });
}

#[test]
fn an_adeli_number_that_disappears_waits_for_an_officer_until_it_is_known_what_it_became() {
    on_both(|house| {
        let card = card_of_adeli_nurse(house);
        for day in [3, 4] {
            a_day_with(house, day, Some(&adeli_nurse_renumbered()));
            assert_eq!(revalidate(house, ENOUGH), []);
        }
        assert!(!open(&mut house.db, 10).unwrap().remove(0).ends_by_itself());
        // The correspondence comes later: the next look lifts the lapse.
        renumber(house, &at_work(house));
        a_day_with(house, 5, Some(&adeli_nurse_renumbered()));
        assert_eq!(look(house).unwrap().lifted, 1);
        assert_eq!(status(house, &card), CardStatus::Active);
    });
}
