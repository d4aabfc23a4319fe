//! P5: issuing with 3.6 million certificates stored, beside the same on an empty store.

use ca_core::issuance::{BATCHES_UNDER_WAY, LARGEST_BATCH};

use super::work::{CARD, card_keys, issue_all, lanes};
use crate::installation::{Hsm, Installation};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};
use crate::stored::{Order, Stored};

const STORED: u64 = 3_600_000;
const CERTIFICATES: usize = 1_024;
const THREADS: usize = 2;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let full = installation.copy("full.sqlite");
    let took = Sample::of(|| {
        Stored { certificates: STORED, revoked: 0, issuer: CARD.issuer, order: Order::AsIssued, shards: 0 }
            .fill(&mut full.database());
        STORED
    });
    let process = installation.signer_process(Hsm::Soft, THREADS);
    let issue = |on: &Installation| {
        let (keys, epoch) = (card_keys(CERTIFICATES), on.epoch());
        let lanes = lanes(on);
        Sample::of(|| {
            issue_all(on, &lanes, &process, &epoch, CARD, &keys, LARGEST_BATCH);
            CERTIFICATES as u64
        })
    };
    let pairs = measure(|| issue(&full), || issue(installation));
    let wall = |sample: &Sample| 1e6 / sample.rate();
    let what = format!(
        "a certificate issued with {STORED} stored (filled in {:.0} s) to one on an empty store; {BATCHES_UNDER_WAY} batches at once, \
         {THREADS} sessions, SQLite",
        took.wall.as_secs_f64()
    );
    let cpu = format!(
        "the same, CPU of all processes; {BATCHES_UNDER_WAY} batches at once, {THREADS} sessions, SQLite"
    );
    vec![
        Outcome::new("P5", what, "us", pairs.medians(wall), pairs.ratio(wall), Goal::AtMost(1.10)),
        Outcome::new(
            "P5",
            cpu,
            "us CPU",
            pairs.medians(Sample::cpu_micros),
            pairs.ratio(Sample::cpu_micros),
            Goal::None,
        ),
    ]
}
