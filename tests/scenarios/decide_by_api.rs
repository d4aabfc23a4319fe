//! An officer decides from a command line, in production, on another machine's installation: his card opens the connection, his
//! passkey signs, and the worker takes the decision in.

use std::fs;
use std::path::Path;
use std::process::Command;

use acceptance::harness::{DatabaseKind, chance, free_port, igc, run};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use card::KeyUsage;
use diesel::prelude::*;
use registration_authority::approval::SubjectKind;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::decision;
use registration_authority::enrolment::NewCredential;
use registration_authority::order;
use serde_json::{Value, json};
use store::schema::certificate_requests;
use store::{Database, DatabaseRole};

use super::card_sign_in::{Held, Served, ask, cards, enrol};
use super::officers_keys::OfficersKeys;
use super::officers_keys::authenticator::Authenticator;
use super::standstill::until;
use super::workshop::{APPROVER, SUBMITTER, officer, workshop};

mod each_kind;

/// The command, which knows the server and no installation.
fn remote(server: &str, held: &Held, trusted: &Path, arguments: &[&str]) -> Command {
    let mut command = igc();
    command.args(["--output", "json"]).args(arguments).args(["--server", server]);
    command.arg("--cert").arg(&held.certificate).arg("--key").arg(&held.key);
    command.arg("--server-ca").arg(trusted);
    command
}

/// What the authenticator answers to the challenge, as the file of a proof.
fn answer(challenge: &Value, key: &Authenticator) -> Value {
    let text = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
    let client_data = URL_SAFE_NO_PAD.decode(challenge["client_data"].as_str().unwrap()).unwrap();
    let assertion = key.sign(client_data);
    json!({
        "etag": challenge["etag"],
        "statement": challenge["statement"],
        "client_data": challenge["client_data"],
        "credential_id": text(&assertion.credential_id),
        "authenticator_data": text(&assertion.authenticator_data),
        "signature": text(&assertion.signature),
    })
}

#[test]
fn an_officer_decides_from_a_command_line_with_his_card_and_his_passkey() {
    // With the rights of the web role alone.
    let workshop = workshop(DatabaseKind::Postgresql);
    let made = cards(&workshop, 1, 1);
    let web = free_port();
    workshop.put_into_production();
    let origin = format!("https://localhost:{web}");
    let keys = OfficersKeys::pin(workshop.dir(), &origin);
    workshop.job("decisions");
    let held = Held::of(&workshop, made[0], KeyUsage::Authentication);
    enrol(&workshop, &keys, &held.der);
    let key = Authenticator { origin, ..Authenticator::new(APPROVER) };
    let mut db = workshop.open(DatabaseRole::Owner);
    let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
    keys.enrol(&mut db, APPROVER, "Dominique BERNARD", NewCredential::Passkey(passkey));
    assert_eq!(workshop.job("decisions")["failed"], json!([]));
    let orders: Vec<String> = workshop.submit(3).into_iter().map(|order| order.number).collect();
    let [order, second, third] = &orders[..] else { panic!("{orders:?}") };
    let mut served = Served::start(&workshop, web);
    let trusted = workshop.dir().join("tls/web.pem");
    let at = served.for_cards.clone();
    let remote = |arguments: &[&str]| run(&mut remote(&at, &held, &trusted, arguments));

    let challenge = remote(&["decision", "challenge", order]).expect_exit(0).json();
    let proof = workshop.dir().join("proof.json");
    fs::write(&proof, answer(&challenge, &key).to_string()).unwrap();
    let proof = proof.to_str().unwrap();
    let waits = remote(&["order", "approve", order]).expect_exit(6);
    assert!(waits.stderr.contains("decision-needed"), "{}", waits.stderr);
    let other = ["order", "reject", order, "--reason", "duplicate", "--proof", proof];
    assert!(remote(&other).expect_exit(2).stderr.contains("proof-file-unreadable"), "it says yes");
    let stranger = Authenticator { origin: key.origin.clone(), ..Authenticator::new(APPROVER) };
    let forged = workshop.dir().join("forged.json");
    fs::write(&forged, answer(&challenge, &stranger).to_string()).unwrap();
    let forged = ["order", "approve", order, "--proof", forged.to_str().unwrap()];
    assert!(remote(&forged).expect_exit(4).stderr.contains("approval-proof-invalid"));
    let approve = ["order", "approve", order, "--proof", proof];
    let decided = remote(&approve).expect_exit(0).json();
    assert_eq!(decided["status"], "approved");
    assert_eq!(remote(&approve).expect_exit(0).json(), decided, "sent again, it is done once");

    // The worker verifies it by itself.
    let taken = decision::of(&mut db, SubjectKind::CardOrder, order).unwrap().remove(0);
    let mut db = workshop.open(DatabaseRole::Owner);
    until("the worker has seen the decision", || decision::receipt(&mut db, &taken).unwrap().is_some());
    assert_eq!(decision::receipt(&mut db, &taken).unwrap().unwrap().refusal, None);

    // What he writes for others, and two more by one signature, which is for these alone.
    let note = remote(&["order", "note", order, "--text", "Vu avec le secrétariat."]).expect_exit(0).json();
    assert_eq!(note["written_by"], APPROVER);
    let notes = remote(&["order", "notes", order]).expect_exit(0).json();
    assert_eq!(notes["notes"], json!([note]));
    let asked = remote(&["order", "second-officer", second]).expect_exit(0).json();
    assert_eq!(asked["status"], "submitted");
    let no = remote(&["decision", "challenge", second, third, "--refuse", "duplicate"]).expect_exit(0).json();
    assert_eq!(no["rows"].as_array().unwrap().len(), 2, "{no}");
    let bulk = workshop.dir().join("bulk.json");
    fs::write(&bulk, answer(&no, &key).to_string()).unwrap();
    let refuse = |numbers: [&str; 2]| {
        let proof = ["--reason", "duplicate", "--proof", bulk.to_str().unwrap()];
        remote(&[&["decision", "refuse"], &numbers[..], &proof[..]].concat())
    };
    assert!(refuse([order, third]).expect_exit(2).stderr.contains("proof-file-unreadable"), "not for these");
    let refused = refuse([second, third]).expect_exit(0).json();
    assert!(refused["rows"].as_array().unwrap().iter().all(|row| row["status"] == "refused"), "{refused}");
    assert_eq!(refuse([second, third]).expect_exit(0).json(), refused, "sent again, it is done once");

    // The key of a software certificate is somebody else's: nobody ends it on this machine in his name, the worker does there.
    let (issuer, serial) = of_software(&mut db);
    let revoke = ["certificate", "revoke", &issuer, &serial, "--reason", "keyCompromise"];
    let here = run(&mut workshop.command(&[&revoke[..], &["--as", APPROVER]].concat())).expect_exit(6);
    assert!(here.stderr.contains("decision-needed"), "{}", here.stderr);
    let ended = &remote(&revoke).expect_exit(0).json()["certificate"];
    assert_eq!((&ended["status"], &ended["revocation_reason"]), (&json!("revoked"), &json!("keyCompromise")));
    let again = remote(&revoke).expect_exit(4);
    assert!(again.stderr.contains("certificate-ended"), "{}", again.stderr);
    let none =
        remote(&["certificate", "revoke", &issuer, "1DFF", "--reason", "keyCompromise"]).expect_exit(3);
    assert!(none.stderr.contains("request-unknown"), "{}", none.stderr);

    // His own card is stolen: the certificate alone opposes it, and then opens nothing any more.
    let oppose = ["opposition", "add", &made[0].to_string(), "--ground", "stolen"];
    let receipt = remote(&oppose).expect_exit(0).json();
    assert_eq!(receipt["card"], made[0].to_string());
    assert!(remote(&oppose).expect_exit(5).stderr.contains("enrolment-certificate-ended"));
    served.end();
    let gone = remote(&["decision", "challenge", order]).expect_exit(7);
    assert!(gone.stderr.contains("api-unreachable"), "{}", gone.stderr);
}

