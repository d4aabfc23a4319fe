//! A status role that starts after an older backup was restored: what it says of what CRLs have.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use ca_core::revocation::RevocationReason;
use store::{Database, DatabaseRole};

use super::load::{Loaded, load};
use super::tests::{known, serial};
use super::{Status, Statuses};
use crate::crl::CrlKind;
use crate::fixture::{ISSUING, OTHER, World, rng};
use crate::publish::{publish_crls, publish_crls_now};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// With a shard, and certificates `1D01` to `1D04` and, of the shard, `1D11`.
fn world() -> World {
    let mut world = World::new();
    world.open_shards(ISSUING, 1..=1);
    for one in ["1D01", "1D02", "1D03", "1D04"] {
        world.issue(ISSUING, one, world.start.plus(300 * DAY));
    }
    world.issue_in(ISSUING, 1, "1D11", world.start.plus(300 * DAY));
    world
}

/// Deltas, at this time after the beginning.
fn publish(world: &mut World, later: Duration) {
    let act = world.act(later);
    let World { db, signer, folder, policy, .. } = world;
    assert!(publish_crls(db, signer, folder, policy, &mut rng(), &act).unwrap().failures.is_empty());
}

/// Complete CRLs too.
fn publish_all(world: &mut World, later: Duration) {
    let act = world.act(later);
    let World { db, signer, folder, policy, .. } = world;
    assert!(publish_crls_now(db, signer, folder, policy, &mut rng(), &act).unwrap().failures.is_empty());
}

fn backup(world: &mut World) -> Database {
    let path = world.path("backup.sqlite");
    world.db.copy_into(&path).unwrap();
    Database::open(&format!("sqlite:{}", path.display()), DatabaseRole::Owner).unwrap()
}

/// A status role that starts now.
fn started(world: &mut World) -> Statuses {
    let statuses = Statuses::beside(world.folder.clone());
    statuses.synchronise(&mut world.db, world.start).unwrap();
    statuses
}

fn forgotten(statuses: &Statuses) -> usize {
    statuses.view().unwrap().forgotten
}

#[test]
fn what_a_published_crl_or_delta_has_as_revoked_is_revoked_whatever_the_database_has_forgotten() {
    let mut world = world();
    publish(&mut world, SECOND);
    let older = backup(&mut world);
    world.issue(ISSUING, "1D05", world.start.plus(300 * DAY));
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    world.revoke(ISSUING, "1D11", RevocationReason::Superseded);
    publish_all(&mut world, HOUR);
    // On deltas alone; the second was issued after the backup.
    world.revoke(ISSUING, "1D02", RevocationReason::CessationOfOperation);
    world.revoke(ISSUING, "1D05", RevocationReason::KeyCompromise);
    publish(&mut world, HOUR + SECOND);
    let gone = ["1D01", "1D02", "1D05", "1D11"];
    let said = |statuses: &Statuses| gone.map(|one| known(statuses, ISSUING, one));
    let before = started(&mut world);
    assert_eq!(forgotten(&before), 0, "nothing is forgotten");

    let newer = std::mem::replace(&mut world.db, older);
    let after = started(&mut world);
    assert!(said(&after).iter().all(|one| matches!(one, Some(Status::Revoked { .. }))), "{:?}", said(&after));
    assert_eq!((said(&after), forgotten(&after)), (said(&before), 4));
    assert_eq!(known(&after, ISSUING, "1D03"), Some(Status::Good));
    assert!(!after.synchronise(&mut world.db, world.start).unwrap().loaded);
    assert_eq!(forgotten(&after), 4, "until they are revoked again");
    for one in ["1D01", "1D02", "1D11"] {
        world.revoke(ISSUING, one, RevocationReason::KeyCompromise);
    }
    after.synchronise(&mut world.db, world.start).unwrap();
    assert_eq!((said(&after), forgotten(&after)), (said(&before), 1));
    drop(newer);
}

#[test]
fn a_role_that_reads_everything_anew_counts_what_it_said_and_what_is_published() {
    let mut world = world();
    publish(&mut world, SECOND);
    let older = backup(&mut world);
    let statuses = started(&mut world);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish_all(&mut world, HOUR);
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    statuses.synchronise(&mut world.db, world.start).unwrap();
    world.db = older;
    assert!(statuses.synchronise(&mut world.db, world.start).unwrap().loaded);
    assert_eq!(forgotten(&statuses), 2, "one is said and published, one was said");
}

#[test]
fn a_hold_that_is_published_and_forgotten_goes_on_and_one_that_the_log_has_lifted_does_not() {
    let mut world = world();
    publish(&mut world, SECOND);
    let older = backup(&mut world);
    for one in ["1D01", "1D02", "1D03"] {
        world.hold(ISSUING, one);
    }
    publish_all(&mut world, HOUR);
    // Lifted since that CRL was made: one before the next delta and one on it, and one was ended for good.
    world.release(ISSUING, "1D02");
    world.revoke(ISSUING, "1D03", RevocationReason::Superseded);
    publish(&mut world, HOUR + SECOND);
    world.hold(ISSUING, "1D04");
    publish(&mut world, HOUR + 2 * SECOND);
    world.release(ISSUING, "1D04");
    let before = started(&mut world);
    assert_eq!(forgotten(&before), 0);
    assert_eq!(known(&before, ISSUING, "1D04"), Some(Status::Good), "no CRL says so yet");

    let newer = std::mem::replace(&mut world.db, older);
    let after = started(&mut world);
    assert!(matches!(known(&after, ISSUING, "1D01"), Some(Status::Held { .. })));
    assert_eq!(known(&after, ISSUING, "1D02"), Some(Status::Good), "the delta says that it was lifted");
    assert!(matches!(known(&after, ISSUING, "1D03"), Some(Status::Revoked { .. })));
    assert!(matches!(known(&after, ISSUING, "1D04"), Some(Status::Held { .. })), "whatever came after");
    assert_eq!(forgotten(&after), 3);
    drop(newer);
}

