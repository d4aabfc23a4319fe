//! Certificates on which the PKI stands are revoked at a ceremony, and at no other place.

use std::time::Duration;

use diesel::prelude::*;
use serde_json::json;
use store::schema::{audit_events, certificates};

use super::hall::{Hall, act, chance, start, take};
use super::reports::rewrite;
use super::{END, INSTALLATION, RESPONDERS, REVOKE, ROLLOVER};
use crate::authority;
use crate::ceremony::report::{CERTIFICATE, named};
use crate::ceremony::revoking::{Before, revoke};
use crate::ceremony::verify::{sha256, verify_content};
use crate::ceremony::{Ceremony, NamedPem, Report, SignedReport, Spared, Step, verify};
use crate::identity::Identity;
use crate::issuance::PrepareError;
use crate::signer::soft_token::in_child;

const HERE: &str = module_path!();

/// Status and reason of each responder that this authority certified, the revoked ones first.
fn responders(hall: &mut Hall, authority: &str) -> Vec<(String, Option<String>)> {
    certificates::table
        .filter(certificates::issuer.eq(authority).and(certificates::profile.eq("ocsp-responder")))
        .order(certificates::status.desc())
        .select((certificates::status, certificates::revocation_reason))
        .load(&mut hall.db)
        .unwrap()
}

#[test]
fn an_authority_that_its_root_revokes_gives_no_certificate_and_can_still_be_ended() {
    in_child(
        HERE,
        "an_authority_that_its_root_revokes_gives_no_certificate_and_can_still_be_ended",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            // A worker is about to have it signed when its authority is revoked.
            hall.prepare_under("ACI-EL-PP").unwrap();
            let unlisted = REVOKE.replace("[\"ACR-EL\"]", "[\"ACR-ST\"]");
            let refused = hall.hold(&unlisted).unwrap_err().to_string();
            assert!(refused.contains("ACR-EL has revoked it once it is on its CRL"), "{refused}");
            let outcome = hall.hold(REVOKE).unwrap();
            let revoked = authority::load(&mut hall.db, "ACI-EL-PP").unwrap();
            let since = revoked.revoked_at.map(store::Timestamp::whole_second);
            assert_eq!(since, Some(outcome.revoked[0].certificates[0].revoked_at));
            assert_eq!(outcome.revoked[0].certificates[0].serial, revoked.serial.to_string());

            let under_way = certificates::table
                .filter(certificates::issuer.eq("ACI-EL-PP").and(certificates::status.eq("intended")));
            assert_eq!(under_way.count().get_result::<i64>(&mut hall.db).unwrap(), 0, "it is given up");

            // Nothing more comes from it: the program says so, and so does the database.
            let refused = hall.prepare_under("ACI-EL-PP").unwrap_err();
            assert!(matches!(refused, PrepareError::AuthorityRevoked(_)), "{refused}");
            assert!(authority::newest_generation(&mut hall.db, "ACI-EL-PP", start()).is_err());
            let by_hand = diesel::sql_query(
                "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256, tbs, \
             not_before, not_after, prepared_at) SELECT issuer, '00' || serial, profile, 'intended', epoch, evidence_kind, \
             evidence_digest, spki_sha256, tbs, not_before, not_after, prepared_at FROM certificates \
             WHERE issuer = 'ACI-EL-PP' LIMIT 1",
            );
            let refused = by_hand.execute(&mut hall.db).unwrap_err().to_string();
            assert!(refused.contains("has ended or is revoked gives no certificate"), "{refused}");
            let more = RESPONDERS.replace("responders-2027", "too-late");
            let refused = hall.hold(&more).unwrap_err().to_string();
            assert!(refused.contains("ACI-EL-PP: is revoked"), "{refused}");
            let twice = REVOKE.replace("revoke-aci-el-pp", "once-more");
            let refused = hall.hold(&twice).unwrap_err().to_string();
            assert!(refused.contains("is revoked already"), "{refused}");

            // What it gave is still answered for, and its key can be destroyed.
            assert!(authority::all(&mut hall.db).unwrap().iter().any(|one| one.short_name == "ACI-EL-PP"));
            assert_eq!(hall.hold(END).unwrap().destroyed[0].found, 0);
            assert_eq!(hall.public_key_of("ACI-EL-PP"), None);
        },
    );
}

