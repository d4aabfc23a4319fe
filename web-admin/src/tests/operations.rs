use std::time::Duration;

use ca_core::job_run::{self, JobOutcome};
use ca_core::signer::process::LedgerKind;
use ca_core::signer_standing::{self, SignerStanding, TokenStanding};
use store::{Timestamp, fault};

use super::house::House;
use crate::{Expiry, ExpiryKind, OcspFigures, Urgency};

#[actix_web::test]
async fn how_the_installation_works_is_read_by_administrator_and_auditor() {
    let mut house = House::new();
    for login in ["admin", "audrey"] {
        let page = house.browser(login).await.get("/ra/exploitation").await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(page.says("Aucune liste n’a encore été émise."));
        assert!(
            page.body.contains("href=\"/ra/exploitation\" data-sequence=\"g d\" aria-current=\"page\""),
            "{}",
            page.body
        );
    }
    let refused = house.browser("bob").await.get("/ra/exploitation").await;
    assert_eq!(refused.status, 403);
    assert!(!refused.body.contains("href=\"/ra/exploitation\""));
}

#[actix_web::test]
async fn a_job_that_fails_and_one_that_is_silent_are_named_at_the_top_and_in_their_row() {
    let mut house = House::new();
    let mut browser = house.browser("admin").await;
    let at = house.now();
    let ran = |house: &mut House, at: Timestamp, outcome| {
        job_run::record(&mut house.db, "publication", at, Duration::from_millis(40), outcome).unwrap();
    };
    ran(&mut house, at, JobOutcome::Done);
    let page = browser.get("/ra/exploitation").await;
    assert!(page.says("Publie ce qui est dû : listes de révocation") && page.says("Fait"), "{}", page.body);
    assert!(!page.body.contains("href=\"#travaux\""), "{}", page.body);
    ran(&mut house, at, JobOutcome::Failed(fault::DATABASE));
    let page = browser.get("/ra/exploitation").await;
    assert!(page.says("A échoué") && page.body.contains(fault::DATABASE.name), "{}", page.body);
    assert!(page.body.contains("href=\"#travaux\""), "{}", page.body);
    ran(&mut house, at, JobOutcome::Done);
    house.later(Duration::from_secs(300));
    assert!(browser.get("/ra/exploitation").await.says("Ne rend plus compte"));
}

#[actix_web::test]
async fn the_rate_is_what_the_status_role_counted_and_where_none_answers_the_page_says_so() {
    let mut house = House::new();
    let mut browser = house.browser("admin").await;
    let page = browser.get("/ra/exploitation").await;
    assert!(page.says("Aucun rôle « statut » ne répond sur cette machine."), "{}", page.body);
    let at = house.now();
    *house.figures.lock().unwrap() = Some(OcspFigures {
        log_read_at: Some(at),
        from_memory: 1234,
        by_signing: 7,
        by_minute: vec![(at.minus(Duration::from_secs(120)), 40), (at.minus(Duration::from_secs(60)), 20)],
        signer: None,
    });
    let page = browser.get("/ra/exploitation").await;
    assert!(
        page.says("1 234") && page.says("60 réponses en 2 min, 40 au plus en une minute."),
        "{}",
        page.body
    );
    assert!(page.body.contains("<rect x=\"11\" y=\"50\" width=\"8\" height=\"50\"/>"), "{}", page.body);
    assert!(page.says("<td class=\"count\">20</td>"), "the same figures in the table");
    house.later(Duration::from_secs(11));
    assert!(
        browser.get("/ra/exploitation").await.body.contains("href=\"#ocsp\""),
        "it reads the log no more"
    );
}

