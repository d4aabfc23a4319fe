//! Two workers that publish at once, on PostgreSQL, where nothing waits in one line: no CRL number goes back or is given
//! twice (RFC 5280 §5.2.3), whoever dies (T12).

use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::harness::{DatabaseKind, igc, run, start};
use ca_core::service_key::{self, Purpose};
use ca_core::signer::process::{LedgerKind, SignerSettings};
use ca_core::signer::{SignerProcess, Tokens, sign_verified};
use crl_publisher::crl::read::Crl;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::{Value, json};
use store::audit::backlog;
use store::schema::{audit_events, crls, signing_awaited};
use store::{DatabaseRole, Timestamp};

use super::crash_points::outside::Outside;
use super::standstill::{Standstill, until};
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, workshop};

const AUTHORITY: &str = "ACI-FO-PP";

/// Opposes a card that is certified here for it: its authority has a CRL and a delta to make.
fn steal_a_card(workshop: &Workshop) {
    let card = workshop.personalise(1)[0].to_string();
    workshop.certify_the_rest();
    workshop.igc(&["opposition", "add", &card, "--ground", "stolen", "--as", REVOKER]);
}

fn highest_number(workshop: &Workshop) -> i64 {
    let numbers = crls::table.filter(crls::issuer.eq(AUTHORITY)).select(diesel::dsl::max(crls::number));
    numbers.first::<Option<i64>>(&mut workshop.open(DatabaseRole::Owner)).unwrap().unwrap()
}

