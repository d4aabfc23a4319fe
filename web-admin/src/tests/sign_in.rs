use std::time::Duration;

use actix_web::http::Method;

use super::browser::{Browser, request};
use super::house::{House, person};
use crate::sessions::IDLE;

#[actix_web::test]
async fn a_link_signs_in_by_one_click_and_once() {
    let mut house = House::new();
    let token = house.link("alice");
    let address = format!("/ra/sign-in?token={token}");
    let mut browser = Browser::new(house.state.clone());
    let answer = browser.get(&address).await;
    assert_eq!((answer.status, answer.leads_to().as_str()), (303, "/"));
    let cookie = answer.header("set-cookie").to_owned();
    for part in ["__Host-igc=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Domain"));
    assert_eq!(browser.get("/").await.leads_to(), "/ra/file");
    assert!(browser.get("/ra/file").await.says("Alice MARTIN"));
    let again = Browser::new(house.state.clone()).get(&address).await;
    assert_eq!(again.status, 403);
    assert!(again.says("sign-in-link-spent") && again.headers.get("set-cookie").is_none());
}

#[actix_web::test]
async fn a_link_past_its_time_signs_nobody_in() {
    let mut house = House::new();
    let token = house.link("alice");
    house.later(Duration::from_secs(60));
    let answer = Browser::new(house.state.clone()).get(&format!("/ra/sign-in?token={token}")).await;
    assert_eq!(answer.status, 403);
}

#[actix_web::test]
async fn a_session_ends_by_itself_after_half_an_hour() {
    let mut house = House::new();
    let mut browser = house.browser("alice").await;
    house.later(IDLE.saturating_sub(Duration::from_secs(1)));
    assert_eq!(browser.get("/ra/file").await.status, 200);
    house.later(IDLE);
    let answer = browser.get("/ra/file").await;
    assert_eq!((answer.status, answer.leads_to().as_str()), (303, "/ra/sign-in"));
}

#[actix_web::test]
async fn signing_out_ends_the_session_also_for_who_kept_the_cookie() {
    let mut house = House::new();
    let mut browser = house.browser("alice").await;
    let kept = browser.cookie.clone();
    let answer = browser.post("/ra/sign-out", &[]).await;
    assert!(browser.follow(&answer).await.says("Vous êtes déconnecté"));
    browser.cookie = kept;
    assert_eq!(browser.get("/ra/file").await.leads_to(), "/ra/sign-in");
}

#[actix_web::test]
async fn an_officer_whose_enrolment_ended_is_out_at_once() {
    let mut house = House::new();
    let mut browser = house.browser("alice").await;
    house.end_enrolment("alice");
    assert_eq!(browser.get("/ra/file").await.leads_to(), "/ra/sign-in");
    let token = house.link("alice");
    assert_eq!(browser.get(&format!("/ra/sign-in?token={token}")).await.status, 403);
}

#[actix_web::test]
async fn every_page_leads_who_is_not_signed_in_to_the_sign_in_page() {
    let mut house = House::new();
    let order = house.submit("alice", &person(1));
    let card = house.card(&person(3));
    let (get, post) = (Method::GET, Method::POST);
    let pages = [
        (&get, "/".to_owned(), 303),
        (&get, "/ra/file".to_owned(), 200),
        (&get, "/ra/nouvelle".to_owned(), 200),
        (&get, format!("/ra/dossiers/{order}"), 200),
        (&get, "/ra/cartes".to_owned(), 200),
        (&get, format!("/ra/cartes/{card}"), 200),
        (&get, "/ra/recepisses/OP-0000000000000000".to_owned(), 404),
        (&post, "/ra/nouvelle".to_owned(), 422),
        (&post, format!("/ra/dossiers/{order}/approuver"), 422),
        (&post, format!("/ra/dossiers/{order}/refuser"), 422),
        (&post, format!("/ra/dossiers/{order}/reprendre"), 422),
        (&post, format!("/ra/cartes/{card}/opposition"), 422),
        (&post, format!("/ra/dossiers/{order}/retirer"), 303),
        (&post, "/ra/sign-out".to_owned(), 303),
    ];
    let mut browser = house.browser("bob").await;
    for (method, address, signed_in) in pages {
        let out = request(method, &address).set_form([("a", "b")]);
        let out = Browser::new(house.state.clone()).send(out).await;
        assert_eq!((out.status, out.leads_to().as_str()), (303, "/ra/sign-in"), "{method} {address}");
        let answer = match *method == Method::POST {
            true => browser.post(&address, &[]).await,
            false => browser.get(&address).await,
        };
        assert_eq!(answer.status, signed_in, "{method} {address}: {}", answer.body);
    }
    let how = Browser::new(house.state.clone()).get("/ra/sign-in").await;
    assert_eq!(how.status, 200);
    assert!(
        how.says("Se connecter avec ma clé de sécurité")
            && how.says("chaque opérateur se connecte aussi par un lien")
    );
}