/// The second of two ceremonies for one authority, both begun before either came to it, does not take the first one's act for its own.
#[test]
fn what_another_ceremony_has_revoked_meanwhile_is_no_act_of_this_one() {
    in_child(HERE, "what_another_ceremony_has_revoked_meanwhile_is_no_act_of_this_one", |module| {
        let mut hall = Hall::new(module);
        hall.hold(INSTALLATION).unwrap();
        let second = REVOKE.replace("revoke-aci-el-pp", "second");
        // It is begun, and somebody goes away.
        hall.within(&second, |db, course, crls| {
            let first = course.next().unwrap();
            take(db, course, &first, crls)
        })
        .unwrap();
        hall.hold(REVOKE).unwrap();
        let refused = hall.hold(&second).unwrap_err().to_string();
        assert!(refused.contains("ACI-EL-PP: is revoked already"), "{refused}");
    });
}

/// The transcript has the clock of the host, and the revocation that of the database.
#[test]
fn what_an_interrupted_run_has_revoked_is_found_again_where_the_clock_of_the_database_is_behind() {
    in_child(
        HERE,
        "what_an_interrupted_run_has_revoked_is_found_again_where_the_clock_of_the_database_is_behind",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            let ceremony = Ceremony::parse(REVOKE).unwrap();
            let found = ceremony.steps().into_iter().find_map(|step| match step {
                Step::Revoke(step) => Some(step),
                _ => None,
            });
            let step = found.unwrap();
            let mut revoke = |begun| {
                let before = Before { begun, ..Before::default() };
                revoke(&mut hall.db, &step, before, &mut chance(), &act())
            };
            let first = revoke(None).unwrap();
            let at = first.certificates[0].revoked_at;
            let minutes = |count: u64| at.plus(Duration::from_secs(count * 60));
            let again = revoke(Some(minutes(9))).unwrap();
            assert_eq!(again.certificates[0].serial, first.certificates[0].serial);
            // Nor is it one's own where one comes to it for the first time.
            for begun in [None, Some(minutes(11))] {
                let refused = revoke(begun).unwrap_err().to_string();
                assert!(refused.contains("is revoked already"), "{refused}");
            }
        },
    );
}

#[test]
fn a_report_holds_where_the_root_has_put_the_authority_on_its_crl_and_not_otherwise() {
    in_child(
        HERE,
        "a_report_holds_where_the_root_has_put_the_authority_on_its_crl_and_not_otherwise",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            hall.hold(REVOKE).unwrap();
            let signed = hall.report(REVOKE).unwrap();
            verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
            let whole: Report = serde_json::from_slice(&signed.json).unwrap();
            let refused = |expected: &str, alter: &dyn Fn(&mut serde_json::Value)| {
                let mut report = whole.clone();
                rewrite(&mut report, "revoke ACI-EL-PP", alter);
                let said = verify_content(&report, &signed.audit_key).unwrap_err().to_string();
                assert!(said.contains(expected), "{said}");
            };
            let unlisted = "its root has not put it on the CRL of this ceremony";
            refused(unlisted, &|detail| detail["certificates"][0]["serial"] = json!("0102030405060708"));
            refused(unlisted, &|detail| detail["certificates"][0]["issuer"] = json!("ACR-ST"));
            refused("does not name one certificate", &|detail| detail["certificates"] = json!([]));
            let another = "is not the revocation that the file asks for";
            refused(another, &|detail| detail["reason"] = json!("superseded"));
            refused(another, &|detail| detail["authority"] = json!("ACI-EL-ORG"));
            let date = "its root dates it 2026-11-21T10:00:00Z on the CRL";
            refused(date, &|detail| detail["certificates"][0]["revoked_at"] = json!("2026-11-21T09:59:59Z"));

            // File and transcript agree on a reason, and the root has given another.
            let mut report = whole.clone();
            report.ceremony_file = report.ceremony_file.replace("\"cACompromise\"", "\"superseded\"");
            let file = Ceremony::parse(&report.ceremony_file).unwrap().sha256();
            let mut first: serde_json::Value = serde_json::from_str(&report.transcript[0]).unwrap();
            first["previous"] = json!(file);
            report.transcript[0] = first.to_string();
            rewrite(&mut report, "open", |detail| detail["file_sha256"] = json!(file));
            rewrite(&mut report, "revoke ACI-EL-PP", |detail| detail["reason"] = json!("superseded"));
            let said = verify_content(&report, &signed.audit_key).unwrap_err().to_string();
            assert!(said.contains("revoke ACI-EL-PP: its root gives another reason on the CRL"), "{said}");
        },
    );
}

