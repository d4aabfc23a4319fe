//! The audit trail as a transparency log: checkpoints outside the database, proofs, and the alarm.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use acceptance::harness::{
    DatabaseKind, Finished, act, both_databases, chance, folder, free_port, igc, igc_verify, openssl, run,
    start, wait_for_port,
};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::Value;
use store::audit::backlog::{self, LATEST};
use store::audit::checkpoint::{self, Checkpoint, NoteSignature, SignedCheckpoint};
use store::audit::tree::stored::{self, TreeError};
use store::audit::tree::{Hash, proof};
use store::audit::verify::{self, Expected};
use store::audit::{self, Event, export, sequencer};
use store::{Actor, Database, DatabaseRole};

use super::demonstration::{copy_of, on_sqlite};

fn on(dir: &Path, arguments: &[&str]) -> Finished {
    run(igc().args(["-o", "json", "--dir"]).arg(dir).args(arguments))
}

/// Something happens, and is signed.
fn oppose(dir: &Path, card: &str) {
    on(dir, &["opposition", "add", card, "--ground", "lost", "--as", "sacha.petit"]).expect_exit(0);
}

fn cards(dir: &Path) -> Vec<String> {
    let listed = on(dir, &["card", "list", "--status", "active"]).expect_exit(0).json();
    listed.as_array().unwrap().iter().map(|card| card["number"].as_str().unwrap().to_owned()).collect()
}

fn published(dir: &Path) -> SignedCheckpoint {
    fs::read_to_string(dir.join("public/audit/checkpoint")).unwrap().parse().unwrap()
}

#[test]
fn a_database_that_was_rolled_back_whole_is_found_by_what_is_kept_outside() {
    let copy = copy_of(on_sqlite());
    let dir = copy.path();
    let card = cards(dir).remove(0);
    // Yesterday's database, whole and consistent.
    let yesterday = folder();
    let file = dir.join("igc.sqlite");
    let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    db.batch_execute(&format!("VACUUM INTO '{}'", yesterday.path().join("igc.sqlite").display())).unwrap();
    drop(db);
    let before = published(dir).checkpoint.size;
    oppose(dir, &card);
    on(dir, &["job", "run", "audit"]).expect_exit(0);
    on(dir, &["audit", "verify"]).expect_exit(0);
    let today = published(dir).checkpoint.size;
    assert!(today > before);

    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(dir.join(format!("igc.sqlite{suffix}")));
    }
    fs::copy(yesterday.path().join("igc.sqlite"), &file).unwrap();
    let said = on(dir, &["audit", "verify"]).expect_exit(8);
    let rows: Vec<_> =
        said.json()["contradictions"].as_array().unwrap().iter().map(|it| it["row"].clone()).collect();
    assert_eq!(rows, [format!("witness {today}"), format!("published {today}")]);
    assert!(said.stderr.contains("rolled back or cut"), "{}", said.stderr);

    // No second history is signed, whatever happens now.
    oppose(dir, &card);
    std::thread::sleep(LATEST + Duration::from_secs(1));
    let refused = on(dir, &["job", "run", "audit"]).expect_exit(8);
    assert!(refused.stderr.contains("audit-rolled-back"), "{}", refused.stderr);
    assert!(refused.stderr.contains("audit-leaf-late"), "the log of the worker says it: {}", refused.stderr);

    // The bundle is written, says so, and does not hold: the heads that were kept beside the log are in it.
    let bundle = yesterday.path().join("bundle");
    let export = |bundle: &Path| on(dir, &["audit", "export", "--out", bundle.to_str().unwrap()]);
    let exported = export(&bundle).expect_exit(8);
    assert!(exported.stderr.contains("audit-rolled-back"), "{}", exported.stderr);
    assert!(exported.stderr.contains("is written, and does not hold"), "{}", exported.stderr);
    let told = format!("{today}: signs {today} leaves");
    let said = run(igc_verify().arg(&bundle)).expect_exit(8).stdout;
    assert!(said.contains(&format!("BROKEN witness {told}")), "{said}");
    // Where somebody took them away too, the one that an auditor kept tells.
    let kept = yesterday.path().join("kept");
    fs::rename(dir.join("audit/checkpoints"), &kept).unwrap();
    let bundle = yesterday.path().join("another");
    export(&bundle).expect_exit(0);
    run(igc_verify().arg(&bundle)).expect_exit(0);
    let said = run(igc_verify().arg("--since-checkpoint").arg(kept).arg(&bundle)).expect_exit(8).stdout;
    assert!(said.contains(&format!("BROKEN kept checkpoints {told}")), "{said}");
}

