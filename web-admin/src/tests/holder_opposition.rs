use actix_web::test::TestRequest;
use std::time::Duration;

use ca_core::signer::{KeyReference, Signer, SignerError, SigningRequest};
use registration_authority::opposition::by_code::{CodePolicy, answer_waiting};
use registration_authority::opposition::one_time::send::{Settled, settle_next};
use registration_authority::opposition::{declaration, one_time, ticket};

use super::browser::{Answer, Browser};
use super::house::{House, person, rpps};
use crate::pages::holder_opposition::{CALL_BACKS_BY_ALL, CODES_BY_ALL};
use crate::throttle::OppositionLimits;

const CODE: &str = "7K3M-9QXD-T5AB-WE2R";

/// The fields of a form.
type Form<'a> = &'a [(&'a str, &'a str)];

async fn get(house: &House, path: &str) -> Answer {
    Browser::new(house.state.clone()).send(TestRequest::get().uri(path)).await
}

async fn post(house: &House, path: &str, form: Form<'_>) -> Answer {
    Browser::new(house.state.clone()).send(TestRequest::post().uri(path).set_form(form)).await
}

/// Declares with a code; where its answer stands.
async fn declare(house: &House, number: &str, code: &str) -> String {
    let form = [("numero", number), ("motif", "lost"), ("code", code), ("definitif", "oui")];
    let answer = post(house, "/opposition/declaration", &form).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    answer.leads_to()
}

#[actix_web::test]
async fn the_page_needs_neither_a_script_nor_a_login_and_asks_before_it_does_anything() {
    let mut house = House::new();
    let page = get(&house, "/opposition").await;
    assert_eq!(page.status, 200);
    assert!(
        !page.body.contains("<script")
            && page.says("Recevoir un code par courriel")
            && page.says("Être rappelé"),
        "{}",
        page.body
    );
    for ground in
        ["lost", "stolen", "codes-disclosed", "card-not-received", "codes-not-received", "defective"]
    {
        let offered = page.body.matches(&format!("name=\"motif\" value=\"{ground}\"")).count();
        assert_eq!(offered, 2, "{ground}: with a code, and without");
    }
    let form = [("numero", "26 1234 5678"), ("motif", "stolen"), ("code", "7k3m 9qxd t5ab we2r")];
    let page = post(&house, "/opposition", &form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for text in
        ["Votre carte sera bloquée immédiatement. C’est définitif.", "Carte volée", "2612345678", CODE]
    {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(declaration::oldest_waiting(&mut house.db).unwrap(), None, "nothing was declared yet");
    let unconfirmed = [("numero", "2612345678"), ("motif", "stolen"), ("code", CODE)];
    assert_eq!(post(&house, "/opposition/declaration", &unconfirmed).await.status, 422);
    assert_eq!(declaration::oldest_waiting(&mut house.db).unwrap(), None);
}

/// No card has a code here: the worker needs no key to say so.
struct NoKeys;

impl Signer for NoKeys {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        Err(SignerError::NoSuchKey { key: request.key.clone(), found: 0 })
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        Err(SignerError::NoSuchKey { key: key.clone(), found: 0 })
    }
}

/// What the worker does.
fn answer(house: &mut House) {
    let policy = CodePolicy { failures: 5, lock: Duration::from_secs(600) };
    let act = house.act(store::Actor::Job("holder-declarations"));
    let done = answer_waiting(&mut house.db, &mut NoKeys, policy, 10, &mut house.rng, &act).unwrap();
    assert_eq!((done.not_recognised, done.failed.len()), (1, 0));
}

#[actix_web::test]
async fn a_declaration_waits_for_the_worker_and_then_says_what_became_of_it() {
    let mut house = House::new();
    let address = declare(&house, "2612345678", CODE).await;
    let page = get(&house, &address).await;
    assert!(page.says("Vérification en cours") && page.says("Actualiser"), "{}", page.body);
    assert_eq!(page.header("refresh"), "2");
    answer(&mut house);
    let page = get(&house, &address).await;
    assert!(page.says("Aucune carte n’a été mise en opposition."), "{}", page.body);
    assert_eq!(page.header("refresh"), "", "it is loaded no more");
    assert_eq!(get(&house, "/opposition/declaration/0123456789abcdef0123456789abcdef").await.status, 404);
}

#[actix_web::test]
async fn the_words_are_the_same_whether_a_card_exists_or_not() {
    let mut house = House::new();
    let card = house.card(&person(1)).to_string();
    let mut pages = Vec::new();
    for number in [card.as_str(), "2698765432", &rpps(1)] {
        let address = declare(&house, number, CODE).await;
        let waits = get(&house, &address).await.body;
        answer(&mut house);
        let answered = get(&house, &address).await.body;
        let noted = post(&house, "/opposition/rappel", &[("numero", number), ("motif", "lost")]).await;
        assert_eq!((noted.status, noted.leads_to().as_str()), (303, "/opposition/rappel"));
        let id = address.rsplit('/').next().unwrap();
        pages.push([waits.replace(id, "ID"), answered.replace(id, "ID")]);
    }
    assert_eq!(pages[0], pages[1]);
    assert_eq!(pages[0], pages[2]);
    assert!(pages[0][1].contains("Code non reconnu"), "{}", pages[0][1]);
    let act = house.officer("rita");
    assert_eq!(ticket::list(&mut house.db, 10, &act).unwrap().len(), 3);
    assert!(get(&house, "/opposition/rappel").await.says("Si une carte correspond à ce numéro"));
}

#[actix_web::test]
async fn what_is_wrong_is_said_beside_its_field_and_a_code_is_never_written_back() {
    let house = House::new();
    let form = [("numero", "12"), ("motif", "sanction"), ("code", "7K3M-9QXD-T5AB-WE2")];
    let page = post(&house, "/opposition", &form).await;
    assert_eq!(page.status, 422);
    for text in ["erreur-numero", "erreur-code", "erreur-motif", "value=\"12\""] {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains("7K3M") && !page.body.contains("erreur-numero-rappel"), "{}", page.body);
    let page = post(&house, "/opposition/rappel", &[("numero", "12")]).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("erreur-numero-rappel") && page.body.contains("erreur-motif-rappel"));
    let foreign = TestRequest::post()
        .uri("/opposition/rappel")
        .insert_header(("sec-fetch-site", "cross-site"))
        .set_form([("numero", "2612345678"), ("motif", "lost")]);
    assert_eq!(Browser::new(house.state.clone()).send(foreign).await.status, 403);
}

