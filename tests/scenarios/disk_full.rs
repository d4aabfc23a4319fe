//! The disk of the database is full: nothing is issued, a card is opposed all the same, and who asks is told.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use acceptance::harness::{
    DatabaseKind, Finished, folder, free_port, igc, openssl, run, start, wait_for_port,
};
use card::CardNumber;
use store::DatabaseRole;

use super::invariants::of_card;
use super::standstill::until;
use super::workshop::{REVOKER, SUBMITTER, Workshop, workshop};

/// The workshop's folder on a disk of its own, a small one, for the processes that are started on it.
struct SmallDisk<'a> {
    workshop: &'a Workshop,
    holder: Child,
}

impl<'a> SmallDisk<'a> {
    /// A copy of the folder, and `room` MiB.
    fn with(workshop: &'a Workshop, room: u64) -> Self {
        const MAKE: &str = "set -e; stage=\"$1.disk\"; mkdir \"$stage\"; used=$(du -sm \"$1\" | cut -f1); \
             mount -t tmpfs -o size=$((used + $2))m none \"$stage\"; cp -a \"$1\"/. \"$stage\"; \
             mount --bind \"$stage\" \"$1\"; echo made; exec sleep 600";
        let mut holder = Command::new("setpriv")
            .args([
                "--pdeathsig",
                "KILL",
                "--",
                "unshare",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                MAKE,
                "sh",
            ])
            .arg(workshop.dir())
            .arg(room.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = [0; 5];
        holder
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut told)
            .expect("a user may make a disk of his own here");
        assert_eq!(&told, b"made\n");
        Self { workshop, holder }
    }

    /// The command, on that disk.
    fn on(&self, command: &Command) -> Command {
        let mut there = Command::new("nsenter");
        there.args([
            "--target",
            &self.holder.id().to_string(),
            "--user",
            "--mount",
            "--preserve-credentials",
        ]);
        there.arg(command.get_program()).args(command.get_args()).stdin(Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => there.env(name, value),
                None => there.env_remove(name),
            };
        }
        there
    }

    fn igc(&self, arguments: &[&str]) -> Finished {
        run(&mut self.on(&self.workshop.command(arguments)))
    }

    /// To the last octet.
    fn fill(&self) {
        let fill = format!(
            "cd {}; for size in 64k 4k 1k 1; do dd if=/dev/zero of=ballast bs=$size oflag=append conv=notrunc; done; true",
            self.workshop.dir().display()
        );
        run(&mut self.on(Command::new("sh").args(["-c", &fill]))).expect_exit(0);
    }

    fn empty(&self) {
        let ballast = self.workshop.dir().join("ballast");
        run(&mut self.on(Command::new("rm").arg(ballast))).expect_exit(0);
    }

    fn cards(&self, status: &str) -> Vec<String> {
        let listed = self.igc(&["card", "list", "--status", status]).expect_exit(0).json();
        listed.as_array().unwrap().iter().map(|card| card["number"].as_str().unwrap().to_owned()).collect()
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        // Its disk goes with the last process on it.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}

fn code(refused: &Finished) -> String {
    let problem: serde_json::Value = serde_json::from_str(refused.stderr.lines().last().unwrap()).unwrap();
    problem["code"].as_str().unwrap().to_owned()
}

#[test]
fn on_a_full_disk_nothing_is_issued_and_a_card_is_opposed_all_the_same() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let stolen = workshop.personalise(1)[0];
    workshop.certify_the_rest();
    let waits = workshop.personalise(1)[0];
    let holder = workshop.submit(1)[0].holder.to_string();
    let port = free_port();
    workshop.configure("listen", "status", format!("127.0.0.1:{port}"));
    workshop.configure("listen", "operations", format!("127.0.0.1:{}", free_port()));

    let disk = SmallDisk::with(&workshop, 80);
    assert_eq!(disk.igc(&["job", "run", "reserve"]).expect_exit(0).json()["reserve"], "held");
    let _serving = start(&mut disk.on(&workshop.command(&["serve", "--role", "status"])));
    wait_for_port(port, Duration::from_secs(30));
    assert_eq!(asked(&workshop, port, &stolen), "good");
    disk.fill();
    assert_eq!(asked(&workshop, port, &stolen), "good");

    let certified = disk.igc(&["job", "run", "certification"]);
    assert_ne!(certified.status.code(), Some(0), "{}", certified.said());
    assert_eq!(disk.cards("personalised"), [waits.to_string()]);

    let opposed = ["opposition", "add", &stolen.to_string(), "--ground", "stolen", "--as", REVOKER];
    let receipt = disk.igc(&opposed).expect_exit(0).json();
    assert!(receipt["receipt"].as_str().unwrap().starts_with("OP-"), "{receipt}");
    until("the status role has read the log", || asked(&workshop, port, &stolen) == "revoked");

    // What is left now is for oppositions and their publication.
    for wanted in [
        &["job", "run", "certification"][..],
        &["job", "run", "renewal"],
        &["order", "submit", "--holder", &holder, "--profession", "10", "--as", SUBMITTER],
    ] {
        let refused = disk.igc(wanted).expect_exit(7);
        assert_eq!(code(&refused), "disk-full", "{wanted:?}: {}", refused.stderr);
    }
    disk.igc(&["publish", "crl"]).expect_exit(0);
    disk.igc(&["job", "run", "audit"]).expect_exit(0);
    disk.igc(&["audit", "verify"]).expect_exit(0);
    let doctor = disk.igc(&["doctor"]).expect_exit(1);
    assert!(doctor.stdout.contains("the room is in use and nothing is issued"), "{}", doctor.stdout);
    assert_eq!(disk.igc(&["job", "run", "reserve"]).expect_exit(0).json()["reserve"], "used");

    disk.empty();
    assert_eq!(disk.igc(&["job", "run", "reserve"]).expect_exit(0).json()["reserve"], "held");
    disk.igc(&["job", "run", "certification"]).expect_exit(0);
    assert!(disk.cards("certified").contains(&waits.to_string()));
    disk.igc(&["doctor"]).expect_exit(0);
}

