//! An officer's own sessions: he sees them, ends the others, keeps his own, and the trail says who came and went.

use std::time::Duration;

use store::audit::search::{self, Filter};

use super::house::House;
use crate::sessions::{ABSOLUTE, BY_LOGIN, IDLE};

/// What the trail says of who came and went, oldest first: action and actor.
fn came_and_went(house: &mut House) -> Vec<(String, String)> {
    let found = search::page(&mut house.db, &Filter::default(), None, 100).unwrap();
    let told = ["officer.signed-in", "officer.signed-out", "officer.session-ended"];
    let events = found.events.into_iter().rev().filter(|event| told.contains(&event.action.as_str()));
    events.map(|event| (event.action, event.actor)).collect()
}

#[actix_web::test]
async fn an_officer_ends_his_other_sessions_and_their_cookies_open_nothing_any_more() {
    let mut house = House::new();
    let (mut left, mut here) = (house.browser("bob").await, house.browser("bob").await);
    let mut alice = house.browser("alice").await;
    let page = here.get("/ra/sessions").await;
    assert_eq!(page.body.matches("scope=\"row\"").count(), 2, "his two, and not alice's: {}", page.body);
    assert_eq!(page.body.matches("<strong>Celle-ci</strong>").count(), 1);
    let id =
        page.body.split("name=\"session\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let one = alice.post("/ra/sessions/fermer", &[("session", &id)]).await;
    assert!(
        alice.follow(&one).await.says("Aucune autre session n’était ouverte."),
        "another's is not hers to end"
    );
    assert_eq!(left.get("/ra/file").await.status, 200);

    let one = here.post("/ra/sessions/fermer", &[("session", &id)]).await;
    assert!(here.follow(&one).await.says("1 session fermée."));
    assert_eq!(left.get("/ra/file").await.leads_to(), "/ra/sign-in");
    let (mut second, mut third) = (house.browser("bob").await, house.browser("bob").await);
    let all = here.post("/ra/sessions/fermer", &[("session", "autres")]).await;
    assert!(here.follow(&all).await.says("2 sessions fermées."));
    for ended in [&mut second, &mut third] {
        assert_eq!(ended.get("/ra/file").await.leads_to(), "/ra/sign-in");
        assert_eq!(ended.post("/ra/sessions/prolonger", &[]).await.leads_to(), "/ra/sign-in");
    }
    assert_eq!(here.get("/ra/file").await.status, 200, "the one that he sits at stays");
    assert_eq!(alice.get("/ra/file").await.status, 200);
    let told = came_and_went(&mut house);
    let ended =
        told.iter().filter(|(action, actor)| action == "officer.session-ended" && actor == "officer:bob");
    assert_eq!(ended.count(), 3, "{told:?}");
}

#[actix_web::test]
async fn the_trail_says_who_signed_in_by_what_and_who_signed_out() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    // Events of one millisecond have no order.
    house.later(Duration::from_secs(1));
    bob.post("/ra/sign-out", &[]).await;
    let told = came_and_went(&mut house);
    let bobs = |action: &str| (action.to_owned(), "officer:bob".to_owned());
    assert_eq!(told, [bobs("officer.signed-in"), bobs("officer.signed-out")]);
    // A link that signs nobody in leaves nothing.
    let spent = bob.get("/ra/sign-in?token=00").await;
    assert_eq!((spent.status, came_and_went(&mut house).len()), (403, 2));
}

/// The trail takes no event until `WRITTEN` is run.
const NOT_WRITTEN: &str = "CREATE TRIGGER not_written BEFORE INSERT ON audit_pending \
                           BEGIN SELECT RAISE(ABORT, 'not written'); END";
const WRITTEN: &str = "DROP TRIGGER not_written";

#[actix_web::test]
async fn another_session_whose_end_cannot_be_written_down_does_not_end() {
    let mut house = House::new();
    let (mut left, mut here) = (house.browser("bob").await, house.browser("bob").await);
    house.sql(NOT_WRITTEN);
    assert_eq!(here.post("/ra/sessions/fermer", &[("session", "autres")]).await.status, 500);
    assert_eq!(left.get("/ra/file").await.status, 200);
    house.sql(WRITTEN);
    let all = here.post("/ra/sessions/fermer", &[("session", "autres")]).await;
    assert!(here.follow(&all).await.says("1 session fermée."));
    assert_eq!(left.get("/ra/file").await.leads_to(), "/ra/sign-in");
    let ended = came_and_went(&mut house);
    assert_eq!(ended.iter().filter(|(action, _)| action == "officer.session-ended").count(), 1, "{ended:?}");
}

