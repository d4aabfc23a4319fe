use openssl::x509::X509;
use registration_authority::officers::Role;
use registration_authority::outbox;
use serde_json::json;

use super::Served;

#[test]
fn a_program_of_an_agent_accepts_the_terms_and_fetches_the_certificate() {
    let mut served = Served::start();
    let alice = served.alice();
    let agent = served.certificate_of("agent", "Agnès ROUX", Role::CertificationAgent);
    let house = &mut served.house;
    let (number, der) = house.issued("agent");
    let base = format!("/certificate-requests/{number}");

    let early = served.get(&agent, &format!("{base}/certificate"));
    assert_eq!((early.status, early.code()), (409, "retrieval-terms-not-accepted"));
    let terms = served.get(&agent, &format!("{base}/terms")).body;
    assert!(terms["text"].as_str().unwrap().contains("Clé privée") && terms.get("accepted_at").is_none());
    let older = json!({"version": "CGU-CERT-2025", "sha256": terms["sha256"]});
    let older = served.post(&agent, &format!("{base}/terms"), &[], &older);
    assert_eq!((older.status, older.code()), (409, "retrieval-other-terms"));
    let read = json!({"version": terms["version"], "sha256": terms["sha256"]});
    let key = [("Idempotency-Key", "once")];
    let done = served.post(&agent, &format!("{base}/terms"), &key, &read);
    assert_eq!((done.status, done.body["version"].as_str()), (201, Some("CGU-CERT-2026")));
    assert_eq!(done.header("location"), format!("/api/v1{base}/certificate"));
    let again = served.post(&agent, &format!("{base}/terms"), &key, &read);
    assert_eq!(again.body, done.body);

    let pem = served.get(&agent, &format!("{base}/certificate"));
    assert_eq!((pem.status, pem.header("content-type").as_str()), (200, "application/pem-certificate-chain"));
    assert_eq!(X509::from_pem(pem.text.as_bytes()).unwrap().to_der().unwrap(), der);
    let other = served.get(&agent, &format!("{base}/certificate?format=pfx"));
    assert_eq!((other.status, other.code()), (422, "api-body-invalid"));
    let accepted = served.get(&agent, &format!("{base}/terms")).body;
    assert_eq!(accepted["accepted_at"], done.body["accepted_at"]);

    // Another reads what he reads of none.
    for asked in [number.as_str(), "CR-2026-999999"] {
        for path in ["terms", "certificate"] {
            let answer = served.get(&alice, &format!("/certificate-requests/{asked}/{path}"));
            assert_eq!((answer.status, answer.code()), (404, "request-unknown"), "{asked} {path}");
            assert_eq!(answer.body["detail"], format!("no certificate request {asked}"));
        }
    }
}

#[test]
fn who_opposes_revokes_the_certificate_of_a_request_and_whoever_asked_for_it_is_told() {
    let mut served = Served::start();
    let rita = served.certificate_of("rita", "Rita PETIT", Role::RevocationOfficer);
    let agent = served.certificate_of("agent", "Agnès ROUX", Role::CertificationAgent);
    let house = &mut served.house;
    let (number, _) = house.issued("agent");
    let address = format!("/certificate-requests/{number}");
    let before = served.get(&rita, &address);
    let etag = before.header("etag");
    let ask = |who: &[u8], reason: &str, etag: &str| {
        let (address, body) = (format!("{address}/revocation"), json!({ "reason": reason }));
        served.post(who, &address, &[("If-Match", etag)], &body)
    };
    assert_eq!(ask(&agent, "superseded", &etag).status, 403);
    for no_reason in ["cACompromise", "unspecified", ""] {
        let refused = ask(&rita, no_reason, &etag);
        assert_eq!((refused.status, refused.code()), (422, "api-body-invalid"), "{no_reason}");
    }
    assert_eq!(ask(&rita, "superseded", "\"1.submitted\"").status, 412);
    let done = ask(&rita, "keyCompromise", &etag);
    assert_eq!((done.status, &done.body["status"]), (200, &json!("issued")), "{done:?}");
    // What was good, and of which nothing was asked, is asked for: by whom, when and why, under another tag.
    let (good, asked) = (&before.body["certificate"], &done.body["certificate"]);
    assert_eq!((&good["status"], &good["serial"]), (&json!("good"), &asked["serial"]), "{good}");
    assert!(good.get("requested").is_none(), "{good}");
    let requested = &asked["requested"];
    assert_eq!(
        (&requested["by"], &requested["reason"]),
        (&json!("rita"), &json!("keyCompromise")),
        "{asked}"
    );
    assert_eq!((&requested["outcome"], &asked["status"]), (&json!("waiting"), &json!("good")), "{asked}");
    assert_ne!(done.header("etag"), etag);
    let ask = |served: &Served, etag: &str| {
        let (address, body) = (format!("{address}/revocation"), json!({ "reason": "superseded" }));
        served.post(&rita, &address, &[("If-Match", etag)], &body)
    };
    assert_eq!(ask(&served, &etag).status, 412);
    let again = ask(&served, &done.header("etag"));
    assert_eq!((again.status, again.code()), (409, "revocation-requested-already"), "{again:?}");

    // Some tenths of a second later it is revoked, since when and why; so the list says too.
    served.house.revoke_what_is_asked();
    let read = served.get(&rita, &address);
    let ended = &read.body["certificate"];
    assert_eq!((&ended["status"], &ended["revocation_reason"]), (&json!("revoked"), &json!("keyCompromise")));
    assert!(good.get("revoked_at").is_none() && ended["revoked_at"].is_string(), "{good} {ended}");
    assert_eq!(ended["requested"]["outcome"], "revoked", "{ended}");
    let listed = served.get(&rita, "/certificate-requests?status=issued");
    assert_eq!(listed.body["certificate_requests"][0], read.body);
    // It is found by its certificate as well, by whom it may be read.
    let by_certificate =
        format!("/certificates/{}/{}", ended["issuer"].as_str().unwrap(), ended["serial"].as_str().unwrap());
    let found = served.get(&rita, &by_certificate);
    assert_eq!((&found.body, found.header("etag")), (&read.body, read.header("etag")));
    let none = served.get(&rita, "/certificates/ACI-EL-ORG/1DFF");
    assert_eq!((none.status, none.code()), (404, "request-unknown"), "{none:?}");
    assert_eq!(served.get(&rita, "/certificates/ACI-EL-ORG/xy").status, 422);
    assert_eq!(ask(&served, &done.header("etag")).status, 412);
    let again = ask(&served, &read.header("etag"));
    assert_eq!((again.status, again.code()), (409, "certificate-ended"), "{again:?}");
    let told = outbox::waiting(&mut served.house.db, 100).unwrap();
    assert!(
        told.iter().any(|one| one.notice == "certificate-revoked" && one.subject.ends_with(&number)),
        "{told:?}"
    );
}