#[test]
fn a_report_brings_the_certificate_that_was_revoked_and_holds_with_no_other() {
    in_child(HERE, "a_report_brings_the_certificate_that_was_revoked_and_holds_with_no_other", |module| {
        let mut hall = Hall::new(module);
        hall.hold(INSTALLATION).unwrap();
        hall.hold(REVOKE).unwrap();
        let signed = hall.report(REVOKE).unwrap();
        let whole: Report = serde_json::from_slice(&signed.json).unwrap();
        let verified = verify_content(&whole, &signed.audit_key).unwrap();
        let of = |hall: &mut Hall, name: &str| authority::load(&mut hall.db, name).unwrap().certificate;
        let digest = sha256(&of(&mut hall, "ACI-EL-PP"));
        assert_eq!(verified.revoked, [("ACI-EL-PP".to_owned(), digest)]);
        assert!(verified.not_proven.is_empty(), "{:?}", verified.not_proven);

        let refused = |expected: &str, revoked: Vec<NamedPem>| {
            let report = Report { revoked, ..whole.clone() };
            let said = verify_content(&report, &signed.audit_key).expect_err(expected).to_string();
            assert!(said.contains(expected), "{expected}: {said}");
        };
        let pem = |name: &str, der: &[u8]| named(CERTIFICATE, name, der).unwrap();
        let sister = of(&mut hall, "ACI-EL-ORG");
        refused("its certificate has another serial number", vec![pem("ACI-EL-PP", &sister)]);
        let elsewhere = of(&mut hall, "ACI-ST-PP");
        refused("another authority than the one that revoked it", vec![pem("ACI-EL-PP", &elsewhere)]);
        refused("ACI-EL-ORG: is in the report as revoked", vec![pem("ACI-EL-ORG", &sister)]);
        refused("stands twice", vec![whole.revoked[0].clone(), whole.revoked[0].clone()]);
        // As a program of before wrote it.
        let before = Report { revoked: vec![], ..whole.clone() };
        let not_proven = verify_content(&before, &signed.audit_key).unwrap().not_proven;
        let [words] = not_proven.as_slice() else { panic!("{not_proven:?}") };
        assert!(words.contains("ACI-EL-PP") && words.contains("does not bring it"), "{words}");

        // The file says which one by a name that the identity gives to something else.
        let renamed = Identity::DEMO.replace("ELEMENTAIRE ORGANISATIONS", "ELEMENTAIRE ORGANISMES");
        hall.identity = Identity::parse(&renamed).unwrap();
        let other = REVOKE.replace("revoke-aci-el-pp", "another").replace("ACI-EL-PP", "ACI-EL-ORG");
        hall.hold(&other).unwrap();
        let not_proven = hall.report(&other).unwrap().not_proven;
        let [words] = not_proven.as_slice() else { panic!("{not_proven:?}") };
        assert!(words.contains("ACI-EL-ORG") && words.contains("has another name for it"), "{words}");
    });
}

/// A ceremony for one responder, where those before it are revoked or not.
fn for_one(name: &str, revoke_earlier: bool) -> String {
    let heading = &RESPONDERS[..RESPONDERS.find("[[responder]]").unwrap()];
    let revoke = if revoke_earlier { "revoke_earlier = \"keyCompromise\"\n" } else { "" };
    let heading = heading.replace("responders-2027-q1", name);
    format!(
        "{heading}[[responder]]\nauthority = \"ACI-FO-PP\"\ntoken = \"status\"\nkey = \"P-256\"\n{revoke}"
    )
}

