//! What a revocation makes anew, and what a delta starts from.

use ca_core::revocation::RevocationReason;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::Fault;
use store::schema::signing_intents;

use super::tests::{DAY, HOUR, SECOND, publish, publish_now, published, run, serials, set};
use super::*;
use crate::crl::read::Crl;
use crate::crl::{CrlError, CrlKind};
use crate::fixture::{ISSUING, OTHER, World};

#[test]
fn a_full_crl_follows_a_revocation_at_once_while_it_is_small() {
    let mut world = World::new();
    world.policy.full_crl_at_once = 1;
    let cards = ["1D01", "1D02", "1D03"];
    for serial in cards {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    publish(&mut world, SECOND);
    let both = |number| [CrlKind::Full, CrlKind::Delta].map(|kind| (ISSUING.to_owned(), kind, number));
    for (at, serial) in (2..).zip(&cards[..2]) {
        world.revoke(ISSUING, serial, RevocationReason::KeyCompromise);
        assert_eq!(publish(&mut world, at * SECOND), both(at.into()), "and of no other authority");
        assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&cards[..at as usize - 1]));
        assert_eq!(publish(&mut world, at * SECOND), [], "once");
    }
    // The one that stands has two entries, one too many.
    world.revoke(ISSUING, "1D03", RevocationReason::KeyCompromise);
    assert_eq!(publish(&mut world, 4 * SECOND), [(ISSUING.to_owned(), CrlKind::Delta, 4)]);
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&cards[..2]));
    assert_eq!(serials(&world, ISSUING, CrlKind::Delta), set(&cards), "also for whoever keeps the first");
}

/// The row of the first card, revoked as superseded, says another reason than the log.
fn contradict(world: &mut World) {
    let sql = "DROP TRIGGER certificates_keep_what_was_signed;
               UPDATE certificates SET revocation_reason = 'keyCompromise' WHERE serial = '1D01'";
    world.db.batch_execute(sql).unwrap();
}