#[actix_web::test]
async fn a_session_that_ended_by_its_time_is_ended_by_nobody() {
    let mut house = House::new();
    let _left = house.browser("bob").await;
    house.later(IDLE);
    let mut here = house.browser("bob").await;
    let all = here.post("/ra/sessions/fermer", &[("session", "autres")]).await;
    assert!(here.follow(&all).await.says("Aucune autre session n’était ouverte."));
}

#[actix_web::test]
async fn who_signs_out_is_out_even_where_that_cannot_be_written_down() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    house.sql(NOT_WRITTEN);
    assert_eq!(bob.post("/ra/sign-out", &[]).await.status, 500);
    assert_eq!(bob.get("/ra/file").await.leads_to(), "/ra/sign-in");
}

#[actix_web::test]
async fn a_session_is_kept_by_asking_for_it_and_never_beyond_its_longest_time() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    let step = IDLE.saturating_sub(Duration::from_secs(60));
    let mut lived = Duration::ZERO;
    while lived + step < ABSOLUTE {
        house.later(step);
        lived += step;
        let kept = bob.post("/ra/sessions/prolonger", &[]).await;
        assert_eq!((kept.status, kept.body.as_str()), (204, ""), "after {lived:?}");
        let at_most = (ABSOLUTE - lived).as_secs();
        assert_eq!(kept.header("session-left"), at_most.min(IDLE.as_secs()).to_string());
        assert_eq!(kept.header("session-left-at-most"), at_most.to_string());
    }
    house.later(ABSOLUTE - lived);
    assert_eq!(bob.post("/ra/sessions/prolonger", &[]).await.leads_to(), "/ra/sign-in");
}

#[actix_web::test]
async fn every_page_of_a_session_says_how_long_it_lasts_and_none_without_one() {
    let mut house = House::new();
    let mut bob = house.browser("bob").await;
    house.later(Duration::from_secs(60));
    let (idle, at_most) = (IDLE.as_secs(), ABSOLUTE.as_secs() - 60);
    for address in ["/ra/file", "/ra/sessions", "/nowhere", "/ra/cles"] {
        let page = bob.get(address).await;
        assert!(
            page.says("Votre session se ferme après 30 minutes sans activité"),
            "{address}: {}",
            page.body
        );
        let left = format!("data-left=\"{idle}\" data-at-most=\"{at_most}\"");
        assert!(
            page.body.contains(&left) && page.body.contains("/assets/session.js"),
            "{address}: {}",
            page.body
        );
    }
    let out = super::browser::Browser::new(house.state.clone()).get("/ra/sign-in").await;
    assert!(!out.body.contains("session.js") && !out.body.contains("data-left"), "{}", out.body);
    // Without the token of the session nobody keeps it open from elsewhere.
    bob.form_token = "0".repeat(64);
    assert_eq!(bob.post("/ra/sessions/prolonger", &[]).await.status, 403);
}

#[actix_web::test]
async fn one_session_too_many_ends_his_own_oldest_and_the_trail_says_so() {
    let mut house = House::new();
    let mut alice = house.browser("alice").await;
    let mut oldest = house.browser("bob").await;
    house.later(Duration::from_secs(1));
    for _ in 1..BY_LOGIN {
        house.browser("bob").await;
    }
    house.later(Duration::from_secs(1));
    assert_eq!(oldest.get("/ra/file").await.status, 200);
    let mut unused = house.browser("bob").await;
    assert_eq!(oldest.get("/ra/file").await.status, 200, "it was used, and another was not");
    assert_eq!((unused.get("/ra/file").await.status, alice.get("/ra/file").await.status), (200, 200));
    let told = came_and_went(&mut house);
    let ended =
        |(action, actor): &&(String, String)| action == "officer.session-ended" && actor == "officer:bob";
    assert_eq!(told.iter().filter(ended).count(), 1, "{told:?}");
    let page = unused.get("/ra/sessions").await;
    assert_eq!(page.body.matches("scope=\"row\"").count(), BY_LOGIN, "{}", page.body);
}
