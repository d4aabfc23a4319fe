//! Signing in, and deciding, by passkey.

use std::time::Duration;

use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use registration_authority::officers::Role;
use registration_authority::order::{self, OrderState};

use super::authenticator::{Authenticator, ORIGIN, client_data};
use super::browser::{Answer, Browser};
use super::house::{House, person};
use super::keys::{answered, attribute, decode};
use crate::pages::sign_in;
use crate::passkey_answer::encode;

async fn sign_in_with(
    browser: &mut Browser,
    key: &Authenticator,
    origin: &str,
) -> (Answer, Vec<(&'static str, String)>) {
    let page = browser.get("/ra/sign-in").await;
    let challenge = attribute(&page, "data-challenge");
    let assertion = key.sign(client_data("webauthn.get", &decode(&challenge).try_into().unwrap(), origin));
    let fields = vec![
        ("defi", challenge),
        ("cle", encode(&assertion.credential_id)),
        ("authentificateur", encode(&assertion.authenticator_data)),
        ("client", encode(&assertion.client_data)),
        ("signature", encode(&assertion.signature)),
    ];
    (post(browser, &fields).await, fields)
}

async fn post(browser: &mut Browser, fields: &[(&'static str, String)]) -> Answer {
    let fields: Vec<_> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
    browser.post("/ra/sign-in", &fields).await
}

#[actix_web::test]
async fn an_enrolled_key_signs_in_and_its_answer_is_good_once() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let mut browser = Browser::new(house.state.clone());
    let (answer, fields) = sign_in_with(&mut browser, &bob, ORIGIN).await;
    assert_eq!((answer.status, answer.leads_to().as_str()), (303, "/"), "{}", answer.body);
    assert!(browser.get("/ra/file").await.says("Bob BERNARD"));
    let mut thief = Browser::new(house.state.clone());
    let again = post(&mut thief, &fields).await;
    assert!(again.status == 403 && again.says("passkey-challenge-spent"), "{}", again.body);
}

#[actix_web::test]
async fn no_other_key_origin_or_silence_signs_in() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let mut browser = Browser::new(house.state.clone());
    let (answer, _) = sign_in_with(&mut browser, &Authenticator::new("stranger"), ORIGIN).await;
    assert!(answer.status == 403 && answer.says("passkey-unknown"), "{}", answer.body);
    let (answer, _) = sign_in_with(&mut browser, &bob, "https://localhost:9443").await;
    assert!(answer.status == 403 && answer.says("passkey-refused"), "{}", answer.body);
    let twin = Authenticator::new("bob");
    let (answer, _) = sign_in_with(&mut browser, &twin, ORIGIN).await;
    assert!(answer.status == 403 && answer.says("passkey-refused"), "another key of the same name");
    let silent =
        post(&mut browser, &[("defi", attribute(&browser_page(&house).await, "data-challenge"))]).await;
    assert!(silent.status == 422 && silent.says("passkey-silent"), "{}", silent.body);
    assert!(browser.cookie.is_none());
}

async fn browser_page(house: &House) -> Answer {
    Browser::new(house.state.clone()).get("/ra/sign-in").await
}

#[actix_web::test]
async fn a_revoked_key_ends_its_sessions() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let mut browser = Browser::new(house.state.clone());
    sign_in_with(&mut browser, &bob, ORIGIN).await;
    house.later(Duration::from_secs(60));
    let mut admin = house.browser("admin").await;
    let answer = admin.post("/ra/cles/retirer", &[("cle", &hex::encode(&bob.credential_id))]).await;
    let number = answer.leads_to().trim_start_matches("/ra/cles/").split('?').next().unwrap().to_owned();
    assert_eq!(browser.get("/ra/file").await.status, 200, "nobody has signed");
    house.signed_by_both(&number);
    let answer = browser.get("/ra/file").await;
    assert_eq!((answer.status, answer.leads_to().as_str()), (303, "/ra/sign-in"));
}

#[actix_web::test]
async fn an_officer_decides_with_his_key_on_a_page_that_says_what_he_signs() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}/approuver");
    let mut browser = house.browser("bob").await;
    let ask = browser.post(&address, &[("version", "1")]).await;
    assert_eq!(ask.status, 200);
    for text in [
        "Approuver la demande",
        &format!("{number}, version 1"),
        "DURAND Élise",
        "CPS",
        "Profession",
        "Infirmier",
        "Catégorie",
        "Déposée par",
        "alice",
        "Signer avec ma clé de sécurité",
    ] {
        assert!(ask.says(text), "{text}: {}", ask.body);
    }
    assert_eq!(attribute(&ask, "data-keys"), encode(&bob.credential_id));
    assert_eq!(
        order::get(&mut house.db, &number).unwrap().state,
        OrderState::Submitted,
        "asking is no decision"
    );
    let stranger = Authenticator::new("stranger");
    let refused = answered(&mut browser, &address, &ask, &stranger, &[("version", "1")]).await;
    assert!(refused.status == 409 && refused.says("approval-proof-invalid"), "{}", refused.body);
    let done = answered(&mut browser, &address, &ask, &bob, &[("version", "1")]).await;
    let page = browser.follow(&done).await;
    assert!(
        page.says("La demande est approuvée.") && page.says("signée par sa clé de sécurité"),
        "{}",
        page.body
    );
    let decisions = decision::of(&mut house.db, SubjectKind::CardOrder, &number).unwrap();
    assert_eq!((decisions.len(), decisions[0].proof_kind.as_str()), (1, "passkey"));
    let replayed = answered(&mut browser, &address, &ask, &bob, &[("version", "1")]).await;
    assert_eq!(replayed.status, 412, "{}", replayed.body);
    house.worker();
    let received = decision::receipt(&mut house.db, &decisions[0]).unwrap().unwrap();
    assert_eq!(received.refusal, None);
}

