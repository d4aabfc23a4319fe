//! The bundle of an installation whose officers decide with passkeys: the auditor's verifier walks the chain of
//! enrolments by itself.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::harness::{DatabaseKind, Finished, chance, folder, igc, igc_verify, run};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use professional_registry::ImportedRegister;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::enrolment::NewCredential;
use registration_authority::officers::Role;
use registration_authority::order;
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Database, DatabaseRole};

use super::audit_bundle::fields::every_field_is_found;
use super::officers_keys::authenticator::{Authenticator, ORIGIN};
use super::officers_keys::{OfficersKeys, proof_by, proof_of_bulk};
use super::workshop::{APPROVER, Workshop, officer, workshop};

const BUREAU_BEFORE: &str = "bureau-before.pem";

/// Cards that a passkey approved, one alone and two with one gesture, certified.
fn decided() -> Workshop {
    let workshop = workshop(DatabaseKind::Sqlite);
    let keys = OfficersKeys::pin(workshop.dir(), ORIGIN);
    workshop.job("decisions");
    let key = Authenticator::new(APPROVER);
    let mut db = workshop.open(DatabaseRole::Web);
    let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
    keys.enrol(&mut db, APPROVER, "Dominique BERNARD", NewCredential::Passkey(passkey));
    workshop.job("decisions");
    let order = workshop.submit(1).remove(0);
    let proof = proof_by(&mut db, &key, APPROVER, &order.decidable());
    let act = officer(&mut db, APPROVER);
    let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
    db.write(|db| order::approve(db, registry, &keys.verifier, number, version, &proof, &mut chance(), &act))
        .unwrap();
    let orders = workshop.submit(2);
    let proof = proof_of_bulk(&mut db, &key, APPROVER, &orders);
    for order in &orders {
        let act = officer(&mut db, APPROVER);
        let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
        db.write(|db| {
            order::approve(db, registry, &keys.verifier, number, version, &proof, &mut chance(), &act)
        })
        .unwrap();
    }
    chain_goes_on(&workshop, &keys, &mut db);
    workshop.job("decisions");
    // The demonstration's own cards are of the bureau before.
    fs::copy(workshop.dir().join("bureau.pem"), workshop.dir().join(BUREAU_BEFORE)).unwrap();
    workshop.make_cards_of(&keys.verifier);
    workshop.certify_the_rest();
    workshop.job("audit");
    workshop
}

/// A key that is revoked, one that is refused, and one for which nobody has signed yet.
fn chain_goes_on(workshop: &Workshop, keys: &OfficersKeys, db: &mut Database) {
    let propose = |db: &mut Database, (login, name): (&str, &str), key: &Authenticator| {
        let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
        let who = (login, name, Role::RegistrationOfficer);
        keys.propose(db, who, None, NewCredential::Passkey(passkey))
    };
    let [lost, refused, waits] = ["lost", "refused", "waits"].map(Authenticator::new);
    let number = propose(db, ("camille.petit", "Camille PETIT"), &lost);
    keys.sign_for(db, &number);
    workshop.job("decisions");
    keys.revoke(db, &lost);
    let number = propose(db, ("sacha.robert", "Sacha ROBERT"), &refused);
    keys.refuse(db, &number, "key-not-recognised");
    propose(db, ("lou.richard", "Lou RICHARD"), &waits);
}

fn verify(workshop: &Workshop, bundle: &Path, more: &[&str]) -> Finished {
    let mut command = igc_verify();
    for bureau in ["bureau.pem", BUREAU_BEFORE] {
        command.arg("--bureau").arg(workshop.dir().join(bureau));
    }
    run(command.args(more).arg(bundle))
}

/// A line of the bundle with one of its proofs taken away.
fn without_a_proof(line: &str) -> String {
    let mut read: Value = serde_json::from_str(line).unwrap();
    read["proofs"].as_array_mut().unwrap().pop();
    format!("{read}\n")
}

/// The octets behind one of a line's fields.
fn octets(text: &Value) -> Vec<u8> {
    STANDARD.decode(text.as_str().unwrap()).unwrap()
}

/// What somebody makes of an enrolment who has no administrator's key: of another passkey, and each decision on that.
fn swapped(line: &str, credential: &[u8]) -> String {
    let replaced = |octets: Vec<u8>, from: &[u8], to: &[u8]| {
        let at = octets.windows(from.len()).position(|part| part == from).expect("it is there");
        [&octets[..at], to, &octets[at + from.len()..]].concat()
    };
    let mut read: Value = serde_json::from_str(line).unwrap();
    let canonical = octets(&read["canonical"]);
    let other = replaced(canonical.clone(), credential, &vec![7; credential.len()]);
    for proof in read["proofs"].as_array_mut().unwrap() {
        let on = replaced(octets(proof), &Sha256::digest(&canonical), &Sha256::digest(&other));
        *proof = STANDARD.encode(on).into();
    }
    read["canonical"] = STANDARD.encode(other).into();
    format!("{read}\n")
}

