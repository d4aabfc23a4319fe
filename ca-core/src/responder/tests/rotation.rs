use sha2::{Digest, Sha256};

use super::*;
use crate::certificate;
use crate::signer::Signer;

const HERE: &str = module_path!();

#[test]
fn a_responder_gets_its_successor_thirty_days_before_it_ends_and_no_sooner() {
    scene(HERE, "a_responder_gets_its_successor_thirty_days_before_it_ends_and_no_sooner", |mut scene| {
        let asking = scene.ask(59);
        assert!(asking.asked.is_empty() && asking.failed.is_empty(), "31 days are left: {asking:?}");
        assert!(scene.decide(59).made.is_empty());

        let asking = scene.ask(WHEN_DUE);
        assert_eq!((asking.asked.len(), asking.failed.len()), (6, 0), "one for each authority: {asking:?}");
        assert_eq!(scene.ask(WHEN_DUE).asked, [""; 0], "once is enough");
        let decided = scene.decide(WHEN_DUE);
        assert_eq!(
            (decided.made.len(), decided.refused.len(), decided.failed.len()),
            (6, 0, 0),
            "{decided:?}"
        );
        assert!(scene.decide(WHEN_DUE).made.is_empty(), "once is enough");
        assert_eq!(scene.ask(WHEN_DUE).asked, [""; 0], "the new ones are not due");

        let keys = service_key::of_purpose(scene.db(), Purpose::Ocsp).unwrap();
        assert_eq!(keys.len(), 12, "the old ones go on answering until they end");
        let mut public_keys: Vec<_> = keys.iter().map(|key| &key.public_key).collect();
        public_keys.sort();
        public_keys.dedup();
        assert_eq!(public_keys.len(), 12, "each has a key of its own");
        let mut signer = scene.answers.signer();
        assert!(keys.iter().all(|key| signer.public_key(&key.key).unwrap() == key.public_key));

        // They follow each other as long as nobody is late.
        assert_eq!(scene.ask(WHEN_DUE * 2).asked.len(), 6);
        assert_eq!(scene.decide(WHEN_DUE * 2).made.len(), 6);
    });
}

#[test]
fn each_generation_of_an_authoritys_key_has_a_responder_of_its_own_that_is_followed_by_its_own() {
    scene(
        HERE,
        "each_generation_of_an_authoritys_key_has_a_responder_of_its_own_that_is_followed_by_its_own",
        |mut scene| {
            const ROLLOVER: &str = include_str!("../../../../hsm-config/ceremonies/rollover.toml");
            scene.hall.hold(ROLLOVER).unwrap();
            assert_eq!(scene.ask(WHEN_DUE).asked.len(), 7);
            let decided = scene.decide_with(&[DEMO, ROLLOVER], WHEN_DUE);
            assert_eq!((decided.made.len(), decided.refused.len()), (7, 0), "{decided:?}");
            for generation in ["ACI-FO-PP", "ACI-FO-PP-2"] {
                let responders = scene.responders(generation);
                assert_eq!(responders.len(), 2, "{generation}");
                let issuer = crate::authority::load(scene.db(), generation).unwrap();
                let key = openssl::pkey::PKey::public_key_from_der(&issuer.public_key).unwrap();
                for responder in responders {
                    let certificate = openssl::x509::X509::from_der(&responder.certificate.unwrap()).unwrap();
                    assert!(certificate.verify(&key).unwrap(), "{}", responder.name);
                }
            }
        },
    );
}

#[test]
fn the_evidence_of_a_successor_is_the_ceremonys_file_and_the_request_and_a_leaf_names_both_ends() {
    scene(
        HERE,
        "the_evidence_of_a_successor_is_the_ceremonys_file_and_the_request_and_a_leaf_names_both_ends",
        |mut scene| {
            scene.ask(WHEN_DUE);
            let first = scene.newest("ACI-FO-PP").serial;
            let request = scene.request("ACI-FO-PP");
            scene.decide(WHEN_DUE);
            let successor = scene.newest("ACI-FO-PP");
            let certificate = certificate::find(scene.db(), "ACI-FO-PP", &successor.serial).unwrap().unwrap();
            let evidence = evidence_of(scene.db(), "ACI-FO-PP", &successor.serial).unwrap().unwrap();
            assert_eq!(certificate.evidence_kind, "ceremony");
            assert_eq!(certificate.evidence_digest, Sha256::digest(&evidence).to_vec());
            let file = Sha256::digest(DEMO).to_vec();
            assert!(evidence.windows(32).any(|window| window == file), "names the file");
            let leaf = scene.leaves("responder.certified");
            let leaf = leaf.iter().find(|leaf| leaf["authority"] == "ACI-FO-PP").unwrap();
            assert_eq!(leaf["request_sha256"], hex::encode(Sha256::digest(&request.statement)));
            let der = certificate.status.der().unwrap();
            assert_eq!(leaf["certificate_sha256"], hex::encode(Sha256::digest(der)));
            let made = evidence_of(scene.db(), "ACI-FO-PP", &first).unwrap();
            assert_eq!(made, None, "a ceremony made the first one");
        },
    );
}

