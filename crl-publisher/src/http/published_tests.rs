//! That a version of a published file is read once, however many ask for it, and remembered where it is refused.

use std::fs::{self, File};
use std::path::Path;
use std::sync::{Arc, Barrier};
use std::time::{Duration, SystemTime};

use store::Database;

use super::oppositions::VerifiedFiles;
use super::published::PublishedFiles;
use super::target::{PublishedName, Target};
use crate::crl::CrlKind;
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
    let (files, name) = (PublishedFiles::default(), name("/ca/chain.pem"));
    let got = herd(|| files.get(&world.folder, &name).unwrap().unwrap());
    assert!(got.iter().all(|file| Arc::ptr_eq(file, &got[0])), "one reading");
}

#[test]
fn a_herd_that_asks_for_a_list_has_it_read_and_verified_once() {
    let world = world();
    let url = format!("sqlite:{}", world.path("igc.sqlite").display());
    let open = move || Ok(Database::open(&url, store::DatabaseRole::Status)?);
    let (files, pool) = (VerifiedFiles::default(), Pool::new(4, Box::new(open)));
    let full = ListFile::Full(ListForm::Json);
    let got = herd(|| files.get(&world.folder, &pool, full).unwrap().unwrap());
    assert!(got.iter().all(|file| Arc::ptr_eq(file, &got[0])), "one reading");
}

/// The same file to whoever looks at its inode, size and time, with other octets in it.
fn overwrite(path: &Path, octets: &[u8], modified: SystemTime) {
    fs::write(path, octets).unwrap();
    File::options().write(true).open(path).unwrap().set_modified(modified).unwrap();
}

#[test]
fn a_version_that_is_refused_is_not_read_again_and_another_is() {
    let world = world();
    let path = world.folder.crl_path(ISSUING, CrlKind::Full);
    let good = fs::read(&path).unwrap();
    let modified = fs::metadata(&path).unwrap().modified().unwrap();
    let mut damaged = good.clone();
    damaged[0] = 0;
    overwrite(&path, &damaged, modified);
    let (files, name) = (PublishedFiles::default(), name(&format!("/crl/{ISSUING}.crl")));
    let refused = files.get(&world.folder, &name).unwrap_err().to_string();
    overwrite(&path, &good, modified);
    assert_eq!(files.get(&world.folder, &name).unwrap_err().to_string(), refused);
    overwrite(&path, &good, modified + Duration::from_secs(1));
    assert_eq!(files.get(&world.folder, &name).unwrap().unwrap().body, good);
}
