//! What alone knows that something has ended stays, whatever number comes next.

use std::time::Duration;

use ca_core::revocation::RevocationReason;

use super::super::fixture::{Backup, FaultyStore, follow, publish};
use super::super::mirror::Kept;
use super::*;
use crate::fixture::{ISSUING, World};

const DAY: Duration = Duration::from_secs(86_400);
const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_crl_that_has_forgotten_a_revocation_does_not_take_the_place_of_the_one_that_has_it() {
    let store = FaultyStore::start();
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(300 * DAY));
    publish(&mut world, SECOND);
    let backup = Backup::of(&mut world);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let (act, _) = publish(&mut world, 2 * SECOND);
    follow(&mut world, &mut store.mirror(), &act);
    backup.restore(&mut world);

    // The store was not reached: a larger number, and one revocation less.
    let (before, mut mirror) = (store.objects(), store.mirror());
    let (act, failed) = publish(&mut world, 3 * SECOND);
    assert_eq!(failed, 0);
    let crls = [format!("crl/{ISSUING}-delta.crl"), format!("crl/{ISSUING}.crl")];
    for _ in 0..2 {
        let done = follow(&mut world, &mut mirror, &act);
        let kept = crls.clone().map(|object| Kept { object, forgotten: "certificate 1D01".to_owned() });
        assert_eq!(done.kept, kept);
    }
    let look = mirror.look(&mut world.db, &world.folder, &world.policy, act.at).unwrap();
    assert_eq!(look.kept.len(), 2);
    let after = store.objects();
    assert!(crls.iter().all(|name| before[name] == after[name]));
    let other = format!("crl/{}.crl", crate::fixture::OTHER);
    assert!(before[&other] != after[&other], "what has lost nothing goes out");

    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let (act, _) = publish(&mut world, 4 * SECOND);
    let done = follow(&mut world, &mut mirror, &act);
    assert!(done.kept.is_empty() && crls.iter().all(|name| done.replaced.contains(name)), "{done:?}");
}

#[test]
fn a_list_that_has_forgotten_a_card_does_not_take_the_place_of_the_one_that_has_it() {
    let store = FaultyStore::start();
    let mut world = World::new();
    world.oppose(1, "2600000017");
    publish(&mut world, SECOND);
    let backup = Backup::of(&mut world);
    world.oppose(2, "2600000025");
    let (act, _) = publish(&mut world, 2 * SECOND);
    follow(&mut world, &mut store.mirror(), &act);
    backup.restore(&mut world);

    // Another card takes the number of the one that was forgotten.
    world.oppose(2, "2600000033");
    let (act, _) = publish(&mut world, 3 * SECOND);
    let (before, mut mirror) = (store.objects(), store.mirror());
    let done = follow(&mut world, &mut mirror, &act);
    let full = Kept { object: FULL_LIST.to_owned(), forgotten: "card 2600000025".to_owned() };
    assert!(done.kept.contains(&full), "{done:?}");
    let after = store.objects();
    for name in before.keys().filter(|name| name.starts_with("oppositions/")) {
        assert!(before[name] == after[name], "{name}");
    }

    world.oppose(3, "2600000025");
    let (act, _) = publish(&mut world, 4 * SECOND);
    let done = follow(&mut world, &mut mirror, &act);
    assert!(done.kept.is_empty() && done.replaced.contains(&FULL_LIST.to_owned()), "{done:?}");
}

#[test]
fn what_is_recorded_here_is_not_fetched_to_be_replaced() {
    let store = FaultyStore::start();
    let mut world = World::new();
    let (act, _) = publish(&mut world, SECOND);
    follow(&mut world, &mut store.mirror(), &act);
    store.asked();
    let (act, _) = publish(&mut world, 2 * SECOND);
    let done = follow(&mut world, &mut store.mirror(), &act);
    let asked = store.asked();
    assert!(done.replaced.contains(&format!("crl/{ISSUING}.crl")), "{done:?}");
    assert!(!asked.iter().any(|asked| asked.starts_with("GET crl/")), "{asked:?}");
}
