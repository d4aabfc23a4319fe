use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rand_core::UnwrapErr;

use super::sequencer::{HeadSignature, TreeHead, run};
use super::tree::{Frontier, leaf_hash};
use super::{Event, record, verify};
use crate::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};

fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

fn act() -> Act {
    Act {
        at: Timestamp::from_seconds(1_790_000_000),
        actor: Actor::Officer("alice".into()),
        request: RequestId("r-1".into()),
    }
}

fn record_some(db: &mut Database, count: usize) {
    for n in 0..count {
        let event = Event {
            action: "test.happened",
            subject: format!("thing {n}"),
            payload: serde_json::json!({ "n": n }),
        };
        db.write(|db| record(db, event, &mut UnwrapErr(getrandom::SysRng), &act())).unwrap();
    }
}

/// The signature of these tests: the head itself.
fn sign(_: &mut Database, head: &TreeHead) -> Result<HeadSignature, diesel::result::Error> {
    Ok(HeadSignature { key_id: "test".into(), signature: head.signed_bytes() })
}

fn check(db: &mut Database) -> verify::Verified {
    verify::run(db, &|head, signed| signed.signature == head.signed_bytes()).unwrap()
}

#[test]
fn the_tree_gives_the_roots_of_rfc_6962() {
    // Known answers of the certificate transparency reference tree over these eight leaves.
    let leaves: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::default();
    for (leaf, root) in leaves.iter().zip(roots) {
        frontier.push(leaf_hash(leaf));
        assert_eq!(hex::encode(frontier.root()), root);
        assert_eq!(Frontier::from_bytes(&frontier.to_bytes()).unwrap(), frontier);
    }
}

#[test]
fn an_untouched_trail_verifies_across_several_heads() {
    let mut db = database();
    for _ in 0..3 {
        record_some(&mut db, 5);
        run(&mut db, &mut sign, &act()).unwrap();
    }
    record_some(&mut db, 2);
    let found = check(&mut db);
    assert!(found.contradictions.is_empty(), "{:?}", found.contradictions);
    assert_eq!((found.events, found.checkpoints, found.waiting, found.unsigned), (15, 3, 2, 0));
}

#[test]
fn the_database_refuses_to_change_or_delete_an_event() {
    let mut db = database();
    record_some(&mut db, 1);
    assert!(db.batch_execute("UPDATE audit_events SET actor = 'mallory'").is_err());
    assert!(db.batch_execute("DELETE FROM audit_events").is_err());
}

/// What a person with the file in his hands can do: drop the triggers, then change rows.
fn tampered(sql: &str) -> Vec<String> {
    let mut db = database();
    record_some(&mut db, 7);
    run(&mut db, &mut sign, &act()).unwrap();
    let triggers: Vec<(String,)> = diesel::sql_query(
        "SELECT name AS name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'",
    )
    .load::<Name>(&mut db)
    .unwrap()
    .into_iter()
    .map(|row| (row.name,))
    .collect();
    for (name,) in triggers {
        db.batch_execute(&format!("DROP TRIGGER {name}")).unwrap();
    }
    db.batch_execute("PRAGMA foreign_keys = OFF").unwrap();
    db.batch_execute(sql).unwrap();
    check(&mut db).contradictions.iter().map(ToString::to_string).collect()
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

#[test]
fn each_altered_row_is_named() {
    let cases = [
        ("UPDATE audit_events SET actor = 'officer:mallory' WHERE subject = 'thing 3'", "audit_events"),
        ("UPDATE audit_events SET occurred_at = occurred_at + 1 WHERE subject = 'thing 3'", "audit_events"),
        ("UPDATE audit_payloads SET payload = '{}' WHERE payload = '{\"n\":3}'", "audit_payloads"),
        ("UPDATE audit_leaves SET leaf_hash = zeroblob(32) WHERE sequence = 3", "audit_leaves"),
        ("DELETE FROM audit_events WHERE subject = 'thing 3'", "audit_events"),
        ("DELETE FROM audit_leaves WHERE sequence = 3", "audit_leaves"),
        ("DELETE FROM audit_leaves WHERE sequence = 6", "audit_checkpoints"),
        ("UPDATE audit_checkpoints SET signed_at = signed_at + 1", "audit_checkpoints"),
        ("UPDATE audit_checkpoints SET frontier = zeroblob(length(frontier))", "audit_checkpoints"),
        ("DELETE FROM audit_checkpoints", "audit_checkpoints"),
        ("INSERT INTO audit_pending SELECT event_id FROM audit_leaves WHERE sequence = 2", "audit_pending"),
        (
            "DELETE FROM audit_pending; INSERT INTO audit_events SELECT replace(id, substr(id, 1, 4), 'ffff'), occurred_at, actor, request, action, subject, payload_commitment, leaf_hash FROM audit_events LIMIT 1",
            "audit_events",
        ),
    ];
    for (sql, table) in cases {
        let found = tampered(sql);
        assert!(found.iter().any(|line| line.starts_with(table)), "{sql}: {found:?}");
    }
}

#[test]
fn an_event_that_was_put_back_in_the_waiting_room_does_not_stop_the_sequencer() {
    let mut db = database();
    record_some(&mut db, 2);
    run(&mut db, &mut sign, &act()).unwrap();
    db.batch_execute("INSERT INTO audit_pending SELECT event_id FROM audit_leaves").unwrap();
    record_some(&mut db, 1);
    assert_eq!(run(&mut db, &mut sign, &act()).unwrap().signed_size, 3);
    assert!(check(&mut db).contradictions.is_empty());
}

#[test]
fn two_events_that_swap_places_are_found() {
    let found = tampered(
        "UPDATE audit_leaves SET sequence = 100 WHERE sequence = 3;
         UPDATE audit_leaves SET sequence = 3 WHERE sequence = 4;
         UPDATE audit_leaves SET sequence = 4 WHERE sequence = 100;",
    );
    assert!(found.iter().any(|line| line.contains("root")), "{found:?}");
}
