//! Whose language a page is in, and how it is chosen.

use actix_web::http::header;
use actix_web::test::TestRequest;

use super::browser::{Answer, Browser};
use super::house::House;

async fn asked(house: &House, address: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers
        .iter()
        .fold(TestRequest::get().uri(address), |request, header| request.insert_header(*header));
    Browser::new(house.state.clone()).send(request).await
}

pub(super) fn is_in(answer: &Answer, tag: &str) -> bool {
    let marked = answer.body.contains(&format!("<html lang=\"{tag}\">"));
    assert_eq!(marked, answer.header("content-language") == tag, "{}", answer.body);
    marked
}

#[actix_web::test]
async fn a_page_is_in_the_chosen_language_else_in_what_the_browser_asks_for_else_in_french() {
    let house = House::new();
    for (headers, tag) in [
        (&[][..], "fr"),
        (&[("accept-language", "en-GB,en;q=0.9")], "en"),
        (&[("accept-language", "de, fr;q=0.5, en;q=0.7")], "en"),
        (&[("accept-language", "fr-FR, en;q=0.7")], "fr"),
        (&[("accept-language", "de")], "fr"),
        (&[("accept-language", "de, *")], "fr"),
        (&[("accept-language", "\"")], "fr"),
        (&[("cookie", "__Host-langue=en")], "en"),
        (&[("cookie", "__Host-langue=fr"), ("accept-language", "en")], "fr"),
        (&[("cookie", "__Host-langue=de"), ("accept-language", "en")], "en"),
    ] {
        let answer = asked(&house, "/opposition", headers).await;
        assert!(is_in(&answer, tag), "{headers:?}: {}", answer.body);
        assert_eq!(answer.header("vary"), "accept-language, cookie");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn a_link_chooses_the_language_and_leads_to_the_same_page_without_the_choice() {
    let house = House::new();
    let answer = asked(&house, "/ra/sign-in?fin=1&lang=en", &[]).await;
    assert_eq!((answer.status, answer.leads_to().as_str()), (303, "/ra/sign-in?fin=1"));
    assert_eq!(
        answer.header(header::SET_COOKIE.as_str()),
        "__Host-langue=en; HttpOnly; SameSite=Lax; Secure; Path=/; Max-Age=31536000"
    );
    let answer = asked(&house, "/opposition?lang=fr", &[("accept-language", "en")]).await;
    assert_eq!((answer.status, answer.leads_to().as_str()), (303, "/opposition"));
    for not_a_choice in ["/opposition?lang=de", "/opposition?lang=en&lang=fr", "/opposition?lang"] {
        assert_eq!(asked(&house, not_a_choice, &[]).await.status, 200, "{not_a_choice}");
    }
    for not_ours in ["/nowhere?lang=en", "//elsewhere.example/?lang=en", "/\\elsewhere.example?lang=en"] {
        let answer = asked(&house, not_ours, &[]).await;
        assert_eq!((answer.status, answer.header("set-cookie")), (404, ""), "{not_ours}");
    }
}

#[actix_web::test]
async fn each_page_offers_itself_in_the_other_language() {
    let house = House::new();
    let french = asked(&house, "/ra/sign-in?fin=1", &[]).await;
    let link = "<a href=\"/ra/sign-in?fin=1&#38;lang=en\" lang=\"en\" hreflang=\"en\">English</a>";
    assert!(french.body.contains(link), "{}", french.body);
    let english = asked(&house, "/opposition", &[("accept-language", "en")]).await;
    assert!(
        english.body.contains("<a href=\"/opposition?lang=fr\" lang=\"fr\" hreflang=\"fr\">Français</a>")
    );
    // What answers a form leads to the page of the form.
    let mut browser = Browser::new(house.state.clone());
    let refused = browser.post("/opposition/rappel", &[("numero", "12")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("href=\"/opposition/rappel?lang=en\""), "{}", refused.body);
    let unread = browser.post("/pki/certificat", &[]).await;
    assert!(unread.body.contains("href=\"/pki?lang=en\""), "{}", unread.body);
}

/// An order is a *demande* wherever an officer reads of one, and never a *commande* too.
#[test]
fn one_thing_has_one_word() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/locales/fr");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let of_others = line.replace("ligne de commande", "").replace("caractère de commande", "");
            assert!(!of_others.to_lowercase().contains("commande"), "{}: {line}", path.display());
        }
    }
}
