//! The administrators' first keys: recorded at a ceremony, and what is pinned held against it.

use std::fs;
use std::path::PathBuf;

use acceptance::harness::{DatabaseKind, run};
use serde_json::Value;

use super::super::officers_keys::authenticator::{Authenticator, ORIGIN};
use super::super::officers_keys::{ADMINISTRATORS, OfficersKeys};
use super::super::workshop::{Workshop, workshop};
use super::{shipped, verify};

/// The shipped file under another name, with the keys of these administrators.
fn file(workshop: &Workshop, name: &str, keys: &[Authenticator; 2]) -> PathBuf {
    let shipped = fs::read_to_string(shipped("administrators")).unwrap();
    let mut text = shipped[..shipped.find("[[administrator]]").unwrap()]
        .replace("name = \"administrators\"", &format!("name = \"{name}\""));
    for (key, (login, display_name)) in keys.iter().zip(ADMINISTRATORS) {
        let root = key.root(login, display_name);
        text += &format!(
            "[[administrator]]\nlogin = \"{login}\"\ndisplay_name = \"{display_name}\"\ncredential_id = \"{}\"\npublic_key = \"{}\"\n",
            hex::encode(root.credential_id),
            hex::encode(root.key.spki())
        );
    }
    let path = workshop.dir().join(format!("{name}.toml"));
    fs::write(&path, text).unwrap();
    path
}

fn doctor(workshop: &Workshop) -> (String, String) {
    let said = run(&mut workshop.command(&["doctor"])).json();
    let one =
        said.as_array().unwrap().iter().find(|row| row["what"] == "administrators' first keys").unwrap();
    let text = |key: &str| one[key].as_str().unwrap().to_owned();
    (text("verdict"), text("found"))
}

#[test]
fn keys_that_a_ceremony_recorded_are_told_from_others_that_somebody_pinned() {
    let workshop = workshop(DatabaseKind::Sqlite);
    assert_eq!(doctor(&workshop).0, "well", "no passkey counts");
    let keys = OfficersKeys::pin(workshop.dir(), ORIGIN);
    let (verdict, found) = doctor(&workshop);
    assert!(verdict == "warning" && found.contains("no ceremony recorded"), "{verdict}: {found}");

    let file = file(&workshop, "first-administrators", &keys.administrators);
    let script = run(&mut workshop.command(&["ceremony", "script", file.to_str().unwrap()])).stdout;
    let held = |path: &PathBuf| {
        let mut command = workshop.command(&["ceremony", "run", "--yes", "--operator", "Sacha PETIT"]);
        run(command.args(["--witness", "Louison DURAND"]).arg(path)).expect_exit(0).json()
    };
    let made = held(&file);
    assert_eq!(made["administrators"].as_array().map(Vec::len), Some(2), "{made}");
    let (verdict, found) = doctor(&workshop);
    assert!(verdict == "well" && found.contains("first-administrators recorded them"), "{verdict}: {found}");

    run(&mut workshop.command(&["ceremony", "report", "first-administrators"])).expect_exit(0);
    let report = workshop.dir().join("ceremonies/first-administrators/report.json");
    let verified = verify(&report).expect_exit(0).json();
    let told = verified["administrators"].as_array().unwrap();
    for (told, (login, name)) in told.iter().zip(ADMINISTRATORS) {
        assert_eq!((&told[0], &told[1]), (&Value::from(login), &Value::from(name)));
        assert!(script.contains(told[2].as_str().unwrap()), "{script}");
    }

    // Somebody pins keys of his own.
    let others = OfficersKeys::pin_keys(workshop.dir(), ORIGIN, ["mallory", "eve"]);
    let (verdict, found) = doctor(&workshop);
    assert!(
        verdict == "broken" && found.contains("did not record: alix.moreau, noa.simon"),
        "{verdict}: {found}"
    );
    // A transcript that says so, and that the audit trail never heard of.
    let transcript = workshop.dir().join("ceremonies/first-administrators/transcript.jsonl");
    let kept = fs::read_to_string(&transcript).unwrap();
    let mut lines: Vec<&str> = kept.lines().collect();
    let last = lines.pop().unwrap().replacen("\"at\":\"2", "\"at\":\"3", 1);
    fs::write(&transcript, format!("{}\n{last}\n", lines.join("\n"))).unwrap();
    let (verdict, found) = doctor(&workshop);
    assert!(verdict == "broken" && found.contains("is not the one that the audit trail knows"), "{found}");
    fs::write(&transcript, kept).unwrap();
    // Recorded at another ceremony, which counts from then on.
    held(&self::file(&workshop, "second-administrators", &others.administrators));
    let (verdict, found) = doctor(&workshop);
    assert!(verdict == "well" && found.contains("second-administrators"), "{verdict}: {found}");

    // For that nobody else was needed: it is said when, and who is said to have been there.
    let of_ceremonies = || {
        let said = run(&mut workshop.command(&["doctor"])).json();
        let rows = said.as_array().unwrap().iter().filter(|row| row["check"] == "administrators").cloned();
        let text = |row: &Value, key: &str| row[key].as_str().unwrap().to_owned();
        let rows = rows.filter(|row| text(row, "what").starts_with("ceremony "));
        rows.map(|row| ["what", "verdict", "found"].map(|key| text(&row, key))).collect::<Vec<_>>()
    };
    let told = of_ceremonies();
    let [[what, verdict, found]] = &told[..] else { panic!("{told:?}") };
    assert_eq!((what.as_str(), verdict.as_str()), ("ceremony second-administrators", "warning"));
    let said = "there: Sacha PETIT, Louison DURAND: recorded other keys than first-administrators, of alix.moreau, noa.simon";
    assert!(found.starts_with("20") && found.ends_with(said), "{found}");
    // The earlier one is not made unsaid with its files.
    fs::rename(
        workshop.dir().join("ceremonies/first-administrators"),
        workshop.dir().join("first-administrators"),
    )
    .unwrap();
    let told = of_ceremonies();
    let [[what, verdict, found]] = &told[..] else { panic!("{told:?}") };
    assert_eq!((what.as_str(), verdict.as_str()), ("ceremony first-administrators", "broken"));
    assert!(found.ends_with("says the audit trail, and its transcript is gone"), "{found}");
}