/// What is sent to `path` from this address.
fn from(host: &str, path: &str, form: Form<'_>) -> TestRequest {
    TestRequest::post().uri(path).peer_addr(format!("{host}:1000").parse().unwrap()).set_form(form)
}

const CALL_BACK: Form<'_> = &[("numero", "2612345678"), ("motif", "lost")];

#[actix_web::test]
async fn an_address_that_declares_too_often_waits_and_the_others_do_not() {
    let house = House::new();
    let mut browser = Browser::new(house.state.clone());
    let with_code = [CALL_BACK, &[("code", CODE), ("definitif", "oui")]].concat();
    let limits = OppositionLimits::default();
    for (path, form, allowed) in [
        ("/opposition/rappel", CALL_BACK, limits.call_backs),
        ("/opposition/declaration", with_code.as_slice(), limits.declarations),
    ] {
        for _ in 0..allowed {
            assert_eq!(browser.send(from("192.0.2.1", path, form)).await.status, 303, "{path}");
        }
        let refused = browser.send(from("192.0.2.1", path, form)).await;
        assert_eq!(refused.status, 429, "{path}");
        assert!(refused.says("Trop de déclarations") && !refused.header("retry-after").is_empty());
        assert_eq!(browser.send(from("192.0.2.2", path, form)).await.status, 303, "{path}");
    }
}

