//! Lines that somebody intended, held against their intention, their key and what is stored.

use std::time::Duration;

use serde_json::json;
use store::audit::checkpoint::{NoteSignature, SignedCheckpoint};
use store::audit::tree::stored::TreeError;
use store::audit::{Event, record, sequencer};
use store::schema::{audit_payloads, signing_awaited};

use super::*;

const WITHIN: Duration = Duration::from_secs(600);
/// What a CRL says: a SEQUENCE, as its TBSCertList is.
const CRL: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x07];
const OTHER_CRL: &[u8] = &[0x30, 0x03, 0x02, 0x01, 0x08];

fn key(text: &str) -> KeyReference {
    let (token, id) = text.split_once('/').unwrap();
    KeyReference { token: token.to_owned(), id: id.parse().unwrap() }
}

impl Scene {
    /// With a second authority, and a service key of each purpose.
    fn whole() -> Self {
        let mut scene = Self::new();
        let spki = hex::encode(scene.key.public_key_to_der().unwrap());
        scene
            .db
            .batch_execute(&format!(
                "INSERT INTO authorities VALUES ('ACJ', 'issuing', 'ACI', '1D09', x'{spki}', 'issuing', 'ac', x'0102030405060708', 0);
                 INSERT INTO service_keys VALUES ('list', 'list', 'ACI', '1D01', 'services', '11', x'{spki}', 0);
                 INSERT INTO service_keys VALUES ('audit', 'audit', NULL, NULL, 'services', '12', x'{spki}', 0);"
            ))
            .unwrap();
        scene
    }

    fn intend(&mut self, by: &KeyReference, message: &[u8], subject: &str) {
        diesel::insert_into(signing_intents::table)
            .values((
                signing_intents::digest.eq(digest(message)),
                signing_intents::signing_key.eq(by.to_string()),
                signing_intents::subject.eq(subject),
                signing_intents::intended_at.eq(act().at),
            ))
            .execute(&mut self.db)
            .unwrap();
    }

    /// Intended and signed, word for word.
    fn sign(&mut self, by: &KeyReference, message: &[u8], subject: &str) {
        self.intend(by, message, subject);
        self.write(by, &digest(message), subject);
    }

    /// A CRL of ACI as `crls` holds it: what it says, an algorithm, a signature.
    fn record(&mut self, (scope, kind, number): (&str, &str, i64), tbs: &[u8], at: Timestamp) {
        let der = hex::encode([&[0x30, 0x0A], tbs, &[0x30, 0x00, 0x03, 0x01, 0x00]].concat());
        let (at, base) = (at.millis(), if kind == "delta" { "1" } else { "NULL" });
        self.db
            .batch_execute(&format!(
                "INSERT INTO crls VALUES ('ACI', '{scope}', '{kind}', {number}, {base}, 0, 1, 0, 0, x'{der}', {at})"
            ))
            .unwrap();
    }

    fn awaited(&mut self) -> i64 {
        signing_awaited::table.count().get_result(&mut self.db).unwrap()
    }

    /// What the audit log was told of signatures that are recorded nowhere.
    fn superseded(&mut self) -> Vec<String> {
        audit_events::table
            .inner_join(audit_payloads::table)
            .filter(audit_events::action.eq("signing.superseded"))
            .select(audit_payloads::payload.assume_not_null())
            .load(&mut self.db)
            .unwrap()
    }

    #[track_caller]
    fn no_alarm(&mut self, what: &str) {
        let found = self.reconcile(LedgerKind::Issuing).unwrap();
        assert!(found.alarms.is_empty(), "{what}: {found:?}");
    }
}

/// For each kind of line its keys; every other key is refused although somebody intended it to sign.
#[test]
fn each_kind_of_line_is_signed_by_a_key_that_may_and_by_no_other() {
    const KEYS: [&str; 6] =
        ["issuing/ab", "issuing/ac", "services/11", "services/12", "status/0c", "services/0e"];
    let mut scene = Scene::whole();
    let rule = |subject: &str| -> (&[&str], &str) {
        match subject.split(' ').next().unwrap() {
            "crl" => (&["issuing/ab"], "the key is not its issuer's"),
            "audit-checkpoint" | "ceremony" => (&["services/12"], "the key is not the audit log's"),
            "opposition-code" | "one-time-code" => (&["services/0e"], "the key is one that signs"),
            _ => (&["services/11"], "the key is no list signer's"),
        }
    };
    let mut looked_at = 0;
    for subject in [
        "crl ACI full 1",
        "crl ACI shard-3 delta 1",
        "opposition-list 7",
        "compact-opposition-list 7",
        "coherence-statement 2026-11-21T10:00:00Z",
        "audit-checkpoint 3",
        "ceremony report root",
        "opposition-code 2600000017",
        "one-time-code 2600000017",
    ] {
        let (allowed, why) = rule(subject);
        for name in KEYS {
            looked_at += 1;
            scene.sign(&key(name), format!("{subject} {name}").as_bytes(), subject);
            let found = scene.reconcile(LedgerKind::Issuing).unwrap();
            let refused = found.alarms.iter().any(|alarm| alarm.what.ends_with(&format!(": {why}")));
            assert_eq!(refused, !allowed.contains(&name), "{subject} with {name}: {found:?}");
        }
    }
    assert_eq!(looked_at, 54);
}