#[test]
fn another_audit_key_in_the_database_is_found_by_the_one_kept_outside() {
    let copy = copy_of(on_sqlite());
    let dir = copy.path();
    let mut db = SqliteConnection::establish(dir.join("igc.sqlite").to_str().unwrap()).unwrap();
    db.batch_execute(
        "DROP TRIGGER service_keys_are_never_changed;
         UPDATE service_keys SET (public_key, token, key_id) =
             (SELECT public_key, token, key_id FROM service_keys WHERE name = 'list-signer') WHERE purpose = 'audit'",
    )
    .unwrap();
    drop(db);
    let said = on(dir, &["audit", "verify"]).expect_exit(8);
    assert!(said.stdout.contains("service_keys audit"), "{}", said.stdout);
    let refused = on(dir, &["job", "run", "audit"]).expect_exit(8);
    assert!(refused.stderr.contains("audit-key-changed"), "{}", refused.stderr);
}

#[test]
fn each_database_role_may_do_its_part_of_the_log_and_no_more() {
    let origin = "log.test/audit";
    let signed = |checkpoint: Checkpoint| {
        let signature = checkpoint.text().into_bytes();
        let line = NoteSignature { key_name: origin.into(), key_id: [1; 4], signature };
        SignedCheckpoint { checkpoint, signatures: vec![line] }
    };
    both_databases(|database| {
        let mut web = database.open(DatabaseRole::Web);
        let act = act(Actor::Officer("alice".into()), "2026-11-21T10:00:00Z");
        web.write(|db| {
            (0..600).try_for_each(|n| {
                let event =
                    Event { action: "test.happened", subject: format!("thing {n}"), payload: Value::Null };
                audit::record(db, event, &mut chance(), &act)
            })
        })
        .unwrap();
        let mut status = database.open(DatabaseRole::Status);
        assert_eq!(backlog::of(&mut status).unwrap().waiting, 600);

        let mut worker = database.open(DatabaseRole::Worker);
        let mut sign = |_: &mut Database, checkpoint| Ok::<_, TreeError>(signed(checkpoint));
        let done = sequencer::run(&mut worker, origin, &mut sign, &act).unwrap();
        assert_eq!((done.ordered, done.signed_size), (600, 600));
        let head = checkpoint::newest(&mut worker, origin).unwrap().unwrap().checkpoint;
        assert_eq!(stored::root(&mut worker, 600).unwrap(), head.root);
        let older = stored::root(&mut worker, 300).unwrap();
        let path = stored::consistency(&mut worker, 300, 600).unwrap();
        assert!(proof::verify_consistency(300, &older, 600, &head.root, &path));
        assert_eq!(backlog::of(&mut status).unwrap().waiting, 0);

        let mut owner = database.open(DatabaseRole::Owner);
        let is_ours = |read: &SignedCheckpoint| *read == signed(read.checkpoint.clone());
        let expected = Expected { origin, is_ours: &is_ours, outside: vec![] };
        let found = verify::run(&mut owner, expected).unwrap();
        assert_eq!((found.events, found.contradictions), (600, vec![]));
        if database.kind() == DatabaseKind::Postgresql {
            assert!(export::from(&mut status, 0, 1).is_err(), "the status role reads no payload");
            let refused = status.batch_execute("INSERT INTO audit_subtrees VALUES (1, 9, '')").unwrap_err();
            assert!(refused.to_string().contains("permission denied"), "{refused}");
        }
        for sql in ["UPDATE audit_subtrees SET place = 7", "DELETE FROM audit_subtrees"] {
            let refused = owner.batch_execute(sql).unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{sql}: {refused}");
        }
    });
}

