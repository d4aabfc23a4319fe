//! Who is told that a card of the staff of a structure lapses: who speaks for the structure, and nobody where nobody does.

use store::schema::outbox;

use super::*;

/// Every notice that is not about an order, as it waits: whom, which, about what.
fn told(house: &mut House) -> Vec<(String, String, String)> {
    use diesel::prelude::*;
    outbox::table
        .filter(outbox::notice.like("%lapsed").or(outbox::recipient.like("holder:%/%")))
        .select((outbox::recipient, outbox::notice, outbox::subject))
        .order((outbox::subject, outbox::recipient))
        .load(&mut house.db)
        .unwrap()
}

#[test]
fn whoever_speaks_for_the_structure_is_told_that_a_card_of_its_staff_lapses() {
    on_both(|house| {
        let mut worker = house.worker();
        let cards = staff_cards(house, &mut worker, STRUCTURE, 2);
        let act = house.officer("agent");
        let House { db, rng, .. } = &mut *house;
        db.write(|db| crate::staff::leave(db, &structure(STRUCTURE), "A0", rng, &act)).unwrap();
        an_extract(house, 3, "");
        assert_eq!(look(house).unwrap().found, 1);
        let about = format!("card {} of A0 at {STRUCTURE}", cards[0]);
        assert_eq!(told(house), [("officer:agent".to_owned(), "staff-card-lapsed".to_owned(), about)]);
    });
}

#[test]
fn where_nobody_speaks_for_the_structure_any_more_no_notice_is_written_and_officers_see_the_lapse() {
    on_both(|house| {
        let mut worker = house.worker();
        let cards = staff_cards(house, &mut worker, STRUCTURE, 1);
        an_extract(house, 3, "");
        assert_eq!(revalidate(house, ENOUGH), []);
        house.later(60);
        let mandate = crate::mandate::of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
        house.end_mandate("alice", &mandate.number).unwrap();
        house.later(1);
        assert_eq!(examine_mandates(house), 1);
        let act = house.officer("alice");
        let seen = crate::views::open_lapses(&mut house.db, 10, &act).unwrap().shown;
        assert_eq!(seen.iter().map(|lapse| lapse.card).collect::<Vec<_>>(), cards);
        an_extract(house, 4, "");
        look(house).unwrap();
        house.later(31 * DAYS);
        assert_eq!(oppose(house, ENOUGH).opposed, cards);
        assert_eq!(
            told(house),
            [],
            "the register has no address of the staff, and nobody is left to tell them"
        );
    });
}