#[actix_web::test]
async fn that_no_code_is_mailed_any_more_is_said_for_an_hour_with_what_still_works() {
    let mut house = House::new();
    let mut browser = house.browser("admin").await;
    let said = "Le budget horaire des codes à usage unique est épuisé";
    assert!(!browser.get("/ra/exploitation").await.says(said));
    house.sql(&format!("INSERT INTO one_time_budget VALUES (1, {})", house.now().millis()));
    house.later(Duration::from_secs(3599));
    let page = house.browser("admin").await.get("/ra/exploitation").await;
    assert!(page.says(said) && page.says("Le code de son courrier"), "{}", page.body);
    assert!(page.body.contains("href=\"#avis\""), "it is named at the top: {}", page.body);
    house.later(Duration::from_secs(1));
    let page = house.browser("admin").await.get("/ra/exploitation").await;
    assert!(!page.says(said), "{}", page.body);
}

#[actix_web::test]
async fn the_hsm_is_told_of_by_who_asks_it_and_a_token_that_does_not_answer_is_named_at_the_top() {
    let mut house = House::new();
    let mut browser = house.browser("admin").await;
    let page = browser.get("/ra/exploitation").await;
    assert!(page.says("Aucun processus signataire n’a encore rendu compte."), "{}", page.body);
    let at = house.now();
    let standing = |trouble: Option<&str>| SignerStanding {
        since: at.minus(Duration::from_secs(7200)),
        starts: 3,
        signatures: 1234,
        last_signed_at: Some(at.minus(Duration::from_secs(180))),
        waits: Some((Duration::from_micros(950), Duration::from_millis(20))),
        told_at: at,
        tokens: vec![TokenStanding {
            token: "issuing".to_owned(),
            asked_at: at,
            trouble: trouble.map(|code| (code.to_owned(), at.minus(Duration::from_secs(600)))),
        }],
    };
    signer_standing::record(&mut house.db, LedgerKind::Issuing, &standing(None)).unwrap();
    let page = browser.get("/ra/exploitation").await;
    let hsm = section(&page.body, "hsm");
    for text in ["0,9\u{a0}ms", "20\u{a0}ms", "3\u{a0}min", "1\u{202f}234", ">2</td>", "Répond<"] {
        assert!(hsm.contains(text), "{text}: {hsm}");
    }
    assert!(!page.body.contains("href=\"#hsm\""), "{hsm}");
    signer_standing::record(&mut house.db, LedgerKind::Issuing, &standing(Some("signer-unavailable")))
        .unwrap();
    let page = browser.get("/ra/exploitation").await;
    let hsm = section(&page.body, "hsm");
    assert!(hsm.contains("Ne répond pas comme il doit") && hsm.contains("signer-unavailable"), "{hsm}");
    assert!(hsm.contains("depuis 10\u{a0}min") && page.body.contains("href=\"#hsm\""), "{hsm}");
}

#[actix_web::test]
async fn long_work_says_how_much_of_what_should_be_is_since_when_and_what_came_of_it_last() {
    let mut house = House::new();
    let mut browser = house.browser("admin").await;
    let page = browser.get("/ra/exploitation").await;
    let works = section(&page.body, "avancement");
    assert!(works.contains("200\u{a0}lignes") || works.contains("200 lignes"), "{works}");
    assert!(works.contains("<progress max=\"18\" value=\"12\"") && works.contains("12 sur 18"), "{works}");
    assert!(works.contains("Rien à faire"), "{works}");
    // One of which a line names nobody that can be read.
    house.sql(&format!(
        "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, \
         rows_rejected, writes, rows_in_file) SELECT '{}', source, 'muet.txt', extracted_at + 1, imported_at, \
         'complete', 98, 200, 1, 1, 200 FROM register_feeds",
        "e".repeat(64)
    ));
    let works = section(&browser.get("/ra/exploitation").await.body, "avancement").to_owned();
    assert!(works.contains("muet.txt") && works.contains("Ne dit pas qui est parti"), "{works}");
    // An import that was begun, and is at its fiftieth line of two hundred.
    house.sql(&format!(
        "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read, \
         rows_rejected, writes, rows_in_file) SELECT '{}', source, 'en-cours.txt', extracted_at + 1, imported_at, \
         'importing', 99, 50, 0, 1, 200 FROM register_feeds WHERE sequence = 98",
        "f".repeat(64)
    ));
    house.later(Duration::from_secs(1200));
    let page = browser.get("/ra/exploitation").await;
    let works = section(&page.body, "avancement");
    assert!(
        works.contains("<progress max=\"200\" value=\"50\"") && works.contains("en-cours.txt"),
        "{works}"
    );
    assert!(works.contains("En cours") && works.contains("20\u{a0}min"), "{works}");
}

