//! What a power cut would take: the system calls of the program, as `strace` writes them down, and in them each
//! file of ours that came to its place before its octets were on the disk, or whose name was not.
//!
//! A record of one run, not a power cut: it shows the order in which the program asks for what POSIX promises.
//! SQLite's and SoftHSM's files are theirs to sync, and the status role's ledger of answers is lazy by design
//! (`Durability::Lazy`).

mod record;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::harness::{folder, igc, run};

use super::workshop::Workshop;
use record::unsynced;

fn files_in(dir: &Path) -> BTreeSet<String> {
    let (mut folders, mut files) = (vec![dir.to_owned()], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            match path.is_dir() {
                true => folders.push(path),
                false => drop(files.insert(path.display().to_string())),
            }
        }
    }
    files
}

/// Runs a command of the program under `strace`; what of the installation was not durable when it had ended.
#[track_caller]
fn not_durable(dir: &Path, program: &Command) -> Vec<String> {
    let stood = files_in(dir);
    let place = folder();
    let record = place.path().join("calls");
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-s", "0", "-e", record::CALLS, "-o"]).arg(&record).arg("--");
    command.arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let ended = run(&mut command);
    assert!(ended.status.success(), "strace, or what it ran: {ended:?}");
    let text = fs::read_to_string(&record).unwrap();
    assert!(text.contains("fsync("), "something is synced: {text}");
    unsynced(&text, stood, &|path| {
        let ours = path.starts_with(&format!("{}/", dir.display()));
        let others = ["/igc.sqlite", "/tokens/store/", "/signer/answers", "/.lock"];
        ours && !others.iter().any(|other| path.contains(other))
    })
}

#[test]
fn what_a_new_installation_and_a_ceremony_write_is_on_the_disk_under_its_name() {
    let place = folder();
    let dir = place.path().join("installation");
    let mut init = igc();
    init.args(["init", "--without-ceremony", "--dir"]).arg(&dir);
    assert_eq!(not_durable(&dir, &init), [""; 0]);

    let workshop = Workshop::without_a_ceremony();
    let ceremony = super::ceremonies::shipped("root");
    let ceremony = ceremony.to_str().unwrap();
    let hold =
        ["ceremony", "run", ceremony, "--yes", "--operator", "Alix MOREAU", "--witness", "Sacha PETIT"];
    let mut hold = workshop.command(&hold);
    for number in 1..=5 {
        hold.arg("--share-out").arg(workshop.dir().join(format!("share-{number}")));
    }
    assert_eq!(not_durable(workshop.dir(), &hold), [""; 0]);
    let report = workshop.command(&["ceremony", "report", "roots"]);
    assert_eq!(not_durable(workshop.dir(), &report), [""; 0]);
}

#[test]
fn what_is_published_signed_and_witnessed_is_on_the_disk_under_its_name() {
    let workshop = super::workshop::workshop(acceptance::harness::DatabaseKind::Sqlite);
    // Every file is a new one.
    fs::remove_dir_all(workshop.dir().join("public")).unwrap();
    let _ = fs::remove_dir_all(workshop.dir().join("audit"));
    for arguments in [["publish", "certificates"], ["publish", "crl"], ["publish", "oppositions"]] {
        assert_eq!(not_durable(workshop.dir(), &workshop.command(&arguments)), [""; 0], "{arguments:?}");
    }
    workshop.submit(1);
    let audit = workshop.command(&["job", "run", "audit"]);
    assert_eq!(not_durable(workshop.dir(), &audit), [""; 0]);
    for written in
        ["public/ca/chain.pem", "public/oppositions/full.json", "signer/issuing.ledger", "audit/key"]
    {
        assert!(workshop.dir().join(written).exists(), "{written} was written");
    }
}
