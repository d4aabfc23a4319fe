use std::time::Duration;

use registration_authority::four_eyes::review;
use registration_authority::officers::{self, Role};
use registration_authority::opposition::{self, Ground};
use store::Actor;

use super::house::{HOSTILE, House, person};

#[actix_web::test]
async fn the_day_after_a_holder_opposed_his_card_an_officer_calls_him_back_and_says_what_he_heard() {
    let mut house = House::new();
    let card = house.card(&person(1));
    let holder = house.act(Actor::Holder(person(1).to_string()));
    opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &holder).unwrap();
    let mut rita = house.browser("rita").await;
    assert!(rita.get("/ra/relectures").await.says("Rien n’attend d’être relu."));
    house.later(Duration::from_secs(24 * 3600));
    let mut rita = house.browser("rita").await;
    let page = rita.get("/ra/relectures").await;
    for text in [&format!("Carte {card}, mise en opposition par son porteur"), "Confirmer", "Contester"] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    let act = house.officer("rita");
    let number = review::waiting(&mut house.db, 1, &act).unwrap().remove(0).number;
    let address = format!("/ra/relectures/{number}");
    let neither = rita.post(&address, &[("raison", "oui")]).await;
    assert_eq!(neither.status, 422, "a form that says neither confirms nothing");
    assert_eq!(review::waiting(&mut house.db, 1, &act).unwrap().len(), 1);
    let bare = rita.post(&address, &[("avis", "conteste"), ("raison", " ")]).await;
    assert_eq!(bare.status, 422);
    assert!(bare.says("Dites ce qui n’est pas juste"), "{}", bare.body);
    let answer = rita.post(&address, &[("avis", "conteste"), ("raison", HOSTILE)]).await;
    let page = rita.follow(&answer).await;
    assert!(page.says("peut recevoir une nouvelle carte") && page.says("Rien n’attend"), "{}", page.body);
    assert!(
        page.says("Ce qui n’est pas juste") && page.body.contains("&#60;SCRIPT&#62;"),
        "the reason: {}",
        page.body
    );
    let twice = rita.post(&address, &[("avis", "confirme")]).await;
    assert_eq!(twice.status, 404);
    assert!(twice.says("Cette relecture n’est plus ouverte."));
}

#[actix_web::test]
async fn an_auditor_reads_what_waits_and_sees_no_button() {
    let mut house = House::new();
    let card = house.card(&person(1));
    let holder = house.act(Actor::Holder(person(1).to_string()));
    opposition::oppose(&mut house.db, &card, Ground::Stolen, &mut house.rng, &holder).unwrap();
    house.later(Duration::from_secs(24 * 3600));
    let mut audrey = house.browser("audrey").await;
    let page = audrey.get("/ra/relectures").await;
    assert!(
        page.says("Vous n’avez pas à relire ceci") && !page.body.contains("name=\"avis\""),
        "{}",
        page.body
    );
}

#[actix_web::test]
async fn an_officer_of_the_holders_own_names_is_told_so_and_sees_no_button() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let order = registration_authority::order::get(&mut house.db, &number).unwrap();
    let name = format!("{} {}", order.given_name, order.family_name);
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = &mut house;
    db.write(|db| officers::enrol(db, "self", &name, Role::RegistrationOfficer, rng, &act)).unwrap();
    let mut himself = house.browser("self").await;
    let address = format!("/ra/dossiers/{number}");
    let page = himself.get(&address).await;
    assert!(page.says("Cette décision vous concerne vous-même"), "{}", page.body);
    assert!(!page.body.contains("/approuver"), "{}", page.body);
    let refused = himself.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("R-4Y-01"), "{}", refused.body);
}
