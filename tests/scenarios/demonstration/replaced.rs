//! A demonstration replaces what a demonstration left in a folder that a demonstration made, and nothing else.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use acceptance::harness::{self, DatabaseKind, Finished, empty_database, folder, igc, run};
use diesel::connection::SimpleConnection;
use tempfile::TempDir;

use super::{copy_of, on_sqlite};

const MARK: &str = "made-by-igc-demo.txt";

fn play(dir: &Path) -> Finished {
    run(igc().args(["-o", "json", "demo", "--once", "--dir"]).arg(dir))
}

/// Plays in `dir`, which must be refused, with these words and nothing done.
#[track_caller]
fn refused(dir: &Path, words: &str) {
    let before = listing(dir);
    let finished = play(dir).expect_exit(4);
    assert!(finished.stderr.contains("folder-not-ours"), "{}", finished.stderr);
    assert!(finished.stderr.contains(words), "{}", finished.stderr);
    assert!(listing(dir) == before, "something was done in {}", dir.display());
}

fn listing(dir: &Path) -> String {
    run(std::process::Command::new("find").arg(dir).args(["-printf", "%p %s %T@\\n"])).stdout
}

/// A copy of a demonstration, as it was left.
fn left() -> TempDir {
    copy_of(on_sqlite())
}

#[test]
fn a_demonstration_is_replaced_by_the_next() {
    let copy = left();
    let first = fs::read(copy.path().join("public/ca/ACR-FO.cer")).unwrap();
    // What a worker that was killed leaves.
    fs::write(copy.path().join("public/crl/.ACI-FO-PP.crl.new"), "half").unwrap();
    play(copy.path()).expect_exit(0);
    assert_ne!(fs::read(copy.path().join("public/ca/ACR-FO.cer")).unwrap(), first, "keys are made anew");
    assert!(!copy.path().join("public/crl/.ACI-FO-PP.crl.new").exists());
}

#[test]
fn a_folder_that_no_demonstration_made_is_left_alone() {
    let place = folder();
    fs::write(place.path().join("thesis.txt"), "ten years of work").unwrap();
    refused(place.path(), "no demonstration made it");
}

#[test]
fn what_somebody_else_put_into_the_folder_of_a_demonstration_outlives_it() {
    let copy = left();
    let foreign =
        ["thesis.txt", "certificates/notes.txt", "tokens/backup/key.pem", "future/thesis.txt", "x/y"];
    for path in foreign.map(|name| copy.path().join(name)) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "ten years of work").unwrap();
    }
    for _ in 0..2 {
        play(copy.path()).expect_exit(0);
        for path in foreign.map(|name| copy.path().join(name)) {
            assert_eq!(fs::read_to_string(&path).unwrap(), "ten years of work", "{}", path.display());
        }
    }
}

#[test]
fn a_production_folder_stays_whatever_its_configuration_says() {
    let place = folder();
    let dir = place.path().join("production");
    run(igc().args(["init", "--dir"]).arg(&dir)).expect_exit(0);
    refused(&dir, "no demonstration made it");
    let config = dir.join("igc.toml");
    let demo = fs::read_to_string(on_sqlite().dir().join("igc.toml")).unwrap();
    fs::write(&config, demo).unwrap();
    refused(&dir, "no demonstration made it");
}

#[test]
fn a_demonstration_that_was_made_a_production_folder_stays() {
    let copy = left();
    let config = copy.path().join("igc.toml");
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("kind = \"demo\"", "kind = \"production\"")).unwrap();
    refused(copy.path(), "is no demonstration");
    fs::write(&config, "kind = ").unwrap();
    refused(copy.path(), "does not read");

    let copy = left();
    fs::write(copy.path().join(MARK), "mine now").unwrap();
    refused(copy.path(), MARK);
    fs::remove_file(copy.path().join(MARK)).unwrap();
    refused(copy.path(), "no demonstration made it");
}

