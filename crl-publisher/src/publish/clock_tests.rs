//! Revocations that a clock which was ahead left in the future.

use std::time::Duration;

use ca_core::authority;
use ca_core::revocation::RevocationReason;
use diesel::prelude::*;
use store::schema::crls;
use store::{Act, Timestamp};

use super::crls::publish_crls;
use super::tests::{HOUR, SECOND};
use crate::crl::read::Crl;
use crate::crl::{CrlKind, Scope, record};
use crate::fixture::{ISSUING, OTHER, World, rng};

const DAY: Duration = Duration::from_secs(86_400);

/// Publishes what is due at `later`, for every authority.
fn publish(world: &mut World, later: Duration) -> Act {
    let act = world.act(later);
    let report =
        publish_crls(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), &act)
            .unwrap();
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    act
}

/// The dates of the entries of a published CRL, by serial number, and its thisUpdate.
fn dates(world: &World, issuer: &str, kind: CrlKind) -> (Vec<(String, Timestamp)>, Timestamp) {
    let bytes = std::fs::read(world.folder.crl_path(issuer, kind)).unwrap();
    let crl = Crl::read(&bytes).unwrap();
    let dates = crl.entries().map(|entry| entry.unwrap());
    (dates.map(|entry| (hex::encode_upper(entry.serial), entry.revoked_at)).collect(), crl.this_update)
}

#[test]
fn a_revocation_dated_ahead_of_the_clock_is_published_at_once_and_holds_nobody_up() {
    let mut world = World::new();
    for (issuer, serial) in [(ISSUING, "1D01"), (OTHER, "1D02")] {
        world.issue(issuer, serial, world.start.plus(300 * DAY));
    }
    publish(&mut world, SECOND);
    world.revoke_ahead(ISSUING, "1D01", world.start.plus(2 * DAY));
    let honest = world.revoke(OTHER, "1D02", RevocationReason::Superseded);
    let act = publish(&mut world, 2 * SECOND);
    let (entries, this_update) = dates(&world, ISSUING, CrlKind::Delta);
    assert_eq!(this_update, act.at.whole_second(), "the date that is ahead moves no thisUpdate");
    assert_eq!(entries, [("1D01".to_owned(), this_update)]);
    let (entries, _) = dates(&world, OTHER, CrlKind::Delta);
    assert_eq!(entries, [("1D02".to_owned(), honest.whole_second())]);
}

#[test]
fn it_keeps_the_date_of_the_first_crl_that_showed_it_also_when_its_own_has_come() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    world.revoke_ahead(ISSUING, "1D01", world.start.plus(2 * DAY));
    publish(&mut world, 2 * SECOND);
    let (first, _) = dates(&world, ISSUING, CrlKind::Delta);
    // A delta past the next hour, the full CRLs of the following days.
    for (later, kind) in
        [(2 * HOUR, CrlKind::Delta), (DAY + 2 * SECOND, CrlKind::Full), (3 * DAY, CrlKind::Full)]
    {
        let act = publish(&mut world, later);
        let (entries, this_update) = dates(&world, ISSUING, kind);
        assert_eq!((entries, this_update), (first.clone(), act.at.whole_second()), "{later:?}");
    }
}

#[test]
fn a_revocation_committed_since_the_act_began_keeps_its_own_date() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    let act = world.act(2 * SECOND);
    let committed = act.at.plus(30 * SECOND);
    world.revoke_ahead(ISSUING, "1D01", committed);
    publish(&mut world, 2 * SECOND);
    let expected = (vec![("1D01".to_owned(), committed.whole_second())], committed.whole_second());
    assert_eq!(dates(&world, ISSUING, CrlKind::Delta), expected);
}

/// A run over every authority signs for a while: what is said of a CRL is when it was there.
#[test]
fn a_crl_is_recorded_when_it_was_signed_and_not_when_its_run_began() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let issuing = world.act(2 * SECOND);
    let issued = world.issue_crls(&authority, &Scope::All, &[CrlKind::Full], &issuing).unwrap();
    let now = world.db.now().unwrap();
    let began = Act { at: now.minus(600 * SECOND), ..issuing };
    record::insert(&mut world.db, &authority, &issued, &mut rng(), &began).unwrap();
    let recorded: Timestamp = crls::table
        .filter(crls::issuer.eq(ISSUING).and(crls::number.eq(issued[0].number().cast_signed())))
        .select(crls::recorded_at)
        .first(&mut world.db)
        .unwrap();
    assert!((now..now.plus(60 * SECOND)).contains(&recorded), "{recorded}, not {}", began.at);
}
