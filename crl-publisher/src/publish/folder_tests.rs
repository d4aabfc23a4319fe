//! The folder: what stands there, what a crash left, and two workers at once.

use ca_core::authority;
use diesel::connection::SimpleConnection;

use super::tests::{DAY, SECOND, publish, publish_now, published, run};
use super::*;
use crate::crl::{CrlError, CrlKind, CrlRefused, Scope, record};
use crate::fixture::{ISSUING, OTHER, World, rng};

#[test]
fn what_could_not_be_written_to_the_folder_is_not_reported_as_published() {
    let mut world = World::new();
    let in_the_way = world.folder.crl_path(ISSUING, CrlKind::Full);
    std::fs::create_dir_all(&in_the_way).unwrap();
    let report = publish_now(&mut world, SECOND);
    let issued: Vec<_> = report.issued.iter().map(|crl| (crl.issuer.as_str(), crl.kind)).collect();
    assert_eq!(issued, [(OTHER, CrlKind::Full), (OTHER, CrlKind::Delta)]);
    assert_eq!(report.failures.len(), 1);
    std::fs::remove_dir(&in_the_way).unwrap();
    let act = world.act(2 * SECOND);
    assert_eq!(run(&mut world, &act).republished.len(), 2, "they were recorded");
}

#[test]
fn a_slower_worker_does_not_put_its_crl_in_the_place_of_a_newer_one() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let act = world.act(2 * SECOND);
    let mut slower = world.issue_crls(&authority, &Scope::All, &[CrlKind::Full], &act).unwrap();
    record::insert(&mut world.db, &authority, &slower, &mut rng(), &act).unwrap();
    assert!(publish_now(&mut world, 3 * SECOND).failures.is_empty());
    let newer = published(&world, ISSUING, CrlKind::Full);
    assert_eq!(crls::put_out(&world.folder, &authority, slower.remove(0)).unwrap(), None);
    assert_eq!(published(&world, ISSUING, CrlKind::Full), newer);
}

#[test]
fn a_link_or_a_pipe_in_the_place_of_a_crl_is_not_followed_but_replaced() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let path = world.folder.crl_path(ISSUING, CrlKind::Full);
    let good = published(&world, ISSUING, CrlKind::Full);
    let elsewhere = world.path("elsewhere.crl");
    std::fs::rename(&path, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
    let act = world.act(2 * SECOND);
    assert_eq!(run(&mut world, &act).republished.len(), 1);
    assert!(std::fs::symlink_metadata(&path).unwrap().is_file());
    std::fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    assert_eq!(run(&mut world, &act).republished.len(), 1);
    assert_eq!(published(&world, ISSUING, CrlKind::Full), good);
}

#[test]
fn a_record_that_says_something_else_than_its_crl_is_not_published() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    world
        .db
        .batch_execute(
            "INSERT INTO crls (issuer, scope, kind, number, base_number, this_update, next_update, entries, log_sequence, der, recorded_at)
             SELECT issuer, scope, kind, number + 9, base_number, this_update, next_update, entries, log_sequence, der, recorded_at
             FROM crls WHERE issuer = 'ACI-FO-PP' AND kind = 'full'",
        )
        .unwrap();
    std::fs::remove_file(world.folder.crl_path(ISSUING, CrlKind::Full)).unwrap();
    let act = world.act(2 * SECOND);
    let report = run(&mut world, &act);
    let [failure] = report.failures.as_slice() else { panic!("{report:?}") };
    assert!(matches!(failure.error, CrlError::Refused(CrlRefused::Field("number"))), "{failure:?}");
    assert!(!world.folder.crl_path(ISSUING, CrlKind::Full).exists());
}

#[test]
fn a_file_that_is_no_crl_of_the_authority_is_replaced() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let good = published(&world, ISSUING, CrlKind::Full);
    let mut altered = good.clone();
    *altered.last_mut().unwrap() ^= 1;
    let delta = published(&world, ISSUING, CrlKind::Delta);
    for bytes in [b"garbage".to_vec(), altered, published(&world, OTHER, CrlKind::Full), delta] {
        std::fs::write(world.folder.crl_path(ISSUING, CrlKind::Full), bytes).unwrap();
        let act = world.act(2 * SECOND);
        assert_eq!(run(&mut world, &act).republished.len(), 1);
        assert_eq!(published(&world, ISSUING, CrlKind::Full), good);
    }
}

#[test]
fn what_a_crash_left_between_record_and_publication_is_published_by_the_next_run() {
    let mut world = World::new();
    publish(&mut world, SECOND);
    let authority = authority::load(&mut world.db, ISSUING).unwrap();
    let act = world.act(DAY);
    let kinds = [CrlKind::Full, CrlKind::Delta];
    let issued = world.issue_crls(&authority, &Scope::All, &kinds, &act).unwrap();
    record::insert(&mut world.db, &authority, &issued, &mut rng(), &act).unwrap();
    let number = issued[0].number();
    let recorded: Vec<Vec<u8>> = issued.iter().map(|crl| crl.der().to_vec()).collect();
    drop(issued); // the crash

    let act = world.act(DAY + SECOND);
    let report = run(&mut world, &act);
    let republished: Vec<_> =
        report.republished.iter().map(|crl| (crl.issuer.as_str(), crl.kind, crl.number)).collect();
    assert_eq!(republished, [(ISSUING, CrlKind::Full, number), (ISSUING, CrlKind::Delta, number)]);
    assert_eq!(published(&world, ISSUING, CrlKind::Full), recorded[0]);
    assert_eq!(published(&world, ISSUING, CrlKind::Delta), recorded[1]);
    assert!(report.issued.iter().all(|crl| crl.issuer != ISSUING), "nothing more is due");
}
