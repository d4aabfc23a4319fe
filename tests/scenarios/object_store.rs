//! What is published stands in a store that speaks S3 as it stands in the public folder, and never goes back there. The
//! store is s3s-fs, which checks each signature and keeps an object as a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Running, free_port, run, start, target_folder, wait_for_port};
use card::CardStatus;
use crl_publisher::crl::read::Crl;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::standstill::until;
use super::workshop::{REVOKER, Workshop, workshop};

const KEY: &str = "igc-publisher";
const SECRET: &str = "a-secret-of-this-test-and-of-nothing-else";

struct Store {
    folder: TempDir,
    port: u16,
    process: Running,
}

impl Store {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("public-files")).unwrap();
        let port = free_port();
        Self { process: serve(folder.path(), port), folder, port }
    }

    /// What stands under `igc/`: name and octets.
    fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        files(&self.folder.path().join("public-files/igc"))
    }
}

fn serve(folder: &Path, port: u16) -> Running {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(target_folder().join("object-store/bin/s3s-fs"));
    command.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
    command.args(["--access-key", KEY, "--secret-key", SECRET]).arg(folder);
    let process = start(&mut command);
    wait_for_port(port, Duration::from_secs(20));
    process
}

/// Every file below a folder that a reader may see.
fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = entry.path().strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            } else if !entry.file_name().to_str().unwrap().starts_with('.') {
                found.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    found
}

fn published(workshop: &Workshop) -> BTreeMap<String, Vec<u8>> {
    files(&workshop.dir().join("public"))
}

/// An installation that publishes to the store as well.
fn publishing_to(store: &Store, secret: &str) -> Workshop {
    let workshop = workshop(DatabaseKind::Sqlite);
    let file = workshop.dir().join("object-store.key");
    fs::write(&file, format!("{secret}\n")).unwrap();
    fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let mut section = toml::toml! {
        bucket = "public-files"
        prefix = "igc/"
        secret_key_file = "object-store.key"
    };
    section.insert("access_key_id".to_owned(), KEY.into());
    section.insert("endpoint".to_owned(), format!("http://127.0.0.1:{}", store.port).into());
    workshop.configure("publication", "object_store", section);
    workshop.job("publication");
    workshop
}

fn code(finished: &acceptance::harness::Finished) -> Value {
    let line = finished.stderr.lines().rfind(|line| line.starts_with('{')).expect("a problem object");
    serde_json::from_str::<Value>(line).unwrap()["code"].clone()
}

fn doctor(workshop: &Workshop) -> String {
    let findings = run(&mut workshop.command(&["doctor"])).json();
    let finding = findings.as_array().unwrap().iter().find(|row| row["what"] == "object store").unwrap();
    format!("{}: {}", finding["verdict"].as_str().unwrap(), finding["found"].as_str().unwrap())
}

#[test]
fn what_is_published_stands_in_the_object_store_octet_for_octet_and_changes_with_it() {
    let store = Store::start();
    let workshop = publishing_to(&store, SECRET);
    assert!(doctor(&workshop).starts_with("warning: "), "{}", doctor(&workshop));
    let done = workshop.job("object-store");
    assert_eq!(store.objects(), published(&workshop));
    let again = workshop.job("object-store");
    assert_eq!((&again["replaced"], &again["failed"]), (&json!([]), &json!([])), "{done}");
    assert!(doctor(&workshop).starts_with("well: "), "{}", doctor(&workshop));

    let card = workshop.cards(CardStatus::Active).remove(0).to_string();
    workshop.igc(&["opposition", "add", &card, "--ground", "stolen", "--as", REVOKER]);
    workshop.job("publication");
    let before = store.objects();
    let replaced = workshop.job("object-store")["replaced"].clone();
    let after = store.objects();
    assert_eq!(after, published(&workshop));
    assert_ne!(before["oppositions/full.csv"], after["oppositions/full.csv"]);
    // Whoever reads them in the order in which they came never sees the list that says how far all are before the others,
    // and what is opposed before the complete CRL, which may be large: the one before it is a base of this delta too.
    let place = |name: &str| replaced.as_array().unwrap().iter().position(|it| it == name);
    assert!(place("oppositions/full.json.p7s") < place("oppositions/full.json"), "{replaced}");
    assert!(place("oppositions/full.csv") < place("oppositions/full.json"), "{replaced}");
    let (full, delta) = (place("crl/ACI-FO-PP.crl"), place("crl/ACI-FO-PP-delta.crl"));
    assert!(delta.is_some() && (full.is_none() || delta < full), "{replaced}");
    assert!(place("oppositions/full.json") < delta, "{replaced}");
}

