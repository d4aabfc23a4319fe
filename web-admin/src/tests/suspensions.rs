use super::house::{House, person};
use super::requests::active_card;

#[actix_web::test]
async fn a_card_that_is_not_in_use_is_not_suspended_and_what_is_not_suspended_is_not_lifted() {
    let mut house = House::new();
    let number = house.card(&person(1));
    let address = format!("/ra/cartes/{number}");
    let mut rita = house.browser("rita").await;
    assert!(!rita.get(&address).await.says("Suspendre la carte"));
    let refused = rita.post(&format!("{address}/suspension"), &[]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("suspension-card-not-active") && refused.says("Seule une carte active"));
    assert_eq!(rita.post(&format!("{address}/suspension/lever"), &[]).await.status, 403, "she only opposes");
    let mut alice = house.browser("alice").await;
    for act in ["lever", "garder"] {
        let none = alice.post(&format!("{address}/suspension/{act}"), &[("motif", "doubt-remains")]).await;
        assert_eq!(none.status, 404);
        assert!(none.says("suspension-unknown"), "{}", none.body);
    }
}

#[actix_web::test]
async fn no_page_calls_a_suspended_card_active() {
    let mut house = House::new();
    let number = active_card(&mut house);
    let mut rita = house.browser("rita").await;
    let pages = [format!("/ra/cartes/{number}"), format!("/ra/porteurs/{}", person(1))];
    let order = card::get(&mut house.db, &number.parse().unwrap()).unwrap().order_number;
    let pages = [&pages[..], &[format!("/ra/dossiers/{order}")]].concat();
    for page in &pages {
        assert!(rita.get(page).await.says("Active"), "{page}");
    }
    house.sql(&format!(
        "INSERT INTO card_suspensions (number, card_number, suspended_by, suspended_at)
         VALUES ('SU-0000000000000000', '{number}', 'officer:rita', 1)"
    ));
    for page in &pages {
        let page = rita.get(page).await;
        assert!(page.says("Suspendue") && !page.says("Active"), "{}", page.body);
    }
}