/// What an authority has of one number was cut at once, and a greater one neither is older nor says less of the log.
#[track_caller]
fn the_numbers_grow(workshop: &Workshop) {
    let rows: Vec<(String, String, i64, Timestamp, i64)> = crls::table
        .order((crls::issuer, crls::scope, crls::number))
        .select((crls::issuer, crls::scope, crls::number, crls::this_update, crls::log_sequence))
        .load(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    for pair in rows.windows(2) {
        let [(issuer, scope, number, this_update, cut), next] = [&pair[0], &pair[1]];
        if (issuer, scope) != (&next.0, &next.1) {
            continue;
        }
        match *number == next.2 {
            true => assert_eq!((this_update, cut), (&next.3, &next.4), "one number twice: {pair:?}"),
            false => assert!(*this_update <= next.3 && *cut <= next.4, "{pair:?}"),
        }
    }
}

/// Whether another connection waits for its turn at this table.
fn somebody_waits_for(workshop: &Workshop, table: &str) -> bool {
    let waits = format!(
        "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                   AND classid::bigint = hashtext('{table}')::bigint & 4294967295
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    );
    diesel::select(sql::<Bool>(&waits)).get_result(&mut workshop.open(DatabaseRole::Owner)).unwrap()
}

/// A worker stands where it writes down what it has signed.
fn before_a_crl_is_recorded(workshop: &Workshop) -> Standstill {
    let condition = format!("NEW.issuer = '{AUTHORITY}'");
    Standstill::before(workshop.url(), "BEFORE INSERT ON crls FOR EACH ROW", &condition)
}

/// Both find that shards are to be opened; the second finds it done.
#[test]
fn two_workers_that_open_shards_at_once_open_them_once() {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.give_shards(AUTHORITY, 2);
    let mut standstill = Standstill::before(
        workshop.url(),
        "BEFORE INSERT ON crl_shards FOR EACH ROW",
        &format!("NEW.issuer = '{AUTHORITY}'"),
    );
    let published = std::thread::scope(|scope| {
        let first = scope.spawn(|| workshop.job("publication"));
        standstill.reached();
        let second = scope.spawn(|| workshop.job("publication"));
        until("the other worker wants to open them too", || somebody_waits_for(&workshop, "crl_shards"));
        standstill.release();
        [first.join().unwrap(), second.join().unwrap()]
    });
    // Of what they publish then, one may be quicker.
    for (done, failed) in
        published.iter().flat_map(|done| done["failed"].as_array().unwrap().iter().map(move |it| (done, it)))
    {
        assert!(failed[1].as_str().is_some_and(|why| why.contains("comes too late")), "{done}");
    }
    let settled: i64 = audit_events::table
        .filter(audit_events::action.eq("authority.shards-settled"))
        .count()
        .get_result(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    assert_eq!(settled, 1);
}

#[test]
fn of_two_workers_that_cut_at_once_the_quicker_one_publishes_and_the_other_says_that_it_came_too_late() {
    let workshop = workshop(DatabaseKind::Postgresql);
    steal_a_card(&workshop);
    // The first one has cut, and stands before it says what it will sign; whoever comes then passes. Other databases have locks of their own.
    let condition = format!(
        "NEW.subject LIKE 'crl {AUTHORITY} %'
         AND NOT EXISTS (SELECT FROM pg_locks JOIN pg_database d ON d.oid = database AND d.datname = current_database()
             WHERE locktype = 'advisory' AND mode = 'ShareLock' AND NOT granted)"
    );
    let event = "BEFORE INSERT ON signing_intents FOR EACH ROW";
    let mut standstill = Standstill::before(workshop.url(), event, &condition);
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| workshop.job("publication"));
        standstill.reached();
        let second = workshop.job("publication");
        standstill.release();
        (first.join().unwrap(), second)
    });
    let of_the_authority = |done: &Value| {
        let crls = done["crls"].as_array().unwrap().iter().filter(|crl| crl["id"] == AUTHORITY);
        crls.map(|crl| crl["number"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let number = highest_number(&workshop);
    assert_eq!((of_the_authority(&second), &second["failed"]), (vec![number; 2], &json!([])), "{second}");
    let why = first["failed"][0][1].as_str().unwrap();
    assert!(why.ends_with(&format!("comes too late: another worker has recorded number {number}")), "{why}");
    assert_eq!((of_the_authority(&first), &first["failed"]), (vec![], &json!([[AUTHORITY, why]])), "{first}");
    the_numbers_grow(&workshop);
    let mut outside = Outside::of(&workshop);
    outside.look(&mut workshop.open(DatabaseRole::Owner));
    assert_eq!(workshop.job("publication")["failed"], json!([]), "nothing is left to do");
    assert_eq!(highest_number(&workshop), number);
}

#[test]
fn where_the_server_loses_the_first_worker_the_second_takes_the_number() {
    let workshop = workshop(DatabaseKind::Postgresql);
    steal_a_card(&workshop);
    let number = highest_number(&workshop);
    let mut standstill = before_a_crl_is_recorded(&workshop);
    let second = std::thread::scope(|scope| {
        let first = scope.spawn(|| run(&mut workshop.command(&["job", "run", "publication"])));
        let connection = standstill.reached();
        let second = scope.spawn(|| workshop.job("publication"));
        until("the other worker has signed too", || somebody_waits_for(&workshop, "crls"));
        standstill.cut(connection);
        standstill.release();
        let first = first.join().unwrap();
        assert_ne!(first.status.code(), Some(0), "it has lost what it was about to write: {first:?}");
        second.join().unwrap()
    });
    assert_eq!(second["failed"], json!([]), "{second}");
    assert!(highest_number(&workshop) > number);
    the_numbers_grow(&workshop);
    let mut outside = Outside::of(&workshop);
    outside.look(&mut workshop.open(DatabaseRole::Owner));
}

/// The signatures of a worker that was lost are told to the audit log, once, whoever looks.
#[test]
fn two_that_look_at_what_became_of_a_signature_write_it_down_once() {
    let workshop = workshop(DatabaseKind::Postgresql);
    steal_a_card(&workshop);
    let mut standstill = before_a_crl_is_recorded(&workshop);
    std::thread::scope(|scope| {
        let lost = scope.spawn(|| run(&mut workshop.command(&["job", "run", "publication"])));
        let connection = standstill.reached();
        reconcile(&workshop);
        standstill.cut(connection);
        standstill.release();
        lost.join().unwrap();
    });
    let mut db = workshop.open(DatabaseRole::Owner);
    let awaited: i64 = signing_awaited::table.count().get_result(&mut db).unwrap();
    assert_eq!(awaited, 2, "its CRL and its delta");
    // Those that pass their numbers say another time.
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(workshop.job("publication")["failed"], json!([]));

    let event = "BEFORE DELETE ON signing_awaited FOR EACH STATEMENT";
    let mut standstill = Standstill::before(workshop.url(), event, "TRUE");
    std::thread::scope(|scope| {
        let first = scope.spawn(|| reconcile(&workshop));
        standstill.reached();
        let second = scope.spawn(|| reconcile(&workshop));
        until("the other one has looked too", || somebody_waits_for(&workshop, "signing_awaited"));
        standstill.release();
        first.join().unwrap();
        second.join().unwrap();
    });
    let told = audit_events::table.filter(audit_events::action.eq("signing.superseded"));
    assert_eq!(told.count().get_result::<i64>(&mut db).unwrap(), awaited);
    assert_eq!(signing_awaited::table.count().get_result::<i64>(&mut db).unwrap(), 0);
}

/// A batch may take hours; a thief's card does not wait for it.
#[test]
fn what_is_opposed_while_a_batch_is_certified_is_published_before_the_batch_ends() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let stolen = workshop.personalise(1)[0].to_string();
    workshop.certify_the_rest();
    workshop.personalise(1);
    let number = highest_number(&workshop);
    let certified = "BEFORE INSERT ON certificates FOR EACH ROW";
    let mut standstill = Standstill::before(workshop.url(), certified, "TRUE");
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    standstill.reached();
    workshop.igc(&["opposition", "add", &stolen, "--ground", "stolen", "--as", REVOKER]);
    let published = |name: &str| std::fs::read(workshop.dir().join(format!("public/{name}"))).unwrap();
    until("the delta says it", || {
        let delta = published(&format!("crl/{AUTHORITY}-delta.crl"));
        i64::try_from(Crl::read(&delta).unwrap().number).unwrap() > number
    });
    until("the list says it", || {
        String::from_utf8(published("oppositions/full.csv")).unwrap().contains(&stolen)
    });
    standstill.reached();
    standstill.release();
    assert!(worker.stop(Duration::from_secs(60)).success(), "{}", worker.stderr());
}

/// Neither does a signature that nobody intended: the operators hear of it while the batch stands.
#[test]
fn what_nobody_intended_is_told_of_while_a_batch_is_certified() {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.personalise(1);
    let status = status_service(&workshop);
    let certified = "BEFORE INSERT ON certificates FOR EACH ROW";
    let mut standstill = Standstill::before(workshop.url(), certified, "TRUE");
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let batch = standstill.reached();
    let signatures = |said: &str| said.lines().find(|line| line.contains("signatures:")).map(str::to_owned);
    let before = status.readiness().1;
    assert!(signatures(&before).is_none_or(|line| !line.contains("alarms")), "{before}");

    // Somebody who controls the worker has the audit key sign what he likes.
    let mut db = workshop.open(DatabaseRole::Owner);
    let key = service_key::of_purpose(&mut db, Purpose::Audit).unwrap().pop().unwrap();
    let process = signer_beside_the_worker(&workshop);
    let subject = "crl ACI-FO-PP full 999";
    sign_verified(&mut process.signer(), &key.key, &key.public_key, subject, b"what he likes").unwrap();
    let signed = Instant::now();
    until("the operators' listener says it", || {
        signatures(&status.readiness().1).is_some_and(|line| line.contains("[!] signatures: 1 alarms"))
    });
    assert!(signed.elapsed() < Duration::from_secs(15), "{:?}", signed.elapsed());
    assert!(status.metrics().contains("\nigc_signing_alarms_open 1\n"));
    assert!(worker.stderr().contains("signature-not-intended"), "{}", worker.stderr());
    assert_eq!(standstill.reached(), batch, "the batch stands where it stood");
    standstill.release();
    assert!(worker.stop(Duration::from_secs(60)).success(), "{}", worker.stderr());
}

/// A signer of this test's process over the tokens of the workshop; it writes into the ledger that the worker's does.
pub fn signer_beside_the_worker(workshop: &Workshop) -> SignerProcess {
    let dir = workshop.dir().to_owned();
    SignerProcess::new(SignerSettings {
        tokens: Tokens::read(&dir.join("tokens/tokens.toml")).unwrap(),
        kind: LedgerKind::Issuing,
        sessions: 1,
        deadline: Duration::from_secs(30),
        command: Box::new(move || {
            let mut command = igc();
            command.arg("--dir").arg(&dir).args(["signer", "--ledger", "issuing", "--file"]);
            command.arg(dir.join("signer/issuing.ledger"));
            command
        }),
    })
}

/// What was signed is recorded, published and said in the log before the process ends.
#[test]
fn a_worker_that_is_stopped_while_it_publishes_has_published_when_it_ends() {
    let workshop = workshop(DatabaseKind::Postgresql);
    steal_a_card(&workshop);
    let number = highest_number(&workshop);
    let mut standstill = before_a_crl_is_recorded(&workshop);
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    standstill.reached();
    run(Command::new("kill").arg(worker.id().to_string())).expect_exit(0);
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(worker.ended(), None, "{}", worker.stderr());
    standstill.release();
    let mut ended = None;
    until("the worker ends", || {
        ended = worker.ended();
        ended.is_some()
    });
    assert!(ended.unwrap().success(), "{}", worker.stderr());
    let published = std::fs::read(workshop.dir().join(format!("public/crl/{AUTHORITY}-delta.crl"))).unwrap();
    let delta = Crl::read(&published).unwrap();
    assert_eq!(highest_number(&workshop).unsigned_abs(), delta.number);
    assert!(delta.number > number.unsigned_abs());
    let waits = backlog::of(&mut workshop.open(DatabaseRole::Owner)).unwrap();
    assert_eq!(waits.waiting, 0, "events that stand under no signed head");
}

/// Holds what the token's ledger says against what is recorded: nothing is an alarm.
#[track_caller]
fn reconcile(workshop: &Workshop) {
    let found = workshop.job("signatures");
    assert_eq!(found["issuing"]["alarms"], json!([]), "{found}");
}

#[test]
fn two_workers_that_publish_everything_again_and_again_never_go_back() {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.give_shards(AUTHORITY, 2);
    let mut outside = Outside::of(&workshop);
    let mut db = workshop.open(DatabaseRole::Owner);
    for _ in 0..3 {
        steal_a_card(&workshop);
        std::thread::scope(|scope| {
            let workers: Vec<_> =
                (0..2).map(|_| scope.spawn(|| run(&mut workshop.command(&["publish", "crl"])))).collect();
            for worker in workers {
                let ended = worker.join().unwrap();
                // Whoever came too late for one of them, or for all, says so.
                let late = ended.said().contains("crl-overtaken");
                assert!(ended.status.success() || late, "{ended:?}");
            }
        });
        outside.look(&mut db);
        the_numbers_grow(&workshop);
    }
    assert_eq!(workshop.job("publication")["failed"], json!([]));
    outside.look(&mut db);
    outside.is_complete(&mut db);
    workshop.check();
}
