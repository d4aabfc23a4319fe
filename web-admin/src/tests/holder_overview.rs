use card::CardNumber;
use registration_authority::opposition::ticket;
use registration_authority::opposition::{self, Ground};
use store::Actor;

use super::house::{HOSTILE, House, person, rpps};

#[actix_web::test]
async fn the_page_of_a_holder_has_his_cards_orders_declarations_and_notices() {
    let mut house = House::new();
    let card = house.card(&person(1));
    let mut browser = house.browser("rita").await;
    let found = browser.get(&format!("/ra/cartes?numero={}", rpps(1))).await;
    assert_eq!(found.leads_to(), format!("/ra/porteurs/{}", person(1)));
    let page = browser.get(&found.leads_to()).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for told in ["DURAND Élise", "Infirmier", "CPS, nouvelle carte", "Demande reçue", "Aucune déclaration."]
    {
        assert!(page.says(told), "{told}: {}", page.body);
    }
    assert!(page.body.contains(&format!("href=\"/ra/cartes/{card}\"")), "{}", page.body);

    let anyone = house.act(Actor::Anyone);
    let declared = rpps(1).parse().unwrap();
    ticket::open(&mut house.db, &declared, Ground::Stolen, &mut house.rng, &anyone).unwrap();
    let rita = house.officer("rita");
    oppose(&mut house, &card, &rita);
    let page = browser.get(&format!("/ra/porteurs/{}", person(1))).await;
    for told in ["Carte volée, pour", "Motif de l’opposition", "En opposition", "Carte mise en opposition"]
    {
        assert!(page.says(told), "{told}: {}", page.body);
    }
    assert!(browser.get(&format!("/ra/cartes/{card}")).await.body.contains("href=\"/ra/porteurs/"));
}

fn oppose(house: &mut House, card: &CardNumber, act: &store::Act) {
    let House { db, rng, .. } = house;
    opposition::oppose(db, card, Ground::Stolen, rng, act).unwrap();
}

#[actix_web::test]
async fn a_number_that_nobody_has_is_not_found_and_a_hostile_name_stays_a_name() {
    let mut house = House::new();
    let mut browser = house.browser("audrey").await;
    let unknown = browser.get(&format!("/ra/porteurs/{}", person(999))).await;
    assert!(unknown.status == 404 && unknown.body.contains("holder-unknown"), "{}", unknown.body);
    assert_eq!(browser.get("/ra/porteurs/moi").await.status, 404);
    let page = browser.get(&format!("/ra/porteurs/{}", person(2))).await;
    assert!(page.status == 200 && !page.body.contains(HOSTILE), "{}", page.body);
    assert_eq!(house.browser("admin").await.get(&format!("/ra/porteurs/{}", person(1))).await.status, 403);
}
