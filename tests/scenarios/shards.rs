//! The number of shards is changed under a running installation: what the worker takes, what it refuses to start on,
//! and that a shard does not end under a certificate that is about to be of it.

use std::time::Duration;

use acceptance::harness::{DatabaseKind, run, start};
use ca_core::shard;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};
use store::schema::certificates;
use store::{Database, DatabaseRole};

use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

const AUTHORITY: &str = "ACI-FO-PP";

fn open_shards(workshop: &Workshop) -> Vec<u32> {
    let open = shard::open(&mut workshop.open(DatabaseRole::Owner), AUTHORITY).unwrap();
    open.into_iter().map(|shard| shard.number).collect()
}

/// How many certificates are of each shard.
fn population(workshop: &Workshop) -> Vec<(Option<i64>, i64)> {
    certificates::table
        .filter(certificates::issuer.eq(AUTHORITY).and(certificates::shard.is_not_null()))
        .group_by(certificates::shard)
        .order(certificates::shard)
        .select((certificates::shard, diesel::dsl::count_star()))
        .load(&mut workshop.open(DatabaseRole::Owner))
        .unwrap()
}

/// What the worker says when it is to run with so many shards and does not.
fn refused(workshop: &Workshop, shards: u32) -> Value {
    workshop.give_shards(AUTHORITY, shards);
    let said = run(&mut workshop.command(&["job", "run", "publication"])).expect_exit(4).stderr;
    let problem = said.lines().find(|line| line.starts_with('{')).expect("a problem object");
    serde_json::from_str(problem).unwrap()
}

#[test]
fn a_worker_does_not_start_on_fewer_shards_than_certificates_name_and_opens_more_at_any_time() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        workshop.give_shards(AUTHORITY, 2);
        workshop.personalise(6);
        workshop.certify_the_rest();
        let before = population(&workshop);
        assert_eq!(before.len(), 2, "twelve certificates over two shards: {before:?}");
        assert_eq!(workshop.job("publication")["failed"], json!([]));

        let problem = refused(&workshop, 1);
        assert_eq!(problem["code"], "crl-shard-living", "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("shard 2 of ACI-FO-PP"), "{problem}");
        assert_eq!(open_shards(&workshop), [1, 2]);

        workshop.give_shards(AUTHORITY, 4);
        let published = workshop.job("publication");
        assert_eq!((&published["failed"], open_shards(&workshop)), (&json!([]), vec![1, 2, 3, 4]));
        let fresh = |list: &Value| list["shard"] == 4 && list["kind"] == "full";
        assert!(published["crls"].as_array().unwrap().iter().any(fresh), "{published}");
        assert_eq!(population(&workshop), before, "no certificate was moved");

        let doctor = workshop.igc(&["doctor"]);
        assert!(doctor.stdout.contains("CRLs of shards of ACI-FO-PP"), "{}", doctor.stdout);
        let service = status_service(&workshop);
        let said = service.comes_to_be_ready();
        assert!(said.contains("crl ACI-FO-PP shards"), "{said}");
        std::fs::remove_file(workshop.dir().join("public/crl/ACI-FO-PP/3-delta.crl")).unwrap();
        let (ready, said) = service.readiness();
        assert!(!ready && said.contains("3 delta: not published"), "{said}");
    }
}

#[test]
fn a_shard_does_not_end_under_a_certificate_that_is_about_to_be_of_it() {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.give_shards(AUTHORITY, 2);
    workshop.job("publication");
    assert_eq!(open_shards(&workshop), [1, 2]);
    // A worker that has recorded its intention, and has not committed.
    let Database::Postgresql(mut other) = workshop.open(DatabaseRole::Owner) else { unreachable!() };
    let intention = format!(
        "BEGIN;
         INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256,
                                   tbs, not_before, not_after, prepared_at, shard)
         SELECT issuer, '7F', profile, 'intended', epoch, evidence_kind, evidence_digest, spki_sha256,
                tbs, not_before, not_after, prepared_at, 2
         FROM certificates WHERE issuer = '{AUTHORITY}' LIMIT 1"
    );
    other.batch_execute(&intention).unwrap();
    workshop.give_shards(AUTHORITY, 1);
    let mut ending = start(&mut workshop.command(&["job", "run", "publication"]));
    std::thread::sleep(Duration::from_secs(2));
    assert!(ending.ended().is_none(), "the shard ended under it: {}", ending.stderr());
    other.batch_execute("COMMIT").unwrap();
    super::standstill::until("the other worker ends", || ending.ended().is_some());
    assert_eq!(ending.ended().unwrap().code(), Some(4), "{}", ending.stderr());
    assert!(ending.stderr().contains("crl-shard-living"), "{}", ending.stderr());
    assert_eq!(open_shards(&workshop), [1, 2]);
}
