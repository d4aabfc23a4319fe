//! The stored certificates read again with the lint of today, as `igc certificate relint` does it: where it has nothing against
//! them, and where a changed rule touches every one.

use std::time::Instant;

use ca_core::issuance::LARGEST_BATCH;
use ca_core::lint::DeclaredIdentity;
use ca_core::relint::{self, RelintError, Selection};
use diesel::connection::SimpleConnection;
use store::{Database, DatabaseRole};

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
    give_cards(&mut store.database_as(DatabaseRole::Owner));
    let of_today = store.identity().text();
    // The identity says where a responder answers, and each certificate: none is as the lint wants it then.
    let changed = of_today.replace("/ocsp\"", "/etat\"");
    let mut outcomes = Vec::new();
    for (identity, expected, case) in [
        (of_today, 0, "none of which a rule touches"),
        (changed.as_str(), CERTIFICATES, "each of which a rule touches, with its card"),
    ] {
        let runs: Vec<[f64; 2]> = (0..TIMES).map(|_| relint(&store, identity, expected)).collect();
        let [wall, cpu] = [0, 1].map(|figure| median(runs.iter().map(|run| run[figure])));
        let what = format!(
            "relint of {CERTIFICATES} certificates of cards, {case}, as they were issued (in {:.0} s) with keys on P-256, median of \
             {TIMES}, to a minute; one thread, SQLite",
            issued.as_secs_f64()
        );
        let row = |what, unit, figure: f64, goal| {
            Outcome::new(ID, what, unit, (figure, ALLOWED), figure / ALLOWED, goal).measured(TIMES)
        };
        outcomes.push(row(what.clone(), "s", wall, Goal::AtMost(1.0)));
        outcomes.push(row(format!("the same, CPU; {what}"), "s CPU", cpu, Goal::None));
    }
    outcomes
}

/// A card for each of them, as the worker ties them together; nobody has ordered it.
fn give_cards(db: &mut Database) {
    db.batch_execute(
        "BEGIN;
         INSERT INTO cards (number, kind, holder, exercise, order_number, temporary, status, version, ordered_at, changed_at)
             SELECT printf('26%08d', n), 'CPS', printf('8997%08d', n), 'profession:50', 'CO-' || serial, 0, 'ordered', 1, at, at
             FROM (SELECT serial, prepared_at AS at, row_number() OVER (ORDER BY serial) AS n
                   FROM certificates WHERE profile = 'fo-pp-cps-auth');
         INSERT INTO card_certificates (issuer, serial, card_number, key_usage)
             SELECT c.issuer, c.serial, k.number, 'authentication'
             FROM certificates c JOIN cards k ON k.order_number = 'CO-' || c.serial;
         COMMIT;",
    )
    .expect("the rows can be written");
}

/// What it is called: the goal is that of the command, and has no number.
pub const ID: &str = "RELINT";

/// Wall and CPU seconds; so many must be touched, each with its card.
fn relint(store: &Installation, identity: &str, expected: usize) -> [f64; 2] {
    let mut db = store.database_as(DatabaseRole::Owner);
    let (mut read, mut touched, mut named) = (0, 0, 0);
    let (cpu_before, began) = (cpu::used_precisely(), Instant::now());
    let identity = DeclaredIdentity::read(identity);
    relint::run(&mut db, Selection::default(), &identity, &[], |db, count, found| {
        let certificates: Vec<_> =
            found.iter().map(|one| (one.issuer.as_str(), one.serial.as_str())).collect();
        let cards = card::certificates::cards_of(db, &certificates).map_err(RelintError::from)?;
        (read, touched, named) = (read + count, touched + found.len(), named + cards.len());
        Ok::<_, RelintError>(())
    })
    .expect("the database is there");
    let (wall, cpu) = (began.elapsed(), cpu::used_precisely().saturating_sub(cpu_before));
    assert!(read > CERTIFICATES, "all were read, the authorities' too: {read}");
    // The responders and the signer of lists are under the same rules, and have no card.
    assert_eq!((touched >= expected, named), (true, expected), "{touched} touched");
    assert!(
        expected > 0 || touched == 0,
        "the lint that read them when they were issued found nothing: {touched}"
    );
    [wall.as_secs_f64(), cpu.as_secs_f64()]
}