/// The delta of everything, and that of the shard, as they stand.
fn deltas(world: &World) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = [None, Some(1)].map(|shard| world.folder.scoped_crl_path(ISSUING, shard, CrlKind::Delta));
    paths.map(|path| (path.clone(), fs::read(path).unwrap())).into()
}

fn put_back(files: &[(PathBuf, Vec<u8>)]) {
    files.iter().for_each(|(path, der)| fs::write(path, der).unwrap());
}

#[test]
fn a_delta_older_than_the_complete_crl_beside_it_neither_brings_a_lifted_hold_back_nor_lifts_one() {
    let mut world = world();
    world.issue(ISSUING, "1D05", world.start.plus(2 * DAY));
    publish(&mut world, SECOND);
    let older = backup(&mut world);
    let lifted = ["1D01", "1D11"];
    for one in ["1D01", "1D11", "1D02", "1D05"] {
        world.hold(ISSUING, one);
    }
    publish_all(&mut world, HOUR);
    world.release(ISSUING, "1D02");
    world.hold(ISSUING, "1D03");
    publish(&mut world, HOUR + SECOND);
    let stale = deltas(&world);
    lifted.into_iter().for_each(|one| world.release(ISSUING, one));
    world.hold(ISSUING, "1D02");
    // Complete ones until 1D05, which ends meanwhile, has done its time on them (RFC 5280 §3.3).
    for days in [4_u32, 12] {
        publish_all(&mut world, DAY * days);
    }
    put_back(&stale);

    let newer = std::mem::replace(&mut world.db, older);
    let after = started(&mut world);
    for one in lifted {
        assert_eq!(known(&after, ISSUING, one), Some(Status::Good), "{one} is not on the newer complete one");
    }
    assert!(
        matches!(known(&after, ISSUING, "1D02"), Some(Status::Held { .. })),
        "held again since the delta"
    );
    assert!(matches!(known(&after, ISSUING, "1D03"), Some(Status::Held { .. })), "on both");
    assert!(
        matches!(known(&after, ISSUING, "1D05"), Some(Status::Held { .. })),
        "it expired, and was not lifted"
    );
    assert_eq!(forgotten(&after), 3);
    drop(newer);
}

#[test]
fn a_delta_lifts_no_hold_where_no_complete_crl_stands_that_it_starts_from() {
    let mut world = world();
    publish(&mut world, SECOND);
    let older = backup(&mut world);
    world.hold(ISSUING, "1D01");
    publish_all(&mut world, HOUR);
    let path = world.folder.crl_path(ISSUING, CrlKind::Full);
    let stale = fs::read(&path).unwrap();
    // Nobody uses the first ones any more.
    publish_all(&mut world, 12 * DAY);
    let base = fs::read(&path).unwrap();
    world.release(ISSUING, "1D01");
    publish(&mut world, 12 * DAY + SECOND);
    let newer = std::mem::replace(&mut world.db, older);
    for (complete, is_held) in [(&base, false), (&stale, true)] {
        fs::write(&path, complete).unwrap();
        let says = known(&started(&mut world), ISSUING, "1D01");
        assert_eq!(matches!(says, Some(Status::Held { .. })), is_held, "{says:?}");
    }
    drop(newer);
}

#[test]
fn what_is_no_crl_of_the_authority_says_nothing_and_keeps_no_other_from_being_heard() {
    let mut world = world();
    world.issue(OTHER, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    let older = backup(&mut world);
    for issuer in [ISSUING, OTHER] {
        world.revoke(issuer, "1D01", RevocationReason::KeyCompromise);
    }
    publish_all(&mut world, HOUR);
    world.db = older;
    let [full, delta] = [CrlKind::Full, CrlKind::Delta].map(|kind| world.folder.crl_path(ISSUING, kind));
    let mut der = fs::read(&full).unwrap();
    *der.last_mut().unwrap() ^= 1;
    fs::write(&full, der).unwrap();
    fs::write(delta, b"no CRL").unwrap();
    let statuses = started(&mut world);
    assert_eq!(known(&statuses, ISSUING, "1D01"), Some(Status::Good));
    assert!(matches!(known(&statuses, OTHER, "1D01"), Some(Status::Revoked { .. })));
    assert_eq!(forgotten(&statuses), 1);
    assert!(statuses.view().unwrap().image.get(OTHER, &serial("1D01")).is_some());
}

#[test]
fn a_crl_that_was_made_while_everything_was_read_makes_nothing_forgotten() {
    let mut world = world();
    publish(&mut world, SECOND);
    let Loaded { image, mut last, .. } = load(&mut world.db).unwrap();
    let at = world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    publish_all(&mut world, HOUR);
    let statuses = Statuses::beside(world.folder.clone());
    assert!(statuses.lay_published_over(&mut world.db, &image, &mut last).unwrap().is_empty());
    assert_eq!(last.unwrap().occurred_at, at);
    assert!(image.get(ISSUING, &serial("1D01")).unwrap().is_final());
}