#[test]
fn a_line_that_says_something_else_than_its_intention_is_an_alarm() {
    let mut scene = Scene::whole();
    scene.intend(&key("services/11"), b"a list", "opposition-list 7");
    scene.write(&key("services/11"), &digest(b"a list"), "opposition-list 8");
    assert_eq!(scene.one_alarm(), "it was intended for \"opposition-list 7\"");
    scene.sign(&issuing_key(), b"what he likes", "a wish");
    assert_eq!(scene.one_alarm(), "nothing of this kind is signed");
}

#[test]
fn a_crl_that_is_recorded_as_it_was_signed_is_awaited_and_then_forgotten() {
    let mut scene = Scene::whole();
    scene.sign(&issuing_key(), CRL, "crl ACI full 1");
    scene.sign(&issuing_key(), OTHER_CRL, "crl ACI shard-3 delta 1");
    scene.no_alarm("signed");
    assert_eq!(scene.awaited(), 2);
    scene.record(("all", "full", 1), CRL, act().at);
    scene.record(("shard-3", "delta", 1), OTHER_CRL, act().at);
    scene.now = act().at.plus(WITHIN);
    scene.no_alarm("recorded");
    assert_eq!((scene.awaited(), scene.superseded()), (0, vec![]));
}

#[test]
fn a_crl_that_is_signed_and_never_recorded_is_an_alarm_once() {
    let mut scene = Scene::whole();
    scene.sign(&issuing_key(), CRL, "crl ACI full 1");
    // Of another scope, and of another authority: neither takes its number.
    scene.record(("shard-3", "full", 1), OTHER_CRL, act().at);
    scene.no_alarm("signed");
    scene.now = act().at.plus(WITHIN - Duration::from_secs(1));
    scene.no_alarm("awaited");
    scene.now = act().at.plus(WITHIN);
    assert_eq!(scene.one_alarm(), "no such CRL was recorded");
    assert_eq!(scene.awaited(), 0);
    scene.no_alarm("told");
}

#[test]
fn a_crl_that_says_something_else_than_the_one_of_its_number_is_an_alarm_at_once() {
    for (signed, recorded) in [(1, 1), (1, 2)] {
        let mut scene = Scene::whole();
        let long_before = act().at.minus(WITHIN + Duration::from_secs(1));
        scene.record(("all", "full", recorded), CRL, long_before);
        scene.sign(&issuing_key(), OTHER_CRL, &format!("crl ACI full {signed}"));
        assert_eq!(scene.one_alarm(), "it is not the CRL that was recorded under this number");
        assert_eq!(scene.awaited(), 0);
    }
}

#[test]
fn a_crl_that_was_signed_before_a_power_cut_is_awaited_anew_and_not_for_ever() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let mut scene = Scene::whole();
    scene.sign(&issuing_key(), CRL, "crl ACI full 1");
    scene.sign(&issuing_key(), OTHER_CRL, "crl ACI full 2");
    scene.no_alarm("signed");
    // An hour later the program is there again.
    scene.running_since = act().at.plus(6 * WITHIN);
    scene.now = scene.running_since.plus(WITHIN - Duration::from_secs(1));
    scene.no_alarm("awaited anew");
    assert_eq!(scene.awaited(), 2);
    scene.record(("all", "full", 1), b"\x30\x03\x02\x01\x09", scene.now);
    scene.no_alarm("its number was taken once there was somebody to take it");
    assert_eq!((scene.awaited(), scene.superseded().len()), (1, 1));
    // It was never there for ten minutes.
    scene.now = act().at.plus(DAY - Duration::from_secs(1));
    scene.running_since = scene.now;
    scene.no_alarm("not a day yet");
    scene.now = act().at.plus(DAY);
    scene.running_since = scene.now;
    assert_eq!(scene.one_alarm(), "no such CRL was recorded");
}