#[actix_web::test]
async fn a_signature_serves_no_other_act_than_the_one_it_was_asked_for() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let (one, other) = (house.submit("alice", &person(1)), house.submit("alice", &person(3)));
    let mut browser = house.browser("bob").await;
    let ask = browser.post(&format!("/ra/dossiers/{one}/approuver"), &[("version", "1")]).await;
    for (address, others) in [
        (format!("/ra/dossiers/{other}/approuver"), vec![("version", "1")]),
        (format!("/ra/dossiers/{one}/refuser"), vec![("version", "1"), ("motif", "duplicate")]),
    ] {
        let refused = answered(&mut browser, &address, &ask, &bob, &others).await;
        assert!(
            refused.status == 409 && refused.says("approval-proof-invalid"),
            "{address}: {}",
            refused.body
        );
    }
    house.later(Duration::from_secs(31 * 60));
    let mut browser = house.browser("bob").await;
    let late =
        answered(&mut browser, &format!("/ra/dossiers/{one}/approuver"), &ask, &bob, &[("version", "1")])
            .await;
    assert_eq!(late.status, 409, "{}", late.body);
    for number in [one, other] {
        assert_eq!(order::get(&mut house.db, &number).unwrap().state, OrderState::Submitted);
    }
}

#[actix_web::test]
async fn a_demonstrations_page_says_that_its_proof_is_worth_nothing() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let mut bob = house.browser("bob").await;
    let answer = bob.post(&format!("/ra/dossiers/{number}/approuver"), &[("version", "1")]).await;
    assert!(bob.follow(&answer).await.says("preuve de démonstration, sans valeur"));
}

#[actix_web::test]
async fn without_a_nonce_of_the_worker_nothing_is_signed() {
    let mut house = House::in_production();
    house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let number = house.submit("alice", &person(1));
    house.later(Duration::from_secs(16 * 60));
    let mut bob = house.browser("bob").await;
    let answer = bob.post(&format!("/ra/dossiers/{number}/approuver"), &[("version", "1")]).await;
    assert!(answer.status == 503 && answer.says("approval-nonce-none"), "{}", answer.body);
}

#[actix_web::test]
async fn an_officer_signs_in_so_often_in_a_minute_and_keeps_nobody_else_out() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let clara = house.key_of("clara", "Clara PETIT", Role::RegistrationOfficer);
    for _ in 0..sign_in::BY_LOGIN {
        let (answer, _) = sign_in_with(&mut Browser::new(house.state.clone()), &bob, ORIGIN).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
    }
    let (refused, _) = sign_in_with(&mut Browser::new(house.state.clone()), &bob, ORIGIN).await;
    assert!(refused.status == 429 && refused.says("sign-in-too-often"), "{}", refused.body);
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    let (answer, _) = sign_in_with(&mut Browser::new(house.state.clone()), &clara, ORIGIN).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    house.later(Duration::from_secs(60));
    let (answer, _) = sign_in_with(&mut Browser::new(house.state.clone()), &bob, ORIGIN).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
}

#[actix_web::test]
async fn what_one_address_sends_to_sign_in_with_a_key_or_to_make_one_is_counted_and_closes_no_way_in_for_cards()
 {
    let house = House::in_production();
    let mut browser = Browser::new(house.state.clone());
    for nth in 0..sign_in::BY_ADDRESS {
        let address = if nth % 2 == 0 { "/ra/sign-in" } else { "/ra/cle" };
        let answer = browser.post(address, &[]).await;
        assert_ne!(answer.status, 429, "{nth}: {}", answer.body);
    }
    for address in ["/ra/sign-in", "/ra/cle"] {
        let answer = browser.post(address, &[]).await;
        assert!(answer.status == 429 && answer.says("sign-in-too-often"), "{address}: {}", answer.body);
    }
    assert_ne!(
        browser.post("/ra/carte", &[]).await.status,
        429,
        "behind a proxy all cards come from one address"
    );
    assert_eq!(browser.get("/ra/sign-in").await.status, 200, "whoever only reads is not counted");
}
