//! Every fault of an HSM, met one after the other by the worker of `igc serve` while it certifies, with the deadline of an
//! installation that says nothing of its HSM, and one session.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acceptance::harness::{Running, run, start};
use ca_core::signer::ledger::{Entry, LedgerError, LedgerFault, follow};
use diesel::prelude::*;
use store::DatabaseRole;
use store::schema::{certificates, signing_alarms};

use super::signer_faults::{FAULTS, KnownFault, Token};
use super::workshop::Workshop;

/// What the issue of an HSM may cost (goal: ten seconds), the deadline of a call that does not come back included.
const RECOVERED: Duration = Duration::from_secs(10);
/// How many signatures the worker makes before the first fault, and after the last.
const SIGNATURES: usize = 100;
/// How many it makes between two faults at least: the register has a thousand persons, and each has one card.
const BETWEEN: usize = 40;
/// How many certificates of orders that are approved are not signed yet at most: the register has a thousand persons.
const WAITING: i64 = 80;
/// How long a hundred signatures may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_worker_that_certifies_outlives_every_fault_of_its_hsm_and_signs_again_within_ten_seconds() {
    let mut scene = Scene::start();
    let worker = scene.running.id();
    let certified = scene.certified();
    let (orders, stop) = (AtomicU32::new(0), AtomicBool::new(false));
    thread::scope(|threads| {
        let workshop = &scene.token.workshop;
        threads.spawn(|| {
            // Somebody approves orders all the time.
            while !stop.load(Ordering::Relaxed) {
                let waiting =
                    2 * i64::from(orders.load(Ordering::Relaxed)) + certified - certified_at(workshop);
                match waiting < WAITING {
                    true => drop(orders.fetch_add(workshop.approve(10).len() as u32, Ordering::Relaxed)),
                    false => thread::sleep(Duration::from_millis(100)),
                }
            }
        });
        let ended = Ends(&stop);
        scene.signs("before the first fault", SIGNATURES);
        for fault in FAULTS.iter().filter(|fault| fault.name != "crash") {
            scene.meets(fault);
        }
        scene.meets_a_locked_pin();
        drop(ended);
    });
    scene.certifies(certified, orders.load(Ordering::Relaxed));

    // A library that crashes takes with it what it has just signed and nobody has written down: nothing, here.
    scene.token.hsm.ask("crash");
    let signed = scene.token.hsm.signatures();
    let more = scene.token.workshop.approve(SIGNATURES / 2).len() as u32;
    scene.recovers_from("crash");
    scene.says("ended by itself");
    scene.certifies(certified, orders.load(Ordering::Relaxed) + more);
    assert!(scene.token.hsm.signatures() - signed >= SIGNATURES as u64);

    assert_eq!((scene.running.id(), scene.running.ended()), (worker, None), "the worker is the same process");
    let maps = fs::read_to_string(format!("/proc/{worker}/maps")).unwrap();
    assert!(maps.contains("libcrypto") && !maps.contains("hsm_fault") && !maps.contains("softhsm"), "{maps}");
    assert!(scene.running.stop(PATIENCE).success(), "{}", scene.running.stderr());
    // Codes over what is secret are written down as signatures are.
    let made = scene.token.hsm.signatures() + scene.token.hsm.codes() - scene.made_before;
    assert_eq!(scene.lines().len() as u64, made, "the ledger says what the token has made");
    scene.alarms_are_about_wrong_signatures_only();
}

/// A worker whose HSM fails on demand.
struct Scene {
    token: Token,
    running: Running,
    /// How much the token had made when the ledger began.
    made_before: u64,
}

