//! The directory as a second reading, asked over HTTP by the real program: what it confirms ends a card within the hour,
//! with the ground that it gives; what it does not say, or says badly, ends nobody and holds up nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use acceptance::harness::{DIRECTORY_KEY, DatabaseKind, Directory, Mood, run};
use card::{CardNumber, CardStatus};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::{Value, json};
use store::DatabaseRole;
use store::schema::{audit_payloads, card_lapses, opposition_declarations};

use super::register_days::WITHOUT_A_CARD;
use super::workshop::{APPROVER, SUBMITTER, Workshop, workshop};

/// A workshop that asks a directory, a living card, and its holder.
fn asking(kind: DatabaseKind) -> (Workshop, Directory, CardNumber, String) {
    let (workshop, directory) = (workshop(kind), Directory::start());
    let key = workshop.dir().join("fhir.key");
    fs::write(&key, format!("{DIRECTORY_KEY}\n")).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let fhir = toml::Table::from_iter([
        ("address".to_owned(), directory.address().into()),
        ("key".to_owned(), "fhir.key".into()),
    ]);
    workshop.configure("register", "fhir", fhir);
    let card = workshop.cards(CardStatus::Active)[0];
    let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().holder;
    (workshop, directory, card, holder)
}

/// His registration with his council has ended.
fn struck_off() -> Value {
    json!({ "active": false, "extension": [{
        "url": "https://interop.esante.gouv.fr/ig/fhir/annuaire/StructureDefinition/as-ext-registration",
        "extension": [{ "url": "period", "valuePeriod": { "start": "2010-01-01", "end": "2026-11-01" } }],
    }] })
}

/// Of nobody it is known why he left.
fn no_cause() -> Value {
    json!({ "struck_off": 0, "deceased": 0, "retired": 0 })
}

/// The first feed that no longer names the holder, and what the job makes of it.
fn a_first_reading(workshop: &Workshop, holder: &str) -> Value {
    workshop.import(&workshop.extract(1, &[&holder[1..]])).expect_exit(0);
    workshop.job("revalidation")
}

#[test]
fn what_the_directory_says_again_opposes_the_card_at_once_with_the_ground_that_it_gives() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let (workshop, directory, card, holder) = asking(kind);
        directory.says_of(&holder, struck_off());
        let done = a_first_reading(&workshop, &holder);
        assert_eq!(done["second_readings"]["confirmed"], json!([card.to_string()]), "on {kind}: {done}");
        assert_eq!(done["opposed"], json!([card.to_string()]));
        let learned = json!({ "struck_off": 1, "deceased": 0, "retired": 0 });
        assert_eq!(done["second_readings"]["causes"], learned);
        // The feed with which he left has its difference, and what was learned since of those who left with it.
        let feeds = workshop.igc(&["registry", "feeds", "-o", "json"]).json();
        let [newest, first] = feeds.as_array().unwrap().as_slice() else { panic!("{feeds}") };
        assert_eq!(newest["difference"]["ceased"], 1, "on {kind}: {feeds}");
        assert_eq!(newest["causes"], learned);
        assert_eq!(first["causes"], no_cause());
        assert!(first["difference"]["new"].as_u64().unwrap() > 0);
        let mut db = workshop.open(DatabaseRole::Owner);
        let declared: Vec<(String, String)> = opposition_declarations::table
            .filter(opposition_declarations::card_number.eq(card.to_string()))
            .select((opposition_declarations::ground, opposition_declarations::declared_by))
            .load(&mut db)
            .unwrap();
        assert_eq!(declared, [("struck-off".to_owned(), "job:revalidation".to_owned())]);
        type Settled = (String, Option<i64>, Option<String>, Option<String>);
        let settled: Vec<Settled> = card_lapses::table
            .select((
                card_lapses::status,
                card_lapses::second_sequence,
                card_lapses::second_answer,
                card_lapses::second_ground,
            ))
            .load(&mut db)
            .unwrap();
        let [(status, None, Some(answer), Some(ground))] = &settled[..] else { panic!("{settled:?}") };
        assert_eq!((status.as_str(), answer.len(), ground.as_str()), ("confirmed", 64, "struck-off"));
        // The log has the answer's digest, and nobody has the key.
        let payloads: Vec<String> =
            audit_payloads::table.select(audit_payloads::payload).load(&mut db).unwrap();
        assert!(payloads.iter().any(|payload| payload.contains(answer)));
        assert!(!payloads.iter().any(|payload| payload.contains(DIRECTORY_KEY)));
        workshop.check();
    }
}

