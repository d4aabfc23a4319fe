use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::http::header;
use actix_web::test::TestRequest;
use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509, X509NameBuilder};
use registration_authority::opposition::{self, Ground};

use super::browser::{Answer, Browser};
use super::house::{House, person};
use super::published::CHAIN;

/// The fields of a form.
type Asked<'a> = &'a [(&'a str, &'a str)];

async fn send(house: &House, request: TestRequest) -> Answer {
    Browser::new(house.state.clone()).send(request).await
}

async fn ask(house: &House, fields: &[(&str, &str)]) -> Answer {
    send(house, TestRequest::post().uri("/pki").set_form(fields)).await
}

/// A file in the field of this name, as a browser sends it.
pub(super) fn upload(field: &str, file: &[u8]) -> TestRequest {
    let mut body = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"mon certificat.cer\"\r\n\
         Content-Type: application/pkix-cert\r\n\r\n"
    )
    .into_bytes();
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--limit--\r\n");
    TestRequest::post()
        .uri("/pki/certificat")
        .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=limit"))
        .set_payload(body)
}

/// A certificate that none of our authorities has signed, DER.
pub(super) fn stranger() -> Vec<u8> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_nid(Nid::COMMONNAME, "stranger.home.arpa").unwrap();
    let name = name.build();
    let mut certificate = X509::builder().unwrap();
    certificate.set_version(2).unwrap();
    certificate
        .set_serial_number(&BigNum::from_u32(0x1D5D_E200).unwrap().to_asn1_integer().unwrap())
        .unwrap();
    certificate.set_subject_name(&name).unwrap();
    certificate.set_issuer_name(&name).unwrap();
    certificate.set_not_before(&Asn1Time::days_from_now(0).unwrap()).unwrap();
    certificate.set_not_after(&Asn1Time::days_from_now(1).unwrap()).unwrap();
    certificate.set_pubkey(&key).unwrap();
    certificate.sign(&key, MessageDigest::sha256()).unwrap();
    certificate.build().to_der().unwrap()
}

/// What is said of a question: the chip and its moment, nothing around it.
fn said(answer: &Answer) -> &str {
    let (_, rest) = answer.body.split_once("role=\"status\"").unwrap_or_else(|| panic!("{}", answer.body));
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
        assert!(!said(&of_opposed).contains(word), "{word}");
    }
    assert!(!of_opposed.body.contains(&opposed.to_string()));
    let of_waiting = ask(&house, &[("carte", &waiting)]).await;
    let of_none = ask(&house, &[("carte", "2699999999")]).await;
    assert!(said(&of_none).contains(">Inconnue<"));
    assert_eq!(of_waiting.body, of_none.body, "nothing tells a card that waits from one that never was");
    assert_eq!(of_waiting.headers.len(), of_none.headers.len());
    assert!(of_none.header("set-cookie").is_empty());
}

#[actix_web::test]
async fn a_question_that_is_none_is_told_its_field_and_the_rule() {
    let house = House::new();
    let long = "A".repeat(20_000);
    let cases: [(Asked, &str, &str); 8] = [
        (&[], "check-one-question", "verifier"),
        (&[("carte", "2600000001"), ("serie", "1D")], "check-one-question", "verifier"),
        (&[("carte", "")], "check-card-number-invalid", "carte"),
        (&[("carte", "<b>12")], "check-card-number-invalid", "carte"),
        (&[("certificat", "-----BEGIN CERTIFICATE-----")], "check-certificate-unreadable", "certificat"),
        (&[("certificat", &long)], "check-certificate-unreadable", "certificat"),
        (&[("serie", "no number"), ("autorite", "ACI-FO-PP")], "check-serial-invalid", "serie"),
        (&[("serie", "1D"), ("autorite", "")], "check-serial-invalid", "autorite"),
    ];
    for (fields, code, field) in cases {
        let answer = ask(&house, fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.says(code) && answer.body.contains(&format!("href=\"#{field}\"")), "{code}");
        assert!(answer.body.contains(&format!("id=\"{field}\"")), "the link leads somewhere: {field}");
        assert_eq!(answer.body.matches("aria-invalid").count(), usize::from(field != "verifier"), "{field}");
        assert!(!answer.body.contains("<b>12") && !answer.body.contains("role=\"status\""));
        // Each case is somebody's first question.
        house.later(Duration::from_secs(60));
    }
}

#[actix_web::test]
async fn a_certificate_is_taken_as_pem_der_or_base64_and_one_of_another_authority_is_unknown() {
    let house = House::new();
    let der = stranger();
    let pem = X509::from_der(&der).unwrap().to_pem().unwrap();
    let base64 = openssl::base64::encode_block(&der);
    for answer in [
        send(&house, upload("fichier", &der)).await,
        send(&house, upload("fichier", &pem)).await,
        ask(&house, &[("certificat", std::str::from_utf8(&pem).unwrap())]).await,
        ask(&house, &[("certificat", &base64)]).await,
    ] {
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert!(said(&answer).contains(">Inconnu<"), "{}", said(&answer));
        assert!(!answer.body.contains("stranger"));
    }
}