#[test]
fn a_link_is_followed_neither_at_the_folder_nor_in_it() {
    let (copy, elsewhere) = (left(), folder());
    let link = elsewhere.path().join("link");
    symlink(copy.path(), &link).unwrap();
    refused(&link, "it is a link");
    refused(&elsewhere.path().join("link/"), "it is a link");

    fs::write(elsewhere.path().join("key.pem"), "ten years of work").unwrap();
    let certificates = copy.path().join("certificates");
    symlink(elsewhere.path().join("key.pem"), certificates.join("AA.pem")).unwrap();
    refused(copy.path(), "certificates/AA.pem");
    fs::remove_dir_all(&certificates).unwrap();
    symlink(elsewhere.path(), &certificates).unwrap();
    refused(copy.path(), "certificates");
}

#[test]
fn neither_the_root_nor_the_home_is_ever_a_demonstrations_folder() {
    let finished = play(Path::new("/")).expect_exit(4);
    assert!(finished.stderr.contains("the root of the file system"), "{}", finished.stderr);
    let home = folder();
    let finished =
        run(igc().args(["-o", "json", "demo", "--once", "--dir"]).arg(home.path()).env("HOME", home.path()))
            .expect_exit(4);
    assert!(finished.stderr.contains("it is your home"), "{}", finished.stderr);
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn a_demonstration_that_is_served_is_not_replaced_under_it() {
    let copy = left();
    let ports = [harness::free_port(), harness::free_port(), harness::free_port()];
    let config = copy.path().join("igc.toml");
    let mut text = fs::read_to_string(&config).unwrap();
    for (from, to) in ["8443", "8080", "8081"].iter().zip(ports) {
        text = text.replace(&format!("127.0.0.1:{from}"), &format!("127.0.0.1:{to}"));
    }
    fs::write(&config, text).unwrap();
    let mut serving = harness::start(igc().args(["serve", "--role", "status", "--dir"]).arg(copy.path()));
    harness::wait_for_port(ports[1], std::time::Duration::from_secs(30));
    let busy = play(copy.path()).expect_exit(7);
    assert!(busy.stderr.contains("folder-in-use"), "{}", busy.stderr);
    assert!(copy.path().join("report.json").exists());
    serving.stop(std::time::Duration::from_secs(30));
    play(copy.path()).expect_exit(0);
}

#[test]
fn a_database_beside_it_that_no_demonstration_made_is_left_alone() {
    let database = empty_database(DatabaseKind::Postgresql);
    let (address, parameters) = database.url().split_once('?').unwrap();
    let name = address.rsplit_once('/').unwrap().1;
    let mut server = database.open(store::DatabaseRole::Owner);
    server.batch_execute(&format!("CREATE DATABASE {name}_future")).unwrap();
    let place = folder();
    let dir = place.path().join("demo");
    let refused = run(igc()
        .args(["-o", "json", "demo", "--once", "--dir"])
        .arg(&dir)
        .args(["--database", database.url()]))
    .expect_exit(1);
    assert!(refused.stderr.contains("no demonstration made it"), "{}", refused.stderr);
    let future = format!("{address}_future?{parameters}");
    store::Database::open(&future, store::DatabaseRole::Owner).expect("it still stands");
    server.batch_execute(&format!("DROP DATABASE {name}_future")).unwrap();
}

#[test]
fn a_demonstration_on_another_port_certifies_addresses_of_that_port() {
    let (place, port) = (folder(), harness::free_port());
    let dir = place.path().join("demo");
    let report =
        run(igc().args(["-o", "json", "demo", "--once", "--port", &port.to_string(), "--dir"]).arg(&dir))
            .expect_exit(0)
            .json();
    assert_eq!(report["urls"]["status"], format!("http://localhost:{port}"));
    let mut read = 0;
    for entry in fs::read_dir(dir.join("certificates")).unwrap() {
        let file = entry.unwrap().path();
        let text = harness::openssl(["x509", "-noout", "-text", "-in", file.to_str().unwrap()])
            .expect_exit(0)
            .stdout;
        assert!(!text.contains("localhost:8080"), "{}: {text}", file.display());
        read += usize::from(text.contains(&format!("http://localhost:{port}/ocsp")));
    }
    assert!(read > 0, "a card's certificate says where its status is asked");
    let served = fs::read_to_string(dir.join("igc.toml")).unwrap();
    assert!(served.contains(&format!("status = \"127.0.0.1:{port}\"")), "{served}");
    run(igc().args(["-o", "json", "demo", "--once", "--port", "0", "--dir"]).arg(&dir)).expect_exit(2);
}
