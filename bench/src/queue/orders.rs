//! Orders as years of work leave them, written by SQL that both databases read: six in ten have their card, one in four waits
//! for a decision.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use store::Database;

use crate::installation::act;

/// How holders are called: the beginnings and ends of family names, and given names. One in five begins with `MA`.
const BEGINNINGS: [&str; 5] = ["MA", "DU", "LE", "BER", "ROU"];
const ENDS: [&str; 20] = [
    "RAND", "TIN", "NARD", "GOFF", "SSEAU", "MOT", "VAL", "CHET", "DIER", "FORT", "GNY", "HAUT", "LIN",
    "NOIR", "PUIS", "QUET", "RIVE", "SOL", "TOUR", "VERT",
];
const GIVEN: [&str; 10] = ["ÉLISE", "PAUL", "ZOÉ", "YANN", "LÉA", "JEAN", "ANNE", "INÈS", "LUC", "CLÉMENCE"];

/// How long ago the oldest was submitted, in milliseconds.
const SPAN: i64 = 30 * 86_400_000;

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    text: String,
}

/// Writes so many orders, with their flags, places and questions. The triggers that guard how an order comes about are dropped:
/// nothing is decided here.
pub fn fill(db: &mut Database, count: u32) {
    let without_triggers = match db {
        Database::Sqlite(_) => {
            let triggers: Vec<Named> = diesel::sql_query(
                "SELECT 'DROP TRIGGER ' || name || ';' AS text FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'card_orders'",
            )
            .load(db)
            .expect("the schema can be read");
            let dropped: String = triggers.into_iter().map(|trigger| trigger.text).collect();
            format!("PRAGMA synchronous = OFF; PRAGMA cache_size = -1048576; {dropped}")
        }
        Database::Postgresql(_) => "ALTER TABLE card_orders DISABLE TRIGGER USER;".to_owned(),
    };
    let settled = match db {
        // As every connection is opened.
        Database::Sqlite(_) => {
            "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;"
        }
        // As autovacuum leaves them.
        Database::Postgresql(_) => "VACUUM ANALYZE;",
    };
    let now = act().at.millis();
    db.batch_execute(&format!(
        "{without_triggers} BEGIN; {names} {orders} {beside} COMMIT;",
        names = names(),
        orders = orders(count, now),
        beside = BESIDE,
    ))
    .expect("the rows can be written");
    db.batch_execute(settled).expect("the database is idle");
}

fn names() -> String {
    let families = BEGINNINGS.iter().flat_map(|begin| ENDS.iter().map(move |end| format!("{begin}{end}")));
    let values = |names: Vec<String>| {
        let rows = names.iter().enumerate().map(|(place, name)| format!("({place}, '{name}')"));
        rows.collect::<Vec<_>>().join(", ")
    };
    format!(
        "CREATE TEMPORARY TABLE families (place INTEGER PRIMARY KEY, name TEXT); INSERT INTO families VALUES {};
         CREATE TEMPORARY TABLE givens (place INTEGER PRIMARY KEY, name TEXT, folded TEXT); INSERT INTO givens (place, name) VALUES {}; \
         UPDATE givens SET folded = replace(replace(name, 'É', 'E'), 'È', 'E');",
        values(families.collect()),
        values(GIVEN.map(str::to_owned).to_vec()),
    )
}

fn orders(count: u32, now: i64) -> String {
    // What makes a number of the test range one of RPPS (Luhn): its digits from the right, every other one doubled, the nines and the
    // seven of the range counted in.
    let digit = |place: u32| format!("(n / {} % 10)", 10_u32.pow(place));
    let doubled = |place: u32| format!("({d} * 2 / 10 + {d} * 2 % 10)", d = digit(place));
    let sum: Vec<String> =
        (0..7).map(|place| if place % 2 == 0 { doubled(place) } else { digit(place) }).collect();
    let key = format!("((10 - (9 + 9 + 7 + {}) % 10) % 10)", sum.join(" + "));
    let state = "CASE WHEN n % 100 < 60 THEN 'ordered' WHEN n % 100 < 85 THEN 'submitted' WHEN n % 100 < 90 THEN 'approved' \
         WHEN n % 100 < 94 THEN 'refused' WHEN n % 100 < 97 THEN 'withdrawn' ELSE 'waiting' END";
    let profession = "CASE WHEN n / 100 % 10 < 7 THEN '60' WHEN n / 100 % 10 < 9 THEN '10' ELSE '70' END";
    let step = SPAN / i64::from(count);
    format!(
        "INSERT INTO card_orders (number, version, kind, holder, profession, category, family_name, given_name, origin, submitted_by,
             submitted_at, status, changed_at, register_feed, register_record, search_name)
         WITH RECURSIVE counted (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counted WHERE n + 1 < {count})
         SELECT 'CO-2026-' || (1000000 + n), 1, 'CPS', '8997' || substr('' || (10000000 + n), 2) || {key}, {profession}, 'C',
             f.name, g.name, 'officer', 'alice', {now} - {SPAN} + CAST(n AS BIGINT) * {step}, {state}, {now} - {SPAN} + CAST(n AS BIGINT) * {step}, 'feed',
             '{record}', f.name || ' ' || g.folded
         FROM counted JOIN families f ON f.place = n / 7 % 100 JOIN givens g ON g.place = n / 3 % 10;",
        record = "x".repeat(400),
    )
}

/// A place for each; an orange flag for one that waits in ten, a red one for one in twelve; a question for each that waits for its
/// applicant.
const BESIDE: &str = "
    INSERT INTO order_places SELECT 'F' || (100000000 + CAST(substr(number, 9) AS INTEGER) % 20000), 'XX', number, search_name,
        submitted_at FROM card_orders;
    INSERT INTO order_flags SELECT number, 1, 'snapshot-age', 'orange', 1 = 1, 'x', submitted_at FROM card_orders
        WHERE status = 'submitted' AND CAST(substr(number, 9) AS INTEGER) / 100 % 10 = 0;
    INSERT INTO order_flags SELECT number, 1, 'duplicate', 'red', 1 = 1, 'x', submitted_at FROM card_orders
        WHERE status = 'submitted' AND CAST(substr(number, 9) AS INTEGER) / 10 % 50 = 6;
    INSERT INTO order_questions SELECT number, 1, 'bob', submitted_at + 1, 'Pourquoi ?' FROM card_orders WHERE status = 'waiting';";

/// The order after which that part of the waiting list, in hundredths, has passed.
pub fn number_at(db: &mut Database, count: u32, hundredths: u32) -> String {
    let passed = count / 4 * hundredths / 100;
    let place = format!(
        "SELECT number AS text FROM card_orders WHERE status = 'submitted' ORDER BY submitted_at, number LIMIT 1 OFFSET {passed}"
    );
    diesel::sql_query(place).get_result::<Named>(db).expect("so many wait").text
}
