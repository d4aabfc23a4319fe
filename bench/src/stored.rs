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
    /// Of how many shards they are, as issuance spreads them; 0 where their authority has none.
    pub shards: u32,
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
    /// Writes the rows; the triggers, and of packed ones on SQLite the indexes that can be made again, are, afterwards.
    /// TBS and certificate are of 64 octets: nothing that is measured reads them, and the disk need not hold ten gigabytes.
    pub fn fill(self, db: &mut Database) {
        let words = match db {
            Database::Sqlite(_) => Words::of_sqlite(db, self.order),
            Database::Postgresql(_) => Words::of_postgresql(),
        };
        db.batch_execute(&format!("{} BEGIN; {} COMMIT;", words.before, self.rows(&words)))
            .expect("the rows can be written");
        words.after.iter().for_each(|after| db.batch_execute(after).expect("the database is there"));
    }

    fn rows(self, words: &Words) -> String {
        let Self { certificates, revoked, issuer, order, shards } = self;
        let number = match order {
            Order::Packed => "n".to_owned(),
            // A prime that divides no such number: each comes once.
            Order::AsIssued => format!("n * {SPREAD} % {certificates}"),
        };
        let tail = format!("(n * {STEP} + n * {SPREAD} % {NEVER_ISSUED})");
        // As issuance chooses it: by the last eight octets of the serial number.
        let shard = match shards {
            0 => "NULL".to_owned(),
            count => format!("{tail} % {count} + 1"),
        };
        let now = act().at.millis();
        let year = 365 * 86_400_000_i64;
        let Words { prefix, digest, octets, .. } = words;
        let hexadecimal = words.hexadecimal.replace("{}", &tail);
        let if_revoked = |value: &str, otherwise: &str| {
            format!("CASE WHEN n < {revoked} THEN {value} ELSE {otherwise} END")
        };
        let reason = "CASE WHEN n % 3 = 0 THEN 'cessationOfOperation' ELSE 'keyCompromise' END";
        format!(
            "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest,
                 spki_sha256, tbs, der, not_before, not_after, prepared_at, settled_at, revoked_at, revocation_reason, shard)
             WITH RECURSIVE counted (n) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {certificates}),
                 numbers (n) AS (SELECT {number} FROM counted)
             SELECT '{issuer}', {prefix} || {hexadecimal}, 'fo-pp-cps-auth', {status}, 1, 'officer', {digest}, {digest},
                 {octets}, {octets}, {now} - {year}, {now} + 2 * {year}, {now} - {year}, {now} - {year},
                 {revoked_at}, {reason}, {shard}
             FROM numbers JOIN authorities a ON a.short_name = '{issuer}';
             INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
                 SELECT row_number() OVER (ORDER BY serial), issuer, serial, 'revoked', revocation_reason, revoked_at
                 FROM certificates WHERE status = 'revoked';
             UPDATE certificate_status_counter SET last = {revoked};",
            status = if_revoked("'revoked'", "'good'"),
            revoked_at = if_revoked(&format!("{now} - 3600000"), "NULL"),
            reason = if_revoked(reason, "NULL"),
        )
    }
}

/// What the two databases say differently.
struct Words {
    /// What is taken away before.
    before: String,
    /// What is put back afterwards, and how a database is left that is only read: each outside of a transaction.
    after: Vec<String>,
    /// The authority's part of a serial number, in hexadecimal.
    prefix: &'static str,
    /// Sixteen hexadecimal digits of the number in the place of `{}`.
    hexadecimal: &'static str,
    /// 32 octets, others for each row.
    digest: &'static str,
    /// 64 octets.
    octets: &'static str,
}

impl Words {
    fn of_sqlite(db: &mut Database, order: Order) -> Self {
        let apart = match order {
            Order::Packed => APART.to_owned(),
            Order::AsIssued => format!("{APART} AND type = 'trigger'"),
        };
        let made: Vec<Named> = ask(db, &format!("SELECT sql AS text {apart}"));
        let dropped: Vec<Named> = ask(db, &format!("SELECT 'DROP ' || type || ' ' || name AS text {apart}"));
        let statements = |of: &[Named]| of.iter().map(|one| format!("{};", one.text)).collect::<String>();
        let quickly = "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -1048576;";
        let settled =
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE);";
        Self {
            before: format!("{quickly} {}", statements(&dropped)),
            after: vec![format!("BEGIN; {} COMMIT;", statements(&made)), settled.to_owned()],
            prefix: "hex(a.serial_prefix)",
            hexadecimal: "printf('%016X', {})",
            digest: "randomblob(32)",
            octets: "randomblob(64)",
        }
    }

    fn of_postgresql() -> Self {
        let triggers = |word: &str| {
            TABLES.iter().map(|table| format!("ALTER TABLE {table} {word} TRIGGER USER;")).collect::<String>()
        };
        Self {
            before: triggers("DISABLE"),
            after: vec![triggers("ENABLE"), "VACUUM ANALYZE;".to_owned()],
            prefix: "upper(encode(a.serial_prefix, 'hex'))",
            hexadecimal: "lpad(upper(to_hex({})), 16, '0')",
            digest: "sha256(int8send(n))",
            octets: "sha512(int8send(n))",
        }
    }
}

/// The tables that are filled.
const TABLES: [&str; 3] = ["certificates", "certificate_status_events", "certificate_status_counter"];

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
