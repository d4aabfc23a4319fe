use actix_web::http::Method;
use actix_web::http::header;
use actix_web::test::TestRequest;

use super::browser::{Browser, request};
use super::house::House;

#[actix_web::test]
async fn every_answer_forbids_foreign_scripts_frames_and_keeping() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    let long = format!("/ra/file?x={}", "a".repeat(3000));
    let answers = [
        (bob.get("/ra/file").await, 200),
        (bob.get("/nowhere").await, 404),
        (bob.send(request(&Method::DELETE, "/ra/file")).await, 405),
        (bob.get(&long).await, 422),
        (bob.post("/ra/nouvelle", &[]).await, 422),
        (Browser::new(house.state.clone()).get("/ra/file").await, 303),
    ];
    for (answer, status) in answers {
        assert_eq!(answer.status, status, "{}", answer.body);
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "require-trusted-types-for 'script'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains("nonce") && !policy.contains('*'));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("strict-transport-security"), "", "not on a demonstration's localhost");
        if status != 303 {
            assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
            assert!(answer.body.contains("<html lang=\"fr\">") && answer.says("DÉMONSTRATION"));
        }
    }
    let production = House::in_production();
    let answer = Browser::new(production.state.clone()).get("/ra/sign-in").await;
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
}

#[actix_web::test]
async fn the_style_sheet_is_sent_once() {
    let house = House::new();
    let mut browser = Browser::new(house.state.clone());
    let sent = browser.get("/assets/app.css").await;
    assert_eq!((sent.status, sent.header("content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(sent.header("cache-control"), "no-cache");
    let tag = sent.header("etag").to_owned();
    let again = TestRequest::get().uri("/assets/app.css").insert_header((header::IF_NONE_MATCH, tag));
    let again = browser.send(again).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(browser.get("/assets/mark.svg").await.header("content-type"), "image/svg+xml");
}
