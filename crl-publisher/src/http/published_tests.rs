//! That a version of a published file is read once, however many ask for it.

use std::fs;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use store::Database;

use super::oppositions::VerifiedFiles;
use super::published::PublishedFiles;
use super::target::{PublishedName, Target};
use crate::fixture::{ISSUING, World};
use crate::pool::Pool;
use crate::publish::list_file::{ListFile, ListForm};

const HERD: usize = 16;

/// What each of a herd gets that asks at the same time.
fn herd<T: Send>(ask: impl Fn() -> T + Sync) -> Vec<T> {
    let together = Barrier::new(HERD);
    let one = || {
        together.wait();
        ask()
    };
    std::thread::scope(|scope| {
        let herd: Vec<_> = (0..HERD).map(|_| scope.spawn(one)).collect();
        herd.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn name(path: &str) -> PublishedName {
    let Target::Published(name) = Target::of(path) else { panic!("{path}") };
    name
}

/// Connections of a status role.
pub(super) fn pool(world: &World) -> Pool<Database> {
    let url = format!("sqlite:{}", world.path("igc.sqlite").display());
    Pool::new(4, Box::new(move || Ok(Database::open(&url, store::DatabaseRole::Status)?)))
}

fn world() -> World {
    let mut world = World::new();
    world.oppose(1, "2600000017");
    let act = world.act(Duration::ZERO);
    world.publish_crls_and_list(&act);
    world
}

#[test]
fn a_herd_that_asks_for_a_file_has_it_read_once() {
    let world = world();
    // Large enough that each of the herd comes while it is read and hashed.
    let chain = world.folder.ca_path("chain.pem");
    fs::create_dir_all(chain.parent().unwrap()).unwrap();
    fs::write(&chain, vec![b'-'; 30_000_000]).unwrap();
    let (files, pool) = (PublishedFiles::default(), pool(&world));
    for path in ["/ca/chain.pem".to_owned(), format!("/crl/{ISSUING}.crl")] {
        let name = name(&path);
        let got = herd(|| files.get(&world.folder, &pool, &name).unwrap().unwrap());
        assert!(got.iter().all(|file| Arc::ptr_eq(file, &got[0])), "one reading of {path}");
    }
}

#[test]
fn a_herd_that_asks_for_a_list_has_it_read_and_verified_once() {
    let world = world();
    let (files, pool) = (VerifiedFiles::default(), pool(&world));
    let full = ListFile::Full(ListForm::Json);
    let got = herd(|| files.get(&world.folder, &pool, full).unwrap().unwrap());
    assert!(got.iter().all(|file| Arc::ptr_eq(file, &got[0])), "one reading");
}
