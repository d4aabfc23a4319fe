//! Who leaves the register is reached as long as there is something to tell him, and no longer.

use card::CardNumber;
use professional_registry::IdNatPs;
use store::Actor;

use super::*;
use crate::notices::send_due;
use crate::opposition::{self, Ground};
use crate::outbox::{self, Notice, Recipient};
use crate::testing::*;

const HIS: (&str, &str) = ("0102030405", "elise@exemple.fr");
const DAY: u64 = 86_400;

/// The restricted feed of another day: with the nurse, where she is reached so, or without her; a neighbour stands in each.
fn a_feed(house: &mut House, day: u64, nurse_at: Option<(&str, &str)>) {
    house.later(DAY);
    let (hers, other, telephone) = (nurse(), other_nurse(), format!("01020304{day:02}"));
    let mut contacts = vec![(&other, telephone.as_str(), "yann@exemple.fr")];
    contacts.extend(nurse_at.map(|(telephone, email)| (&hers, telephone, email)));
    import_contacts(house, &contacts);
}

fn reached(house: &mut House, holder: &IdNatPs) -> Contact {
    of_holder(&mut house.db, &holder.to_string()).unwrap()
}

fn forget(house: &mut House) -> usize {
    forget_gone(&mut house.db, house.at).unwrap()
}

fn changed(house: &mut House) -> bool {
    last_change(&mut house.db, &nurse().to_string()).unwrap().is_some()
}

fn known() -> Contact {
    Contact { telephone: Some(HIS.0.to_owned()), email: Some(HIS.1.to_owned()) }
}

/// The active card of the nurse, who has left the restricted feed since.
fn who_left(house: &mut House) -> CardNumber {
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    a_feed(house, 1, Some(HIS));
    a_feed(house, 2, None);
    card
}

#[test]
fn who_has_left_the_register_is_told_of_the_end_of_his_card_and_forgotten_a_month_later() {
    on_both(|house| {
        let card = who_left(house);
        assert_eq!(forget(house), 0, "his card lives");
        assert_eq!(reached(house, &nurse()), known());
        house.later(300 * DAY);
        assert_eq!(forget(house), 0, "and as long as it does");
        let rita = house.officer("rita");
        opposition::oppose(&mut house.db, &card, Ground::EndOfActivity, &mut house.rng, &rita).unwrap();
        house.sql("UPDATE outbox SET sent_at = 1 WHERE notice <> 'card-opposed'").unwrap();
        house.later(DAY);
        assert_eq!(forget(house), 0);
        let mailbox = Mailbox::new();
        let act = house.act(Actor::Job("notices"));
        let round = send_due(&mut house.db, &mailbox.postman(), &house.verifier, 10, &act).unwrap();
        assert_eq!(round.sent, 1, "{round:?}");
        assert!(mailbox.messages()[0][0].contains("To: elise@exemple.fr"));
        house.later(30 * DAY);
        assert_eq!(forget(house), 1);
        assert_eq!(reached(house, &nurse()), Contact::default());
        assert!(reached(house, &other_nurse()).email.is_some(), "nobody else");
        assert_eq!(forget(house), 0, "once");
    });
}

#[test]
fn of_who_leaves_and_holds_nothing_nothing_stays_and_nothing_but_the_contact_of_anybody() {
    on_both(|house| {
        a_feed(house, 1, Some(HIS));
        a_feed(house, 2, None);
        assert_eq!(reached(house, &nurse()), known());
        assert_eq!(forget(house), 1);
        assert_eq!(reached(house, &nurse()), Contact::default());
    });
}

#[test]
fn a_notice_that_has_not_left_keeps_the_address_that_it_goes_to() {
    let mut house = House::new();
    a_feed(&mut house, 1, Some(HIS));
    a_feed(&mut house, 2, None);
    let (hers, act) = (nurse().to_string(), house.act(Actor::Job("notices")));
    let House { db, rng, .. } = &mut house;
    outbox::put(db, Recipient::Holder(&hers), Notice::Refused, "order CO-2026-000001", rng, &act).unwrap();
    assert_eq!(forget(&mut house), 0);
    house.sql("UPDATE outbox SET sent_at = 1").unwrap();
    assert_eq!(forget(&mut house), 1);
}

#[test]
fn who_has_left_while_his_order_is_open_is_told_how_it_ends() {
    let mut house = House::new();
    a_feed(&mut house, 1, Some(HIS));
    house.submit("alice", cps(&nurse(), "60")).unwrap();
    house.sql("UPDATE outbox SET sent_at = 1").unwrap();
    a_feed(&mut house, 2, None);
    assert_eq!(forget(&mut house), 0);
}

#[test]
fn who_is_gone_for_some_days_and_back_as_he_was_has_changed_nothing() {
    on_both(|house| {
        who_left(house);
        assert_eq!(forget(house), 0);
        a_feed(house, 3, Some(HIS));
        assert!(!changed(house));
        // With another address he has, though the feed between did not name him.
        a_feed(house, 4, None);
        a_feed(house, 5, Some((HIS.0, "voleur@exemple.fr")));
        assert!(changed(house));
    });
}

#[test]
fn of_who_comes_back_after_he_was_forgotten_nothing_is_said_to_have_changed() {
    on_both(|house| {
        a_feed(house, 1, Some(HIS));
        a_feed(house, 2, None);
        assert_eq!(forget(house), 1);
        a_feed(house, 3, Some(("0102030499", "elise@exemple.fr")));
        assert!(!changed(house));
    });
}

#[test]
fn who_has_no_address_for_correspondence_is_written_to_at_his_mailbox() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.active_card(&mut worker, &nurse());
    import_mailboxes(&mut house, &[(&nurse(), "elise.durand@medecin.mssante.exemple.fr")]);
    house.sql("UPDATE outbox SET sent_at = 1 WHERE notice <> 'card-activated'").unwrap();
    let (mailbox, act) = (Mailbox::new(), house.act(Actor::Job("notices")));
    let round = send_due(&mut house.db, &mailbox.postman(), &house.verifier, 10, &act).unwrap();
    assert_eq!(round.sent, 1, "{round:?}");
    assert!(mailbox.messages()[0][0].contains("To: elise.durand@medecin.mssante.exemple.fr"));
}
