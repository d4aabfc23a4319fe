//! A revocation that is public, of a certificate that was issued after the backup.

use ca_core::revocation::RevocationReason;
use store::Fault;

use super::tests::{BOTH, DAY, SECOND, back_up, publish, publish_now, published, restore};
use super::*;
use crate::crl::CrlKind;
use crate::fixture::{ISSUING, World};

#[test]
fn a_restored_backup_that_never_heard_of_a_revoked_certificate_says_so_and_publishes_nothing() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    back_up(&mut world, "backup.sqlite");
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let codes = |report: &CrlReport| -> Vec<&str> {
        report.failures.iter().map(|failure| Fault::code(&failure.error).name).collect()
    };
    // On a delta alone, then on both.
    publish(&mut world, 2 * SECOND);
    let delta = published(&world, ISSUING, CrlKind::Delta);
    publish_now(&mut world, 3 * SECOND);
    let both = BOTH.map(|kind| published(&world, ISSUING, kind));
    restore(&mut world, "backup.sqlite");
    assert_eq!(codes(&publish_now(&mut world, 4 * SECOND)), ["crl-entry-unknown"]);
    assert_eq!(BOTH.map(|kind| published(&world, ISSUING, kind)), both);
    std::fs::remove_file(world.folder.crl_path(ISSUING, CrlKind::Full)).unwrap();
    std::fs::write(world.folder.crl_path(ISSUING, CrlKind::Delta), delta).unwrap();
    assert_eq!(codes(&publish_now(&mut world, 5 * SECOND)), ["crl-entry-unknown"]);
    // What 0079 says where no database knows it: it is public no more.
    BOTH.iter().for_each(|kind| std::fs::remove_file(world.folder.crl_path(ISSUING, *kind)).unwrap());
    assert!(codes(&publish_now(&mut world, 6 * SECOND)).is_empty());
}