/// Authority and serial number of a software certificate.
fn of_software(db: &mut Database) -> (String, String) {
    let issued = certificate_requests::table.filter(certificate_requests::status.eq("issued"));
    issued
        .order(certificate_requests::number)
        .select((
            certificate_requests::issuer.assume_not_null(),
            certificate_requests::serial.assume_not_null(),
        ))
        .first(db)
        .unwrap()
}

#[test]
fn two_requests_with_one_key_at_once_are_one_act() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let made = cards(&workshop, 1, 1);
    // Somebody who may have a card, and whose order is taken back so that he has none.
    let order = workshop.submit(1).remove(0);
    let mut db = workshop.open(DatabaseRole::Owner);
    let act = officer(&mut db, SUBMITTER);
    db.write(|db| order::withdraw(db, &order.number, &mut chance(), &act)).unwrap();
    let web = free_port();
    let keys = OfficersKeys::pin(workshop.dir(), &format!("https://localhost:{web}"));
    workshop.job("decisions");
    let held = Held::of(&workshop, made[0], KeyUsage::Authentication);
    enrol(&workshop, &keys, &held.der);
    let mut served = Served::start(&workshop, web);
    let url = format!("{}/api/v1/orders", served.for_cards);
    let (holder, profession) = (order.holder.to_string(), order.tie.profession().unwrap().code());
    let body = json!({ "kind": "CPS", "holder": holder, "profession": profession }).to_string();
    let post = || {
        let headers = ["--header", "Content-Type: application/json", "--header", "Idempotency-Key: one"];
        ask(Some(&held), &url, &[&headers[..], &["--data", &body]].concat()).unwrap()
    };
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..8).map(|_| scope.spawn(post)).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!((answer.status, &answer.body), (201, &answers[0].body));
    }
    let open = order::of_holder(&mut db, &order.holder.to_string()).unwrap();
    assert_eq!(open.iter().filter(|one| one.is_undecided()).count(), 1);
    served.end();
}
