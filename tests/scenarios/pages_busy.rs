//! The public page asked for by more at once than there are connections for it: officers and holders do not notice.

use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, run};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use store::{Database, DatabaseRole};

use super::desk::Desk;
use super::standstill::until;
use super::workshop::workshop;

/// How many ask at once.
const ASKING: usize = 48;

/// How many connections there are for the public page.
const FOR_ANYONE: i64 = 4;

/// How soon whoever is refused hears it, on a machine that has other things to do.
const SOON: Duration = Duration::from_secs(15);

#[test]
fn whoever_asks_for_the_public_page_over_and_over_takes_no_connection_from_anybody_else() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let desk = Desk::open(&workshop, "registration-officer");
    assert_eq!(desk.queue(), "200");
    let mut watching = workshop.open(DatabaseRole::Owner);
    let before = connections(&mut watching);
    let mut holding = workshop.open(DatabaseRole::Owner);
    // The page reads this table, and no page of an officer does.
    holding.batch_execute("BEGIN; LOCK TABLE crls IN ACCESS EXCLUSIVE MODE").unwrap();
    let address = desk.address("/pki");
    let answers: Vec<(String, Duration)> = std::thread::scope(|scope| {
        let asking: Vec<_> = (0..ASKING).map(|_| scope.spawn(|| asked(&address))).collect();
        until("most of them were refused", || {
            asking.iter().filter(|one| one.is_finished()).count() + FOR_ANYONE as usize >= ASKING
        });
        assert_eq!(
            connections(&mut watching) - before - 1,
            FOR_ANYONE,
            "besides the one that holds the table"
        );
        let began = Instant::now();
        assert_eq!(desk.queue(), "200", "an officer reads on");
        let nobody_s = asked(&desk.address("/opposition/declaration/0123456789abcdef0123456789abcdef"));
        assert!(nobody_s.0.starts_with("404"), "a holder is answered: {}", nobody_s.0);
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        holding.batch_execute("ROLLBACK").unwrap();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let refused: Vec<_> = answers.iter().filter(|(answer, _)| answer.starts_with("503")).collect();
    assert_eq!(refused.len() + FOR_ANYONE as usize, ASKING);
    for (answer, waited) in refused {
        assert!(answer.contains("pages-busy") && *waited < SOON, "after {waited:?}: {answer}");
    }
    assert_eq!(answers.iter().filter(|(answer, _)| answer.starts_with("200")).count(), FOR_ANYONE as usize);
    assert!(asked(&address).0.starts_with("200"), "and everybody is answered again");
}

/// The status and the page behind it, and how long that took.
fn asked(address: &str) -> (String, Duration) {
    let began = Instant::now();
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--insecure", "--max-time", "120", "--dump-header", "-", "--output", "-"]);
    let said = run(curl.arg(address)).expect_exit(0).stdout;
    let status = said.split_once(' ').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
    (status, began.elapsed())
}

/// Connections to this database.
fn connections(db: &mut Database) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let all = "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()";
    diesel::sql_query(all).get_result::<Count>(db).unwrap().count
}
