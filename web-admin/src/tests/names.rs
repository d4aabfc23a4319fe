//! Under which names a professional is known: those that his card carries, and those that he was given at birth.

use super::house::{House, person};

/// What the worker leaves beside an order that it has looked at.
fn left_by_the_worker(house: &House, number: &str, family_name: &str, given_names: &str) {
    house.sql(&format!(
        "INSERT INTO order_looks VALUES ('{number}', 1, 1);
         INSERT INTO order_birth_names VALUES ('{number}', 1, {family_name}, {given_names})"
    ));
}

#[actix_web::test]
async fn dossier_and_holder_page_say_which_name_the_card_carries_and_which_one_was_given_at_birth() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let pages = [format!("/ra/dossiers/{number}"), format!("/ra/porteurs/{}", person(1))];
    let mut bob = house.browser("bob").await;
    for page in &pages {
        let page = bob.get(page).await;
        assert!(
            page.says("Nom porté par la carte et ses certificats") && page.says("DURAND"),
            "{}",
            page.body
        );
        assert!(page.says("Inconnus ici : seul l’extrait restreint"), "{}", page.body);
    }
    left_by_the_worker(&house, &number, "'KERMAREC'", "'ÉLISE MARIE'");
    for page in &pages {
        let page = bob.get(page).await;
        assert!(page.says("Nom et prénoms de naissance") && page.says("KERMAREC"), "{}", page.body);
    }
    let mut agent = house.browser("agent").await;
    let own = agent.get(&pages[0]).await;
    assert!(own.status == 200 && !own.says("KERMAREC") && !own.says("naissance"), "{}", own.body);
    let form = agent.get("/ra/nouvelle").await;
    assert!(form.says("porteront le nom et le prénom d’exercice"), "{}", form.body);

    let same = house.submit("agent", &person(3));
    left_by_the_worker(&house, &same, "NULL", "NULL");
    assert!(bob.get(&format!("/ra/dossiers/{same}")).await.says("Ceux d’exercice"));
}
