//! P7: one more revocation among a million: its delta CRL, and that of its shard where its authority has some.

use super::full::REVOKED;
use super::publisher::{self, Task, Took};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Pairs, measure};
use crate::status::{issuer, revoke_one, with_revoked};

/// How many shards the authority of the second measurement has.
const SHARDS: u32 = 64;
/// How many revocations an authority of a million cards has in the days for which a complete CRL of it is in use.
const IN_USE: u32 = 7_000;
/// What a revocation may take until its shard says so, seconds.
const ALLOWED: f64 = 0.1;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let (whole, sharded) = (Revocations::on(installation, 0), Revocations::on(installation, SHARDS));
    let base = whole.revoke_next() - 1;
    let beside_the_log = measure(|| whole.one_more(), || publisher::run(&whole.store, Task::ReadLog(base)));
    let beside_the_whole = measure(|| sharded.one_more(), || whole.one_more());
    let lists = |pairs: &Pairs<Took>| pairs.medians(|took| took.lists).0;
    assert_eq!(
        (lists(&beside_the_log), lists(&beside_the_whole)),
        (1.0, 2.0),
        "a delta of all, and of a shard"
    );
    let since_the_oldest = whole.after(IN_USE, base);
    let mut outcomes = delta(&beside_the_log, Goal::AtMost(3.0));
    outcomes.extend(delta(&since_the_oldest, Goal::None));
    outcomes.extend(shard(&beside_the_whole));
    let (all, one) = (sharded.complete, whole.complete);
    let what = format!(
        "the complete CRL of {REVOKED} and those of {SHARDS} shards anew, with their deltas, to the same without shards"
    );
    let row = Outcome::new("P7", what, "s CPU", (all.cpu, one.cpu), all.cpu / one.cpu, Goal::None);
    outcomes.push(row.measured(1));
    outcomes
}

fn delta(pairs: &Pairs<Took>, wall: Goal) -> Vec<Outcome> {
    let entries = pairs.medians(|took| took.entries).0;
    let row = |what: &str, unit, of: fn(&Took) -> f64, goal| {
        let what = format!(
            "{what}: one more revocation among {REVOKED} until its delta CRL of some {entries} entries is published, \
             beside the rows of the status log, their SHA-256 and a signature; SQLite, SoftHSM"
        );
        Outcome::new("P7", what, unit, pairs.medians(of), pairs.ratio(of), goal)
    };
    vec![
        row("wall", "ms", |took| took.wall * 1e3, wall),
        row("CPU", "ms CPU", |took| took.cpu * 1e3, Goal::None),
    ]
}

fn shard(pairs: &Pairs<Took>) -> Vec<Outcome> {
    let what = |what: &str| {
        format!(
            "{what}: one more revocation among {REVOKED} in {SHARDS} shards until both deltas are published, that of every \
             certificate and that of its shard; SQLite, SoftHSM"
        )
    };
    let (wall, _) = pairs.medians(|took| took.wall);
    let cpu = |took: &Took| took.cpu * 1e3;
    vec![
        Outcome::new(
            "P7",
            what("the delta of its shard, wall, to a tenth of a second"),
            "s",
            (wall, ALLOWED),
            wall / ALLOWED,
            Goal::AtMost(1.0),
        ),
        Outcome::new(
            "P7",
            what("the delta of its shard, CPU, to that of an authority without shards"),
            "ms CPU",
            pairs.medians(cpu),
            pairs.ratio(cpu),
            Goal::None,
        ),
    ]
}

/// An authority of whose certificates a million are revoked, and more one by one.
struct Revocations {
    store: Installation,
    /// What its complete CRLs took, where others stood before them.
    complete: Took,
}

impl Revocations {
    /// With a base, and what was revoked since by an earlier run.
    fn on(installation: &Installation, shards: u32) -> Self {
        let store = with_revoked(installation, REVOKED, shards);
        publisher::run(&store, Task::Full);
        let complete = publisher::run(&store, Task::Full);
        Self { store, complete }
    }

    /// What it takes to publish that one more is revoked.
    fn one_more(&self) -> Took {
        let worker = publisher::begin(&self.store, Task::Due);
        self.revoke_next();
        worker.go()
    }

    /// What one more takes once so many have been revoked since the base, beside all their rows of the log.
    fn after(&self, more: u32, base: i64) -> Pairs<Took> {
        for _ in 0..more {
            self.revoke_next();
        }
        measure(|| self.one_more(), || publisher::run(&self.store, Task::ReadLog(base)))
    }

    /// Revokes one of those that are good; its place in the status log.
    fn revoke_next(&self) -> i64 {
        let mut db = self.store.database();
        let newest = ca_core::status_log::newest(&mut db).expect("the database is there");
        // Numbers of the log and of certificates go on together: those before are revoked.
        revoke_one(&mut db, &issuer(&self.store), newest.unsigned_abs())
    }
}
