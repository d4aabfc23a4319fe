//! Requests for software certificates and renewal plans, decided on their pages by a passkey.

use std::time::Duration;

use ca_core::identity::Identity;
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509Name, X509Req};
use professional_registry::ImportedRegister;
use registration_authority::certificate_request::{
    self, NewCertificateRequest, RequestState, Wanted, structure_names,
};
use registration_authority::officers::Role;
use registration_authority::renewal::{self, PlanStatus};

use super::house::{House, person};
use super::keys::answered;

const STRUCTURE: &str = "F0B0193488";
const NAME: &str = "INSI-AUTO";

fn csr() -> Vec<u8> {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", NAME).unwrap();
    let mut request = X509Req::builder().unwrap();
    request.set_pubkey(&key).unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    request.build().to_der().unwrap()
}

/// A request of the agent, who speaks for its structure, for a name that alice has allowed.
pub(super) fn requested(house: &mut House) -> String {
    requested_by(house, "agent")
}

/// The same, of the agent or of an officer.
pub(super) fn requested_by(house: &mut House, login: &str) -> String {
    house.structure(login);
    let (alice, submitter) = (house.officer("alice"), house.officer(login));
    let House { db, rng, .. } = house;
    let structure = STRUCTURE.parse().unwrap();
    db.write(|db| structure_names::allow(db, &structure, NAME, rng, &alice)).unwrap();
    let (profiles, identity, blocklist) = (Profiles::embedded(), Identity::demo(), Blocklist::default());
    let issuance = IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist };
    let new = NewCertificateRequest {
        profile: "el-org-sign".to_owned(),
        wanted: Wanted::Structure(structure),
        csr: csr(),
    };
    db.write(|db| certificate_request::submit(db, &mut ImportedRegister, issuance, new, rng, &submitter))
        .unwrap()
        .number
}

