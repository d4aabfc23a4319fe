use std::time::Duration;

use registration_authority::certificate_request::{self, RequestState};
use registration_authority::order::{self, OrderState};

use super::house::{House, person};
use super::requests::requested;

fn stands(house: &mut House, number: &str) -> (OrderState, i64) {
    let order = order::get(&mut house.db, number).unwrap();
    (order.state, order.version)
}

#[actix_web::test]
async fn the_page_says_until_when_a_decision_waits_and_its_officer_takes_it_back_without_a_script() {
    let mut house = House::where_decisions_wait();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("Approbation : prend effet à"), "{}", page.body);
    assert!(page.says("Décision de Bob BERNARD (vous). Rien n’est produit ni envoyé avant."));
    assert!(page.body.contains(&format!("action=\"{address}/revenir\"")));

    let mut clara = house.browser("clara").await;
    let page = clara.get(&address).await;
    assert!(page.says("Approbation : prend effet à") && !page.body.contains("/revenir"), "{}", page.body);
    let refused = clara.post(&format!("{address}/revenir"), &[("version", "1")]).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("decision-not-yours"), "{}", refused.body);

    let answer = bob.post(&format!("{address}/revenir"), &[("version", "1")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("Votre décision est annulée"), "{}", page.body);
    assert!(page.body.contains(&format!("action=\"{address}/approuver\"")), "it is to be decided on again");
    assert!(!page.says("prend effet à"));
    assert_eq!(stands(&mut house, &number), (OrderState::Submitted, 2));

    // Clara decides on what she has read before.
    let stale = clara.post(&format!("{address}/refuser"), &[("version", "1"), ("motif", "duplicate")]).await;
    assert_eq!(stale.status, 412);
    assert!(stale.says("Bob BERNARD est revenu sur sa décision, le"), "{}", stale.body);
}

#[actix_web::test]
async fn what_has_taken_effect_is_not_taken_back_and_the_page_offers_it_no_more() {
    let mut house = House::where_decisions_wait();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let fields = [("version", "1"), ("motif", "duplicate")];
    let answer = bob.post(&format!("{address}/refuser"), &fields).await;
    assert!(bob.follow(&answer).await.says("Refus : prend effet à"));
    house.later(Duration::from_secs(599));
    assert!(bob.get(&address).await.body.contains("/revenir"));
    house.later(Duration::from_secs(1));
    assert!(!bob.get(&address).await.body.contains("/revenir"));
    let late = bob.post(&format!("{address}/revenir"), &[("version", "1")]).await;
    assert_eq!(late.status, 409);
    assert!(late.says("La décision a pris effet : elle ne peut plus être reprise."), "{}", late.body);
    assert!(matches!(stands(&mut house, &number), (OrderState::Refused { .. }, 1)));
}

#[actix_web::test]
async fn the_first_of_two_takes_his_approval_back_while_the_second_has_not_decided() {
    let mut house = House::where_decisions_wait();
    house.submit("alice", &person(3));
    let number = house.submit("alice", &person(4));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    assert_eq!(bob.post(&format!("{address}/approuver"), &[("version", "1")]).await.status, 303);
    house.later(Duration::from_secs(20 * 60));
    let page = bob.get(&address).await;
    assert!(page.says("Votre approbation attend l’avis d’un autre opérateur"), "{}", page.body);
    assert!(!page.says("prend effet à") && page.body.contains("/revenir"), "{}", page.body);
    let queue = bob.get("/ra/file").await;
    assert!(!queue.body.contains("/revenir"), "nothing happens by itself");
    let awaited = "Approuvée par Bob BERNARD (20 min) ; un second opérateur est attendu";
    assert!(queue.says(awaited), "{}", queue.body);
    assert!(!house.browser("clara").await.get("/ra/file").await.says("un second opérateur est attendu"));
    let fields = [("version", "1"), ("motif", "duplicate")];
    let refused = bob.post(&format!("{address}/refuser"), &fields).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.says("order-second-officer") && refused.says("revenez d’abord sur votre approbation"));
    let answer = bob.post(&format!("{address}/revenir"), &[("version", "1")]).await;
    assert!(bob.follow(&answer).await.says("Votre décision est annulée"));
    assert_eq!(stands(&mut house, &number), (OrderState::Submitted, 2));
    assert_eq!(bob.post(&format!("{address}/refuser"), &[("version", "2"), fields[1]]).await.status, 303);
    assert!(matches!(stands(&mut house, &number).0, OrderState::Refused { .. }));
}