#[test]
fn whoever_the_directory_still_has_waits_for_two_officers_when_the_next_feed_says_it_again() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let (workshop, directory, card, holder) = asking(kind);
        let done = a_first_reading(&workshop, &holder);
        assert_eq!(
            done["second_readings"],
            json!({ "asked": 1, "confirmed": [], "causes": no_cause(), "stopped": null }),
            "{kind}"
        );
        assert_eq!(done["opposed"], json!([]));
        let asked = directory.asked();
        workshop.job("revalidation");
        assert_eq!(directory.asked(), asked, "not again within the hour");
        workshop.import(&workshop.extract(2, &[&holder[1..], WITHOUT_A_CARD[0]])).expect_exit(0);
        let done = workshop.job("revalidation");
        assert_eq!(done["opposed"], json!([]), "on {kind}: {done}");
        let plan = done["planned"][0].as_str().unwrap();
        for officer in [APPROVER, SUBMITTER] {
            assert!(workshop.cards(CardStatus::Active).contains(&card));
            workshop.igc(&["opposition", "release", plan, "--as", officer]);
        }
        assert_eq!(workshop.opposed_by_the_register(), [card.to_string()]);
    }
}

/// Whoever was never asked about: two feeds say it, and no answer of the directory is waited for.
#[test]
fn what_two_feeds_have_said_waits_for_no_directory() {
    let (workshop, directory, card, holder) = asking(DatabaseKind::Postgresql);
    directory.becomes(Mood::Busy);
    assert_eq!(a_first_reading(&workshop, &holder)["second_readings"]["asked"], 0);
    directory.becomes(Mood::Well);
    let asked = directory.asked();
    assert_eq!(workshop.a_day_comes(2, &[&holder[1..], WITHOUT_A_CARD[0]]), [card.to_string()]);
    assert_eq!(directory.asked(), asked, "there was nothing left to ask");
}

#[test]
fn a_directory_that_is_away_cut_or_forgetful_ends_nobody_and_holds_up_nothing() {
    let (workshop, directory, card, holder) = asking(DatabaseKind::Postgresql);
    for (mood, code) in [
        (Mood::Busy, "fhir-unavailable"),
        (Mood::Cut, "fhir-answer-unreadable"),
        // It says of everybody what it says of him: that is no second reading of him.
        (Mood::Forgetful, "directory-doubtful"),
    ] {
        directory.becomes(mood);
        let done = a_first_reading(&workshop, &holder);
        assert_eq!(
            done["second_readings"],
            json!({ "asked": 0, "confirmed": [], "causes": no_cause(), "stopped": code }),
            "{mood:?}"
        );
        assert_eq!((&done["opposed"], &done["failed"]), (&json!([]), &json!([])), "{mood:?}");
        let doctor = run(&mut workshop.command(&["doctor"])).json();
        let found = doctor.as_array().unwrap().iter().find(|finding| finding["what"] == "directory").unwrap();
        // What it answers at all, doctor can say; whether that is right, the job.
        let expected = if mood == Mood::Forgetful { "well" } else { "warning" };
        assert_eq!(found["verdict"], expected, "{mood:?}: {found}");
    }
    assert!(workshop.cards(CardStatus::Active).contains(&card));
    // A card is made meanwhile: the imported register suffices.
    directory.becomes(Mood::Busy);
    let made = workshop.personalise(1);
    workshop.certify_the_rest();
    assert!(workshop.cards(CardStatus::Certified).contains(&made[0]));
    // Well again, and it does not know him: that is a second reading.
    directory.becomes(Mood::Well);
    directory.says_of(&holder, Value::Null);
    let done = workshop.job("revalidation");
    assert_eq!(done["opposed"], json!([card.to_string()]), "{done}");
}

