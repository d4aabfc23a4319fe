//! What a scope keeps from an officer on the pages beside the queue.

use std::time::Duration;

use professional_registry::ImportedRegister;
use registration_authority::renewal;
use store::Actor;

use super::house::{House, person};
use super::requests::{active_card, requested};

/// By his row, bob is there for another structure than everybody's.
pub(super) fn confine(house: &House) {
    confine_officer(house, "bob");
}

/// The same of this officer.
pub(super) fn confine_officer(house: &House, login: &str) {
    house.sql("DROP TRIGGER officers_keep_who_they_are");
    house.sql(&format!("UPDATE officers SET scope = 'structure:R102671' WHERE login = '{login}'"));
}

/// A plan to oppose two cards that the register no longer supports; the first was ordered for the place that bob is confined to, where
/// `one_is_his`. Plan and cards.
pub(super) fn planned(house: &mut House, one_is_his: bool) -> (String, [String; 2]) {
    let cards = [1, 2].map(|one| house.card(&person(one)).to_string());
    let plan = "PO-2026-000007".to_owned();
    for card in &cards {
        house.sql(&format!(
            "INSERT INTO card_lapses (card_number, first_sequence, first_feed, cause, found_at, status)
             SELECT '{card}', sequence, id, 'order-holder-ceased', 1, 'open' FROM register_feeds LIMIT 1"
        ));
    }
    house.sql(&format!(
        "INSERT INTO opposition_plans SELECT '{plan}', sequence, id, 'job:revalidation', {} FROM register_feeds LIMIT 1",
        house.now().millis()
    ));
    house.sql(&format!(
        "INSERT INTO opposition_plan_items SELECT '{plan}', card_number, first_sequence FROM card_lapses"
    ));
    if one_is_his {
        house.sql(&format!(
            "UPDATE order_places SET structure = 'R102671'
             WHERE order_number = (SELECT order_number FROM cards WHERE number = '{}')",
            cards[0]
        ));
    }
    (plan, cards)
}

#[actix_web::test]
async fn every_list_keeps_from_an_officer_what_is_outside_his_scope_and_says_how_much() {
    let mut house = House::new();
    let (request, mandate) = (requested(&mut house), house.mandate("agent", false));
    let card = active_card(&mut house);
    let horizon = house.now().plus(Duration::from_secs(40 * 365 * 86_400));
    let act = house.act(Actor::Job("renewal"));
    let House { db, rng, .. } = &mut house;
    let plan = renewal::plan(db, &mut ImportedRegister, horizon, rng, &act).unwrap().unwrap().id;
    let mut bob = house.browser("bob").await;
    let lists = [
        ("/ra/certificats", &request, "1 demande masquée"),
        ("/ra/structures", &mandate, "1 mandat masqué"),
        ("/ra/renouvellements", &plan, "1 plan masqué"),
    ];
    for (address, what, hidden) in lists {
        let page = bob.get(address).await;
        assert!(page.says(what) && !page.says(hidden), "{address}: {}", page.body);
    }
    let whole = bob.get(&format!("/ra/porteurs/{}", person(1))).await;
    assert!(whole.says(&card) && whole.says("CO-") && !whole.says("masquée"), "{}", whole.body);

    confine(&house);
    for (address, what, hidden) in lists {
        let page = bob.get(address).await;
        let hidden = format!("{hidden} par vos droits (structures R102671).");
        assert!(!page.says(what) && page.says(&hidden), "{address}: {}", page.body);
    }
    let holder = bob.get(&format!("/ra/porteurs/{}", person(1))).await;
    assert!(holder.says("1 demande masquée par vos droits"), "{}", holder.body);
    assert!(holder.says(&card), "cards know no scope");

    // What a list hides no address of it shows, nor a page that asks for a signature.
    let act = [("version", "1"), ("motif", "structure-unknown")];
    for (address, post) in [
        ("/ra/structures/F0B0193488".to_owned(), false),
        (format!("/ra/certificats/{request}/approuver"), true),
        (format!("/ra/renouvellements/{plan}/approuver"), true),
        (format!("/ra/mandats/{mandate}/approuver"), true),
    ] {
        let answer = if post { bob.post(&address, &act).await } else { bob.get(&address).await };
        assert_eq!(answer.status, 403, "{address}: {}", answer.body);
        assert!(answer.says("officer-outside-scope"), "{address}: {}", answer.body);
    }
}

#[actix_web::test]
async fn an_agent_reads_of_his_holder_his_own_orders_and_how_many_others_there_are() {
    let mut house = House::new();
    let others = house.submit("alice", &person(1));
    house.sql(&format!("UPDATE card_orders SET status = 'withdrawn' WHERE number = '{others}'"));
    let own = house.submit("agent", &person(1));
    let mut agent = house.browser("agent").await;
    let page = agent.get(&format!("/ra/dossiers/{own}")).await;
    assert!(page.says("1 autre demande masquée par vos droits."), "{}", page.body);
    assert!(!page.says(&others), "{}", page.body);
    assert!(house.browser("bob").await.get(&format!("/ra/dossiers/{own}")).await.says(&others));
}

#[actix_web::test]
async fn of_a_plan_an_officer_reads_his_own_cards_and_decides_on_none_of_it() {
    let mut house = House::new();
    let (plan, [his, other]) = planned(&mut house, true);
    let mut bob = house.browser("bob").await;
    let page = bob.get("/ra/caducites").await;
    assert!(page.says(&his) && page.says(&other) && page.says("Approuver la libération"), "{}", page.body);
    assert!(!page.says("par vos droits"), "{}", page.body);

    confine(&house);
    let page = bob.get("/ra/caducites").await;
    assert!(page.says(&plan) && page.says(&his) && !page.says(&other), "{}", page.body);
    for hidden in ["1 ligne masquée", "1 carte masquée"] {
        let hidden = format!("{hidden} par vos droits (structures R102671).");
        assert!(page.says(&hidden), "{hidden}: {}", page.body);
    }
    assert!(!page.says("Approuver la libération"), "{}", page.body);
    assert!(page.says("dont le périmètre n’est pas limité en décide"), "{}", page.body);
    for (act, fields) in [("liberer", &[][..]), ("rejeter", &[("motif", "not-confirmed")][..])] {
        let answer = bob.post(&format!("/ra/caducites/{plan}/{act}"), fields).await;
        assert_eq!(answer.status, 403, "{act}: {}", answer.body);
        assert!(answer.says("officer-outside-scope") && !answer.says(&other), "{act}: {}", answer.body);
    }
}

#[actix_web::test]
async fn a_plan_without_a_card_of_his_and_a_feed_of_everybody_are_counted_and_not_shown() {
    let mut house = House::new();
    let (plan, cards) = planned(&mut house, false);
    let feed = house.held_feed(1);
    let mut bob = house.browser("bob").await;
    let page = bob.get("/ra/registre").await;
    assert!(page.says(&feed) && page.says("Approuver la libération"), "{}", page.body);
    confine(&house);
    let page = bob.get("/ra/caducites").await;
    assert!(!page.says(&plan) && cards.iter().all(|card| !page.says(card)), "{}", page.body);
    for hidden in ["1 plan masqué", "2 cartes masquées"] {
        assert!(page.says(&format!("{hidden} par vos droits")), "{hidden}: {}", page.body);
    }
    let page = bob.get("/ra/registre").await;
    assert!(!page.says(&feed) && page.says("1 extrait masqué par vos droits"), "{}", page.body);
    let answer = bob.post(&format!("/ra/registre/extraits/{feed}/liberer"), &[("version", "1")]).await;
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.says("officer-outside-scope"), "{}", answer.body);
}
