//! Officers' keys, proposed through the API: two administrators sign, as for a page.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::x509::X509;
use registration_authority::officers::Role;
use serde_json::json;

use super::super::authenticator::Authenticator;
use super::Served;

#[test]
fn an_administrator_proposes_a_key_its_end_and_an_address_and_each_waits_for_two() {
    let mut served = Served::start();
    let nova = served.certificate_of("nova", "Nova BLANC", Role::Administrator);
    let bob = served.certificate_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let key = Authenticator::new("zoe");
    let card = format!(
        "credential_id = \"{}\"\npublic_key = \"{}\"\n",
        hex::encode(&key.credential_id),
        hex::encode(key.public_key().spki())
    );
    let new = json!({
        "action": "enrol", "login": "zoe", "display_name": "Zoé BLEU", "role": "registration-officer",
        "scope": "profession:60 department:44", "email": "zoe@exemple.fr", "credential": card,
    });
    let refused = served.post(&bob, "/enrolments", &[], &new);
    assert_eq!((refused.status, refused.code()), (403, "officer-role-missing"), "{refused:?}");
    let idempotent = [("Idempotency-Key", "zoe")];
    let made = served.post(&nova, "/enrolments", &idempotent, &new);
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!((&made.body["status"], &made.body["proposed_by"]), (&json!("held"), &json!("nova")));
    assert_eq!(made.body["scope"], "profession:60 department:44");
    let id = URL_SAFE_NO_PAD.encode(&key.credential_id);
    assert_eq!(made.body["credential_id"], id);
    assert_eq!(served.post(&nova, "/enrolments", &idempotent, &new).body, made.body, "once");
    let number = made.body["number"].as_str().unwrap().to_owned();
    assert_eq!(made.header("location"), format!("/api/v1/enrolments/{number}"));
    let now = served.house.now();
    let counts = |served: &mut Served| {
        let roster = served.house.verifier.roster(&mut served.house.db).unwrap();
        roster.key(&key.credential_id).is_some_and(|it| it.counts(now))
    };
    assert!(!counts(&mut served), "nobody has signed for it");
    let end = json!({"action": "revoke", "passkey": id});
    let early = served.post(&nova, "/enrolments", &[], &end);
    assert_eq!((early.status, early.code()), (404, "enrolment-key-unknown"), "{early:?}");
    served.house.signed_by_both(&number);
    assert!(counts(&mut served));

    let elsewhere = json!({"action": "readdress", "passkey": id, "email": "zoe@ailleurs.exemple.fr"});
    let moved = served.post(&nova, "/enrolments", &[], &elsewhere);
    assert_eq!((moved.status, &moved.body["action"]), (201, &json!("readdress")), "{moved:?}");
    let ended = served.post(&nova, "/enrolments", &[], &end);
    assert_eq!((ended.status, &ended.body["action"]), (201, &json!("revoke")), "{ended:?}");
    // A certificate, by the digest that the list shows.
    let shown = served.get(&bob, "/me").body["certificate"].clone();
    let ended = served.post(&nova, "/enrolments", &[], &json!({"action": "revoke", "certificate": shown}));
    assert_eq!((ended.status, &ended.body["credential"]), (201, &json!("certificate")), "{ended:?}");
}

#[test]
fn what_is_no_proposal_is_none() {
    let mut served = Served::start();
    let nova = served.certificate_of("nova", "Nova BLANC", Role::Administrator);
    let der = served.house.certify("zoe");
    let pem = String::from_utf8(X509::from_der(&der).unwrap().to_pem().unwrap()).unwrap();
    let new = |member: &str, value: &str| {
        let mut new = json!({
            "action": "enrol", "login": "zoe", "display_name": "Zoé BLEU", "role": "auditor", "credential": pem,
        });
        new[member] = json!(value);
        new
    };
    for (member, value, code) in [
        ("credential", "credential_id = \"00\"", "key-text-unreadable"),
        ("role", "king", "officer-field-invalid"),
        ("scope", "card:XYZ", "officer-field-invalid"),
        ("scope", "card:CPS", "officer-field-invalid"),
        ("login", "Zoé", "officer-field-invalid"),
        ("email", "nowhere", "officer-field-invalid"),
        ("password", "0000", "api-body-invalid"),
        ("action", "crown", "api-body-invalid"),
    ] {
        let refused = served.post(&nova, "/enrolments", &[], &new(member, value));
        assert_eq!((refused.status, refused.code()), (422, code), "{member}: {refused:?}");
    }
    for both in [json!({"passkey": "AA", "certificate": "00"}), json!({}), json!({"passkey": "?"})] {
        let mut end = both;
        end["action"] = json!("revoke");
        let refused = served.post(&nova, "/enrolments", &[], &end);
        assert_eq!((refused.status, refused.code()), (422, "api-body-invalid"), "{end}");
    }
    assert_eq!(served.post(&nova, "/enrolments", &[], &new("role", "auditor")).status, 201);
}