#[test]
fn a_full_crl_that_is_refused_keeps_no_revocation_from_the_delta() {
    let mut world = World::new();
    world.policy.full_crl_at_once = 1000;
    for serial in ["1D01", "1D02"] {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    publish(&mut world, SECOND);
    contradict(&mut world);
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    let act = world.act(2 * SECOND);
    let report = run(&mut world, &act);
    assert!(
        matches!(report.failures.as_slice(), [CrlFailure { error: CrlError::Refused(_), .. }]),
        "{:?}",
        report.failures
    );
    assert_eq!(serials(&world, ISSUING, CrlKind::Delta), set(&["1D02"]));
    assert_eq!(serials(&world, ISSUING, CrlKind::Full), set(&["1D01"]), "the last good one stands");
}

#[test]
fn an_entry_of_some_days_ago_that_is_wrong_keeps_no_revocation_back_and_no_key_is_asked_for_what_is_refused()
{
    let mut world = World::new();
    let cards = ["1D01", "1D02", "1D03"];
    for serial in cards {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    publish(&mut world, SECOND);
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    publish_now(&mut world, DAY);
    contradict(&mut world);
    for (later, at_once) in [(2, 0), (3, 1000)] {
        world.policy.full_crl_at_once = at_once;
        world.revoke(ISSUING, cards[later - 1], RevocationReason::KeyCompromise);
        let act = world.act(DAY + SECOND * u32::try_from(later).unwrap());
        let report = run(&mut world, &act);
        let [failure] = report.failures.as_slice() else { panic!("{:?}", report.failures) };
        assert_eq!(failure.error.code().name, "crl-entries-wrong", "{}", failure.error);
        // From the newest complete CRL, which has the first.
        assert_eq!(serials(&world, ISSUING, CrlKind::Delta), set(&cards[1..later]));
        let intended =
            |world: &mut World| -> i64 { signing_intents::table.count().get_result(&mut world.db).unwrap() };
        let before = intended(&mut world);
        assert_eq!(run(&mut world, &act).issued, []);
        assert_eq!(intended(&mut world), before, "no key is asked for what is refused");
    }
}

#[test]
fn a_shorter_life_leaves_no_older_crl_that_is_still_in_use_without_its_delta() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    world.policy.full_crl.valid = 2 * DAY;
    for day in 1..4 {
        publish_now(&mut world, day * DAY);
    }
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish(&mut world, 4 * DAY + HOUR);
    assert_eq!(base(&mut world), 1, "that of the longer life lasts for eight days");
}

/// How many signatures anything was ever intended for.
fn intended(world: &mut World) -> i64 {
    signing_intents::table.count().get_result(&mut world.db).unwrap()
}

/// The how manieth number the delta starts from.
fn base(world: &mut World) -> i64 {
    let number = Crl::read(&published(world, ISSUING, CrlKind::Delta)).unwrap().base_number;
    world.place(ISSUING, "all", number.unwrap())
}

#[test]
fn a_delta_starts_again_from_the_oldest_in_use_once_the_entry_that_was_wrong_is_right() {
    let mut world = World::new();
    for serial in ["1D01", "1D02"] {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    publish(&mut world, SECOND);
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    publish_now(&mut world, HOUR);
    contradict(&mut world);
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    let act = world.act(HOUR + SECOND);
    assert_eq!(run(&mut world, &act).failures.len(), 1);
    assert_eq!(base(&mut world), 2);
    // Every look says what is wrong, and asks no key.
    let before = intended(&mut world);
    assert_eq!(run(&mut world, &act).failures.len(), 1);
    assert_eq!(intended(&mut world), before);
    world
        .db
        .batch_execute("UPDATE certificates SET revocation_reason = 'superseded' WHERE serial = '1D01'")
        .unwrap();
    publish(&mut world, HOUR + 2 * SECOND);
    assert_eq!((base(&mut world), serials(&world, ISSUING, CrlKind::Delta)), (1, set(&["1D01", "1D02"])));
    assert_eq!(publish(&mut world, HOUR + 3 * SECOND), [], "once");
}

/// Asked every few seconds, of each scope: what a storm has written is not counted again each time, to learn of whom it was.
#[test]
fn where_another_authoritys_storm_hides_that_a_delta_starts_too_late_the_next_revocation_sees_to_it() {
    let mut world = World::new();
    world.policy.delta_entries = 3;
    let (cards, others) = (["1D01", "1D02", "1D03"], ["1E01", "1E02", "1E03", "1E04"]);
    for (issuer, serials) in [(ISSUING, &cards[..]), (OTHER, &others[..])] {
        for serial in serials {
            world.issue(issuer, serial, world.start.plus(300 * DAY));
        }
    }
    publish(&mut world, SECOND);
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    publish_now(&mut world, HOUR);
    contradict(&mut world);
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    let act = world.act(HOUR + SECOND);
    assert_eq!(run(&mut world, &act).failures.len(), 1);
    let right = "UPDATE certificates SET revocation_reason = 'superseded' WHERE serial = '1D01'";
    world.db.batch_execute(right).unwrap();
    for serial in others {
        world.revoke(OTHER, serial, RevocationReason::KeyCompromise);
    }
    let issued = publish(&mut world, HOUR + 2 * SECOND);
    assert!(issued.iter().all(|(issuer, ..)| issuer == OTHER), "{issued:?}");
    assert_eq!((base(&mut world), publish(&mut world, HOUR + 3 * SECOND)), (2, vec![]));
    world.revoke(ISSUING, "1D03", RevocationReason::KeyCompromise);
    publish(&mut world, HOUR + 4 * SECOND);
    assert_eq!((base(&mut world), serials(&world, ISSUING, CrlKind::Delta)), (1, set(&cards)));
}

#[test]
fn an_entry_that_does_not_read_keeps_no_later_revocation_back() {
    let mut world = World::new();
    for serial in ["1D01", "1D02"] {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    world.revoke(ISSUING, "1D01", RevocationReason::Superseded);
    publish(&mut world, SECOND);
    let sql = "DROP TRIGGER certificates_keep_what_was_signed;
               UPDATE certificates SET revocation_reason = 'because' WHERE serial = '1D01'";
    world.db.batch_execute(sql).unwrap();
    world.policy.full_crl_at_once = 1000;
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    let act = world.act(2 * SECOND);
    let report = run(&mut world, &act);
    assert_eq!(report.failures.len(), 1, "{:?}", report.failures);
    assert_eq!(serials(&world, ISSUING, CrlKind::Delta), set(&["1D02"]));
}

#[test]
fn a_delta_passes_over_a_complete_crl_in_use_only_where_too_much_of_its_own_scope_has_changed_since() {
    let mut world = World::new();
    world.policy.delta_entries = 2;
    let cards = ["1D01", "1D02", "1D03", "1D04"];
    for issuer in [ISSUING, OTHER] {
        for serial in cards {
            world.issue(issuer, serial, world.start.plus(300 * DAY));
        }
    }
    let mut later = SECOND;
    for serial in cards {
        publish_now(&mut world, later);
        world.revoke(ISSUING, serial, RevocationReason::KeyCompromise);
        later += SECOND;
    }
    // Another authority's storm is not this one's.
    for serial in cards {
        world.revoke(OTHER, serial, RevocationReason::KeyCompromise);
    }
    publish(&mut world, later);
    assert_eq!((base(&mut world), serials(&world, ISSUING, CrlKind::Delta)), (3, set(&cards[2..])));
    assert_eq!(publish(&mut world, later + SECOND), [], "it starts from where it should");
}