/// A section of the page, by its anchor.
fn section<'a>(page: &'a str, anchor: &str) -> &'a str {
    let rest = page.split_once(&format!("aria-labelledby=\"{anchor}\"")).expect("it stands there").1;
    rest.split_once("</section>").expect("it ends").0
}

#[actix_web::test]
async fn neither_the_recipient_of_a_notice_nor_what_it_is_about_is_shown() {
    let mut house = House::new();
    let holder = super::house::person(1);
    house.card(&holder);
    let page = house.browser("admin").await.get("/ra/exploitation").await;
    assert!(page.says("En attente d’envoi"));
    assert!(!page.body.contains(&holder.to_string()) && !page.body.contains("CO-20"), "{}", page.body);
}

#[actix_web::test]
async fn the_diagnostic_page_tells_every_finding_and_a_text_to_copy_that_names_nobody() {
    let mut house = House::new();
    let page = house.browser("admin").await.get("/ra/diagnostic").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.says("1 point à traiter, 1 à surveiller."), "{}", page.body);
    assert!(page.says("Listes de révocation publiées") && page.says("L’opérateur nommé"), "{}", page.body);
    assert!(!page.body.contains("<SCRIPT>"), "{}", page.body);
    let (table, text) = page.body.split_once("<textarea").unwrap();
    assert!(table.contains("in the name of bob"));
    assert!(text.contains("[WARNING] decisions") && !text.contains("bob"), "{text}");
    assert_eq!(house.browser("rita").await.get("/ra/diagnostic").await.status, 403);
}

#[actix_web::test]
async fn what_ends_is_listed_soonest_first_and_what_is_urgent_is_named_at_the_top() {
    let mut house = House::new();
    let now = house.state.now();
    let ending = |kind, name: &str, days: u64, urgency| Expiry {
        kind,
        name: name.to_owned(),
        ends_at: Some(now.plus(Duration::from_secs(days * 86_400))),
        urgency,
    };
    let unread = Expiry { ends_at: None, ..ending(ExpiryKind::Listener, "web.pem", 0, Urgency::Alarm) };
    let well = ending(ExpiryKind::Authority, "ACI-FO-PP", 2000, Urgency::Well);
    *house.expiries.lock().unwrap() = vec![well.clone()];
    let mut admin = house.browser("admin").await;
    let page = admin.get("/ra/exploitation").await;
    assert!(!page.body.contains("href=\"#echeances-certificats\""), "{}", page.body);
    let soon = ending(ExpiryKind::Officer, "rita", 12, Urgency::Warning);
    let followed = ending(ExpiryKind::FollowedAuthority, "ACI-EL-ORG", 3000, Urgency::Well);
    *house.expiries.lock().unwrap() = vec![unread, soon, well, followed];
    let page = admin.get("/ra/exploitation").await;
    assert!(page.body.contains("href=\"#echeances-certificats\""), "{}", page.body);
    let (_, listed) = page.body.split_once("id=\"echeances-certificats\"").unwrap();
    let places = ["web.pem", "rita", "ACI-FO-PP", "ACI-EL-ORG"].map(|name| listed.find(name).expect(name));
    assert!(places.is_sorted(), "{listed}");
    for told in [
        "illisible, ou absent",
        "Carte d’un opérateur",
        "12 j",
        "Autorité de certification, génération remplacée",
    ] {
        assert!(page.says(told), "{told}: {listed}");
    }
}
