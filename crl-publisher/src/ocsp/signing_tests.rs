//! What goes out where the signer is away or takes his time.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ca_core::revocation::RevocationReason;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use store::Act;

use super::Answer;
use super::kept_tests::{DAY, Desk, about, desk_that_takes, later, moments, single, verified, world};
use super::response::{CertStatus, OcspResponseStatus};
use crate::fixture::{ISSUING, World};

const SECOND: Duration = Duration::from_secs(1);

/// A desk with an answer that is due, since the log was read again; the request, the answer and that moment.
fn with_a_due_answer(world: &mut World, takes: Duration) -> (Desk, Vec<u8>, Answer, Act) {
    let (desk, act) = (desk_that_takes(world, takes), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let request = about(world, ID_SHA_1, &[0x1D, 0x01]);
    let first = desk.ask(&request, &act);
    let due = later(&act, world.policy.ocsp_reuse());
    desk.answers.synchronise(&mut world.db, &due).unwrap();
    (desk, request, first, due)
}

#[test]
fn a_kept_answer_goes_out_until_its_end_where_no_newer_one_can_be_signed() {
    let mut world = world();
    let (desk, request, first, due) = with_a_due_answer(&mut world, Duration::ZERO);
    desk.signer_away.store(true, Ordering::SeqCst);
    assert_eq!(desk.ask(&request, &due), first);
    let (_, end) = moments(&first);
    let almost = Act { at: end.minus(SECOND), ..due.clone() };
    desk.answers.synchronise(&mut world.db, &almost).unwrap();
    assert_eq!(
        desk.ask(&request, &almost),
        first,
        "with its own nextUpdate, which bounds what caches may do"
    );
    let other = about(&world, ID_SHA_256, &[0x1D, 0x01]);
    let try_later = Answer::error(OcspResponseStatus::TryLater);
    assert_eq!(desk.ask(&other, &due), try_later, "nothing is kept of it");
    assert_eq!(desk.ask(&request, &Act { at: end, ..due.clone() }), try_later);
    // Once the signer is back, a newer one.
    desk.signer_away.store(false, Ordering::SeqCst);
    let back = later(&due, 2 * SECOND);
    assert_eq!(moments(&desk.ask(&request, &back)).0, back.at.whole_second());
}

#[test]
fn a_kept_good_answer_does_not_go_out_of_a_revoked_certificate_where_nothing_can_be_signed() {
    let mut world = world();
    let (desk, request, _, due) = with_a_due_answer(&mut world, Duration::ZERO);
    desk.signer_away.store(true, Ordering::SeqCst);
    desk.ask(&request, &due);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    desk.answers.synchronise(&mut world.db, &due).unwrap();
    assert_eq!(desk.ask(&request, &due), Answer::error(OcspResponseStatus::TryLater));
}

#[test]
fn a_signer_that_fails_is_asked_once_a_second_and_nobody_waits_for_it_meanwhile() {
    let mut world = world();
    let (desk, request, first, due) = with_a_due_answer(&mut world, Duration::ZERO);
    desk.signer_away.store(true, Ordering::SeqCst);
    let asked = |desk: &Desk| {
        let before = desk.signed();
        (0..10).for_each(|_| assert_eq!(desk.ask(&request, &due), first));
        desk.signed() - before
    };
    // A session that had waited, and a new one: then it rests.
    assert_eq!((asked(&desk), asked(&desk)), (2, 0));
    assert_eq!(desk.answers.at_once(&request, due.at).ok(), Some(first));
}

#[test]
fn a_signer_that_fails_is_told_of_until_it_signs_again() {
    let mut world = world();
    let (desk, request, _, due) = with_a_due_answer(&mut world, Duration::ZERO);
    let failing = |act: &Act| desk.answers.health.failing(act.at);
    assert!(failing(&due).is_empty());
    desk.signer_away.store(true, Ordering::SeqCst);
    desk.ask(&request, &due);
    let since = std::collections::BTreeMap::from([(ISSUING.to_owned(), due.at)]);
    assert_eq!(failing(&due), since);
    let again = later(&due, SECOND);
    desk.ask(&request, &again);
    assert_eq!(failing(&again), since, "it was tried again, in vain");
    desk.signer_away.store(false, Ordering::SeqCst);
    let back = later(&due, 2 * SECOND);
    desk.ask(&request, &back);
    assert!(failing(&back).is_empty());
}

#[test]
fn where_no_responder_is_left_nobody_is_told_that_it_does_not_sign() {
    let mut world = world();
    let (desk, request, first, due) = with_a_due_answer(&mut world, Duration::ZERO);
    desk.signer_away.store(true, Ordering::SeqCst);
    desk.ask(&request, &due);
    assert_eq!(desk.answers.health.failing(due.at).len(), 1);
    let responder = verified(&first).certs.unwrap()[0].tbs_certificate().serial_number().to_string();
    world.revoke(ISSUING, &responder.replace(':', ""), RevocationReason::CessationOfOperation);
    desk.answers.synchronise(&mut world.db, &due).unwrap();
    assert!(desk.answers.health.failing(due.at).is_empty(), "who answers for whom is looked at elsewhere");
}

#[test]
fn no_good_answer_leaves_once_the_revocation_was_read_while_it_was_signed() {
    let mut world = world();
    let (desk, act) = (desk_that_takes(&world, SECOND), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let plain = about(&world, ID_SHA_1, &[0x1D, 0x01]);
    let other = about(&world, ID_SHA_256, &[0x1D, 0x01]);
    let answers = std::thread::scope(|scope| {
        // Two at one flight, and one at his own.
        let asked = [&plain, &plain, &other].map(|request| scope.spawn(|| desk.ask(request, &act)));
        std::thread::sleep(SECOND / 3);
        world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
        desk.answers.synchronise(&mut world.db, &act).unwrap();
        asked.map(|one| one.join().unwrap())
    });
    for answer in answers {
        assert!(matches!(single(&answer).cert_status, CertStatus::Revoked(_)), "{answer:?}");
    }
}