/// Stops the thread that approves, also where the test fails.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Scene {
    fn start() -> Self {
        let token = Token::softhsm();
        // One session, so that a crash in it can lose nothing that another one is just signing.
        token.workshop.configure("hsm", "sessions", 1);
        let made_before = token.hsm.signatures() + token.hsm.codes();
        let running = start(token.hsm.steer(&mut token.workshop.command(&["serve", "--role", "worker"])));
        Self { token, running, made_before }
    }

    /// The fault, the next signature in time, its trace in the log, and some more.
    fn meets(&self, fault: &KnownFault) {
        let logged = self.running.stderr().len();
        self.token.hsm.ask(fault.name);
        self.recovers_from(fault.name);
        let said = || self.running.stderr().get(logged..).is_some_and(|log| log.contains(fault.trace));
        self.waits(&format!("{} leaves {:?} in the log", fault.name, fault.trace), RECOVERED, said);
        self.signs(&format!("after {}", fault.name), BETWEEN);
    }

    fn says(&self, trace: &str) {
        self.waits(trace, RECOVERED, || self.running.stderr().contains(trace));
    }

    /// Waits for so many signatures more.
    fn signs(&self, when: &str, count: usize) {
        let before = self.token.hsm.signatures();
        let made = || self.token.hsm.signatures() - before >= count as u64;
        self.waits(&format!("{count} signatures {when}"), PATIENCE, made);
    }

    fn recovers_from(&self, fault: &str) {
        self.waits(&format!("{fault} is met"), PATIENCE, || self.token.hsm.met());
        let met = Instant::now();
        let refusals = || self.entries().iter().filter(|entry| entry.refused().is_some()).count();
        if ["wrong-signature", "other-key"].contains(&fault) {
            let before = usize::from(fault == "other-key");
            self.waits(&format!("{fault} is refused"), RECOVERED, || refusals() > before);
        }
        let at_fault = self.lines().len();
        let left = RECOVERED.saturating_sub(met.elapsed());
        self.waits(&format!("a signature after {fault}"), left, || self.lines().len() > at_fault);
        note(&format!("{fault}: {:.2} s", met.elapsed().as_secs_f64()));
    }

    /// The PIN is tried once, not in a loop; once the token is unlocked, a touch of the PIN's file is all it takes.
    fn meets_a_locked_pin(&self) {
        self.token.hsm.ask("pin-locked");
        self.waits("pin-locked is met", PATIENCE, || self.token.hsm.met());
        self.waits("it is said", RECOVERED, || self.running.stderr().contains("signer-pin-refused"));
        self.token.hsm.unlock_pin();
        let token = self.refused_token();
        let lines = || self.lines().iter().filter(|line| line.key.token == token).count();
        let refused = lines();
        assert_eq!(self.token.hsm.refused_logins(), 1, "the PIN was tried once");
        thread::sleep(Duration::from_secs(3));
        assert_eq!((lines(), self.token.hsm.refused_logins()), (refused, 1), "nobody tries it again");
        let pin_file = self.token.workshop.dir().join("tokens/pin").join(token);
        run(Command::new("touch").arg(pin_file)).expect_exit(0);
        self.waits("a signature after pin-locked", RECOVERED, || lines() > refused);
        self.signs("after pin-locked", BETWEEN);
    }

    /// The token that refused its PIN, as the log names it.
    fn refused_token(&self) -> &'static str {
        let log = self.running.stderr();
        let (before, _) = log.split_once(" refused its PIN").expect("it is said");
        let before = before.trim_end_matches(['"', '\\']);
        let names = ["issuing", "services"];
        names.into_iter().find(|name| before.ends_with(name)).expect("a token of normal running")
    }

    /// Every card of so many orders has its two certificates.
    fn certifies(&self, before: i64, orders: u32) {
        self.waits("every order is served", PATIENCE, || self.certified() >= before + 2 * i64::from(orders));
    }

    fn certified(&self) -> i64 {
        certified_at(&self.token.workshop)
    }

    fn alarms_are_about_wrong_signatures_only(&self) {
        let workshop: &Workshop = &self.token.workshop;
        let doctor = run(self.token.hsm.steer(&mut workshop.command(&["doctor"])));
        let said = doctor.expect_exit(1).stdout;
        assert!(said.contains("signatures were refused"), "{said}");
        let codes: Vec<Option<String>> = signing_alarms::table
            .select(signing_alarms::code)
            .load(&mut workshop.open(DatabaseRole::Owner))
            .unwrap();
        assert!(!codes.is_empty());
        assert!(codes.iter().all(|code| code.as_deref() == Some("signer-signature-wrong")), "{codes:?}");
    }

    /// The lines about signatures and codes.
    fn lines(&self) -> Vec<Entry> {
        self.entries().into_iter().filter(|entry| entry.refused().is_none()).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        match follow(&self.ledger(), None, usize::MAX) {
            Ok(followed) => followed.map(|followed| followed.entries).unwrap_or_default(),
            // A signer has just made it, and its first line is not written yet.
            Err(LedgerError { what: LedgerFault::NoHead, .. }) => Vec::new(),
            Err(error) => panic!("{error}"),
        }
    }

    fn ledger(&self) -> PathBuf {
        self.token.workshop.dir().join("signer/issuing.ledger")
    }

    #[track_caller]
    fn waits(&self, what: &str, patience: Duration, holds: impl Fn() -> bool) {
        let started = Instant::now();
        while !holds() {
            assert!(started.elapsed() < patience, "{patience:?}: {what}: {}", self.running.stderr());
            thread::sleep(Duration::from_millis(50));
        }
    }
}

fn certified_at(workshop: &Workshop) -> i64 {
    let good = certificates::table.filter(certificates::status.eq("good"));
    good.count().get_result(&mut workshop.open(DatabaseRole::Owner)).unwrap()
}

/// Into the captured output of the test.
#[expect(clippy::print_stdout, reason = "captured by the test runner, shown on failure")]
fn note(text: &str) {
    println!("{text}");
}