#[actix_web::test]
async fn a_decision_on_a_certificate_request_waits_and_is_taken_back_from_its_page_or_the_list() {
    let mut house = House::where_decisions_wait();
    let number = requested(&mut house);
    let address = format!("/ra/certificats/{number}");
    let mut bob = house.browser("bob").await;
    let page = bob.get(&address).await;
    assert!(page.says("Vous pourrez revenir sur cette décision pendant 1 minute."), "{}", page.body);
    assert!(page.says("La demande") && page.says("est acceptée. Vous serez prévenu de la suite."));
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("Approbation : prend effet à"), "{}", page.body);
    assert!(page.says("Décision de Bob BERNARD (vous). Rien n’est établi ni envoyé avant."), "{}", page.body);
    assert!(page.body.contains(&format!("action=\"{address}/revenir\"")));
    let list = bob.get("/ra/certificats").await;
    assert!(list.says("Vos décisions que vous pouvez encore reprendre"), "{}", list.body);
    assert!(list.body.contains(&format!("action=\"{address}/revenir\"")));

    let mut clara = house.browser("clara").await;
    let page = clara.get(&address).await;
    assert!(page.says("Approbation : prend effet à") && !page.body.contains("/revenir"), "{}", page.body);
    assert!(!clara.get("/ra/certificats").await.body.contains("/revenir"));
    let refused = clara.post(&format!("{address}/revenir"), &[("version", "1")]).await;
    assert!(refused.status == 403 && refused.says("decision-not-yours"), "{}", refused.body);

    let answer = bob.post(&format!("{address}/revenir"), &[("version", "1")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("Votre décision est annulée") && page.says("Décision annulée"), "{}", page.body);
    assert!(page.body.contains(&format!("action=\"{address}/approuver\"")), "it is to be decided on again");
    assert!(!bob.get("/ra/certificats").await.body.contains("/revenir"));
    let stands = |house: &mut House| {
        let request = certificate_request::get(&mut house.db, &number).unwrap();
        (request.state, request.version)
    };
    assert_eq!(stands(&mut house), (RequestState::Submitted, 2));
    // Clara decides on what she has read before.
    let stale = clara.post(&format!("{address}/refuser"), &[("version", "1"), ("motif", "duplicate")]).await;
    assert!(stale.status == 409 && stale.says("request-stale-version"), "{}", stale.body);

    let fields = [("version", "2"), ("motif", "duplicate")];
    let answer = bob.post(&format!("{address}/refuser"), &fields).await;
    assert!(bob.follow(&answer).await.says("Refus : prend effet à"));
    house.later(Duration::from_secs(600));
    assert!(!bob.get(&address).await.body.contains("/revenir"));
    let late = bob.post(&format!("{address}/revenir"), &[("version", "2")]).await;
    assert!(late.status == 409 && late.says("decision-in-effect"), "{}", late.body);
}

#[actix_web::test]
async fn who_goes_from_one_to_the_next_is_led_on_by_his_decision_and_takes_it_back_from_there() {
    let mut house = House::where_decisions_wait();
    let orders = [1, 2, 3].map(|nth| {
        house.later(Duration::from_secs(60));
        house.submit("agent", &person(nth))
    });
    let mut clara = house.browser("clara").await;
    clara.get(&format!("/ra/dossiers/{}", orders[1])).await;
    let mut bob = house.browser("bob").await;
    let begun = bob.post("/ra/file/suivant", &[("vue", "statut=a-verifier&type=CPS")]).await;
    let view = "statut=a-verifier&type=CPS";
    assert_eq!(begun.leads_to(), format!("/ra/dossiers/{}?{view}&suite=oui", orders[0]));
    let page = bob.follow(&begun).await;
    assert_eq!(page.body.matches("name=\"suite\" value=\"oui\" checked").count(), 2, "{}", page.body);
    assert!(page.body.contains(&format!("name=\"liste\" value=\"{}\"", view.replace('&', "&#38;"))));

    let decide = [("version", "1"), ("liste", view), ("suite", "oui")];
    let answer = bob.post(&format!("/ra/dossiers/{}/approuver", orders[0]), &decide).await;
    let next = format!("/ra/dossiers/{}?fait=suite&{view}&suite=oui", orders[2]);
    assert_eq!(answer.leads_to(), next, "clara is on the one between");
    let page = bob.follow(&answer).await;
    assert!(
        page.says("Voici la demande suivante.") && page.says("Approbation : prend effet à"),
        "{}",
        page.body
    );
    assert!(page.body.contains(&format!("action=\"/ra/dossiers/{}/revenir\"", orders[0])), "{}", page.body);
    assert!(page.body.contains(&format!("action=\"/ra/dossiers/{}/approuver\"", orders[2])));

    // The last of them leads back to the list, which says that nothing more waits for him.
    house.later(Duration::from_secs(1));
    let answer = bob
        .post(
            &format!("/ra/dossiers/{}/refuser", orders[2]),
            &[&decide[..], &[("motif", "duplicate")]].concat(),
        )
        .await;
    assert_eq!(answer.leads_to(), format!("/ra/file?{view}&fait=aucune"));
    let page = bob.follow(&answer).await;
    assert!(page.says("n'attend votre décision"), "{}", page.body);
    assert!(page.body.contains(&format!("action=\"/ra/dossiers/{}/revenir\"", orders[2])), "{}", page.body);
    let back =
        bob.post(&format!("/ra/dossiers/{}/revenir", orders[0]), &[("version", "1"), ("liste", view)]).await;
    assert_eq!(back.leads_to(), format!("/ra/dossiers/{}?fait=retour&{view}", orders[0]));
    assert_eq!(stands(&mut house, &orders[0]), (OrderState::Submitted, 2));
    // Who did not ask for it stays where he decided.
    let stays = bob
        .post(&format!("/ra/dossiers/{}/approuver", orders[0]), &[("version", "2"), ("liste", view)])
        .await;
    assert_eq!(stays.leads_to(), format!("/ra/dossiers/{}?fait=approbation&{view}", orders[0]));
}
