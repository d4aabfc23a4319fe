//! P7: one more revocation among a million: its delta CRL.

use super::full::REVOKED;
use super::publisher::{self, Task, Took};
use crate::installation::Installation;
use crate::outcome::{Goal, Outcome};
use crate::pairs::measure;
use crate::status::{issuer, revoke_one, with_revoked};

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = with_revoked(installation, REVOKED);
    // A base, and what was revoked since by an earlier run.
    publisher::run(&store, Task::Full);
    let (issuer, mut db) = (issuer(&store), store.database());
    let base = revoke_next(&mut db, &issuer) - 1;
    let pairs = measure(
        || {
            let worker = publisher::begin(&store, Task::Due);
            revoke_next(&mut db, &issuer);
            worker.go()
        },
        || publisher::run(&store, Task::ReadLog(base)),
    );
    let entries = pairs.medians(|took| took.entries).0;
    let row = |what: &str, unit, of: fn(&Took) -> f64, goal| {
        let what = format!(
            "{what}: one more revocation among {REVOKED} until its delta CRL of some {entries} entries is published, \
             beside the rows of the status log, their SHA-256 and a signature; SQLite, SoftHSM"
        );
        Outcome::new("P7", what, unit, pairs.medians(of), pairs.ratio(of), goal)
    };
    vec![
        row("wall", "s", |took| took.wall, Goal::AtMost(3.0)),
        row("CPU, in hundredths of a second", "s CPU", |took| took.cpu.max(0.01), Goal::None),
    ]
}

/// Revokes one of those that are good; its place in the status log.
fn revoke_next(db: &mut store::Database, issuer: &ca_core::authority::Authority) -> i64 {
    let newest = ca_core::status_log::newest(db).expect("the database is there");
    // Numbers of the log and of certificates go on together: those before are revoked.
    revoke_one(db, issuer, newest.unsigned_abs())
}