#[test]
fn the_public_side_starts_on_a_full_disk() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.personalise(1)[0];
    workshop.certify_the_rest();
    let port = free_port();
    workshop.configure("listen", "status", format!("127.0.0.1:{port}"));
    workshop.configure("listen", "operations", format!("127.0.0.1:{}", free_port()));
    let disk = SmallDisk::with(&workshop, 80);
    disk.igc(&["job", "run", "reserve"]).expect_exit(0);
    disk.fill();
    let _serving = start(&mut disk.on(&workshop.command(&["serve", "--role", "status"])));
    wait_for_port(port, Duration::from_secs(30));
    assert_eq!(asked(&workshop, port, &card), "good");
}

#[test]
fn where_no_room_can_be_kept_that_is_said_and_nothing_is_refused_for_it() {
    let folder = folder();
    let dir = folder.path().join("installation");
    // A limit on the length of files stands for a file system that keeps no room: 24 MiB, more than a write-ahead log
    // needs and less than the room.
    let limited = |arguments: &[&str]| {
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f 49152; exec \"$@\"", "sh"]);
        let program = igc();
        limited
            .arg(program.get_program())
            .args(program.get_args())
            .args(["--output", "json", "--dir"])
            .arg(&dir)
            .args(arguments);
        run(&mut limited)
    };
    limited(&["init"]).expect_exit(0);
    assert_eq!(limited(&["job", "run", "reserve"]).expect_exit(0).json()["reserve"], "none");
    limited(&["job", "run", "certification"]).expect_exit(0);
    assert!(limited(&["doctor"]).stdout.contains("not kept"));
}

/// What `openssl ocsp` is told of the card's first certificate, which stands outside the small disk as well.
fn asked(workshop: &Workshop, port: u16, card: &CardNumber) -> String {
    let mut db = workshop.open(DatabaseRole::Owner);
    let (_, certificate) = of_card(&mut db, card).remove(0);
    let ca = workshop.dir().join("public/ca");
    let serial = format!("0x{}", certificate.serial);
    let said = openssl([
        "ocsp",
        "-no_nonce",
        "-url",
        &format!("http://localhost:{port}/ocsp"),
        "-issuer",
        ca.join("ACI-FO-PP.cer").to_str().unwrap(),
        "-serial",
        &serial,
        "-CAfile",
        ca.join("chain.pem").to_str().unwrap(),
    ])
    .said();
    assert!(said.contains("Response verify OK"), "{said}");
    let word = said.split(&format!("{serial}: ")).nth(1).unwrap_or_default();
    word.split_whitespace().next().unwrap_or_default().to_owned()
}
