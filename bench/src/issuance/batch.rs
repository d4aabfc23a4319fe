//! P4: batches of card certificates, durable, beside the token's own speed.

use std::time::Duration;

use ca_core::authority;

use super::work::{CARD, UNDER_RSA, Wanted, card_keys, issue_all};
use super::yardstick::sign_and_verify;
use crate::installation::{Hsm, Installation};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};

/// Both cores.
const THREADS: usize = 2;

/// One row: what is issued, how many in one run, how many signatures the yardstick makes, what is asked.
struct Row {
    wanted: Wanted,
    certificates: usize,
    signatures: usize,
    goal: Goal,
}

/// No profile lets an authority have a key of RSA-2048, so RSA-4096 stands for RSA.
const ROWS: &[Row] = &[
    Row { wanted: CARD, certificates: 4_096, signatures: 12_000, goal: Goal::AtLeast(0.60) },
    Row { wanted: UNDER_RSA, certificates: 256, signatures: 256, goal: Goal::AtLeast(0.90) },
];

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = ROWS.iter().flat_map(|row| soft(installation, row)).collect();
    outcomes.push(slow(installation));
    outcomes
}

fn soft(installation: &Installation, row: &Row) -> [Outcome; 2] {
    let Row { wanted, certificates, signatures, goal } = *row;
    let mut databases: Vec<_> = (0..THREADS).map(|_| installation.database()).collect();
    let authority = authority::load(&mut databases[0], wanted.issuer).expect("the ceremony made it");
    let (epoch, module) = (installation.epoch(), installation.module(Hsm::Soft));
    let process = installation.signer_process(Hsm::Soft, THREADS);
    let pairs = measure(
        || {
            let keys = card_keys(certificates);
            Sample::of(|| {
                issue_all(installation, &mut databases, &process, &epoch, wanted, &keys);
                certificates as u64
            })
        },
        || sign_and_verify(&module, &authority, THREADS, signatures / THREADS),
    );
    let what = format!("{}, {THREADS} threads, {THREADS} sessions, SoftHSM, SQLite", authority.algorithm);
    let rate = format!("certificates issued, durable and audited, to sign and verify alone; {what}");
    let cpu = format!("the same, CPU of all processes; {what}");
    let (rates, costs) = (pairs.medians(Sample::rate), pairs.medians(Sample::cpu_micros));
    [
        Outcome::new("P4", rate, "1/s", rates, pairs.ratio(Sample::rate), goal),
        Outcome::new("P4", cpu, "us CPU", costs, pairs.ratio(Sample::cpu_micros), Goal::None),
    ]
}

/// Sessions of the slow HSM, each of which signs 200 times a second.
const SESSIONS: usize = 4;
const SLOW_RATE: u64 = 800;
const SLOW_CERTIFICATES: usize = 3_072;
const LANES: usize = 3;

fn slow(installation: &Installation) -> Outcome {
    let mut databases: Vec<_> = (0..LANES).map(|_| installation.database()).collect();
    let epoch = installation.epoch();
    let process = installation.signer_process(Hsm::Slow, SESSIONS);
    let pairs = measure(
        || {
            let keys = card_keys(SLOW_CERTIFICATES);
            Sample::of(|| {
                issue_all(installation, &mut databases, &process, &epoch, CARD, &keys);
                SLOW_CERTIFICATES as u64
            })
        },
        || Sample { operations: SLOW_RATE, wall: Duration::from_secs(1), cpu: Duration::ZERO },
    );
    let what = format!(
        "certificates issued behind an HSM of 5 ms to the rate of its sessions by arithmetic; {SESSIONS} sessions, \
         {LANES} batches at once, SQLite"
    );
    let rates = pairs.medians(Sample::rate);
    Outcome::new("P4", what, "1/s", rates, pairs.ratio(Sample::rate), Goal::AtLeast(0.90))
}
