//! Administrators' first keys: recorded, told, verified; and nobody else's.

use super::hall::Hall;
use super::{ADMINISTRATORS, INSTALLATION, ROOT};
use crate::ceremony::verify::verify_content;
use crate::ceremony::{
    AdministratorKey, Ceremony, Report, Step, administrators_in_the_trail, check, is_in_the_trail,
    recorded_administrators, script, verify,
};
use crate::identity::Identity;
use crate::signer::soft_token::in_child;

const HERE: &str = module_path!();

/// The two entries of the shipped file.
fn entries() -> String {
    ADMINISTRATORS[ADMINISTRATORS.find("[[administrator]]").unwrap()..].to_owned()
}

fn keys(text: &str) -> Vec<AdministratorKey> {
    let steps = Ceremony::parse(text).unwrap().steps();
    steps
        .into_iter()
        .filter_map(|step| if let Step::Administrator(key) = step { Some(key) } else { None })
        .collect()
}

#[test]
fn keys_of_two_people_on_the_officers_curve_are_recorded_each_once() {
    let keys = keys(ADMINISTRATORS);
    let (first, second) = (&keys[0], &keys[1]);
    for (from, to, expected) in [
        ("login = \"noa.simon\"", "login = \"alix.moreau\"", "keys of two administrators at least"),
        ("login = \"noa.simon\"", "login = \"Noa Simon\"", "login: must be 1 to 64 lower-case"),
        ("\"Noa SIMON\"", "\"Noa\\nSIMON\"", "display_name: must be a name"),
        (second.credential_id.as_str(), first.credential_id.as_str(), "the same key stands twice"),
        (second.public_key.as_str(), first.public_key.as_str(), "the same key stands twice"),
        (second.credential_id.as_str(), "", "credential_id: must be 1 to 1023 octets"),
        (second.credential_id.as_str(), "0x12", "credential_id: must be 1 to 1023 octets"),
        (&second.public_key[..8], "30593012", "public_key: must be the SubjectPublicKeyInfo of a P-256 key"),
        ("kind = \"administrators\"", "kind = \"root-crl\"", "must have it"),
        (
            "[[administrator]]\nlogin = \"alix.moreau\"",
            "[audit]\ntoken = \"services\"\nkey = \"P-256\"\n[[administrator]]\nlogin = \"alix.moreau\"",
            "audit: a ceremony of this kind does not have it",
        ),
    ] {
        assert!(ADMINISTRATORS.contains(from), "{from}");
        let at = ADMINISTRATORS.rfind(from).unwrap();
        let text = format!("{}{to}{}", &ADMINISTRATORS[..at], &ADMINISTRATORS[at + from.len()..]);
        let refused = Ceremony::parse(&text).and_then(|ceremony| check(&ceremony, &Identity::demo()));
        let message = refused.expect_err(to).to_string();
        assert!(message.contains(expected), "{to}: {message}");
    }
    // Roots and administrators at one ceremony.
    check(&Ceremony::parse(&format!("{ROOT}\n{}", entries())).unwrap(), &Identity::demo()).unwrap();
}

#[test]
fn the_script_has_each_administrator_read_his_fingerprint_aloud_and_sign() {
    let printed = script(&Ceremony::parse(ADMINISTRATORS).unwrap(), "1.2.3");
    for key in keys(ADMINISTRATORS) {
        assert!(printed.contains(&format!("| Administrateur | {} |", key.display_name)), "{printed}");
        assert!(printed.contains(&format!("({}) lit à voix haute", key.login)), "{printed}");
        assert!(printed.contains(&format!("`{}`", key.fingerprint())), "{printed}");
    }
    assert!(printed.contains("| Nature | clés des premiers administrateurs |"));
}

#[test]
fn what_was_recorded_stands_in_transcript_trail_and_report_and_is_held_against_the_file() {
    in_child(
        HERE,
        "what_was_recorded_stands_in_transcript_trail_and_report_and_is_held_against_the_file",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            let outcome = hall.hold(ADMINISTRATORS).unwrap();
            assert_eq!((outcome.administrators, outcome.keys.len()), (keys(ADMINISTRATORS), 0));

            let ceremony = Ceremony::parse(ADMINISTRATORS).unwrap();
            let path = hall.folder.path().join("ceremonies/administrators/transcript.jsonl");
            let transcript = std::fs::read_to_string(path).unwrap();
            let recorded = recorded_administrators(&ceremony, &transcript).unwrap().unwrap();
            assert_eq!(recorded.keys, keys(ADMINISTRATORS));
            assert_eq!(recorded.present, [hall.operator.as_str(), "Sacha PETIT"]);
            let told = administrators_in_the_trail(&mut hall.db).unwrap();
            assert_eq!(told.into_iter().collect::<Vec<_>>(), ["administrators"], "and not that of the roots");
            assert!(is_in_the_trail(&mut hall.db, &ceremony, &recorded.head).unwrap());
            assert!(!is_in_the_trail(&mut hall.db, &ceremony, &ceremony.sha256()).unwrap());
            let cut = transcript.lines().count() - 1;
            let cut: Vec<&str> = transcript.lines().take(cut).collect();
            assert_eq!(recorded_administrators(&ceremony, &cut.join("\n")).unwrap(), None, "not at its end");
            let altered = transcript.replacen("noa.simon", "noa.simom", 1);
            assert!(recorded_administrators(&ceremony, &altered).is_err());

            let signed = hall.report(ADMINISTRATORS).unwrap();
            let verified = verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
            let told: Vec<_> = keys(ADMINISTRATORS)
                .iter()
                .map(|key| (key.login.clone(), key.display_name.clone(), key.fingerprint()))
                .collect();
            assert_eq!(verified.administrators, told);
            // Whoever signs anew cannot say that another key was recorded: the chain of the lines is his to write, the file is not.
            let mut report: Report = serde_json::from_slice(&signed.json).unwrap();
            rewrite(&mut report, &keys(ADMINISTRATORS)[1].public_key, &keys(ADMINISTRATORS)[0].public_key);
            let refused = verify_content(&report, &signed.audit_key).unwrap_err().to_string();
            assert!(refused.contains("is not the key that the file records"), "{refused}");
        },
    );
}

/// The transcript with one word for another, and its chain made anew.
fn rewrite(report: &mut Report, from: &str, to: &str) {
    let mut previous: Option<String> = None;
    for line in &mut report.transcript {
        let mut entry: serde_json::Value = serde_json::from_str(&line.replace(from, to)).unwrap();
        if let Some(previous) = previous {
            entry["previous"] = previous.into();
        }
        let entry: crate::ceremony::Entry = serde_json::from_value(entry).unwrap();
        *line = serde_json::to_string(&entry).unwrap();
        previous = Some(hex::encode(openssl::sha::sha256(line.as_bytes())));
    }
}
