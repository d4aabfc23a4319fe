use std::time::Duration;

use actix_web::test::TestRequest;
use registration_authority::opposition::{self, Ground};

use super::browser::{Answer, Browser};
use super::house::{House, person};

async fn ask(house: &House, fields: &[(&str, &str)]) -> Answer {
    Browser::new(house.state.clone()).send(TestRequest::post().uri("/pki").set_form(fields)).await
}

/// What is said of a question: the chip and its moment, nothing around it.
fn said(answer: &Answer) -> &str {
    let (_, rest) = answer.body.split_once("role=\"status\"").expect("an answer");
    rest.split("</div>").next().unwrap()
}

#[actix_web::test]
async fn a_card_in_opposition_is_said_to_be_so_and_one_not_in_use_yet_is_as_unknown_as_none() {
    let mut house = House::new();
    let waiting = house.card(&person(1)).to_string();
    let opposed = house.card(&person(3));
    let act = house.officer("rita");
    opposition::oppose(&mut house.db, &opposed, Ground::Stolen, &mut house.rng, &act).unwrap();
    let of_opposed = ask(&house, &[("carte", &opposed.to_string())]).await;
    assert_eq!(of_opposed.status, 200, "{}", of_opposed.body);
    assert!(said(&of_opposed).contains(">En opposition<"));
    for word in ["vol", "stolen", "DURAND", "MARTIN", "8997", &opposed.to_string()] {
        assert!(!of_opposed.body.contains(word), "{word}");
    }
    let of_waiting = ask(&house, &[("carte", &waiting)]).await;
    let of_none = ask(&house, &[("carte", "2699999999")]).await;
    assert!(said(&of_none).contains(">Inconnu<"));
    assert_eq!(of_waiting.body, of_none.body, "nothing tells a card that waits from one that never was");
}

#[actix_web::test]
async fn a_question_that_is_none_is_told_its_field_and_the_rule() {
    let house = House::new();
    let long = "A".repeat(20_000);
    let cases: [(&[(&str, &str)], &str, &str); 6] = [
        (&[], "check-one-question", "#carte"),
        (&[("carte", "2600000001"), ("serie", "1D")], "check-one-question", "#carte"),
        (&[("carte", "<b>12")], "check-card-number-invalid", "#carte"),
        (&[("certificat", "-----BEGIN CERTIFICATE-----")], "check-certificate-unreadable", "#certificat"),
        (&[("certificat", &long)], "check-certificate-unreadable", "#certificat"),
        (&[("serie", "no number"), ("autorite", "ACI-FO-PP")], "check-serial-invalid", "#serie"),
    ];
    for (fields, code, field) in cases {
        let answer = ask(&house, fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.says(code) && answer.body.contains(&format!("href=\"{field}\"")), "{code}");
        assert!(!answer.body.contains("<b>12"));
    }
}

#[actix_web::test]
async fn an_address_that_asks_too_often_is_told_when_to_ask_again() {
    let house = House::new();
    for _ in 0..10 {
        assert_eq!(ask(&house, &[("carte", "2600000001")]).await.status, 200);
    }
    let refused = ask(&house, &[("carte", "2600000001")]).await;
    assert_eq!(refused.status, 429);
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds) && refused.says("check-too-often"));
    assert!(!refused.body.contains("role=\"status\""), "no word about the card");
    house.later(Duration::from_secs(seconds.unsigned_abs()));
    assert_eq!(ask(&house, &[("carte", "2600000001")]).await.status, 200);
    let page = Browser::new(house.state.clone()).get("/pki").await;
    assert_eq!(page.status, 200, "reading is not counted");
}
