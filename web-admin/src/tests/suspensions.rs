use card::CardNumber;
use diesel::connection::SimpleConnection;
use registration_authority::suspension;

use super::house::{House, person};

/// A card in use. Its certificates are another's matter: it has none here.
fn active_card(house: &mut House) -> CardNumber {
    let number = house.card(&person(1));
    for step in ["personalised", "certified", "delivered", "active"] {
        let ends = house.now().millis() + 86_400_000;
        house
            .db
            .batch_execute(&format!(
                "UPDATE cards SET status = '{step}', expires_at = coalesce(expires_at, {ends}) WHERE number = '{number}'"
            ))
            .unwrap();
    }
    number
}

#[actix_web::test]
async fn a_card_is_suspended_from_its_page_and_two_officers_lift_that_from_theirs() {
    let mut house = House::new();
    let number = active_card(&mut house);
    let address = format!("/ra/cartes/{number}");
    let mut rita = house.browser("rita").await;
    assert!(rita.get(&address).await.says("Suspendre la carte"));
    let answer = rita.post(&format!("{address}/suspension"), &[]).await;
    let page = rita.follow(&answer).await;
    assert!(page.says("Cette carte est suspendue depuis le"), "{}", page.body);
    assert!(!page.says("Suspendre la carte") && !page.says("Approuver la levée"), "she only opposes");
    let twice = rita.post(&format!("{address}/suspension"), &[]).await;
    assert_eq!(twice.status, 409);
    assert!(twice.says("suspension-stands"), "{}", twice.body);
    assert_eq!(rita.post(&format!("{address}/suspension/lever"), &[]).await.status, 403);

    let mut alice = house.browser("alice").await;
    let answer = alice.post(&format!("{address}/suspension/lever"), &[]).await;
    let page = alice.follow(&answer).await;
    assert!(page.says("en attente d’un second opérateur") && page.says("par Alice MARTIN"), "{}", page.body);
    assert!(!page.says("Approuver la levée"), "she sees no button any more");
    let again = alice.post(&format!("{address}/suspension/lever"), &[]).await;
    assert_eq!(again.status, 409);
    assert!(again.says("release-another-officer"));

    let mut bob = house.browser("bob").await;
    let bare = bob.post(&format!("{address}/suspension/garder"), &[]).await;
    assert_eq!(bare.status, 422);
    let answer = bob.post(&format!("{address}/suspension/garder"), &[("motif", "doubt-remains")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("Suspension maintenue") && page.says("Aucune levée n’est proposée."), "{}", page.body);
    for browser in [&mut bob, &mut alice] {
        let answer = browser.post(&format!("{address}/suspension/lever"), &[]).await;
        browser.follow(&answer).await;
    }
    let stands = suspension::of_card(&mut house.db, &number).unwrap().unwrap();
    assert_eq!((stands.version(), stands.standing().as_str()), (2, "released"));
    assert!(bob.get(&address).await.says("La levée est approuvée"));
}

#[actix_web::test]
async fn a_card_that_is_not_in_use_is_not_suspended_and_the_public_is_told_nothing_of_one_that_is() {
    let mut house = House::new();
    let number = house.card(&person(1));
    let mut rita = house.browser("rita").await;
    assert!(!rita.get(&format!("/ra/cartes/{number}")).await.says("Suspendre la carte"));
    let refused = rita.post(&format!("/ra/cartes/{number}/suspension"), &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("suspension-card-not-active"));

    let mut house = House::new();
    let number = active_card(&mut house).to_string();
    let mut rita = house.browser("rita").await;
    assert!(rita.post("/pki", &[("carte", &number)]).await.says("valable"));
    rita.post(&format!("/ra/cartes/{number}/suspension"), &[]).await;
    let asked = rita.post("/pki", &[("carte", &number)]).await;
    assert!(asked.says("inconnu") && !asked.says("est en opposition"), "{}", asked.body);
}
