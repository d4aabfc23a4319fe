//! Who owns the database, or the status role's rights on it, gets no certificate by a row.

use diesel::connection::SimpleConnection;
use openssl::asn1::Asn1Time;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::X509;
use openssl::x509::extension::ExtendedKeyUsage;
use sha2::{Digest, Sha256};
use store::schema::service_keys;

use super::crashes::certify_up_to_the_intention;
use super::*;
use crate::issuance;
use crate::revocation::{self, RevocationReason};

const HERE: &str = module_path!();
const ONE: &str = "ACI-FO-PP";

/// A key outside of every token.
fn stranger() -> PKey<Private> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap()
}

fn signed_by(key: &PKey<Private>, message: &[u8]) -> Vec<u8> {
    let mut signer = openssl::sign::Signer::new(MessageDigest::sha256(), key).unwrap();
    signer.sign_oneshot_to_vec(message).unwrap()
}

/// A request of somebody who has `key`, and what `alter` makes of it before he signs it.
struct Forgery<'a> {
    key: &'a PKey<Private>,
    alter: &'a dyn Fn(&mut Statement),
    /// The responder's own signature, or somebody else's.
    authorised_by: Option<&'a PKey<Private>>,
    /// Of which authority.
    of: &'a str,
}

impl Scene {
    fn forge(&mut self, forgery: &Forgery<'_>) {
        let asks = self.newest(forgery.of);
        let mut stated = Statement {
            authority: forgery.of.to_owned(),
            predecessor: Sha256::digest(asks.status.der().unwrap_or_default()).into(),
            public_key: forgery.key.public_key_to_der().unwrap(),
            key: KeyReference { token: "status".to_owned(), id: "aa".parse().unwrap() },
            requested_at: at(WHEN_DUE).at,
            nonce: [0; 16],
        };
        (forgery.alter)(&mut stated);
        let statement = stated.to_der().unwrap();
        let authorisation = match forgery.authorised_by {
            Some(key) => signed_by(key, &statement),
            None => self.sign(&asks.key, &asks.public_key, &statement),
        };
        let proofs = Proofs { possession: signed_by(forgery.key, &statement), authorisation };
        let attempt = inbox::of_predecessor(self.db(), &asks.name).unwrap().len() as i64 + 1;
        let request = Request {
            digest: statement::digest(&statement).to_vec(),
            authority: forgery.of.to_owned(),
            predecessor: asks.name,
            attempt,
            token: stated.key.token,
            key_id: stated.key.id.to_string(),
            statement,
            proofs: None,
        };
        inbox::put(self.db(), &request).unwrap();
        inbox::prove(self.db(), &request.digest, &proofs).unwrap();
    }

    /// The codes of what was refused now.
    fn refused(&mut self, days: u32) -> Vec<&'static str> {
        let decided = self.decide(days);
        assert!(decided.made.is_empty() && decided.failed.is_empty(), "{decided:?}");
        decided.refused.iter().map(|refused| refused.code).collect()
    }
}

fn honest(_: &mut Statement) {}

/// A certificate for OCSP that its own key has signed.
fn responder_certificate(key: &PKey<Private>) -> Vec<u8> {
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(act().at.seconds()).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(at(90).at.seconds()).unwrap()).unwrap();
    builder.append_extension(ExtendedKeyUsage::new().other("OCSPSigning").build().unwrap()).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    builder.build().to_der().unwrap()
}

