//! Stores that are full: rows as issuance and revocation leave them, written by SQL and not one by one.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use store::Database;

use crate::installation::act;

/// How far two serial numbers are apart, but for their last sixteen bits: a multiple of 2^18.
const STEP: u64 = 2_560_000_000_000;

/// What spreads the last sixteen bits, as chance does in real serial numbers.
const SPREAD: u64 = 2_654_435_761;

/// No serial number of [`Stored`] is another plus this.
const NEVER_ISSUED: u64 = 1 << 16;

/// So many certificates of one authority.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// How many there are.
    pub certificates: u64,
    /// How many of them, the first ones, are revoked, with a reason and in the order of the status log.
    pub revoked: u64,
    /// Short name of their authority.
    pub issuer: &'static str,
    /// In which order they came.
    pub order: Order,
}

/// In which order rows came, which their indexes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// By serial number, the indexes made afterwards: quick, and right for what is only read.
    Packed,
    /// In any order, as when they are issued: the indexes have the room between them that this leaves. (In one that was
    /// made at once every insertion would split a page.)
    AsIssued,
}

/// The last eight octets of the serial number of the n-th certificate; those before are the authority's.
pub fn serial_tail(n: u64) -> u64 {
    n * STEP + n * SPREAD % NEVER_ISSUED
}

/// The same of a serial number that nobody has.
pub fn never_issued_tail(n: u64) -> u64 {
    serial_tail(n) + NEVER_ISSUED
}

impl Stored {
    /// Writes the rows; the triggers, and of packed ones the indexes that can be made again, are, afterwards. TBS and
    /// certificate are of 64 octets: nothing that is measured reads them, and the disk need not hold ten gigabytes.
    pub fn fill(self, db: &mut Database) {
        let Self { certificates, revoked, issuer, order } = self;
        let (apart, number) = match order {
            Order::Packed => (APART.to_owned(), "n".to_owned()),
            // A prime that divides no such number: each comes once.
            Order::AsIssued => {
                (format!("{APART} AND type = 'trigger'"), format!("n * {SPREAD} % {certificates}"))
            }
        };
        let made: Vec<Named> = ask(db, &format!("SELECT sql AS text {apart}"));
        let dropped: Vec<Named> = ask(db, &format!("SELECT 'DROP ' || type || ' ' || name AS text {apart}"));
        let statements = |of: &[Named]| of.iter().map(|one| format!("{};", one.text)).collect::<String>();
        let now = act().at.millis();
        let year = 365 * 86_400_000_i64;
        let rows = format!(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -1048576; BEGIN; {}
             INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest,
                 spki_sha256, tbs, der, not_before, not_after, prepared_at, settled_at, revoked_at, revocation_reason)
             WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {certificates}),
                 numbers (n) AS (SELECT {number} FROM counted)
             SELECT '{issuer}', hex(a.serial_prefix) || printf('%016X', n * {STEP} + n * {SPREAD} % {NEVER_ISSUED}),
                 'fo-pp-cps-auth', iif(n < {revoked}, 'revoked', 'good'), 1, 'officer', randomblob(32),
                 randomblob(32), randomblob(64), randomblob(64), {now} - {year}, {now} + 2 * {year}, {now} - {year},
                 {now} - {year}, iif(n < {revoked}, {now} - 3600000, NULL),
                 iif(n < {revoked}, iif(n % 3, 'keyCompromise', 'cessationOfOperation'), NULL)
             FROM numbers JOIN authorities a ON a.short_name = '{issuer}';
             INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
                 SELECT row_number() OVER (ORDER BY serial), issuer, serial, 'revoked', revocation_reason, revoked_at
                 FROM certificates WHERE status = 'revoked';
             UPDATE certificate_status_counter SET last = {revoked};
             {} COMMIT; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE);",
            statements(&dropped),
            statements(&made),
        );
        db.batch_execute(&rows).expect("the rows can be written");
    }
}

/// What can be made again.
const APART: &str = "FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'table' AND tbl_name IN \
    ('certificates', 'certificate_status_events', 'certificate_status_counter')";

fn ask(db: &mut Database, question: &str) -> Vec<Named> {
    diesel::sql_query(question).load(db).expect("the schema can be read")
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    text: String,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn serial_numbers_are_all_different_in_order_and_never_those_of_nobody() {
        let stored: Vec<u64> = (0..100_000).map(serial_tail).collect();
        assert!(stored.is_sorted_by(|a, b| a < b));
        let known: HashSet<u64> = stored.into_iter().collect();
        assert!((0..100_000).map(never_issued_tail).all(|tail| !known.contains(&tail)));
        let last_octets: HashSet<u64> = (0..1_000).map(|n| serial_tail(n) & 0xFF).collect();
        assert_eq!(last_octets.len(), 256);
    }

    #[test]
    fn the_largest_store_has_serial_numbers_that_sqlite_can_count() {
        assert!(i64::try_from(never_issued_tail(3_600_000)).is_ok());
        assert!(3_600_000_u64.checked_mul(SPREAD).is_some_and(|product| i64::try_from(product).is_ok()));
    }
}
