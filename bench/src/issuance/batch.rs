//! P4: batches of card certificates, durable, beside the token's own speed.

use std::time::Duration;

use ca_core::authority;
use ca_core::issuance::{BATCHES_UNDER_WAY, LARGEST_BATCH};

use super::work::{CARD, UNDER_RSA, Wanted, card_keys, issue_all, lanes};
use super::yardstick::sign_and_verify;
use crate::installation::{Hsm, Installation};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};

/// Both cores: so many threads and sessions the yardstick has, and so many sessions ours.
const THREADS: usize = 2;

/// One row: what is issued, how many in one run and in one batch, how many signatures the yardstick makes, what is
/// asked.
struct Row {
    wanted: Wanted,
    certificates: usize,
    batch: usize,
    signatures: usize,
    goal: Goal,
}

/// No profile lets an authority have a key of RSA-2048, so RSA-4096 stands for RSA.
const ROWS: &[Row] = &[
    Row {
        wanted: CARD,
        certificates: 4_096,
        batch: LARGEST_BATCH,
        signatures: 12_000,
        goal: Goal::AtLeast(0.60),
    },
    Row { wanted: CARD, certificates: 2_048, batch: 64, signatures: 6_000, goal: Goal::None },
    Row { wanted: CARD, certificates: 1_024, batch: 16, signatures: 6_000, goal: Goal::None },
    Row {
        wanted: UNDER_RSA,
        certificates: 1_024,
        batch: LARGEST_BATCH,
        signatures: 1_024,
        goal: Goal::AtLeast(0.90),
    },
];

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = ROWS.iter().flat_map(|row| soft(installation, row)).collect();
    outcomes.push(slow(installation));
    outcomes
}

fn soft(installation: &Installation, row: &Row) -> [Outcome; 2] {
    let Row { wanted, certificates, batch, signatures, goal } = *row;
    let lanes = lanes(installation);
    let authority =
        authority::load(&mut installation.database(), wanted.issuer).expect("the ceremony made it");
    let (epoch, module) = (installation.epoch(), installation.module(Hsm::Soft));
    let process = installation.signer_process(Hsm::Soft, THREADS);
    let pairs = measure(
        || {
            let keys = card_keys(certificates);
            Sample::of(|| {
                issue_all(installation, &lanes, &process, &epoch, wanted, &keys, batch);
                certificates as u64
            })
        },
        || sign_and_verify(&module, &authority, THREADS, signatures / THREADS),
    );
    let what = format!(
        "{}, batches of {batch}, {BATCHES_UNDER_WAY} at once, {THREADS} sessions, SoftHSM, SQLite",
        authority.algorithm
    );
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

fn slow(installation: &Installation) -> Outcome {
    let lanes = lanes(installation);
    let epoch = installation.epoch();
    let process = installation.signer_process(Hsm::Slow, SESSIONS);
    let pairs = measure(
        || {
            let keys = card_keys(SLOW_CERTIFICATES);
            Sample::of(|| {
                issue_all(installation, &lanes, &process, &epoch, CARD, &keys, LARGEST_BATCH);
                SLOW_CERTIFICATES as u64
            })
        },
        || Sample { operations: SLOW_RATE, wall: Duration::from_secs(1), cpu: Duration::ZERO },
    );
    let what = format!(
        "certificates issued behind an HSM of 5 ms to the rate of its sessions by arithmetic; {SESSIONS} sessions, \
         {BATCHES_UNDER_WAY} batches at once, SQLite"
    );
    let rates = pairs.medians(Sample::rate);
    Outcome::new("P4", what, "1/s", rates, pairs.ratio(Sample::rate), Goal::AtLeast(0.90))
}