#[test]
fn a_line_is_not_forgotten_before_its_crl_stands_or_the_log_is_told_why_not() {
    let mut scene = Scene::whole();
    for (number, subject) in ["crl ACI full 1", "crl ACI shard-3 delta 12"].into_iter().enumerate() {
        scene.sign(&issuing_key(), &[number as u8], subject);
    }
    scene.no_alarm("signed");
    // Others, each of which differs from the second in one word.
    for other in
        [("all", "delta", 12), ("shard-3", "full", 12), ("shard-3", "delta", 2), ("shard-4", "delta", 12)]
    {
        scene.record(other, CRL, act().at);
    }
    let forget = |scene: &mut Scene, sequence: i64| {
        diesel::delete(signing_awaited::table.filter(signing_awaited::sequence.eq(sequence)))
            .execute(&mut scene.db)
            .map_err(|error| error.to_string())
    };
    for sequence in [1, 2] {
        assert_eq!(
            forget(&mut scene, sequence).unwrap_err(),
            "a signature is awaited until its record stands"
        );
    }
    scene.record(("all", "full", 1), CRL, act().at);
    scene.record(("shard-3", "delta", 12), CRL, act().at);
    for sequence in [1, 2] {
        assert_eq!(forget(&mut scene, sequence), Ok(1));
    }
}

#[test]
fn a_crl_whose_worker_died_before_it_was_recorded_is_told_to_the_audit_log_and_is_no_alarm() {
    let mut scene = Scene::whole();
    scene.sign(&issuing_key(), CRL, "crl ACI full 1");
    scene.no_alarm("signed");
    // The next worker gives the number to the one that it makes.
    let again = act().at.plus(WITHIN);
    scene.sign(&issuing_key(), OTHER_CRL, "crl ACI full 1");
    scene.record(("all", "full", 1), OTHER_CRL, again);
    scene.now = again;
    scene.no_alarm("superseded");
    let told = scene.superseded();
    assert_eq!(told.len(), 1, "{told:?}");
    for part in ["\"by\":\"crl ACI all full 1\"", "\"what\":\"crl ACI full 1\"", &hex::encode(digest(CRL))] {
        assert!(told[0].contains(part), "{told:?}");
    }
    scene.no_alarm("told");
    assert_eq!((scene.awaited(), scene.superseded().len()), (0, 1));
    assert_eq!(standing(&mut scene.db).unwrap().superseded, 1);
}

