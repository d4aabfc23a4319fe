use registration_authority::opposition::Ground;
use registration_authority::opposition::ticket;
use store::Actor;

use super::house::{HOSTILE, House, person};

fn declare(house: &mut House, identifier: &str) {
    let act = house.act(Actor::Anyone);
    ticket::open(&mut house.db, &identifier.parse().unwrap(), Ground::Stolen, &mut house.rng, &act).unwrap();
}

fn number(house: &mut House) -> String {
    let act = house.officer("rita");
    ticket::list(&mut house.db, 1, &act).unwrap().remove(0).number
}

#[actix_web::test]
async fn a_revocation_officer_finds_who_waits_and_dismisses_with_a_reason() {
    let mut house = House::new();
    let mut rita = house.browser("rita").await;
    assert!(rita.get("/ra/rappels").await.says("Personne n’attend d’être rappelé."));
    let card = house.card(&person(1)).to_string();
    declare(&mut house, &card);
    let page = rita.get("/ra/rappels").await;
    for text in [&format!("Carte {card}"), "Carte volée", "Recherche en cours", "Classer sans suite"] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    let address = format!("/ra/rappels/{}/classer", number(&mut house));
    let bare = rita.post(&address, &[("raison", " ")]).await;
    assert_eq!(bare.status, 422);
    assert!(bare.says("La raison du classement manque."));
    let answer = rita.post(&address, &[("raison", HOSTILE)]).await;
    let page = rita.follow(&answer).await;
    assert!(page.says("La déclaration est classée sans suite."), "{}", page.body);
    assert!(page.says("Personne n’attend"), "{}", page.body);
    let twice = rita.post(&address, &[("raison", "encore")]).await;
    assert_eq!(twice.status, 404);
    assert!(twice.says("Cette déclaration n’est plus ouverte."));
}

#[actix_web::test]
async fn an_auditor_reads_who_waits_and_sees_no_button() {
    let mut house = House::new();
    declare(&mut house, "2612345678");
    let mut audrey = house.browser("audrey").await;
    let page = audrey.get("/ra/rappels").await;
    assert!(page.says("Carte 2612345678") && page.says("Aucune"), "{}", page.body);
    assert!(!page.body.contains("/classer"), "{}", page.body);
}