/// Open, key, certificate: it stops after any of them, and a later one does the same from its beginning to its end.
#[test]
fn a_ceremony_comes_to_its_end_though_a_later_one_has_revoked_what_it_was_to_revoke_and_its_own_responder() {
    in_child(
        HERE,
        "a_ceremony_comes_to_its_end_though_a_later_one_has_revoked_what_it_was_to_revoke_and_its_own_responder",
        |module| {
            let mut hall = Hall::new(module);
            hall.hold(INSTALLATION).unwrap();
            let compromised = ("revoked".to_owned(), Some("keyCompromise".to_owned()));
            let good = ("good".to_owned(), None);
            // How many the later one revokes; how many are revoked in the end, and how many good: the responder of each, but for that
            // of the first where the later one found it made.
            for (steps, by_the_later, revoked, stand) in [(1, 1, 1, 2), (2, 2, 3, 2), (3, 3, 6, 1)] {
                let [first, second] =
                    ["first", "second"].map(|name| for_one(&format!("{name}-{steps}"), true));
                hall.take_steps(&first, steps).unwrap();
                assert_eq!(hall.hold(&second).unwrap().revoked[0].certificates.len(), by_the_later);
                let outcome = hall.hold(&first).unwrap();
                assert_eq!(outcome.revoked[0].certificates, [], "what the other has revoked is not its own");
                let expected = [vec![compromised.clone(); revoked], vec![good.clone(); stand]].concat();
                assert_eq!(responders(&mut hall, "ACI-FO-PP"), expected, "after {steps} steps");
                for text in [&first, &second] {
                    let signed = hall.report(text).unwrap();
                    verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
                }
            }
        },
    );
}

/// What a report leaves open whose transcript says something else of the revocation.
fn altered(signed: &SignedReport, alter: impl Fn(&mut serde_json::Value)) -> Result<Vec<String>, String> {
    let mut report: Report = serde_json::from_slice(&signed.json).unwrap();
    rewrite(&mut report, "revoke ocsp-ACI-FO-PP", alter);
    let verified = verify_content(&report, &signed.audit_key);
    verified.map(|verified| verified.not_proven).map_err(|error| error.to_string())
}

fn what_is_said_of_the_responders_that_stay_is_held_against_the_rest(signed: &SignedReport, own: &str) {
    assert_eq!(altered(signed, |_| {}).unwrap(), Vec::<String>::new());
    let before =
        altered(signed, |said| drop(said.as_object_mut().unwrap().remove("spared").unwrap())).unwrap();
    assert!(before[0].contains("which responders of ACI-FO-PP stay"), "{before:?}");
    let of_another = altered(signed, |said| said["spared"][0]["issuer"] = "ACI-EL-PP".into()).unwrap_err();
    assert!(of_another.contains("another authority gave"), "{of_another}");
    let twice = altered(signed, |said| {
        let one = said["spared"][0].clone();
        said["spared"].as_array_mut().unwrap().push(one);
    });
    assert!(twice.clone().unwrap_err().contains("twice"), "{twice:?}");
    let revoked = altered(signed, |said| {
        said["spared"] = serde_json::json!([]);
        said["certificates"][0]["serial"] = own.into();
    });
    assert!(revoked.clone().unwrap_err().contains("this ceremony has made"), "{revoked:?}");
}

#[test]
fn responders_whose_key_may_be_known_are_revoked_once_another_answers() {
    in_child(HERE, "responders_whose_key_may_be_known_are_revoked_once_another_answers", |module| {
        let mut hall = Hall::new(module);
        hall.hold(INSTALLATION).unwrap();
        hall.hold(ROLLOVER).unwrap();
        let known = for_one("known", true);
        let outcome = hall.hold(&known).unwrap();
        let compromised = ("revoked".to_owned(), Some("keyCompromise".to_owned()));
        let good = ("good".to_owned(), None);
        assert_eq!(responders(&mut hall, "ACI-FO-PP-2"), std::slice::from_ref(&good), "another authority's");
        assert_eq!(responders(&mut hall, "ACI-FO-PP"), [compromised, good]);
        assert_eq!(outcome.revoked[0].certificates.len(), 1);
        let spared = outcome.revoked[0].spared.clone().unwrap();
        let own: Vec<&str> = outcome.certificates.iter().map(|made| made.serial.as_str()).collect();
        let said: Vec<(&str, Spared)> = spared.iter().map(|one| (one.serial.as_str(), one.because)).collect();
        assert_eq!(said, [(own[0], Spared::Own)]);
        let signed = hall.report(&known).unwrap();
        let verified = verify(&signed.json, &signed.signature, &signed.audit_key).unwrap();
        assert_eq!((verified.spared, verified.not_proven), (spared.clone(), Vec::<String>::new()));
        what_is_said_of_the_responders_that_stay_is_held_against_the_rest(&signed, &spared[0].serial);
        let said = audit_events::table.filter(audit_events::action.eq("certificate.revoked"));
        assert_eq!(said.count().get_result::<i64>(&mut hall.db).unwrap(), 1);
    });
}