#[test]
fn a_forged_request_is_refused_by_its_own_code_and_once() {
    scene(HERE, "a_forged_request_is_refused_by_its_own_code_and_once", |mut scene| {
        let (key, other, rsa) =
            (stranger(), stranger(), PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap());
        let of = |key, alter| Forgery { key, alter, authorised_by: None, of: ONE };
        let another_key = other.public_key_to_der().unwrap();
        let (another, another_token) = (
            move |stated: &mut Statement| stated.public_key.clone_from(&another_key),
            |stated: &mut Statement| stated.key.token = "issuing".to_owned(),
        );
        let forgeries: [(Forgery<'_>, &str, u32); 8] = [
            (
                Forgery { authorised_by: Some(&key), ..of(&key, &honest) },
                "responder-request-signature",
                WHEN_DUE,
            ),
            (of(&key, &another), "responder-request-signature", WHEN_DUE),
            (of(&rsa, &honest), "responder-request-key", WHEN_DUE),
            (of(&key, &another_token), "responder-request-key", WHEN_DUE),
            (of(&key, &|stated| stated.predecessor = [0; 32]), "responder-request-superseded", WHEN_DUE),
            (
                of(&key, &|stated| stated.authority = "ACI-ST-PP".into()),
                "responder-request-malformed",
                WHEN_DUE,
            ),
            (
                of(&key, &|stated| stated.requested_at = at(WHEN_DUE + 1).at),
                "responder-request-time",
                WHEN_DUE,
            ),
            (
                of(&key, &|stated| stated.requested_at = at(WHEN_DUE - 5).at),
                "responder-request-time",
                WHEN_DUE,
            ),
        ];
        for (n, (forgery, code, days)) in forgeries.iter().enumerate() {
            scene.forge(forgery);
            assert_eq!(scene.refused(*days), [*code], "{n}");
            assert_eq!(scene.refused(*days), [""; 0], "{n}: again");
            let leaves = scene.leaves("responder.refused");
            assert!(leaves.len() == n + 1 && leaves.iter().any(|leaf| leaf["code"] == *code), "{leaves:?}");
        }
        assert_eq!(scene.responders(ONE).len(), 1);
        let outlook = outlook(scene.db()).unwrap();
        let one = outlook.iter().find(|outlook| outlook.authority == ONE).unwrap();
        assert!(
            one.is_trouble(at(WHEN_DUE).at) && one.words(at(WHEN_DUE).at).contains("responder-request-time")
        );

        // He has used up what the responder may ask; the others go on, and for this one a ceremony is named.
        let asking = scene.ask(WHEN_DUE + 5);
        assert_eq!((asking.asked.len(), asking.failed.len()), (5, 1), "{asking:?}");
        let code = store::Fault::code(&asking.failed[0].1).name;
        assert_eq!(code, "responder-requests-exhausted");
    });
}

#[test]
fn a_responder_cannot_ask_early_and_cannot_ask_for_two() {
    scene(HERE, "a_responder_cannot_ask_early_and_cannot_ask_for_two", |mut scene| {
        let (key, other) = (stranger(), stranger());
        let early = |stated: &mut Statement| stated.requested_at = at(10).at;
        scene.forge(&Forgery { key: &key, alter: &early, authorised_by: None, of: ONE });
        assert_eq!(scene.refused(10), ["responder-request-time"], "80 days are left");

        // Whoever owns the responder's key has one successor made of it, and no more.
        for key in [&key, &other] {
            scene.forge(&Forgery { key, alter: &honest, authorised_by: None, of: ONE });
        }
        let decided = scene.decide(WHEN_DUE);
        assert_eq!((decided.made.len(), decided.refused.len()), (1, 1), "{decided:?}");
        assert_eq!(decided.refused[0].code, "responder-request-superseded");
    });
}

#[test]
fn of_two_signed_requests_one_is_certified_wherever_the_worker_died() {
    scene(HERE, "of_two_signed_requests_one_is_certified_wherever_the_worker_died", |mut scene| {
        let keys = [stranger(), stranger()];
        for key in &keys {
            scene.forge(&Forgery { key, alter: &honest, authorised_by: None, of: ONE });
        }
        // The later one has its certificate, and is not on record.
        let later = scene.request(ONE);
        let prepared = certify_up_to_the_intention(&mut scene, &later, 1);
        let mut signer = Pkcs11Signer::new(scene.hall.module.clone());
        issuance::issue(scene.db(), &mut signer, prepared, &mut chance(), &at(WHEN_DUE)).unwrap();
        let first = scene.decide(WHEN_DUE);
        assert_eq!((first.made.len(), first.refused.len()), (1, 0), "{first:?}");
        assert_eq!(scene.refused(WHEN_DUE), ["responder-request-superseded"]);
        assert_eq!(scene.newest(ONE).public_key, keys[1].public_key_to_der().unwrap());
        assert_eq!(scene.statuses(ONE), ["good", "good"]);
    });
}

#[test]
fn a_key_that_has_a_certificate_gets_no_other() {
    scene(HERE, "a_key_that_has_a_certificate_gets_no_other", |mut scene| {
        let (key, other) = (stranger(), stranger());
        let on = |days: u32| move |stated: &mut Statement| stated.requested_at = at(days).at;
        let (second, third) = (on(2 * WHEN_DUE), on(3 * WHEN_DUE));
        scene.forge(&Forgery { key: &key, alter: &honest, authorised_by: None, of: ONE });
        assert_eq!(scene.decide(WHEN_DUE).made.len(), 1);
        scene.forge(&Forgery { key: &other, alter: &second, authorised_by: Some(&key), of: ONE });
        assert_eq!(scene.decide(2 * WHEN_DUE).made.len(), 1);
        scene.forge(&Forgery { key: &key, alter: &third, authorised_by: Some(&other), of: ONE });
        assert_eq!(scene.refused(3 * WHEN_DUE), ["responder-request-key"]);
    });
}

#[test]
fn a_responder_that_its_authority_did_not_certify_as_one_authorises_nobody() {
    scene(HERE, "a_responder_that_its_authority_did_not_certify_as_one_authorises_nobody", |mut scene| {
        let (key, own) = (stranger(), stranger());
        let asks = scene.newest(ONE);
        scene
            .db()
            .batch_execute(
                "DROP TRIGGER certificates_keep_what_was_signed; DROP TRIGGER service_keys_are_never_changed;",
            )
            .unwrap();
        // Whoever owns the database puts a certificate of his own in its place.
        let der = responder_certificate(&own);
        diesel::update(certificates::table.find((ONE, asks.serial.to_string())))
            .set(certificates::der.eq(&der))
            .execute(scene.db())
            .unwrap();
        diesel::update(service_keys::table.find(&asks.name))
            .set(service_keys::public_key.eq(own.public_key_to_der().unwrap()))
            .execute(scene.db())
            .unwrap();
        scene.forge(&Forgery { key: &key, alter: &honest, authorised_by: Some(&own), of: ONE });
        assert_eq!(scene.refused(WHEN_DUE), ["responder-ended"]);
        // Or one that the authority has signed for something else.
        scene
            .db()
            .batch_execute(
                "UPDATE service_keys SET (serial, token, key_id, public_key) =
                     (SELECT serial, token, key_id, public_key FROM service_keys WHERE name = 'list-signer')
                 WHERE name = 'ocsp-ACI-EL-ORG'",
            )
            .unwrap();
        let from = |stated: &mut Statement| stated.requested_at = at(1070).at;
        scene.forge(&Forgery { key: &key, alter: &from, authorised_by: None, of: "ACI-EL-ORG" });
        assert_eq!(scene.refused(1070), ["responder-ended"]);
    });
}

#[test]
fn a_junk_row_holds_up_nobody() {
    scene(HERE, "a_junk_row_holds_up_nobody", |mut scene| {
        let key = stranger();
        scene.forge(&Forgery { key: &key, alter: &honest, authorised_by: Some(&key), of: ONE });
        assert!(scene.ask(WHEN_DUE).asked.contains(&ONE.to_owned()), "it is not waited for");
        let decided = scene.decide(WHEN_DUE);
        assert_eq!((decided.made.len(), decided.refused.len()), (6, 1), "{decided:?}");
    });
}

#[test]
fn a_revoked_responder_authorises_nobody() {
    scene(HERE, "a_revoked_responder_authorises_nobody", |mut scene| {
        scene.ask(WHEN_DUE);
        let asks = scene.newest(ONE);
        let reason = RevocationReason::KeyCompromise;
        scene
            .db()
            .write(|db| revocation::revoke(db, ONE, &asks.serial, reason, &mut chance(), &at(WHEN_DUE)))
            .unwrap();
        let decided = scene.decide(WHEN_DUE);
        assert_eq!((decided.made.len(), decided.refused[0].code), (5, "responder-ended"), "{decided:?}");
        let (_, error) = &scene.ask(WHEN_DUE).failed[0];
        assert!(error.to_string().contains("is revoked: hold a ceremony"), "{error}");
    });
}

#[test]
fn another_ceremonys_file_is_no_evidence_for_a_responder() {
    scene(HERE, "another_ceremonys_file_is_no_evidence_for_a_responder", |mut scene| {
        scene.ask(WHEN_DUE);
        let altered = format!("{DEMO}\n# one line more\n");
        let decided = scene.decide_with(&[&altered], WHEN_DUE);
        assert!(decided.made.is_empty() && decided.refused.is_empty(), "{decided:?}");
        assert!(decided.failed.iter().all(|(_, code, _)| *code == "ceremony-another-file"), "{decided:?}");
        assert_eq!(scene.decide(WHEN_DUE).made.len(), 6, "once the file is back");
    });
}

#[test]
fn who_uses_up_the_requests_of_a_responder_is_told_of_before_it_ends_and_a_ceremony_is_the_way_out() {
    scene(
        HERE,
        "who_uses_up_the_requests_of_a_responder_is_told_of_before_it_ends_and_a_ceremony_is_the_way_out",
        |mut scene| {
            let outlook_of = |scene: &mut Scene| {
                outlook(scene.db()).unwrap().into_iter().find(|one| one.authority == ONE).unwrap()
            };
            assert!(!outlook_of(&mut scene).is_trouble(at(1).at));
            // Who writes as the status role needs no key for a row that nobody has signed.
            let predecessor = scene.newest(ONE).name;
            for attempt in 1..=8 {
                let statement = vec![0; 10 + usize::try_from(attempt).unwrap()];
                let request = Request {
                    digest: statement::digest(&statement).to_vec(),
                    authority: ONE.to_owned(),
                    predecessor: predecessor.clone(),
                    attempt,
                    token: "status".to_owned(),
                    key_id: "aa".to_owned(),
                    statement,
                    proofs: None,
                };
                inbox::put(scene.db(), &request).unwrap();
            }
            let told = outlook_of(&mut scene);
            assert!(told.is_trouble(at(1).at), "three months before it ends: {told:?}");
            assert!(
                told.words(at(1).at).contains("responder-requests-exhausted"),
                "{}",
                told.words(at(1).at)
            );
            let asking = scene.ask(WHEN_DUE);
            assert_eq!((asking.asked.len(), asking.failed.len()), (5, 1));
            assert_eq!(store::Fault::code(&asking.failed[0].1).name, "responder-requests-exhausted");

            let file = format!(
                "name = \"responders\"\ntitle = \"t\"\nkind = \"ocsp-responders\"\nidentity = \"demo\"\n{}",
                "[[responder]]\nauthority = \"ACI-FO-PP\"\ntoken = \"status\"\nkey = \"P-256\"\n"
            );
            scene.hall.hold(&file).unwrap();
            assert!(!outlook_of(&mut scene).is_trouble(at(1).at), "the new one has asked for nothing");
            assert_eq!(scene.ask(WHEN_DUE).asked, [ONE]);
        },
    );
}

#[test]
fn a_responder_whose_certificate_begins_after_now_is_told_of() {
    scene(HERE, "a_responder_whose_certificate_begins_after_now_is_told_of", |mut scene| {
        scene.ask(WHEN_DUE);
        scene.decide(WHEN_DUE);
        // The clock was ahead, and is set right.
        let told = outlook(scene.db()).unwrap();
        assert!(told.iter().all(|one| one.is_trouble(at(50).at)), "{told:?}");
        assert!(told[0].words(at(50).at).contains("begins"), "{}", told[0].words(at(50).at));
        assert!(told.iter().all(|one| !one.is_trouble(at(62).at)), "{told:?}");
    });
}
