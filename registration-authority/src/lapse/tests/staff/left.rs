//! Who has left his structure, whatever the feeds say.

use super::*;

/// A feed of which a line names nobody that can be read says nothing of who has left; a departure is not the register's to say.
#[test]
fn who_left_his_structure_loses_his_card_though_no_feed_says_who_left_the_register() {
    on_both(|house| {
        house.with_authorised_structure();
        let mut worker = house.worker();
        let of_the_gone = staff_cards(house, &mut worker, AUTHORISED_STRUCTURE, 1);
        let cards = staff_cards(house, &mut worker, STRUCTURE, 2);
        an_extract(house, 3, "");
        assert_eq!(look(house).unwrap().found, 1, "the structure that nobody practises at any more");
        let act = house.officer("agent");
        let House { db, rng, .. } = &mut *house;
        db.write(|db| crate::staff::leave(db, &structure(STRUCTURE), "A0", rng, &act)).unwrap();
        an_extract(house, 4, "8|\n");
        assert_eq!(look(house).unwrap().found, 1);
        an_extract(house, 5, "8|\n");
        assert_eq!(revalidate(house, ENOUGH), cards[..1], "two readings of what is true without either");
        assert_eq!(status(house, &of_the_gone[0]), CardStatus::Certified);
        an_extract(house, 6, "");
        assert_eq!(revalidate(house, ENOUGH), of_the_gone);
    });
}
