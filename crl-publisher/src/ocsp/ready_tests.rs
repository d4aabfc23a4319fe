//! What goes out again as it is, and when it does not.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use const_oid::db::rfc5912::ID_SHA_1;

use super::Answer;
use super::kept_tests::{DAY, Desk, about, desk, later, verified, world};
use super::response::CertStatus;
use crate::fixture::{ISSUING, World};
use store::Act;

/// A desk that has a whole answer to this request: signed at the first, put together and kept at the second.
fn with_a_whole_answer(world: &mut World, act: &Act) -> (Desk, Vec<u8>, Answer) {
    let desk = desk(world);
    desk.answers.synchronise(&mut world.db, act).unwrap();
    let request = about(world, ID_SHA_1, &[0x1D, 0x01]);
    let first = desk.ask(&request, act);
    assert_eq!(desk.answers.whole(), 0, "asked for once");
    assert_eq!(desk.ask(&request, act), first);
    assert_eq!(desk.answers.whole(), 1);
    (desk, request, first)
}

fn at_once(desk: &Desk, request: &[u8], act: &Act) -> Option<Answer> {
    desk.answers.at_once(request, act.at).ok()
}

#[test]
fn a_whole_answer_is_the_same_octets_and_carries_their_entity_tag() {
    let mut world = world();
    let act = world.act(DAY);
    let (desk, request, first) = with_a_whole_answer(&mut world, &act);
    let again = at_once(&desk, &request, &act).unwrap();
    assert_eq!(again.der, first.der);
    assert_eq!(again.etag.as_deref(), Some(&*crate::entity_tag::entity_tag(&first.der)));
}

#[test]
fn a_whole_good_answer_never_goes_out_once_the_revocation_was_read() {
    let mut world = world();
    let act = world.act(DAY);
    let (desk, request, _) = with_a_whole_answer(&mut world, &act);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    assert!(at_once(&desk, &request, &act).is_none(), "nothing that is kept says so");
    let after = verified(&desk.ask(&request, &act)).tbs_response_data.responses.remove(0);
    assert!(matches!(after.cert_status, CertStatus::Revoked(_)));
}

#[test]
fn a_whole_answer_ends_when_it_is_due_and_with_the_responders_it_came_from() {
    let mut world = world();
    let act = world.act(DAY);
    let (desk, request, first) = with_a_whole_answer(&mut world, &act);
    let due = later(&act, world.policy.ocsp_reuse());
    desk.answers.synchronise(&mut world.db, &due).unwrap();
    assert!(at_once(&desk, &request, &due).is_none(), "a newer one can be said");
    // Those who were loaded again may be others: it is put together anew, around the same signature.
    let soon = later(&act, Duration::from_secs(31));
    desk.answers.synchronise(&mut world.db, &soon).unwrap();
    assert_eq!(at_once(&desk, &request, &soon), Some(first));
}
