use card::CardNumber;
use store::schema::{cards, outbox};

use super::*;
use crate::staff::Post;
use crate::testing::*;

/// What was told of cards that end: to whom and about what, oldest first.
fn told(house: &mut House) -> Vec<(String, String)> {
    outbox::table
        .filter(outbox::notice.like("%card-expiring"))
        .order((outbox::created_at, outbox::recipient))
        .select((outbox::recipient, outbox::subject))
        .load(&mut house.db)
        .unwrap()
}

fn tell_now(house: &mut House) -> usize {
    let act = house.job();
    tell(&mut house.db, &mut house.rng, &act).unwrap()
}

/// Goes to so many days before the end of the card.
fn days_before_end(house: &mut House, card: &CardNumber, left: u64) {
    let ends: store::Timestamp = cards::table
        .find(card.to_string())
        .select(cards::expires_at.assume_not_null())
        .first(&mut house.db)
        .unwrap();
    house.at = ends.minus(days(1).saturating_mul(u32::try_from(left).unwrap()));
}

#[test]
fn a_card_is_told_of_sixty_thirty_and_seven_days_before_its_end_once_each() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        days_before_end(house, &card, 61);
        assert_eq!(tell_now(house), 0, "it is too early");
        for left in [59, 29, 6] {
            days_before_end(house, &card, left);
            assert_eq!((tell_now(house), tell_now(house)), (1, 0), "{left} days before");
        }
        days_before_end(house, &card, 1);
        assert_eq!(tell_now(house), 0);
        let holder = format!("holder:{}", nurse());
        let about = |days: u16| (holder.clone(), format!("card {card} within {days}"));
        assert_eq!(told(house), [about(60), about(30), about(7)]);
    });
}

#[test]
fn a_card_that_is_found_late_is_told_of_once_and_one_that_is_opposed_not_at_all() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let opposed = house.active_card(&mut worker, &other_nurse());
    let act = house.job();
    crate::opposition::oppose(&mut house.db, &opposed, crate::opposition::Ground::Lost, &mut house.rng, &act)
        .unwrap();
    days_before_end(&mut house, &card, 3);
    assert_eq!((tell_now(&mut house), tell_now(&mut house)), (1, 0));
    assert_eq!(told(&mut house), [(format!("holder:{}", nurse()), format!("card {card} within 7"))]);
}

#[test]
fn who_speaks_for_a_structure_is_told_of_what_happens_to_the_cards_of_its_staff() {
    on_both(|house| {
        let mut worker = house.worker();
        house.mandated(STRUCTURE);
        house.declare("agent", STRUCTURE, &member("A1", Post::Employee)).unwrap();
        let order = house.submit_staff("agent", card::CardKind::Cpe, STRUCTURE, "A1").unwrap().number;
        if house.approve("bob", &order).unwrap().is_undecided() {
            house.approve("clara", &order).unwrap();
        }
        house.take_effect();
        let card = house.personalise()[0];
        house.certify(&mut worker, &card).unwrap();
        house.later(1);
        house.activate(&card);
        days_before_end(house, &card, 20);
        assert_eq!(tell_now(house), 1);
        let act = house.job();
        crate::opposition::oppose(
            &mut house.db,
            &card,
            crate::opposition::Ground::Lost,
            &mut house.rng,
            &act,
        )
        .unwrap();
        let told: Vec<(String, String, String)> = outbox::table
            .filter(outbox::notice.like("staff-%"))
            .order((outbox::created_at, outbox::notice.desc()))
            .select((outbox::recipient, outbox::notice, outbox::subject))
            .load(&mut house.db)
            .unwrap();
        let to_agent = |notice: &str, within: &str| {
            let subject = format!("card {card} of A1 at {STRUCTURE}{within}");
            ("officer:agent".to_owned(), notice.to_owned(), subject)
        };
        assert_eq!(
            told,
            [
                to_agent("staff-card-delivered", ""),
                to_agent("staff-card-opposed", ""),
                to_agent("staff-card-expiring", " within 30"),
            ]
            .into_iter()
            .collect::<Vec<_>>(),
            "of the order he is told as who submitted it"
        );
        let holders: i64 = outbox::table
            .filter(outbox::notice.eq("card-expiring"))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(holders, 0, "the register has no address of the staff");
    });
}