#[actix_web::test]
async fn a_flood_without_codes_leaves_the_way_with_a_code_open() {
    let mut house = House::new();
    let mut browser = Browser::new(house.state.clone());
    for host in 0..CALL_BACKS_BY_ALL {
        let address = format!("10.0.{}.{}", host / 250, host % 250);
        assert_eq!(browser.send(from(&address, "/opposition/rappel", CALL_BACK)).await.status, 303);
    }
    let refused = browser.send(from("198.51.100.1", "/opposition/rappel", CALL_BACK)).await;
    assert_eq!(refused.status, 429, "of all together");
    let with_code = [CALL_BACK, &[("code", CODE), ("definitif", "oui")]].concat();
    // From a new address, and from the very one that was refused.
    for address in ["198.51.100.2", "198.51.100.1"] {
        let declared = browser.send(from(address, "/opposition/declaration", &with_code)).await;
        assert_eq!(declared.status, 303, "{}", declared.body);
        answer(&mut house);
    }
    // Nor have those who declare with a code a bound that they could use up for each other.
    for host in 0..2 * CALL_BACKS_BY_ALL {
        let address = format!("10.1.{}.{}", host / 250, host % 250);
        let declared = browser.send(from(&address, "/opposition/declaration", &with_code)).await;
        assert_eq!(declared.status, 303, "{host}: {}", declared.body);
    }
}

#[actix_web::test]
async fn a_one_time_code_is_asked_for_by_a_number_and_its_page_asks_before_it_does_anything() {
    let mut house = House::new();
    let refused = post(&house, "/opposition/code-unique", &[("numero", "12")]).await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("erreur-numero-courriel") && !refused.body.contains("erreur-numero-rappel")
    );
    let asked = post(&house, "/opposition/code-unique", &[("numero", "26 1234 5678")]).await;
    assert_eq!(asked.status, 303);
    let address = asked.leads_to();
    let page = get(&house, &address).await;
    assert_eq!((page.status, page.header("cache-control")), (200, "no-store"));
    assert!(
        page.says("Si une carte en service correspond à ce numéro") && !page.body.contains("<script"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("2612345678"), "the address is all that the page knows");

    let wrong = post(&house, &address, &[("code", "1234 567")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("erreur-code") && wrong.body.contains("erreur-motif"), "{}", wrong.body);
    assert!(!wrong.body.contains("1234 567"), "a code is never written back");
    let form = [("motif", "stolen"), ("code", "12345678")];
    let confirmation = post(&house, &address, &form).await;
    assert_eq!(confirmation.status, 200);
    for text in ["C’est définitif.", "Carte volée", "Celle dont le courriel donne le code"] {
        assert!(confirmation.says(text), "{text}: {}", confirmation.body);
    }
    assert!(confirmation.body.contains(&format!("action=\"{address}\"")), "{}", confirmation.body);
    assert_eq!(declaration::oldest_waiting(&mut house.db).unwrap(), None, "it was not confirmed");

    let act = house.act(store::Actor::Job("one-time-codes"));
    let settled = settle_next(&mut house.db, &mut NoKeys, None, &mut house.rng, &act).unwrap();
    assert_eq!(settled, Some(Settled::NoMail));
    let done = post(&house, &address, &[&form[..], &[("definitif", "oui")]].concat()).await;
    assert_eq!(done.status, 303, "{}", done.body);
    answer(&mut house);
    assert!(get(&house, &done.leads_to()).await.says("Aucune carte n’a été mise en opposition."));
    for nowhere in ["0123", &"0".repeat(32)] {
        let declaration = format!("/opposition/code-unique/{nowhere}");
        let form = [("motif", "lost"), ("code", "12345678"), ("definitif", "oui")];
        let unknown = post(&house, &declaration, &form).await;
        assert!(unknown.status == 404 && unknown.says("one-time-request-unknown"), "{}", unknown.body);
    }
}

#[actix_web::test]
async fn who_asks_for_codes_too_often_waits_and_everybody_together_too() {
    let mut house = House::new();
    let path = "/opposition/code-unique";
    let form: Form<'_> = &[("numero", "2612345678")];
    let allowed = OppositionLimits::default().codes;
    let mut browser = Browser::new(house.state.clone());
    for _ in 0..allowed {
        assert_eq!(browser.send(from("192.0.2.1", path, form)).await.status, 303);
    }
    let refused = browser.send(from("192.0.2.1", path, form)).await;
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains("erreur-numero-courriel") && !refused.header("retry-after").is_empty());
    for host in 0..CODES_BY_ALL - u32::from(allowed) {
        assert_eq!(browser.send(from(&format!("10.0.0.{host}"), path, form)).await.status, 303);
    }
    assert_eq!(browser.send(from("198.51.100.1", path, form)).await.status, 429, "of all together");
    assert!(one_time::oldest_waiting(&mut house.db).unwrap().is_some());
}