#[test]
fn an_object_that_cannot_be_replaced_keeps_nothing_else_out_and_is_the_error_in_the_end() {
    let store = Store::start();
    let workshop = publishing_to(&store, SECRET);
    // Nothing can be renamed over it. Of the first CRLs, so that a delta has no base there.
    let stuck = store.folder.path().join("public-files/igc/crl/ACI-FO-PP.crl");
    fs::create_dir_all(stuck.join("in-the-way")).unwrap();
    let failed = run(&mut workshop.command(&["job", "run", "object-store"])).expect_exit(1);
    assert_eq!(code(&failed), "object-store-refused");
    assert!(failed.stderr.contains("crl/ACI-FO-PP.crl"), "{}", failed.stderr);
    let mut expected = published(&workshop);
    for without in ["crl/ACI-FO-PP.crl", "crl/ACI-FO-PP-delta.crl"] {
        expected.remove(without);
    }
    expected.retain(|name, _| !name.starts_with("coherence/"));
    assert_eq!(store.objects(), expected, "all but it, the delta that starts from it and what was looked at");

    fs::remove_dir_all(&stuck).unwrap();
    workshop.job("object-store");
    assert_eq!(store.objects(), published(&workshop));
}

#[test]
fn nothing_in_the_object_store_goes_back_when_the_public_folder_does() {
    let store = Store::start();
    let workshop = publishing_to(&store, SECRET);
    let yesterday = published(&workshop);
    let card = workshop.cards(CardStatus::Active).remove(0).to_string();
    workshop.igc(&["opposition", "add", &card, "--ground", "stolen", "--as", REVOKER]);
    workshop.job("full-crl");
    workshop.job("object-store");
    let newest = store.objects();

    for (name, octets) in &yesterday {
        fs::write(workshop.dir().join("public").join(name), octets).unwrap();
    }
    let done = workshop.job("object-store");
    let failed = done["failed"].as_array().unwrap();
    for name in ["crl/ACI-FO-PP.crl", "oppositions/full.json", "oppositions/full.csv"] {
        assert!(failed.contains(&json!([name, "object-store-ahead"])), "{name}: {done}");
    }
    let unchanged = |name: &str| store.objects()[name] == newest[name];
    for name in newest.keys().filter(|name| name.ends_with(".crl") || name.starts_with("oppositions/")) {
        assert!(unchanged(name), "{name} went back");
    }
    assert!(doctor(&workshop).starts_with("broken: "), "{}", doctor(&workshop));

    // Something else fails as well, and hides nothing: nothing can be renamed over it.
    let another = "ca/ACI-FO-PP-2.cer";
    let public = workshop.dir().join("public");
    fs::copy(public.join("ca/ACI-FO-PP.cer"), public.join(another)).unwrap();
    fs::create_dir_all(store.folder.path().join("public-files/igc").join(another).join("in-the-way"))
        .unwrap();
    let refused = run(&mut workshop.command(&["job", "run", "object-store"])).expect_exit(1);
    assert_eq!(code(&refused), "object-store-refused");
    let problem = refused.stderr.lines().rfind(|line| line.starts_with('{')).unwrap();
    assert!(problem.contains(another) && problem.contains("object-store-ahead"), "{problem}");
    let doctor = run(&mut workshop.command(&["doctor"])).json();
    let findings = doctor.as_array().unwrap().iter().filter(|row| row["what"] == "object store");
    let found: Vec<&str> = findings.map(|row| row["found"].as_str().unwrap()).collect();
    assert!(found.iter().any(|found| found.contains(another)), "{found:?}");
    assert!(found.iter().any(|found| found.contains("are newer than what is published here")), "{found:?}");
}

