//! Which responders a ceremony revokes as earlier ones where it is taken up after others have come.

use store::schema::service_keys;

use super::*;
use crate::ceremony::Spared;
use crate::ceremony::tests::RESPONDERS;

const HERE: &str = module_path!();

/// A ceremony for one responder of this authority.
fn file(name: &str, authority: &str, revoke_earlier: bool) -> String {
    let heading = &RESPONDERS[..RESPONDERS.find("[[responder]]").unwrap()];
    let heading = heading.replace("responders-2027-q1", name);
    let revoke = if revoke_earlier { "revoke_earlier = \"keyCompromise\"\n" } else { "" };
    format!(
        "{heading}[[responder]]\nauthority = \"{authority}\"\ntoken = \"status\"\nkey = \"P-256\"\n{revoke}"
    )
}

/// Open, key, certificate, revocation: it stops after any of the first three.
#[test]
fn a_ceremony_that_is_taken_up_revokes_no_responder_of_a_later_one_nor_whoever_that_has_asked_for() {
    scene(
        HERE,
        "a_ceremony_that_is_taken_up_revokes_no_responder_of_a_later_one_nor_whoever_that_has_asked_for",
        |mut scene| {
            let stopped = [("ACI-FO-PP", 1), ("ACI-FO-ORG", 2), ("ACI-ST-PP", 3)];
            let mut files = vec![DEMO.to_owned()];
            for (authority, steps) in stopped {
                let first = file(&format!("first-{steps}"), authority, true);
                scene.hall.take_steps(&first, steps).unwrap();
                files.push(file(&format!("second-{steps}"), authority, false));
                scene.hall.hold(files.last().unwrap()).unwrap();
            }
            // Nobody comes to another one of this authority; its responder goes on asking.
            let alone = file("first-alone", "ACI-ST-ORG", true);
            scene.hall.take_steps(&alone, 1).unwrap();
            scene.ask(WHEN_DUE);
            let files: Vec<&str> = files.iter().map(String::as_str).collect();
            scene.decide_with(&files, WHEN_DUE);

            for (authority, steps) in stopped {
                let serial: Option<String> = service_keys::table
                    .filter(service_keys::name.eq(format!("ocsp-{authority}")))
                    .select(service_keys::serial)
                    .first(scene.db())
                    .unwrap();
                let outcome = scene.hall.hold(&file(&format!("first-{steps}"), authority, true)).unwrap();
                let revoked = outcome.revoked[0].certificates.iter().map(|one| Some(one.serial.clone()));
                assert_eq!(
                    revoked.collect::<Vec<_>>(),
                    [serial],
                    "the one that stood when it was opened, after {steps} steps"
                );
                let spared = outcome.revoked[0].spared.as_ref().unwrap();
                let mut because: Vec<Spared> = spared.iter().map(|one| one.because).collect();
                because.sort_by_key(|because| because.words());
                assert_eq!(
                    because,
                    [Spared::Successor, Spared::LaterCeremony, Spared::Own],
                    "after {steps} steps"
                );
                // Its own, that of the later one, and the successor of one of these.
                assert_eq!(
                    scene.statuses(authority),
                    ["good", "good", "good", "revoked"],
                    "after {steps} steps"
                );
            }
            let revoked = scene.hall.hold(&alone).unwrap().revoked.remove(0);
            assert_eq!((revoked.certificates.len(), revoked.spared.unwrap().len()), (2, 1));
            assert_eq!(
                scene.statuses("ACI-ST-ORG"),
                ["good", "revoked", "revoked"],
                "with whoever it asked for"
            );
        },
    );
}