#[test]
fn the_heads_of_the_log_are_those_of_the_stored_tree() {
    let mut scene = Scene::whole();
    // Two leaves: an alarm, and what somebody has made of it.
    let (mut rng, audit) = (rand_core::UnwrapErr(getrandom::SysRng), key("services/12"));
    scene.write(&issuing_key(), &digest(b"forged"), "crl ACI full 7");
    scene.one_alarm();
    let ledger = "07".repeat(16);
    scene.db.write(|db| acknowledge(db, (&ledger, 1), "a drill", &mut rng, &act())).unwrap();
    let mut texts = Vec::new();
    let mut sign = |_: &mut Database, checkpoint: store::audit::checkpoint::Checkpoint| {
        texts.push(checkpoint.text());
        let line = NoteSignature { key_name: "log".into(), key_id: [0; 4], signature: vec![1] };
        Ok::<_, TreeError>(SignedCheckpoint { checkpoint, signatures: vec![line] })
    };
    sequencer::run(&mut scene.db, "log", &mut sign, &act()).unwrap();
    let head = texts.pop().unwrap();
    assert!(head.starts_with("log\n2\n"), "{head}");
    scene.sign(&audit, head.as_bytes(), "audit-checkpoint 2");
    scene.no_alarm("the head");
    let root = head.lines().nth(2).unwrap();
    let other = head.replace(root, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for (text, subject) in [
        (other, "audit-checkpoint 2"),
        (head.replace("log\n", "another\n"), "audit-checkpoint 2"),
        (head.replace("log\n2\n", "log\n3\n"), "audit-checkpoint 3"),
        (head.replace("log\n2\n", "log\n1\n"), "audit-checkpoint 1"),
        (head.replace("igc-signed-at 1", "igc-signed-at 2"), "audit-checkpoint 2"),
    ] {
        assert_ne!(text, head);
        scene.sign(&audit, text.as_bytes(), subject);
        assert_eq!(scene.one_alarm(), "the head is not that of the stored tree", "{text}");
    }
}

/// The octets of what has the form of a report of this ceremony, and the head of its transcript.
fn report_in_form(name: &str) -> (String, String) {
    let file = format!("name = \"{name}\"\n");
    let sha256 = |text: &str| hex::encode(openssl::sha::sha256(text.as_bytes()));
    let line = json!({ "number": 1, "previous": sha256(&file), "at": act().at, "step": "close", "event": "done", "detail": {} });
    let line = line.to_string();
    let head = sha256(&line);
    let report = json!({ "format": "igc-ceremony-report-v1", "ceremony_file": file, "transcript": [line] })
        .to_string();
    (report, head)
}

/// What the log was told of every step before, as the program of now tells it.
fn audit_payloads_of_steps_say(scene: &mut Scene, payload: serde_json::Value) {
    // No program changes one; the trigger stands for that.
    let sql = format!(
        "DROP TRIGGER IF EXISTS audit_payloads_are_never_changed; UPDATE audit_payloads SET payload = '{payload}'
         WHERE event_id IN (SELECT id FROM audit_events WHERE action = 'ceremony.step')"
    );
    scene.db.batch_execute(&sql).unwrap();
}

#[test]
fn a_report_is_of_a_ceremony_that_was_held_and_a_trial_of_the_key_that_it_names() {
    let mut scene = Scene::whole();
    let (audit, tried) = (key("services/12"), key("issuing/ff"));
    scene.sign(&audit, b"a report", "ceremony report root");
    assert_eq!(scene.one_alarm(), "no ceremony of this name was held");
    let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
    let step = Event { action: "ceremony.step", subject: "ceremony root".into(), payload: json!({}) };
    scene.db.write(|db| record(db, step, &mut rng, &act())).unwrap();
    // A head of another log, in the words of a report: written down as one, or not.
    let head = b"log\n2\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    for is_written_down in [false, true] {
        if is_written_down {
            let (digest, head) = (hex::encode(digest(head)), hex::encode(head));
            scene
                .db
                .batch_execute(&format!(
                    "INSERT INTO ceremony_reports VALUES (x'{digest}', 'root', x'{head}', 0)"
                ))
                .unwrap();
        }
        scene.write(&audit, &digest(head), "ceremony report root");
        if !is_written_down {
            assert_eq!(scene.one_alarm(), "nobody intended it");
            scene.intend(&audit, head, "ceremony report root");
            scene.write(&audit, &digest(head), "ceremony report root");
        }
        assert_eq!(scene.one_alarm(), "it is no recorded report of this ceremony");
    }
    // What has the form of one, and of a transcript that the log was never told, is none where the log says every line that it was told.
    let (report, transcript_head) = report_in_form("root");
    let table = store::schema::ceremony_reports::table;
    let row = (
        store::schema::ceremony_reports::digest.eq(digest(report.as_bytes())),
        store::schema::ceremony_reports::ceremony.eq("root"),
        store::schema::ceremony_reports::report.eq(report.as_bytes()),
        store::schema::ceremony_reports::recorded_at.eq(act().at),
    );
    diesel::insert_into(table).values(row).execute(&mut scene.db).unwrap();
    scene.intend(&audit, report.as_bytes(), "ceremony report root");
    scene.write(&audit, &digest(report.as_bytes()), "ceremony report root");
    scene.no_alarm("a program of before has told the log of a line, and not of which");
    let step = "ceremony.step";
    audit_payloads_of_steps_say(&mut scene, json!({ "head": "11" }));
    scene.write(&audit, &digest(report.as_bytes()), "ceremony report root");
    assert_eq!(scene.one_alarm(), "the audit log was told another transcript of this ceremony");
    let told = json!({ "head": transcript_head });
    let told = Event { action: step, subject: "ceremony root".into(), payload: told };
    scene.db.write(|db| record(db, told, &mut rng, &act())).unwrap();
    scene.write(&audit, &digest(report.as_bytes()), "ceremony report root");
    scene.no_alarm("the log was told its end");

    scene.sign(&tried, crate::ceremony::KEY_TRIAL, "trial of key issuing/ff");
    scene.no_alarm("a trial");
    scene.sign(&tried, b"what he likes", "trial of key issuing/ff");
    assert_eq!(scene.one_alarm(), "it is no trial of this key");
    scene.sign(&issuing_key(), crate::ceremony::KEY_TRIAL, "trial of key issuing/ff");
    assert_eq!(scene.one_alarm(), "it is no trial of this key");
}
