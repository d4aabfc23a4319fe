use actix_web::http::header;
use actix_web::test::TestRequest;
use registration_authority::order::{self, OrderState};

use super::house::{House, person};

#[actix_web::test]
async fn a_form_without_the_token_of_its_session_changes_nothing() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}/retirer");
    let mut bob = house.browser("bob").await;
    let alices = house.browser("alice").await.form_token;
    let own = std::mem::take(&mut bob.form_token);
    for foreign in [String::new(), alices, own[..63].to_owned()] {
        bob.form_token = foreign;
        let answer = bob.post(&address, &[]).await;
        assert_eq!(answer.status, 403);
        assert!(answer.says("form-foreign") && answer.says("rien n’a été modifié"));
    }
    assert_eq!(order::get(&mut house.db, &number).unwrap().state, OrderState::Submitted);
}

#[actix_web::test]
async fn a_form_from_another_site_is_refused_even_with_the_token() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let mut bob = house.browser("bob").await;
    let token = bob.form_token.clone();
    let form = |name: &'static str, value: &'static str| {
        TestRequest::post()
            .uri(&format!("/ra/dossiers/{number}/retirer"))
            .insert_header((header::HOST, "localhost:8443"))
            .insert_header((name, value))
            .set_form([("jeton", &token)])
    };
    for (name, value) in [
        ("origin", "https://elsewhere.example"),
        ("origin", "http://localhost:8443"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        assert_eq!(bob.send(form(name, value)).await.status, 403, "{name}: {value}");
    }
    assert_eq!(bob.send(form("origin", "https://localhost:8443")).await.status, 303);
}

#[actix_web::test]
async fn a_form_that_is_too_large_or_says_a_field_twice_is_refused() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let mut bob = house.browser("bob").await;
    let address = format!("/ra/dossiers/{number}/refuser");
    let large = "a".repeat(64 * 1024);
    let answer = bob.post(&address, &[("version", "1"), ("precision", &large)]).await;
    assert_eq!(answer.status, 422);
    assert!(answer.says("form-unreadable"));
    let answer = bob.post(&address, &[("version", "1"), ("version", "2"), ("motif", "duplicate")]).await;
    assert_eq!(answer.status, 422);
    let answer = bob.post(&address, &[("version", "one"), ("motif", "duplicate")]).await;
    assert_eq!(answer.status, 422);
    assert_eq!(order::get(&mut house.db, &number).unwrap().state, OrderState::Submitted);
}
