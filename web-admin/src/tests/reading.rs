use std::time::Duration;

use super::house::{HOSTILE, House, person};

#[actix_web::test]
async fn a_name_that_is_code_is_shown_as_text() {
    let mut house = House::new();
    let number = house.submit("alice", &person(2));
    let card = house.card(&person(2 + 1));
    let mut bob = house.browser("bob").await;
    let pages = ["/ra/file".to_owned(), format!("/ra/dossiers/{number}"), format!("/ra/cartes/{card}")];
    for address in &pages {
        let page = bob.get(address).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.to_lowercase().contains("<script>"), "{address}: {}", page.body);
    }
    assert!(bob.get(&pages[1]).await.body.contains("&#60;SCRIPT&#62;ALERT(1)&#60;/SCRIPT&#62;"));
    let seen = [("version", "9"), ("vu-nom", HOSTILE)];
    let stale = bob.post(&format!("/ra/dossiers/{number}/approuver"), &seen).await;
    assert_eq!(stale.status, 412);
    assert!(!stale.body.to_lowercase().contains("<script>"));
    let searched = bob.get("/ra/cartes?numero=%3Cscript%3E").await;
    assert_eq!(searched.status, 422);
    assert!(!searched.body.contains("<script>"));
}

#[actix_web::test]
async fn the_queue_goes_on_page_after_page_and_loses_nobody() {
    let mut house = House::new();
    let mut submitted = Vec::new();
    for one in 3..=57 {
        submitted.push(house.submit("alice", &person(one)));
        house.later(Duration::from_millis(one as u64 % 2));
    }
    let mut bob = house.browser("bob").await;
    let first = bob.get("/ra/file").await;
    assert!(first.body.contains("<span class=\"count\">(55)</span>"));
    let (_, rest) = first.body.split_once("rel=\"next\" href=\"").expect("a next page");
    let next = rest.split('"').next().unwrap().replace("&amp;", "&");
    let second = bob.get(&next).await;
    assert!(!second.body.contains("rel=\"next\""));
    for number in &submitted {
        let link = format!("/ra/dossiers/{number}?statut=a-verifier\"");
        assert_eq!(first.body.matches(&link).count() + second.body.matches(&link).count(), 1, "{number}");
    }
    assert_eq!(first.body.matches("role=\"rowheader\"").count(), 50);
    house.approve_fully(&submitted[0]);
    let approved = bob.get("/ra/file?statut=approuvees").await;
    assert!(approved.body.contains(&submitted[0]) && approved.says("<title>File – Approuvées – AE</title>"));
}

#[actix_web::test]
async fn an_address_that_makes_no_sense_shows_the_first_page_or_says_that_there_is_none() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    for address in ["/ra/file?statut=rien", "/ra/file?apres=x.y", "/ra/file?apres=9999999999999999999.CO-1"] {
        assert_eq!(bob.get(address).await.status, 200, "{address}");
    }
    for address in [
        "/ra/dossiers/CO-2026-999999",
        "/ra/dossiers/%27%20OR%201",
        "/ra/dossiers/%FF",
        "/ra/cartes/12",
        "/ra/cartes/2699999999",
    ] {
        let page = bob.get(address).await;
        assert_eq!(page.status, 404, "{address}");
        assert!(page.says("Introuvable") && page.says("Bob BERNARD"));
    }
}

#[actix_web::test]
async fn each_role_reads_what_its_work_needs() {
    let mut house = House::new();
    let own = house.submit("agent", &person(1));
    let other = house.submit("alice", &person(3));
    let cases = [
        ("alice", 200, 200, 200),
        ("rita", 200, 200, 200),
        ("audrey", 200, 200, 200),
        ("agent", 403, 200, 403),
        ("admin", 403, 403, 403),
    ];
    for (login, queue, agents, alices) in cases {
        let mut browser = house.browser(login).await;
        assert_eq!(browser.get("/ra/file").await.status, queue, "{login}");
        assert_eq!(browser.get("/ra/cartes").await.status, queue, "{login}");
        let page = browser.get(&format!("/ra/dossiers/{own}")).await;
        assert_eq!(page.status, agents, "{login}");
        assert_eq!(page.body.contains("/approuver"), login == "alice", "{login}");
        assert_eq!(browser.get(&format!("/ra/dossiers/{other}")).await.status, alices, "{login}");
    }
    let mut agent = house.browser("agent").await;
    assert_eq!(agent.post(&format!("/ra/dossiers/{other}/retirer"), &[]).await.status, 403);
    assert_eq!(agent.post(&format!("/ra/dossiers/{own}/retirer"), &[]).await.status, 303);
    let mut rita = house.browser("rita").await;
    let answer = rita.post(&format!("/ra/dossiers/{other}/approuver"), &[("version", "1")]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.says("officer-role-missing"));
}
