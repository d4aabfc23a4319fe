//! What is served of the folder: only what the list signer has signed, and no older list after a newer one.

use std::fs;
use std::time::Duration;

use super::super::super::tests::Server;
use crate::fixture::rng;
use crate::publish::publish_opposition_list;

fn publish(server: &mut Server, later: Duration) {
    let world = &mut server.world;
    let act = world.act(later);
    publish_opposition_list(&mut world.db, &mut world.signer, &world.folder, &world.policy, &mut rng(), &act)
        .unwrap();
}

#[test]
fn a_list_that_was_altered_is_not_served_and_the_one_before_it_is() {
    let server = Server::start();
    let good = server.get("/oppositions/full.csv");
    let altered = String::from_utf8(good.body.clone()).unwrap().replace("2600000017", "2600000999");
    for name in ["full.csv", "full.json", "full.bin", "changes/0.csv"] {
        fs::write(server.world.folder.oppositions_path(name), &altered).unwrap();
    }
    let again = server.get("/oppositions/full.csv");
    assert_eq!((again.status, again.body), (200, good.body), "what was verified before");
    // `full.csv` ends with `full.json`, which was verified with it.
    assert_eq!(server.get("/oppositions/full.json").status, 200);
    for name in ["full.bin", "changes/0.csv", "full.bin.p7s"] {
        let got = server.get(&format!("/oppositions/{name}"));
        assert_eq!((got.status, got.header("cache-control").as_deref()), (503, Some("no-store")), "{name}");
    }
    assert_eq!(server.get("/oppositions/changes/1.csv").status, 404);
}

#[test]
fn an_older_list_is_not_served_after_a_newer_one() {
    let mut server = Server::start();
    let files = ["full.csv", "full.json", "full.bin", "changes/0.json"];
    let path = |server: &Server, name: &str| server.world.folder.oppositions_path(name);
    let both = |name: &'static str| [name.to_owned(), format!("{name}.p7s")];
    let all: Vec<String> = files.into_iter().flat_map(both).collect();
    let old: Vec<Vec<u8>> = all.iter().map(|name| fs::read(path(&server, name)).unwrap()).collect();
    server.world.oppose(3, "2600000033");
    publish(&mut server, Duration::from_secs(2));
    let newer: Vec<Vec<u8>> =
        all.iter().map(|name| server.get(&format!("/oppositions/{name}")).body).collect();
    for (name, old) in all.iter().zip(&old) {
        // As the worker does: another file in its place.
        fs::remove_file(path(&server, name)).unwrap();
        fs::write(path(&server, name), old).unwrap();
    }
    for (name, newer) in all.iter().zip(&newer) {
        assert_eq!(&server.get(&format!("/oppositions/{name}")).body, newer, "{name}");
    }
}

#[test]
fn a_page_of_the_changes_does_not_pass_for_the_full_list_though_both_read_alike() {
    let mut server = Server::start();
    server.world.oppose(1001, "2600000033");
    publish(&mut server, Duration::from_secs(2));
    let full = server.get("/oppositions/full.csv");
    for end in ["", ".p7s"] {
        let path = |name: &str| server.world.folder.oppositions_path(&format!("{name}{end}"));
        fs::remove_file(path("full.csv")).unwrap();
        fs::copy(path("changes/1.csv"), path("full.csv")).unwrap();
    }
    let again = server.get("/oppositions/full.csv");
    assert_eq!((again.status, again.body), (200, full.body), "the cards of page 0 would be missing");
}

#[test]
fn a_new_list_is_served_at_once_and_kept_no_longer_than_until_its_next_update() {
    let mut server = Server::start();
    let before = server.get("/oppositions/full.json");
    assert_eq!(
        before.header("cache-control").unwrap(),
        "max-age=300, public, no-transform, must-revalidate",
        "the next update is a day away"
    );
    server.world.oppose(3, "2600000033");
    server.world.policy.opposition_list.valid = Duration::from_secs(100);
    publish(&mut server, Duration::from_secs(2));
    let after = server.get("/oppositions/full.json");
    assert_ne!(after.body, before.body);
    for name in ["full.json", "full.csv", "full.bin"] {
        for name in [name.to_owned(), format!("{name}.p7s")] {
            let kept = server.get(&format!("/oppositions/{name}")).header("cache-control").unwrap();
            let seconds = kept.strip_prefix("max-age=").unwrap().split(',').next().unwrap();
            assert!((80..=100).contains(&seconds.parse().unwrap()), "{name}: {kept}");
        }
    }
}
