//! Every public face, looked at from outside while the real status role serves it: they agree, and a difference that is
//! planted in any of them is named.

mod damaged;
mod planted;
mod shards;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Finished, free_port, openssl, run, start, wait_for_port};
use ca_core::certificate::Certificate;
use card::{CardNumber, CardStatus};
use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::Value;
use store::{DatabaseRole, Timestamp};

use super::audit_bundle::triggers;
use super::invariants::of_card;
use super::standstill::until;
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, workshop};

/// Face, place, kind and subject of a difference.
type Named = (String, String, String, String);

fn oppose(workshop: &Workshop, card: &CardNumber) -> Vec<Certificate> {
    workshop.igc(&["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER]);
    of_card(&mut workshop.open(DatabaseRole::Owner), card).into_iter().map(|(_, one)| one).collect()
}

/// Has the job look; what it states.
#[track_caller]
fn look(workshop: &Workshop) -> Value {
    run(&mut workshop.command(&["job", "run", "coherence"])).expect_exit(0).json()
}

/// The same a day later, when nothing is under way any more: what differs.
#[track_caller]
fn differences_a_day_later(workshop: &Workshop) -> BTreeSet<Named> {
    workshop.configure("demo", "clock_offset_days", 1);
    let looked = run(&mut workshop.command(&["job", "run", "coherence"]));
    let stated = looked.json();
    let found = stated["differences"].as_array().unwrap();
    looked.expect_exit(if found.is_empty() { 0 } else { 8 });
    assert_eq!(stated["coherent"], found.is_empty());
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    found
        .iter()
        .map(|one| (text(one, "face"), text(one, "place"), text(one, "kind"), text(one, "subject")))
        .collect()
}

fn named(face: &str, place: &str, kind: &str, subject: impl Into<String>) -> Named {
    (face.to_owned(), place.to_owned(), kind.to_owned(), subject.into())
}

fn subject(certificate: &Certificate) -> String {
    format!("{} {}", certificate.issuer, certificate.serial)
}

fn public(workshop: &Workshop, name: &str) -> std::path::PathBuf {
    workshop.dir().join("public").join(name)
}

/// What `openssl cms -verify` makes of the statement.
fn verified(workshop: &Workshop, statement: &Path, signature: &Path) -> Finished {
    let [statement, signature] = [statement, signature].map(|path| path.display().to_string());
    let chain = public(workshop, "ca/chain.pem").display().to_string();
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-purpose", "any", "-in", &signature];
    openssl([&verify[..], &["-content", &statement, "-CAfile", &chain, "-out", "/dev/null"]].concat())
}

fn every_face_agrees(kind: DatabaseKind) {
    let workshop = workshop(kind);
    let card = workshop.cards(CardStatus::Active)[0];
    let status = status_service(&workshop);
    let opposed_after = workshop.now();
    let certificates = oppose(&workshop, &card);
    let opposed_before = workshop.now();
    workshop.job("publication");
    workshop.job("full-crl");
    workshop.job("audit");
    status.comes_to_say(&workshop, &certificates[0], "revoked");
    let stated = look(&workshop);
    let looked_before = workshop.now();
    assert_eq!((&stated["coherent"], &stated["differences"]), (&Value::Bool(true), &serde_json::json!([])));
    // Nine CRLs, six deltas, nine certificates and two chains, three full lists, a page and the changes in two forms, and
    // their stream; the newest head of the audit tree.
    assert_eq!(stated["faces"].as_array().unwrap().len(), 9 + 6 + 9 + 2 + 3 + 2 + 2 + 1 + 1, "{stated}");
    assert_eq!(stated["not_looked_at"], serde_json::json!(["public-page"]));
    assert_eq!(stated["more_recent_oppositions"], 0);
    // A CRL for each root; for both authorities that have issued more than responders, four addresses each.
    assert_eq!(stated["addresses"], 3 + 4 + 4, "{stated}");
    assert!(stated["ocsp_questions"].as_u64().unwrap() > 20, "{stated}");
    let walked = &stated["ocsp_walk"];
    assert_eq!(
        walked["last_round"]["ended_at"], stated["looked_at"],
        "a small log is gone through at each look: {stated}"
    );

    let told = &stated["recent_oppositions"][0];
    assert_eq!(told["card_number"], card.to_string());
    let moment =
        |value: &Value| -> Timestamp { value.as_str().unwrap_or_else(|| panic!("{told}")).parse().unwrap() };
    let (received, committed) = (moment(&told["received_at"]), moment(&told["committed_at"]));
    assert!(opposed_after.whole_second() <= received, "{told}");
    assert!(received <= committed && committed <= opposed_before, "{told}");
    for face in ["ocsp", "delta", "crl", "list"] {
        let seen = moment(&told["seen"][face]);
        assert!(committed <= seen && seen <= looked_before, "{face}: {told}");
    }
    let lasts = moment(&told["last_good_until"]);
    assert!(lasts > committed.plus(Duration::from_secs(6 * 86_400)), "answers live a week here: {told}");

    // What is published is what was stated, signed by the list signer, and every signature was intended.
    for name in ["statement.json", "statement.json.p7s"] {
        let served = status.octets(&format!("/coherence/{name}"));
        assert_eq!(served, fs::read(public(&workshop, &format!("coherence/{name}"))).unwrap());
    }
    let [statement, signature] =
        ["statement.json", "statement.json.p7s"].map(|name| public(&workshop, &format!("coherence/{name}")));
    verified(&workshop, &statement, &signature).expect_exit(0);
    assert_eq!(workshop.igc(&["coherence", "show"]).json(), stated);
    assert_eq!(workshop.job("signatures")["issuing"]["alarms"], serde_json::json!([]));
    let doctor = workshop.igc(&["doctor"]).json();
    let line = doctor.as_array().unwrap().iter().find(|line| line["what"] == "public faces").unwrap();
    assert_eq!(line["verdict"], "well", "{line}");
}

/// Whoever fetched a CRL before lives were made shorter may go by it to its end.
#[test]
fn a_list_of_a_longer_life_is_counted_with_those_that_may_still_say_good() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0];
    workshop.configure("publication", "crl_lifetime_hours", 12);
    workshop.job("full-crl");
    let _status = status_service(&workshop);
    oppose(&workshop, &card);
    workshop.job("publication");
    workshop.job("full-crl");
    let told = &look(&workshop)["recent_oppositions"][0];
    let moment =
        |value: &Value| -> Timestamp { value.as_str().unwrap_or_else(|| panic!("{told}")).parse().unwrap() };
    let committed = moment(&told["committed_at"]);
    for face in ["crl", "delta"] {
        let lasts = moment(&told["good_until"][face]);
        assert!(lasts > committed.plus(Duration::from_secs(9 * 86_400)), "{face}: ten days here: {told}");
    }
}

