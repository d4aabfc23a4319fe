//! What a scope keeps from an officer on the pages beside the queue.

use std::time::Duration;

use professional_registry::ImportedRegister;
use registration_authority::renewal;
use store::Actor;

use super::house::{House, person};
use super::requests::{active_card, requested};

/// By his row, bob is there for another structure than everybody's.
fn confine(house: &House) {
    house.sql("DROP TRIGGER officers_keep_who_they_are");
    house.sql("UPDATE officers SET scope = 'structure:R102671' WHERE login = 'bob'");
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