fn hashes(list: &Value) -> Vec<Hash> {
    let read =
        |text: &Value| openssl::base64::decode_block(text.as_str().unwrap()).unwrap().try_into().unwrap();
    list.as_array().unwrap().iter().map(read).collect()
}

#[test]
fn every_event_of_a_certificate_is_proven_under_the_newest_head() {
    let dir = on_sqlite().dir();
    let report: Value = serde_json::from_str(&fs::read_to_string(dir.join("report.json")).unwrap()).unwrap();
    let certificate = report["certificates"].as_array().unwrap().last().unwrap();
    let named = |field: &str| certificate[field].as_str().unwrap();
    let subject = format!("certificate {} {}", named("issuer"), named("serial"));
    let proofs = on(dir, &["audit", "proof", "--subject", &subject]).expect_exit(0).json();
    let actions: Vec<_> = proofs.as_array().unwrap().iter().map(|it| it["event"]["action"].clone()).collect();
    for action in ["certificate.issued", "certificate.signing", "certificate.intended"] {
        assert!(actions.contains(&action.into()), "{actions:?}");
    }
    for proven in proofs.as_array().unwrap() {
        let head: SignedCheckpoint = proven["checkpoint"].as_str().unwrap().parse().unwrap();
        let mut leaf = [0; 32];
        let text = proven["event"]["leaf_hash"].as_str().unwrap();
        for (octet, digits) in leaf.iter_mut().zip(text.as_bytes().chunks(2)) {
            *octet = u8::from_str_radix(std::str::from_utf8(digits).unwrap(), 16).unwrap();
        }
        let (index, size) = (proven["index"].as_u64().unwrap(), head.checkpoint.size);
        let path = hashes(&proven["path"]);
        assert!(proof::verify_inclusion(&leaf, index, size, &head.checkpoint.root, &path));
        assert!(!proof::verify_inclusion(&leaf, index ^ 1, size, &head.checkpoint.root, &path));
    }
    let id = proofs[0]["event"]["id"].as_str().unwrap();
    let text = run(igc().args(["audit", "proof", "--event", id, "--dir"]).arg(dir)).expect_exit(0).stdout;
    assert!(
        text.starts_with("c2sp.org/tlog-proof@v1\nextra ") && text.contains("\n\naudit.igc-sante.invalid/"),
        "{text}"
    );
    on(dir, &["audit", "proof", "--event", "no such event"]).expect_exit(3);
    on(dir, &["audit", "proof"]).expect_exit(2);
}

#[test]
fn openssl_verifies_the_published_checkpoint_with_the_pinned_key() {
    let dir = on_sqlite().dir();
    let note = fs::read_to_string(dir.join("public/audit/checkpoint")).unwrap();
    let (text, signature) = note.split_once("\n\n").unwrap();
    let signature = openssl::base64::decode_block(signature.trim_end().rsplit(' ').next().unwrap()).unwrap();
    let pinned = fs::read_to_string(dir.join("audit/key")).unwrap();
    let key = openssl::base64::decode_block(pinned.trim_end().splitn(3, '+').nth(2).unwrap()).unwrap();
    let place = folder();
    let file = |name: &str, octets: &[u8]| {
        fs::write(place.path().join(name), octets).unwrap();
        place.path().join(name).display().to_string()
    };
    // Signature type 0x02, then the SubjectPublicKeyInfo; in the line, four octets of key ID, then the signature.
    let (key, signature) = (file("key.der", &key[1..]), file("signature", &signature[4..]));
    let verify = |text: &str| {
        let text = file("text", text.as_bytes());
        openssl(["dgst", "-sha256", "-keyform", "DER", "-verify", &key, "-signature", &signature, &text])
    };
    assert_eq!(verify(&format!("{text}\n")).expect_exit(0).stdout, "Verified OK\n");
    verify(&format!("{text}\n\n")).expect_exit(1);
}