#[test]
fn every_face_agrees_and_the_statement_says_how_an_opposition_came_through_on_sqlite() {
    every_face_agrees(DatabaseKind::Sqlite);
}

#[test]
fn every_face_agrees_and_the_statement_says_how_an_opposition_came_through_on_postgresql() {
    every_face_agrees(DatabaseKind::Postgresql);
}

/// Files of the public folder as they were.
fn kept(workshop: &Workshop, names: &[&str]) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    names
        .iter()
        .map(|name| public(workshop, name))
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect()
}

fn put_back(files: &[(std::path::PathBuf, Vec<u8>)]) {
    files.iter().for_each(|(path, octets)| fs::write(path, octets).unwrap());
}

#[test]
fn older_files_and_another_authoritys_are_named_one_by_one() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0];
    let older = kept(&workshop, &["crl/ACI-FO-PP.crl", "oppositions/full.csv", "oppositions/full.csv.p7s"]);
    let older_delta = kept(&workshop, &["crl/ACI-EL-PP-delta.crl"]);
    oppose(&workshop, &card);
    workshop.job("full-crl");
    workshop.job("full-crl");
    // An older complete CRL, with which the delta goes too. An older delta. An older list without the card.
    put_back(&older);
    put_back(&older_delta);
    // Another authority's certificate, and another authority's CRL.
    for (folder, suffix) in [("ca", "cer"), ("crl", "crl")] {
        let file = |name: &str| public(&workshop, &format!("{folder}/{name}.{suffix}"));
        fs::copy(file("ACI-ST-PP"), file("ACI-EL-ORG")).unwrap();
    }
    let _status = status_service(&workshop);
    let found = differences_a_day_later(&workshop);
    let address = |name: &str| format!("http://localhost:8080/{name}");
    let expected = BTreeSet::from([
        named("crl", "/crl/ACI-FO-PP.crl", "stale", ""),
        named("delta", "/crl/ACI-EL-PP-delta.crl", "stale", ""),
        // The same where certificates say that it is; none names the other one.
        named("address", &address("crl/ACI-FO-PP.crl"), "stale", ""),
        named("list", "/oppositions/full.csv", "missing", format!("card {card}")),
        named("authority", "/ca/ACI-EL-ORG.cer", "differs", "ACI-EL-ORG"),
        // The status role serves no CRL that is not its authority's, and had none before it.
        named("crl", "/crl/ACI-EL-ORG.crl", "unreachable", ""),
        named("address", &address("crl/ACI-EL-ORG.crl"), "unreachable", ""),
        named("address", &address("ca/ACI-EL-ORG.cer"), "not-ours", "ACI-EL-ORG"),
    ]);
    assert_eq!(found, expected);
    let shown = run(&mut workshop.command(&["coherence", "show"])).expect_exit(8);
    assert!(shown.stderr.contains("coherence-broken"), "{}", shown.stderr);
    let doctor = run(&mut workshop.command(&["doctor"])).expect_exit(1).json();
    let line = doctor.as_array().unwrap().iter().find(|line| line["what"] == "public faces").unwrap();
    assert!(line["found"].as_str().unwrap().starts_with("8 differences"), "{line}");
}