#[test]
fn a_responder_that_has_ended_has_no_successor_and_a_ceremony_is_named() {
    scene(HERE, "a_responder_that_has_ended_has_no_successor_and_a_ceremony_is_named", |mut scene| {
        scene.ask(WHEN_DUE);
        let asking = scene.ask(91);
        assert_eq!((asking.asked.len(), asking.failed.len()), (0, 6));
        let (_, error) = &asking.failed[0];
        assert_eq!(store::Fault::code(error).name, "responder-ended");
        assert!(error.to_string().contains("ocsp-responders"), "{error}");
        let decided = scene.decide(91);
        assert!(decided.made.is_empty());
        assert!(decided.refused.iter().all(|refused| refused.code == "responder-ended"), "{decided:?}");
        let outlook = outlook(scene.db()).unwrap();
        assert!(
            outlook.iter().all(|one| one.has_ended(at(91).at) && !one.has_ended(at(89).at)),
            "{outlook:?}"
        );

        // The ceremony makes the first of another line, of a kind and in a token of its own.
        let file = format!(
            "name = \"responders\"\ntitle = \"t\"\nkind = \"ocsp-responders\"\nidentity = \"demo\"\n{}",
            "[[responder]]\nauthority = \"ACI-FO-PP\"\ntoken = \"status\"\nkey = \"RSA-2048\"\n"
        );
        scene.hall.hold(&file).unwrap();
        // The hall holds its ceremonies on the first day: as if it had been later.
        let newest = scene.newest("ACI-FO-PP");
        assert!(newest.name.ends_with("-responders"), "{newest:?}");
        assert_eq!(scene.ask(WHEN_DUE).failed.len(), 0);
        let decided = scene.decide_with(&[DEMO, &file], WHEN_DUE);
        let made = format!("ocsp-ACI-FO-PP-after-{}", newest.serial);
        assert!(decided.made.contains(&made), "{decided:?}");
        let key = scene.newest("ACI-FO-PP").public_key;
        assert_eq!(crate::profile::KeyKind::of(&key), Some(crate::profile::KeyKind::Rsa2048));
    });
}

#[test]
fn a_key_is_destroyed_a_week_after_its_certificate_and_no_sooner() {
    scene(HERE, "a_key_is_destroyed_a_week_after_its_certificate_and_no_sooner", |mut scene| {
        scene.ask(WHEN_DUE);
        scene.decide(WHEN_DUE);
        let old = scene.responders("ACI-FO-PP").swap_remove(0);
        let tidied = |scene: &mut Scene, days| tidy(&mut scene.hall.db, &scene.answers, &at(days)).unwrap();
        scene.db().set_clock_ahead(DAY * 90).unwrap();
        assert_eq!(tidied(&mut scene, 98), [], "this machine's clock alone destroys nothing");
        scene.db().set_clock_ahead(DAY * 200).unwrap();
        assert_eq!(tidied(&mut scene, 96), [], "nor does the database's");
        let destroyed = tidied(&mut scene, 98);
        assert_eq!(destroyed.len(), 6);
        assert!(destroyed.contains(&old.key));
        assert_eq!(scene.keys_in_token(), 6, "the new ones");
        assert_eq!(tidied(&mut scene, 98), [], "what is gone is gone");
    });
}

#[test]
fn a_clock_that_goes_a_year_ahead_leaves_the_key_that_answers() {
    scene(HERE, "a_clock_that_goes_a_year_ahead_leaves_the_key_that_answers", |mut scene| {
        scene.ask(WHEN_DUE);
        scene.decide(WHEN_DUE);
        let keys = scene.keys_in_token();
        // Database and status role on one machine: one clock.
        scene.db().set_clock_ahead(DAY * 365).unwrap();
        assert_eq!(tidy(&mut scene.hall.db, &scene.answers, &at(365)).unwrap(), []);
        assert_eq!(scene.keys_in_token(), keys, "nobody could make them again");
    });
}

#[test]
fn an_issuing_process_reaches_no_responders_token_and_destroys_nothing() {
    in_folder(HERE, "an_issuing_process_reaches_no_responders_token_and_destroys_nothing", |folder| {
        let mut hall = Hall::new(load(folder));
        hall.hold(DEMO).unwrap();
        let issuing = crate::signer::soft_token::process(folder, Duration::from_secs(20));
        let authority = crate::authority::load(&mut hall.db, "ACI-FO-PP").unwrap().key;
        let refused = issuing.destroy_key(&authority.token, &authority.id).unwrap_err();
        assert!(refused.to_string().contains("at a ceremony only"), "{refused}");
        let answers = answering_process(folder);
        let refused = answers.destroy_key(&authority.token, &authority.id).unwrap_err();
        assert!(matches!(refused, crate::signer::SignerError::UnknownToken { .. }), "{refused}");
        assert!(issuing.signer().public_key(&authority).is_ok());
    });
}