/// Database, folder, tokens and all: what was public since stands in the store alone.
#[test]
fn a_machine_that_is_put_back_takes_from_the_store_what_was_public_and_goes_on_behind_it() {
    let store = Store::start();
    let workshop = publishing_to(&store, SECRET);
    workshop.job("object-store");
    let kept = tempfile::tempdir().unwrap();
    run(Command::new("cp").arg("-a").arg(workshop.dir().join(".")).arg(kept.path())).expect_exit(0);
    let card = workshop.cards(CardStatus::Active).remove(0).to_string();
    let oppose = |card: &str| {
        let add = ["opposition", "add", card, "--ground", "stolen", "--as", REVOKER];
        workshop.igc(&add).json()["sequence"].as_i64().unwrap()
    };
    let sequence = oppose(&card);
    workshop.job("full-crl");
    workshop.job("object-store");
    let newest = store.objects();

    for entry in fs::read_dir(workshop.dir()).unwrap() {
        run(Command::new("rm").arg("-r").arg(entry.unwrap().path())).expect_exit(0);
    }
    run(Command::new("cp").arg("-a").arg(kept.path().join(".")).arg(workshop.dir())).expect_exit(0);
    assert_ne!(published(&workshop)["oppositions/full.json"], newest["oppositions/full.json"]);
    let refused = run(&mut workshop.command(&["publish", "crl"]));
    for word in ["object-store-ahead", "crl-entry-lost", "opposition-list-entry-lost"] {
        assert!(refused.stderr.contains(word), "{word}: {}", refused.said());
    }
    run(&mut workshop.command(&["job", "run", "object-store"]));
    let number = |objects: &BTreeMap<String, Vec<u8>>, name: &str| Crl::read(&objects[name]).unwrap().number;
    let crls: Vec<&String> = newest.keys().filter(|name| name.ends_with(".crl")).collect();
    for objects in [store.objects(), published(&workshop)] {
        for name in &crls {
            assert!(number(&objects, name) >= number(&newest, name), "{name} went back");
        }
        for name in ["crl/ACI-FO-PP.crl", "crl/ACI-FO-PP-delta.crl"] {
            assert_eq!(objects[name], newest[name], "{name} has what was revoked");
        }
        for name in ["oppositions/full.csv", "oppositions/changes/0.csv"] {
            assert!(String::from_utf8_lossy(&objects[name]).contains(&card), "{name} has forgotten the card");
        }
    }

    assert!(oppose(&card) > sequence, "a number that was told is not given again");
    workshop.job("full-crl");
    workshop.job("object-store");
    let (objects, public) = (store.objects(), published(&workshop));
    for name in crls.iter().filter(|name| name.contains("ACI-FO-PP")) {
        assert!(number(&objects, name) > number(&newest, name), "{name} goes on");
    }
    let of_lists = |name: &&String| name.ends_with(".crl") || name.starts_with("oppositions/");
    for name in public.keys().filter(of_lists) {
        assert_eq!(objects[name], public[name], "{name}");
    }
}

#[test]
fn a_store_that_refuses_or_does_not_answer_is_named_and_holds_nothing_else_up() {
    let mut store = Store::start();
    let workshop = publishing_to(&store, "another-secret");
    let refused = run(&mut workshop.command(&["job", "run", "object-store"])).expect_exit(1);
    assert_eq!(code(&refused), "object-store-refused");
    assert!(
        !refused.stderr.contains("another-secret") && !refused.stderr.contains("X-Amz"),
        "{}",
        refused.stderr
    );
    store.process.kill();
    let unreachable = run(&mut workshop.command(&["job", "run", "object-store"])).expect_exit(7);
    assert_eq!(code(&unreachable), "object-store-unreachable");
    assert!(doctor(&workshop).starts_with("broken: "), "{}", doctor(&workshop));

    // A worker certifies and publishes meanwhile, and brings the store into step once it answers.
    fs::write(workshop.dir().join("object-store.key"), SECRET).unwrap();
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let list = || fs::read_to_string(workshop.dir().join("public/oppositions/full.csv")).unwrap();
    let card = workshop.cards(CardStatus::Active).remove(0).to_string();
    workshop.igc(&["opposition", "add", &card, "--ground", "lost", "--as", REVOKER]);
    until("the card is on the list", || list().contains(&card));
    store.process = serve(store.folder.path(), store.port);
    until("the store has it too", || {
        let objects = store.folder.path().join("public-files/igc/oppositions/full.csv");
        fs::read_to_string(objects).is_ok_and(|list| list.contains(&card))
    });
    assert!(worker.stop(Duration::from_secs(30)).success());
}

#[test]
fn settings_that_would_tell_secrets_or_name_nothing_are_refused_by_their_key() {
    let store = Store::start();
    let workshop = publishing_to(&store, SECRET);
    let refused = |key: &str, value: &str| {
        let path = workshop.dir().join("igc.toml");
        let before = fs::read_to_string(&path).unwrap();
        let mut config: toml::Table = before.parse().unwrap();
        let section = config["publication"]["object_store"].as_table_mut().unwrap();
        section.insert(key.to_owned(), value.into());
        fs::write(&path, config.to_string()).unwrap();
        let finished = run(&mut workshop.command(&["config", "check"])).expect_exit(2);
        fs::write(&path, before).unwrap();
        finished.stderr
    };
    for (key, value, word) in [
        ("endpoint", "http://s3.example", "https"),
        ("endpoint", "s3", "endpoint"),
        ("endpoint", "ftp://127.0.0.1", "endpoint"),
        ("prefix", "igc", "prefix"),
        ("prefix", "/igc/", "prefix"),
    ] {
        let said = refused(key, value);
        assert!(said.contains("config-invalid") && said.contains(word), "{key} = {value}: {said}");
    }
    let shared = workshop.dir().join("object-store.key");
    fs::set_permissions(&shared, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let said = run(&mut workshop.command(&["config", "check"])).expect_exit(1).stderr;
    assert!(said.contains("0600"), "{said}");
}