#[test]
fn a_web_server_that_serves_what_nobody_signed_is_found() {
    let workshop = workshop(DatabaseKind::Sqlite);
    oppose(&workshop, &workshop.cards(CardStatus::Active)[0]);
    workshop.igc(&["publish", "oppositions"]);
    let path = public(&workshop, "oppositions/full.csv");
    let text = fs::read_to_string(&path).unwrap();
    let (kept, _) = text.trim_end().rsplit_once('\n').unwrap();
    fs::write(&path, format!("{kept}\n")).unwrap();
    let mut crl = fs::read(public(&workshop, "crl/ACI-FO-PP.crl")).unwrap();
    *crl.last_mut().unwrap() ^= 1;
    fs::write(public(&workshop, "crl/ACI-FO-PP.crl"), crl).unwrap();
    // The status role serves neither; a copy of the folder elsewhere would.
    let port = free_port();
    let mut server = Command::new("setpriv");
    server.args([
        "--pdeathsig",
        "KILL",
        "--",
        "python3",
        "-m",
        "http.server",
        "--bind",
        "127.0.0.1",
        &port.to_string(),
    ]);
    let _server = start(server.arg("--directory").arg(workshop.dir().join("public")));
    wait_for_port(port, Duration::from_secs(20));
    workshop.configure("listen", "status", format!("127.0.0.1:{port}"));
    let found = differences_a_day_later(&workshop);
    for expected in [
        named("list", "/oppositions/full.csv", "not-ours", ""),
        named("crl", "/crl/ACI-FO-PP.crl", "not-ours", ""),
        // It answers no questions either.
        named("list", "/oppositions/changes?since=0", "unreachable", ""),
    ] {
        assert!(found.contains(&expected), "{expected:?}: {found:?}");
    }
    assert!(found.iter().any(|one| (one.0.as_str(), one.2.as_str()) == ("ocsp", "unreachable")), "{found:?}");
}

#[test]
fn a_responder_on_a_database_that_stands_still_is_found_by_each_certificate_it_calls_good() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let stale = workshop.copied();
    stale.configure("publication", "folder", public(&workshop, "").display().to_string());
    let _status = status_service(&stale);
    workshop.configure("listen", "status", stale.listens_at());
    let certificates = oppose(&workshop, &workshop.cards(CardStatus::Active)[0]);
    workshop.job("full-crl");
    let expected: BTreeSet<Named> =
        certificates.iter().map(|one| named("ocsp", "/ocsp", "missing", subject(one))).collect();
    assert!(!expected.is_empty());
    let (by_get, found): (BTreeSet<Named>, BTreeSet<Named>) =
        differences_a_day_later(&workshop).into_iter().partition(|one| one.1 == "http://localhost:8080/ocsp");
    assert_eq!(found, expected);
    // By GET, of each authority the one of which the log spoke last; the look may draw another of them besides.
    let authorities: BTreeSet<&str> = certificates.iter().map(|one| one.issuer.as_str()).collect();
    let about: BTreeSet<&str> = by_get.iter().filter_map(|one| Some(one.3.split_once(' ')?.0)).collect();
    assert!(by_get.iter().all(|one| certificates.iter().any(|certificate| one.3 == subject(certificate))));
    assert_eq!(about, authorities, "{by_get:?}");
}