#[test]
fn the_log_of_today_begins_with_the_log_of_then() {
    let copy = copy_of(on_sqlite());
    let dir = copy.path();
    let older = published(dir).checkpoint;
    oppose(dir, &cards(dir).remove(0));
    on(dir, &["job", "run", "audit"]).expect_exit(0);
    let from = older.size.to_string();
    let proven = on(dir, &["audit", "consistency", "--from", &from]).expect_exit(0).json();
    let newer: SignedCheckpoint = proven["checkpoint"].as_str().unwrap().parse().unwrap();
    let newer = newer.checkpoint;
    let path = hashes(&proven["path"]);
    assert!(newer.size > older.size);
    assert!(proof::verify_consistency(older.size, &older.root, newer.size, &newer.root, &path));
    assert!(!proof::verify_consistency(older.size, &newer.root, newer.size, &newer.root, &path));
    on(dir, &["audit", "consistency", "--from", &(newer.size + 1).to_string()]).expect_exit(2);
    on(dir, &["audit", "consistency", "--from", "1", "--to", "2"]).expect_exit(3);
}

#[test]
fn an_act_stands_under_a_published_head_while_the_roles_run_and_is_an_alarm_while_no_worker_does() {
    let copy = copy_of(on_sqlite());
    let dir = copy.path();
    let [web, status, operations] = [free_port(), free_port(), free_port()];
    let file = dir.join("igc.toml");
    let text = fs::read_to_string(&file)
        .unwrap()
        .replace("127.0.0.1:8443", &format!("127.0.0.1:{web}"))
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{status}"))
        .replace("127.0.0.1:8081", &format!("127.0.0.1:{operations}"));
    fs::write(&file, text).unwrap();
    let get = |port: u16, path: &str| {
        let url = format!("http://127.0.0.1:{port}{path}");
        run(std::process::Command::new("curl").args(["--silent", "--include", "--max-time", "20", &url]))
            .stdout
    };
    let mut cards = cards(dir);

    let mut serving = start(igc().args(["serve", "--role", "status", "--dir"]).arg(dir));
    wait_for_port(operations, Duration::from_secs(30));
    assert!(!get(operations, "/readyz").contains("[!]"));
    oppose(dir, &cards.remove(0));
    std::thread::sleep(LATEST + Duration::from_secs(1));
    let alarmed = get(operations, "/readyz");
    assert!(alarmed.starts_with("HTTP/1.1 200"), "certificates go on being answered for: {alarmed}");
    assert!(alarmed.contains("[!] audit: ") && alarmed.contains("audit-leaf-late"), "{alarmed}");
    let waiting = |metrics: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix("igc_audit_waiting "));
        line.and_then(|count| count.parse::<u64>().ok()).unwrap()
    };
    assert!(waiting(&get(operations, "/metrics")) > 0);
    let doctor = on(dir, &["doctor"]).expect_exit(0).json();
    let sequencer = doctor.as_array().unwrap().iter().find(|it| it["what"] == "audit sequencer").unwrap();
    assert_eq!(sequencer["verdict"], "warning");
    serving.stop(Duration::from_secs(30));

    let _serving = start(igc().args(["serve", "--dir"]).arg(dir));
    wait_for_port(operations, Duration::from_secs(30));
    let covered = |then: u64| {
        let began = Instant::now();
        loop {
            let answer = get(status, "/audit/checkpoint");
            let (head, note) = answer.split_once("\r\n\r\n").unwrap();
            assert!(head.contains("text/plain; charset=utf-8") && head.contains("max-age=2,"), "{head}");
            let note: SignedCheckpoint = note.parse().unwrap();
            if note.checkpoint.size > then && waiting(&get(operations, "/metrics")) == 0 {
                return note.checkpoint.size;
            }
            let patience = LATEST;
            assert!(began.elapsed() < patience, "an act under no published head after {patience:?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    let size = covered(published(dir).checkpoint.size.saturating_sub(1));
    oppose(dir, &cards.remove(0));
    covered(size);
    assert!(!get(operations, "/readyz").contains("[!]"));
}