#[actix_web::test]
async fn an_uploaded_file_that_is_no_certificate_too_long_or_from_elsewhere_is_refused() {
    let house = House::new();
    let mut long = stranger();
    long.resize(17 * 1024, 0);
    for file in [&b""[..], b"hello", &long, &[0x30, 0x82, 0xFF]] {
        let answer = send(&house, upload("fichier", file)).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        assert!(answer.says("check-certificate-unreadable") && answer.body.contains("href=\"#fichier\""));
    }
    let other_field = send(&house, upload("autre", &stranger())).await;
    assert!(other_field.says("form-unreadable"), "{}", other_field.body);
    let foreign = upload("fichier", &stranger()).insert_header(("sec-fetch-site", "cross-site"));
    let foreign = send(&house, foreign).await;
    assert_eq!(foreign.status, 403);
    let foreign = TestRequest::post().uri("/pki").set_form([("carte", "2600000001")]);
    let foreign = send(&house, foreign.insert_header((header::ORIGIN, "https://other.home.arpa"))).await;
    assert_eq!(foreign.status, 403, "nobody's page asks through its reader's browser");
}

#[actix_web::test]
async fn an_address_that_asks_too_often_is_told_when_to_ask_again() {
    let house = House::new();
    for _ in 0..5 {
        assert_eq!(ask(&house, &[("carte", "2600000001")]).await.status, 200);
        assert_eq!(send(&house, upload("fichier", b"hello")).await.status, 422, "counted, as any question");
    }
    let refused = ask(&house, &[("carte", "2600000001")]).await;
    assert_eq!(refused.status, 429);
    let seconds: i64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds) && refused.says("check-too-often"));
    assert!(refused.says("Trop de vérifications ont été demandées."));
    assert!(!refused.body.contains("role=\"status\""), "no word about the card");
    assert_eq!(send(&house, upload("fichier", &stranger())).await.status, 429);
    house.later(Duration::from_secs(seconds.unsigned_abs()));
    assert_eq!(ask(&house, &[("carte", "2600000001")]).await.status, 200);
    let page = Browser::new(house.state.clone()).get("/pki").await;
    assert_eq!(page.status, 200, "reading is not counted");
}

#[actix_web::test]
async fn however_many_look_what_is_published_is_read_once_a_second_and_never_for_who_is_refused() {
    let house = House::new();
    let listed = || house.listed.load(Ordering::SeqCst);
    let mut browser = Browser::new(house.state.clone());
    for _ in 0..5 {
        assert_eq!(browser.get("/pki").await.status, 200);
        assert_eq!(ask(&house, &[("carte", "2600000001")]).await.status, 200);
    }
    assert_eq!(listed(), 1);
    // Whole minutes later, so that the window of the questions that follow is one.
    house.later(Duration::from_secs(120 - house.now().seconds().rem_euclid(60).unsigned_abs()));
    assert_eq!(browser.get("/pki").await.status, 200);
    for _ in 0..10 {
        ask(&house, &[("carte", "2600000001")]).await;
    }
    assert_eq!(listed(), 2);
    house.later(Duration::from_secs(2));
    assert_eq!(ask(&house, &[("carte", "2600000001")]).await.status, 429);
    assert_eq!(listed(), 2, "nothing is read for a refusal");
    assert_eq!(browser.get("/pki").await.status, 200);
    assert_eq!(listed(), 3);
}

#[actix_web::test]
async fn a_published_file_comes_octet_for_octet_to_be_kept_and_nothing_else_does() {
    let house = House::new();
    let mut browser = Browser::new(house.state.clone());
    let chain = browser.get("/pki/publications/ca/chain.p7b").await;
    assert_eq!((chain.status, chain.octets.as_slice()), (200, CHAIN));
    assert_eq!(chain.header("content-type"), "application/x-pkcs7-certificates");
    assert_eq!(chain.header("content-disposition"), "attachment; filename=\"chain.p7b\"");
    assert_eq!(chain.header("x-content-type-options"), "nosniff");
    for path in ["ca/", "ca/other.p7b", "../igc.toml", "..%2Figc.toml"] {
        let answer = browser.get(&format!("/pki/publications/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.body.contains("lang=\"fr\""));
    }
}

#[actix_web::test]
async fn everybody_reads_what_was_audited_of_accessibility_what_was_not_and_whom_to_write_to() {
    let house = House::new();
    let page = Browser::new(house.state.clone()).get("/accessibilite").await;
    assert_eq!(page.status, 200);
    for text in [
        "déclaré non conforme",
        "axe-core",
        "Aucun essai avec un lecteur d’écran",
        "Schéma pluriannuel",
        "2027",
        "12 rue de l'Exemple, Paris",
        "Défenseur des droits",
    ] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    for public in ["/pki", "/opposition", "/ra/sign-in"] {
        let page = Browser::new(house.state.clone()).get(public).await;
        assert!(
            page.body.contains("<a href=\"/accessibilite\">Accessibilité</a>"),
            "{public}: {}",
            page.body
        );
    }
}