#[test]
fn a_row_that_was_altered_and_one_that_is_gone_are_named() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let [first, second] = workshop.cards(CardStatus::Active)[..2] else { panic!("two cards") };
    let altered = oppose(&workshop, &first).remove(0);
    let gone = oppose(&workshop, &second).remove(0);
    workshop.job("full-crl");
    let status = status_service(&workshop);
    status.comes_to_say(&workshop, &gone, "revoked");
    assert_eq!(differences_a_day_later(&workshop), BTreeSet::new());

    // What only somebody who owns the file can do: the triggers refuse it.
    let mut db = SqliteConnection::establish(workshop.dir().join("igc.sqlite").to_str().unwrap()).unwrap();
    for trigger in triggers(&mut db) {
        db.batch_execute(&format!("DROP TRIGGER {trigger}")).unwrap();
    }
    db.batch_execute(&format!(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
         UPDATE certificates SET status = 'good' WHERE issuer = '{}' AND serial = '{}';
         DELETE FROM certificate_status_events WHERE issuer = '{}' AND serial = '{}';
         UPDATE card_oppositions SET opposed_at = opposed_at - 60000 WHERE card_number = '{first}';",
        altered.issuer, altered.serial, gone.issuer, gone.serial
    ))
    .unwrap();
    drop(db);
    let found = differences_a_day_later(&workshop);
    let crl = format!("/crl/{}.crl", gone.issuer);
    for expected in [
        named("database", "certificates", "differs", subject(&altered)),
        named("crl", &crl, "surplus", subject(&gone)),
        named("list", "/oppositions/full.csv", "differs", format!("card {first}")),
        named("list", "/oppositions/full.json", "differs", format!("card {first}")),
    ] {
        assert!(found.contains(&expected), "{expected:?}: {found:#?}");
    }
    let about_others = |one: &&Named| {
        one.0 != "list" && ![subject(&altered), subject(&gone)].contains(&one.3) && one.0 != "address"
    };
    assert_eq!(found.iter().filter(about_others).collect::<Vec<_>>(), Vec::<&Named>::new());
}

#[test]
fn a_publication_that_is_under_way_is_no_difference() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let _status = status_service(&workshop);
    // Committed, and on no CRL, delta or list yet.
    oppose(&workshop, &workshop.cards(CardStatus::Active)[0]);
    let stated = look(&workshop);
    let told = &stated["recent_oppositions"][0];
    assert_eq!((&told["seen"]["delta"], &told["seen"]["list"]), (&Value::Null, &Value::Null), "{told}");
    // The same a day later is one.
    let found = differences_a_day_later(&workshop);
    assert!(found.iter().any(|one| one.0 == "delta" && one.2 == "missing"), "{found:?}");
    assert!(found.iter().any(|one| one.1 == "/oppositions/full.bin" && one.2 == "missing"), "{found:?}");
}

#[test]
fn a_worker_that_runs_states_by_itself_how_an_opposition_comes_through() {
    let workshop = workshop(DatabaseKind::Sqlite);
    workshop.configure("coherence", "every_seconds", 1);
    let status = status_service(&workshop);
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    let certificates = oppose(&workshop, &workshop.cards(CardStatus::Active)[0]);
    let stated = || -> Option<Value> {
        let path = public(&workshop, "coherence/statement.json");
        path.exists().then(|| serde_json::from_slice(&status.octets("/coherence/statement.json")).unwrap())
    };
    until("the opposition is seen on each face that follows at once", || {
        let Some(stated) = stated() else { return false };
        assert_eq!(stated["coherent"], true, "{stated}");
        let seen = &stated["recent_oppositions"][0]["seen"];
        ["ocsp", "delta", "list"].iter().all(|face| seen[face].is_string())
    });
    assert_eq!(status.says(&workshop, &certificates[0]), "revoked");
    let metrics = status.metrics();
    assert!(metrics.contains("\nigc_coherence_differences 0\n"), "{metrics}");
    assert!(worker.stop(Duration::from_secs(30)).success(), "{}", worker.stderr());
}
