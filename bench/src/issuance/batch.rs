//! P4: batches of card certificates, durable, beside the token's own speed.

use ca_core::authority;

use super::work::{ISSUER, card_keys, issue_all};
use super::yardstick::sign_and_verify;
use crate::installation::{Hsm, Installation};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};

/// Both cores.
const THREADS: usize = 2;
/// Signatures of the yardstick in each thread.
const SIGNATURES: usize = 6_000;
/// Certificates of one run: 32 batches.
const CERTIFICATES: usize = 4_096;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let mut outcomes = soft(installation);
    outcomes.extend(slow(installation));
    outcomes
}

fn soft(installation: &Installation) -> Vec<Outcome> {
    let mut databases: Vec<_> = (0..THREADS).map(|_| installation.database()).collect();
    let authority = authority::load(&mut databases[0], ISSUER).expect("the ceremony made it");
    let (epoch, module) = (installation.epoch(), installation.module(Hsm::Soft));
    let process = installation.signer_process(Hsm::Soft, THREADS);
    let pairs = measure(
        || {
            let keys = card_keys(CERTIFICATES);
            Sample::of(|| {
                issue_all(installation, &mut databases, &process, &epoch, &keys);
                CERTIFICATES as u64
            })
        },
        || sign_and_verify(&module, &authority, THREADS, SIGNATURES),
    );
    let what = format!("{THREADS} threads, {THREADS} sessions, SoftHSM {}, SQLite", authority.algorithm);
    let rate = format!("certificates issued, durable and audited, to sign and verify alone; {what}");
    let cpu = format!("the same, CPU of all processes; {what}");
    vec![
        Outcome::new(
            "P4",
            rate,
            "1/s",
            pairs.medians(Sample::rate),
            pairs.ratio(Sample::rate),
            Goal::AtLeast(0.60),
        ),
        Outcome::new(
            "P4",
            cpu,
            "us CPU",
            pairs.medians(Sample::cpu_micros),
            pairs.ratio(Sample::cpu_micros),
            Goal::None,
        ),
    ]
}

/// Sessions of the slow HSM, each of which signs 200 times a second.
const SESSIONS: usize = 4;
const SLOW_RATE: u64 = 800;
const SLOW_CERTIFICATES: usize = 3_072;
const LANES: usize = 3;

fn slow(installation: &Installation) -> Vec<Outcome> {
    let mut databases: Vec<_> = (0..LANES).map(|_| installation.database()).collect();
    let epoch = installation.epoch();
    let process = installation.signer_process(Hsm::Slow, SESSIONS);
    let pairs = measure(
        || {
            let keys = card_keys(SLOW_CERTIFICATES);
            Sample::of(|| {
                issue_all(installation, &mut databases, &process, &epoch, &keys);
                SLOW_CERTIFICATES as u64
            })
        },
        || Sample {
            operations: SLOW_RATE,
            wall: std::time::Duration::from_secs(1),
            cpu: std::time::Duration::ZERO,
        },
    );
    let what = format!(
        "certificates issued behind an HSM of 5 ms, {SESSIONS} sessions, {LANES} batches at once, SQLite; the rate of its sessions by arithmetic"
    );
    vec![Outcome::new(
        "P4",
        what,
        "1/s",
        pairs.medians(Sample::rate),
        pairs.ratio(Sample::rate),
        Goal::AtLeast(0.90),
    )]
}
