//! What comes back, what does not, and how long it may take.

use std::cell::Cell;
use std::fs;

use ca_core::revocation::RevocationReason;

use super::super::fixture::{Backup, FaultyStore, follow, publish};
use super::*;
use crate::fixture::{ISSUING, OTHER, World};

const DAY: Duration = Duration::from_secs(86_400);
const SECOND: Duration = Duration::from_secs(1);

/// A world that was put back to before a revocation and an opposition, which the store has; when it is.
fn put_back(store: &FaultyStore) -> (World, Timestamp) {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    world.oppose(1, "2600000017");
    publish(&mut world, SECOND);
    let backup = Backup::of(&mut world);
    world.oppose(2, "2600000025");
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let (act, _) = publish(&mut world, 2 * SECOND);
    follow(&mut world, &mut store.mirror(), &act);
    backup.restore(&mut world);
    store.asked();
    (world, act.at)
}

fn take_back(world: &mut World, mirror: &mut Mirror, now: Timestamp) -> Brought {
    let latest = now.plus(world.policy.clock_tolerance);
    let errand = Errand { latest, within: 60 * SECOND, goes_on: &|| true, authority: None };
    mirror.take_back(&mut world.db, &world.folder, &errand).unwrap()
}

#[test]
fn every_file_of_the_list_comes_back_and_none_in_the_store_goes_back() {
    let store = FaultyStore::start();
    let (mut world, now) = put_back(&store);
    let (mut mirror, before) = (store.mirror(), store.objects());
    let brought = take_back(&mut world, &mut mirror, now);
    assert!(brought.is_complete(), "{brought:?}");
    for name in before.keys().filter(|name| name.starts_with("oppositions/") || name.starts_with("crl/")) {
        assert!(fs::read(world.folder.root().join(name)).unwrap() == before[name], "{name} is not back");
    }
    assert_eq!(brought.taken.iter().filter(|name| *name == FULL_LIST).count(), 1, "{:?}", brought.taken);
    let act = world.act(3 * SECOND);
    let done = follow(&mut world, &mut mirror, &act);
    assert_eq!((done.replaced.len(), done.ahead.len(), done.kept.len()), (0, 0, 0), "{done:?}");
    assert_eq!(store.objects(), before);
}

#[test]
fn what_one_object_fails_at_keeps_no_other_back_and_it_alone_is_asked_about_again() {
    let store = FaultyStore::start();
    let (mut world, now) = put_back(&store);
    let (mut mirror, delta) = (store.mirror(), format!("crl/{ISSUING}-delta.crl"));
    store.refuse(&delta, true);
    let brought = take_back(&mut world, &mut mirror, now);
    let failed: Vec<&str> = brought.failures.iter().map(|failure| failure.object.as_str()).collect();
    assert_eq!((failed, brought.is_complete()), (vec![delta.as_str()], false));
    assert!(brought.taken.contains(&format!("crl/{ISSUING}.crl")), "{:?}", brought.taken);
    // What ends certificates now was asked about first.
    let asked = store.asked();
    let place = |name: &str| asked.iter().position(|it| *it == format!("HEAD {name}")).unwrap();
    assert!(place(&format!("crl/{OTHER}-delta.crl")) < place(FULL_LIST), "{asked:?}");
    assert!(place(FULL_LIST) < place(&format!("crl/{OTHER}.crl")), "{asked:?}");

    store.refuse(&delta, false);
    let brought = take_back(&mut world, &mut mirror, now);
    assert_eq!((&brought.taken, brought.is_complete()), (&vec![delta.clone()], true));
    assert!(store.asked().iter().all(|asked| asked.ends_with(&delta)));
    take_back(&mut world, &mut mirror, now);
    assert!(store.asked().is_empty(), "it was answered for");
}

#[test]
fn a_store_that_keeps_us_waiting_does_so_for_as_long_as_it_may_and_no_longer() {
    let store = FaultyStore::start();
    let (mut world, now) = put_back(&store);
    store.be_slow();
    let (mut mirror, began) = (store.mirror(), Instant::now());
    let errand = Errand { latest: now, within: SECOND, goes_on: &|| true, authority: None };
    let brought = mirror.take_back(&mut world.db, &world.folder, &errand).unwrap();
    assert!(began.elapsed() < 3 * SECOND, "{:?}", began.elapsed());
    assert!(!brought.is_complete() && brought.taken.is_empty() && brought.unasked > 0, "{brought:?}");
}

#[test]
fn who_is_asked_to_end_asks_about_no_further_object_and_a_ceremony_about_its_authority_alone() {
    let store = FaultyStore::start();
    let (mut world, now) = put_back(&store);
    let asks = Cell::new(0);
    let goes_on = || asks.replace(asks.get() + 1) == 0;
    let errand = Errand { latest: now, within: 60 * SECOND, goes_on: &goes_on, authority: None };
    store.mirror().take_back(&mut world.db, &world.folder, &errand).unwrap();
    let names = |asked: Vec<String>| {
        let mut names: Vec<String> =
            asked.iter().map(|asked| asked.split(' ').nth(1).unwrap().to_owned()).collect();
        names.dedup();
        names
    };
    assert_eq!(names(store.asked()).len(), 1);

    let errand = Errand { latest: now, within: 60 * SECOND, goes_on: &|| true, authority: Some(ISSUING) };
    let brought = store.mirror().take_back(&mut world.db, &world.folder, &errand).unwrap();
    let expected = [format!("crl/{ISSUING}-delta.crl"), format!("crl/{ISSUING}.crl")];
    assert_eq!((names(store.asked()), brought.taken), (expected.to_vec(), expected.to_vec()));
}

#[test]
fn a_crl_of_a_clock_that_was_ahead_does_not_come_back_and_what_is_published_takes_its_place() {
    let store = FaultyStore::start();
    let mut world = World::new();
    publish(&mut world, SECOND);
    let backup = Backup::of(&mut world);
    let (act, _) = publish(&mut world, 2 * DAY);
    follow(&mut world, &mut store.mirror(), &act);
    backup.restore(&mut world);

    let (ahead, now) = (store.objects(), world.act(2 * SECOND).at);
    let brought = take_back(&mut world, &mut store.mirror(), now);
    assert!(brought.is_complete() && !brought.taken.iter().any(|name| name.ends_with(".crl")), "{brought:?}");
    let (act, failed) = publish(&mut world, 3 * SECOND);
    assert_eq!(failed, 0, "nothing stands that the clock is behind");
    let done = follow(&mut world, &mut store.mirror(), &act);
    let crl = format!("crl/{ISSUING}.crl");
    assert!(done.replaced.contains(&crl) && done.ahead.is_empty(), "{done:?}");
    assert!(store.objects()[&crl] != ahead[&crl]);
}
