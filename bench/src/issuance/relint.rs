//! The stored certificates read again with the lint of today, as `igc certificate relint` does it.

use std::time::Instant;

use ca_core::issuance::LARGEST_BATCH;
use ca_core::lint::DeclaredIdentity;
use ca_core::relint::{self, RelintError, Selection};
use store::DatabaseRole;

use super::work::{CARD, card_keys, issue_all, lanes};
use crate::cpu;
use crate::installation::{Hsm, Installation};
use crate::outcome::{Goal, Outcome};
use crate::pairs::median;

const CERTIFICATES: usize = 100_000;
const THREADS: usize = 2;
const TIMES: usize = 3;
/// What so many may take, seconds.
const ALLOWED: f64 = 60.0;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let store = installation.copy("relint.sqlite");
    let (process, epoch) = (store.signer_process(Hsm::Soft, THREADS), store.epoch());
    let began = Instant::now();
    issue_all(&store, &lanes(&store), &process, &epoch, CARD, &card_keys(CERTIFICATES), LARGEST_BATCH);
    let issued = began.elapsed();
    let runs: Vec<[f64; 2]> = (0..TIMES).map(|_| relint(&store)).collect();
    let [wall, cpu] = [0, 1].map(|figure| median(runs.iter().map(|run| run[figure])));
    let what = format!(
        "relint of {CERTIFICATES} certificates of cards, as they were issued (in {:.0} s) with keys on P-256, median of {TIMES}, to \
         a minute; one thread, SQLite",
        issued.as_secs_f64()
    );
    let row = |what, unit, figure: f64, goal| {
        Outcome::new(ID, what, unit, (figure, ALLOWED), figure / ALLOWED, goal).measured(TIMES)
    };
    vec![
        row(what.clone(), "s", wall, Goal::AtMost(1.0)),
        row(format!("the same, CPU; {what}"), "s CPU", cpu, Goal::None),
    ]
}

/// What it is called: the goal is that of the command, and has no number.
pub const ID: &str = "RELINT";

/// Wall and CPU seconds.
fn relint(store: &Installation) -> [f64; 2] {
    let mut db = store.database_as(DatabaseRole::Owner);
    let (mut read, mut touched) = (0, 0);
    let (cpu_before, began) = (cpu::used_precisely(), Instant::now());
    let identity = DeclaredIdentity::read(store.identity().text());
    relint::run(&mut db, Selection::default(), &identity, &[], |_, count, found| {
        read += count;
        touched += found.len();
        Ok::<_, RelintError>(())
    })
    .expect("the database is there");
    let (wall, cpu) = (began.elapsed(), cpu::used_precisely().saturating_sub(cpu_before));
    assert!(read > CERTIFICATES, "all were read, the authorities' too: {read}");
    assert_eq!(touched, 0, "the lint that read them when they were issued found nothing");
    [wall.as_secs_f64(), cpu.as_secs_f64()]
}
