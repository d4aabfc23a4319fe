//! P5: issuing with 3.6 million certificates stored, beside the same on an empty store.

use ca_core::issuance::{BATCHES_UNDER_WAY, LARGEST_BATCH};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use store::Database;

use super::work::{CARD, card_keys, issue_all, lanes};
use crate::installation::{Hsm, Installation};
use crate::outcome::{Goal, Outcome};
use crate::pairs::{Sample, measure};

const STORED: u64 = 3_600_000;
const CERTIFICATES: usize = 1_024;
const THREADS: usize = 2;

/// Runs it.
pub fn run(installation: &Installation) -> Vec<Outcome> {
    let full = installation.copy("full.sqlite");
    let took = Sample::of(|| {
        fill(&mut full.database());
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

/// Rows as issuance leaves them, in the order of their serial numbers; the triggers and the indexes that can be made
/// again are, afterwards. TBS and certificate are of 64 octets: nothing that is measured reads them, and the disk need
/// not hold six gigabytes.
fn fill(db: &mut Database) {
    let apart = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = 'certificates' AND type <> 'table'";
    let made: Vec<Sql> = diesel::sql_query(apart).load(db).expect("the schema can be read");
    let names = "SELECT 'DROP ' || type || ' ' || name AS sql FROM sqlite_master \
                 WHERE sql IS NOT NULL AND tbl_name = 'certificates' AND type <> 'table'";
    let dropped: Vec<Sql> = diesel::sql_query(names).load(db).expect("the schema can be read");
    let statements = |of: &[Sql]| of.iter().map(|one| format!("{};", one.sql)).collect::<String>();
    let issuer = CARD.issuer;
    let rows = format!(
        "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; BEGIN; {}
         INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256,
                                   tbs, der, not_before, not_after, prepared_at, settled_at)
         WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {STORED})
         SELECT '{issuer}', hex(a.serial_prefix) || printf('%016X', n * 2560000000000), 'fo-pp-cps-auth', 'good', 1,
                'officer', randomblob(32), randomblob(32), randomblob(64), randomblob(64), 0, 1, 0, 0
         FROM numbers JOIN authorities a ON a.short_name = '{issuer}';
         {} COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE);",
        statements(&dropped),
        statements(&made),
    );
    db.batch_execute(&rows).expect("the rows can be written");
}

#[derive(QueryableByName)]
struct Sql {
    #[diesel(sql_type = Text)]
    sql: String,
}