/// Erases every payload that tells of an officer, as its time would.
fn erase_officers_payloads(workshop: &Workshop, bundle: &Path) {
    let events = fs::read_to_string(bundle.join("events.jsonl")).unwrap();
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let subject = |event: &Value| event["subject"].as_str().unwrap().starts_with("enrolment ");
    let mut erased = 0;
    for event in events.filter(|event| subject(event) && event["payload"].is_string()) {
        let id = event["id"].as_str().unwrap();
        workshop.igc(&["audit", "erase", "--event", id, "--reason", "D-1"]);
        erased += 1;
    }
    assert!(erased > 10, "{erased}");
    workshop.job("audit");
}

/// How many certificates rest on a signature over a bulk.
fn approved_in_bulk(bundle: &Path) -> usize {
    let text = fs::read_to_string(bundle.join("certificates.jsonl")).unwrap();
    let in_bulk = |line: &&str| {
        let read: Value = serde_json::from_str(line).unwrap();
        let evidence = read["evidence"].as_str().and_then(|text| STANDARD.decode(text).ok());
        let label = b"igc-bulk-decision-v1";
        evidence.is_some_and(|octets| octets.windows(label.len()).any(|part| part == label))
    };
    text.lines().filter(in_bulk).count()
}

#[test]
fn an_auditor_walks_the_chain_of_officers_keys_by_himself() {
    let workshop = decided();
    let place = folder();
    let bundle: PathBuf = place.path().join("bundle");
    run(igc().args(["audit", "export", "--dir"]).arg(workshop.dir()).arg("--out").arg(&bundle))
        .expect_exit(0);
    let said = verify(&workshop, &bundle, &[]).expect_exit(0).stdout;
    assert!(said.contains("roots of officers' keys officers.json of the bundle itself"), "{said}");
    assert_eq!(approved_in_bulk(&bundle), 4, "two certificates of each of the two cards");

    let altered = every_field_is_found(&bundle, Some("bureaus"), &|bundle| verify(&workshop, bundle, &[]));
    assert!(altered > 150, "{altered}");

    // Whoever thins the chain is found by what the log has of it, also where nothing rests on the key any more.
    let enrolments = bundle.join("enrolments.jsonl");
    let text = fs::read_to_string(&enrolments).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let [_, _, revoked, refused, waits] = lines[..] else { panic!("{text}") };
    let missing = "has a leaf officer.enrolment-proposed, and does not stand in enrolments.jsonl";
    let received = "a decision that the worker received does not stand in its line";
    for (line, other, words) in [
        (revoked, String::new(), missing),
        (waits, String::new(), missing),
        (refused, without_a_proof(refused), received),
        (revoked, without_a_proof(revoked), received),
        (waits, format!("{revoked}\n{waits}\n"), "stands behind a later one"),
    ] {
        fs::write(&enrolments, text.replace(&format!("{line}\n"), &other)).unwrap();
        let said = verify(&workshop, &bundle, &[]).expect_exit(8).stdout;
        assert!(
            said.lines().any(|line| line.starts_with("BROKEN enrol") && line.contains(words)),
            "{words}: {said}"
        );
    }
    fs::write(&enrolments, &text).unwrap();

    // Kept from an earlier time: the same roots, and then another's.
    let kept = place.path().join("officers.json");
    fs::copy(bundle.join("officers.json"), &kept).unwrap();
    let kept = kept.to_str().unwrap();
    verify(&workshop, &bundle, &["--officers", kept]).expect_exit(0);
    let other = hex::encode(Authenticator::new("x").public_key().spki());
    let mut roots: Value = serde_json::from_str(&fs::read_to_string(kept).unwrap()).unwrap();
    roots["roots"][0]["public_key"] = other.into();
    fs::write(kept, roots.to_string()).unwrap();
    let said = verify(&workshop, &bundle, &["--officers", kept]).expect_exit(8).stdout;
    assert!(said.contains("passkey that the chain does not lead to"), "{said}");

    // One administrator is not enough.
    fs::write(&enrolments, text.lines().map(without_a_proof).collect::<String>()).unwrap();
    let said = verify(&workshop, &bundle, &[]).expect_exit(8).stdout;
    assert!(said.contains("passkey that the chain does not lead to"), "{said}");
}

/// Years later nothing but the signatures tells what administrators have decided.
#[test]
fn an_enrolment_whose_payloads_were_erased_is_what_administrators_have_signed() {
    let workshop = decided();
    let place = folder();
    let export = |name: &str| {
        let bundle = place.path().join(name);
        run(igc().args(["audit", "export", "--dir"]).arg(workshop.dir()).arg("--out").arg(&bundle))
            .expect_exit(0);
        bundle
    };
    erase_officers_payloads(&workshop, &export("before"));
    let bundle = export("after");
    verify(&workshop, &bundle, &[]).expect_exit(0);
    let enrolments = bundle.join("enrolments.jsonl");
    let text = fs::read_to_string(&enrolments).unwrap();
    let revoked = text.lines().nth(2).unwrap();
    fs::write(
        &enrolments,
        text.replace(revoked, swapped(revoked, &Authenticator::new("lost").credential_id).trim_end()),
    )
    .unwrap();
    let said = verify(&workshop, &bundle, &[]).expect_exit(8).stdout;
    let words = ": of a decision no payload tells, and a passkey was asked for something else";
    assert_eq!(said.matches(words).count(), 2, "both of them: {said}");
    assert_eq!(said.matches("BROKEN").count(), 2, "and nothing else: {said}");
}