#[actix_web::test]
async fn a_request_is_approved_with_a_passkey_on_a_page_that_says_for_which_key() {
    let mut house = House::in_production();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let number = requested(&mut house);
    let mut browser = house.browser("bob").await;
    assert!(browser.get("/ra/certificats").await.says(&number));
    let page = browser.get(&format!("/ra/certificats/{number}")).await;
    for text in [&number, NAME, "CLINIQUE FICTIVE DU PORT", "el-org-sign", "Approuver la demande", "autorisé"]
    {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    let address = format!("/ra/certificats/{number}/approuver");
    let ask = browser.post(&address, &[("version", "1")]).await;
    assert!(ask.status == 200 && ask.says("Approuver une demande de certificat logiciel"), "{}", ask.body);
    for text in [&format!("{number}, version 1"), "Empreinte de la clé", "Déposée par", "agent"] {
        assert!(ask.says(text), "{text}: {}", ask.body);
    }
    let state = |house: &mut House| certificate_request::get(&mut house.db, &number).unwrap().state;
    assert_eq!(state(&mut house), RequestState::Submitted, "asking is no decision");
    let done = answered(&mut browser, &address, &ask, &bob, &[("version", "1")]).await;
    assert!(browser.follow(&done).await.says("La demande est approuvée"));
    assert!(matches!(state(&mut house), RequestState::Approved { .. }));
    let again = browser.post(&address, &[("version", "1")]).await;
    let again = answered(&mut browser, &address, &again, &bob, &[("version", "1")]).await;
    assert!(again.status == 409 && again.says("request-not-open"), "{}", again.body);
}

#[actix_web::test]
async fn a_request_is_refused_with_a_reason_and_never_decided_by_whoever_made_it() {
    let mut house = House::new();
    let number = requested(&mut house);
    let mut bob = house.browser("bob").await;
    let address = format!("/ra/certificats/{number}/refuser");
    let bare = bob.post(&address, &[("version", "1")]).await;
    assert!(bare.status == 422 && bare.says("order-reason-missing"), "{}", bare.body);
    let stale = bob.post(&address, &[("version", "7"), ("motif", "key-refused")]).await;
    assert!(stale.status == 409 && stale.says("request-stale-version"), "{}", stale.body);
    assert_eq!(bob.post(&address, &[("version", "1"), ("motif", "key-refused")]).await.status, 303);
    let state = certificate_request::get(&mut house.db, &number).unwrap().state;
    assert!(matches!(state, RequestState::Refused { .. }));
    assert!(bob.get("/ra/certificats").await.says("Aucune demande n’attend de décision."));
}

/// A card that ends in a year. What its chip and the authorities would do is written by hand.
pub(super) fn active_card(house: &mut House) -> String {
    let number = house.card(&person(1)).to_string();
    let ends = house.now().plus(Duration::from_secs(365 * 86_400)).millis();
    for status in ["personalised", "certified", "delivered", "active"] {
        let ended = if status == "personalised" { "NULL".to_owned() } else { ends.to_string() };
        house.sql(&format!(
            "UPDATE cards SET status = '{status}', expires_at = {ended} WHERE number = '{number}'"
        ));
    }
    number
}

#[actix_web::test]
async fn a_renewal_plan_is_approved_with_a_passkey() {
    // A demonstration, where a card can be made; who has a key decides by nothing else there either.
    let mut house = House::new();
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let number = active_card(&mut house);
    let horizon = house.now().plus(Duration::from_secs(40 * 365 * 86_400));
    let act = house.act(store::Actor::Job("renewal"));
    let House { db, rng, .. } = &mut house;
    let plan = renewal::plan(db, &mut ImportedRegister, horizon, rng, &act).unwrap().unwrap().id;
    let mut browser = house.browser("bob").await;
    let page = browser.get("/ra/renouvellements").await;
    assert!(page.says(&plan) && page.says(&number) && page.says("Approuver le plan"), "{}", page.body);
    let address = format!("/ra/renouvellements/{plan}/approuver");
    let ask = browser.post(&address, &[]).await;
    assert!(ask.status == 200 && ask.says("Approuver un plan de renouvellement"), "{}", ask.body);
    assert!(ask.says("Préparé par") && ask.says("job:renewal") && ask.says("Cartes qui expirent avant le"));
    let done = answered(&mut browser, &address, &ask, &bob, &[]).await;
    assert!(browser.follow(&done).await.says("Le plan est approuvé."));
    let after = renewal::get(&mut house.db, &plan).unwrap();
    assert_eq!(after.status, PlanStatus::Approved);
    assert!(browser.get("/ra/renouvellements").await.says("Aucun plan n’attend d’approbation."));
}

/// So many other requests like this one, whose numbers come before it, for this structure.
fn copied(house: &House, number: &str, copies: u32, structure: &str) {
    house.sql("DROP TRIGGER certificate_requests_of_a_structure_are_its_own");
    house.sql(&format!(
        "INSERT INTO certificate_requests (number, version, profile, structure, common_name, dns_names, csr, public_key,
             submitted_by, submitted_at, status, changed_at)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies})
         SELECT printf('CR-2025-%06d', i), version, profile, '{structure}', common_name, dns_names, csr, public_key,
             submitted_by, submitted_at, status, changed_at
         FROM certificate_requests, n WHERE number = '{number}'"
    ));
}

#[actix_web::test]
async fn what_an_officer_may_decide_is_not_behind_what_he_may_not_and_the_list_goes_on() {
    let mut house = House::new();
    let number = requested(&mut house);
    copied(&house, &number, 205, "R102671");
    let mut bob = house.browser("bob").await;
    let first = bob.get("/ra/certificats").await;
    assert!(first.says("CR-2025-000200") && !first.says("CR-2025-000201") && !first.says("masquée"));
    let next = "/ra/certificats?apres=CR-2025-000200";
    assert!(first.body.contains(&format!("rel=\"next\" href=\"{next}\"")), "{}", first.body);
    let second = bob.get(next).await;
    assert!(second.says("CR-2025-000201") && second.says(&number) && !second.body.contains("rel=\"next\""));
    let beyond = bob.get("/ra/certificats?apres=CR-2027-000001").await;
    assert!(beyond.says("Aucune autre demande n’attend de décision."), "{}", beyond.body);

    house.sql("DROP TRIGGER officers_keep_who_they_are");
    house.sql(&format!("UPDATE officers SET scope = 'structure:{STRUCTURE}' WHERE login = 'bob'"));
    let his = bob.get("/ra/certificats").await;
    assert!(his.says(&number) && !his.says("CR-2025-000001"), "{}", his.body);
    assert!(his.says("205 demandes masquées par vos droits"), "{}", his.body);
    house.sql("UPDATE officers SET scope = 'profession:70' WHERE login = 'bob'");
    let none = bob.get("/ra/certificats").await;
    assert!(
        none.says("206 demandes masquées par vos droits"),
        "a structure has no profession: {}",
        none.body
    );
}
