//! One identity from the first step of a ceremony to its report, whatever the installation has meanwhile and afterwards.

use std::fs;
use std::path::Path;

use acceptance::harness::run;
use serde_json::{Value, json};

use super::{Empty, shipped, verify};

/// What the report of the roots says once it is written, and what whoever verifies it is told.
#[track_caller]
fn reported(empty: &Empty) -> [Value; 2] {
    let written = run(&mut empty.command(&["ceremony", "report", "roots"])).expect_exit(0).json();
    let verified = verify(&empty.dir.join("ceremonies/roots/report.json")).expect_exit(0).json();
    assert_eq!(written["not_proven"], verified["not_proven"]);
    [written, verified]
}

/// Gives the responder another address; the new text.
fn move_the_responder(identity: &Path, [from, to]: [&str; 2]) -> String {
    let text = fs::read_to_string(identity).unwrap();
    let moved = text.replace(&format!("/{from}\""), &format!("/{to}\""));
    assert_ne!(moved, text);
    fs::write(identity, &moved).unwrap();
    moved
}

#[test]
fn a_ceremony_keeps_the_identity_that_its_certificates_bear_and_its_report_brings_it_after_a_change() {
    let empty = Empty::new(None);
    let hold = |shares: usize| {
        let mut command = empty.hold(&shipped("root"));
        for number in 1..=shares {
            command.arg("--share-out").arg(empty.folder.path().join(format!("share-{number}")));
        }
        run(&mut command)
    };
    // It was opened, and stops as the PINs are to be shared: no certificate bears anything yet.
    hold(3).expect_exit(4);
    let (identity, kept) =
        (empty.dir.join("identity.toml"), empty.dir.join("ceremonies/roots/identity.toml"));
    let text = move_the_responder(&identity, ["ocsp", "etat"]);
    hold(5).expect_exit(0);
    assert_eq!(fs::read_to_string(&kept).unwrap(), text);

    // Years later.
    move_the_responder(&identity, ["etat", "statut"]);
    assert_eq!(hold(5).expect_exit(0).json()["held_before"], true);
    let [_, verified] = reported(&empty);
    assert_eq!(verified["not_proven"], json!([]));
    let held_with = hex::encode(openssl::sha::sha256(text.as_bytes()));
    assert_eq!(verified["identity_sha256"], held_with.as_str());

    // A ceremony of before kept none; a copy that was changed is not brought.
    fs::write(&kept, format!("{text}# one word more\n")).unwrap();
    let refused = run(&mut empty.command(&["ceremony", "report", "roots"])).expect_exit(8);
    assert!(refused.stderr.contains(&held_with), "{}", refused.stderr);
    fs::remove_file(&kept).unwrap();
    let [written, _] = reported(&empty);
    let [words] = written["not_proven"].as_array().unwrap().as_slice() else { panic!("{written}") };
    assert!(words.as_str().unwrap().contains(&held_with), "{words}");
}
