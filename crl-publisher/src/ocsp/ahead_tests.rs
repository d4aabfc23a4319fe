//! What is signed before anybody asks, and what is not.

use std::sync::atomic::Ordering;
use std::time::Duration;

use ca_core::revocation::RevocationReason;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use diesel::connection::SimpleConnection;
use store::Act;

use super::ahead::{CertIdHash, Halt, Rounds, SigningAhead, Step};
use super::kept_tests::{DAY, Desk, about, desk, desk_of, later, verified, world};
use super::response::CertStatus;
use crate::fixture::{ISSUING, World};

fn rounds(hashes: &[CertIdHash]) -> Rounds {
    Rounds::new(SigningAhead { hashes: hashes.to_vec(), per_second: 100 })
}

/// A whole round; how many it signed, and how long it waits for the next.
fn round(rounds: &mut Rounds, desk: &Desk, act: &Act) -> (u64, Duration) {
    let before = signed(desk);
    loop {
        if let Step::Over(rest) = rounds.step(&desk.answers, act).unwrap() {
            return (signed(desk) - before, rest);
        }
    }
}

/// Issues so many certificates.
fn issue(world: &mut World, count: usize) {
    let ends = world.start.plus(300 * DAY);
    world.db.batch_execute("BEGIN IMMEDIATE").unwrap();
    (0..count).for_each(|n| world.issue(ISSUING, &format!("1E{n:04X}"), ends));
    world.db.batch_execute("COMMIT").unwrap();
}

fn signed(desk: &Desk) -> u64 {
    desk.answers.ahead.signed.load(Ordering::Relaxed)
}

/// Whether memory alone says this of a certificate, under a signature that verifies.
fn from_memory(world: &World, desk: &Desk, serial: &[u8], act: &Act) -> Option<CertStatus> {
    let answer = desk.answers.at_once(&about(world, ID_SHA_1, serial), act.at).ok()?;
    Some(verified(&answer).tbs_response_data.responses.remove(0).cert_status)
}

#[test]
fn after_a_round_the_first_who_asks_waits_for_no_signature() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    assert!(matches!(rounds.step(&desk.answers, &act), Err(Halt::NotYet)), "nothing is known yet");
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    assert!(from_memory(&world, &desk, &[0x1D, 0x01], &act).is_none());
    let (signed, rest) = round(&mut rounds, &desk, &act);
    assert!(signed >= 2, "those two, and what the responders have themselves: {signed}");
    assert_eq!(rest, Duration::from_secs(900));
    assert!(matches!(from_memory(&world, &desk, &[0x1D, 0x01], &act), Some(CertStatus::Good(_))));
    assert!(matches!(from_memory(&world, &desk, &[0x1D, 0x02], &act), Some(CertStatus::Revoked(_))));
    assert!(
        from_memory(&world, &desk, &[0x1D, 0xFF], &act).is_none(),
        "of what was never issued nothing is known"
    );
    let sha256 = about(&world, ID_SHA_256, &[0x1D, 0x01]);
    assert!(desk.answers.at_once(&sha256, act.at).is_err(), "nobody asked for that form ahead");
    assert_eq!(round(&mut rounds, &desk, &act).0, 0, "what is kept is not signed again");
}

#[test]
fn each_form_that_is_wanted_is_signed() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    round(&mut rounds(&[CertIdHash::Sha1, CertIdHash::Sha256]), &desk, &act);
    for hash in [ID_SHA_1, ID_SHA_256] {
        assert!(desk.answers.at_once(&about(&world, hash, &[0x1D, 0x01]), act.at).is_ok(), "{hash}");
    }
}

#[test]
fn an_answer_is_signed_anew_before_it_is_due() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    let (all, _) = round(&mut rounds, &desk, &act);
    let reuse = world.policy.ocsp_reuse();
    for (quarter, expected) in [(1, 0), (2, all), (3, 0), (4, all)] {
        let then = later(&act, reuse / 4 * quarter);
        desk.answers.synchronise(&mut world.db, &then).unwrap();
        let met = from_memory(&world, &desk, &[0x1D, 0x01], &then);
        assert!(met.is_some(), "due in the {quarter}th quarter, before its round");
        assert_eq!(round(&mut rounds, &desk, &then).0, expected, "in the {quarter}th quarter");
    }
}