#[test]
fn a_directory_opposes_no_more_cards_a_day_than_two_feeds_do() {
    let (workshop, directory, card, holder) = asking(DatabaseKind::Sqlite);
    workshop.configure("register", "oppositions_a_day", 0);
    directory.says_of(&holder, struck_off());
    let done = a_first_reading(&workshop, &holder);
    assert_eq!((&done["opposed"], done["planned"].as_array().unwrap().len()), (&json!([]), 1), "{done}");
    assert!(workshop.cards(CardStatus::Active).contains(&card));
}

/// What the triggers say again, whoever writes.
#[test]
fn an_answer_is_written_to_an_open_lapse_once_and_by_the_worker() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let (workshop, _directory, _, holder) = asking(kind);
        a_first_reading(&workshop, &holder);
        let mut db = workshop.open(DatabaseRole::Owner);
        let answer = "a".repeat(64);
        let mut refused = |sql: &str| db.batch_execute(sql).unwrap_err().to_string();
        let opposes =
            "UPDATE card_lapses SET status = 'confirmed', settled_at = 1, settled_by = 'job:revalidation'";
        assert!(refused(opposes).contains("one reading opposes no card"), "on {kind}");
        let at_once = format!("{opposes}, second_answer = '{answer}'");
        assert!(
            refused(&at_once).contains("one reading opposes no card")
                || refused(&at_once).contains("is open")
        );
        let other = format!(
            "UPDATE card_lapses SET asked_at = 1, second_answer = '{answer}', second_ground = 'lost'"
        );
        assert!(refused(&other).to_lowercase().contains("check"), "{}", refused(&other));
        let said = format!("UPDATE card_lapses SET asked_at = 1, second_answer = '{answer}'");
        if kind == DatabaseKind::Postgresql {
            let web = workshop.open(DatabaseRole::Web).batch_execute(&said).unwrap_err().to_string();
            assert!(web.contains("permission denied"), "{web}");
        }
        workshop.open(DatabaseRole::Worker).batch_execute(&said).unwrap();
        let again = format!("UPDATE card_lapses SET second_answer = '{}'", "b".repeat(64));
        let mut db = workshop.open(DatabaseRole::Owner);
        assert!(db.batch_execute(&again).unwrap_err().to_string().contains("never changed"));
    }
}

#[test]
fn one_holder_is_asked_about_by_hand() {
    let (workshop, directory, card, holder) = asking(DatabaseKind::Sqlite);
    let show = ["registry", "show", &holder, "--fhir"];
    let said = workshop.igc(&show).json();
    assert_eq!(said["record"]["exercises"][0]["profession"], "60");
    assert_eq!((&said["cause"], said["digest"].as_str().unwrap().len()), (&Value::Null, 64));
    directory.says_of(&holder, struck_off());
    assert_eq!(workshop.igc(&show).json()["cause"], "struck-off");
    directory.says_of(&holder, Value::Null);
    run(&mut workshop.command(&show)).expect_exit(3);
    directory.becomes(Mood::Busy);
    run(&mut workshop.command(&show)).expect_exit(7);
    assert!(workshop.cards(CardStatus::Active).contains(&card), "and nothing follows from it");
    // A key that others may read is not sent anywhere.
    let asked = directory.asked();
    let key = workshop.dir().join("fhir.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(&mut workshop.command(&show)).expect_exit(1);
    assert!(refused.stderr.contains("fhir-key-file") && !refused.said().contains(DIRECTORY_KEY));
    assert_eq!(directory.asked(), asked);
}