#[test]
fn a_revocation_is_told_whatever_was_signed_ahead() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    round(&mut rounds, &desk, &act);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    assert!(
        from_memory(&world, &desk, &[0x1D, 0x01], &act).is_none(),
        "the good answer is of no use any more"
    );
    assert_eq!(round(&mut rounds, &desk, &act).0, 1);
    assert!(matches!(from_memory(&world, &desk, &[0x1D, 0x01], &act), Some(CertStatus::Revoked(_))));
}

#[test]
fn what_has_ended_is_left_to_whoever_asks() {
    let mut world = world();
    let at = world.start;
    world.issue(ISSUING, "1D07", at.plus(DAY / 2));
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    round(&mut rounds(&[CertIdHash::Sha1]), &desk, &act);
    assert!(from_memory(&world, &desk, &[0x1D, 0x07], &act).is_none());
    assert!(from_memory(&world, &desk, &[0x1D, 0x01], &act).is_some());
}

#[test]
fn a_certificate_that_came_since_is_in_the_next_round() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    round(&mut rounds, &desk, &act);
    let ends = world.start.plus(300 * DAY);
    world.issue(ISSUING, "1D09", ends);
    assert_eq!(round(&mut rounds, &desk, &act).0, 1);
    assert!(matches!(from_memory(&world, &desk, &[0x1D, 0x09], &act), Some(CertStatus::Good(_))));
}

#[test]
fn half_of_the_room_is_left_to_what_is_asked_for() {
    let mut world = world();
    issue(&mut world, 1_200);
    let cache = 512 * 1024;
    let (desk, act) = (desk_of(&world, Duration::ZERO, cache), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    let (signed, _) = round(&mut rounds, &desk, &act);
    let left_out = desk.answers.ahead.left_out.load(Ordering::Relaxed);
    assert!(signed > 50 && left_out > 200, "{signed} were signed, and {left_out} left out");
    let (_, octets) = desk.answers.kept();
    assert!(octets <= cache / 2, "{octets}");
    assert_eq!(round(&mut rounds, &desk, &act).0, 0, "and no answer pushes out another, round after round");
    verified(&desk.ask(&about(&world, ID_SHA_1, &[0x1E, 0x04, 0xAF]), &act));
}

#[test]
fn a_token_that_comes_back_is_found_by_the_next_round() {
    let mut world = world();
    world.signer.gone = true;
    let (away, act) = (desk(&world), world.act(DAY));
    away.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    let (signed, rest) = round(&mut rounds, &away, &act);
    assert_eq!((signed, rest), (0, Duration::from_secs(60)), "the round ends, and the next comes soon");
    world.signer.gone = false;
    let back = desk(&world);
    back.answers.synchronise(&mut world.db, &act).unwrap();
    assert!(round(&mut rounds, &back, &act).0 > 0);
}

#[test]
fn no_more_are_signed_than_the_pace_allows() {
    let mut world = world();
    issue(&mut world, 100);
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    let mut waited = Duration::ZERO;
    while let Step::More(pause) = rounds.step(&desk.answers, &act).unwrap() {
        waited += pause;
    }
    let pace = Duration::from_millis(10 * signed(&desk));
    assert!(waited >= pace && signed(&desk) > 100, "{} signatures in {waited:?}", signed(&desk));
}

#[test]
fn while_the_database_is_away_nothing_is_signed_and_the_round_goes_on_after() {
    let mut world = world();
    let (desk, act) = (desk(&world), world.act(DAY));
    desk.answers.synchronise(&mut world.db, &act).unwrap();
    let mut rounds = rounds(&[CertIdHash::Sha1]);
    desk.cut();
    assert!(matches!(rounds.step(&desk.answers, &act), Err(Halt::NoDatabase)));
    desk.give_back();
    assert!(round(&mut rounds, &desk, &act).0 > 0);
}
