use professional_registry::merges::{MergeCase, MergeOptions, ask_to_part, import_merges};
use registration_authority::held_feed;
use store::Actor;

use super::house::{House, person};

fn standing(house: &mut House, feed: &str) -> &'static str {
    held_feed::get(&mut house.db, feed).unwrap().standing().as_str()
}

#[actix_web::test]
async fn a_feed_that_was_put_aside_is_released_by_two_officers_on_their_pages() {
    let mut house = House::new();
    let mut alice = house.browser("alice").await;
    assert!(alice.get("/ra/registre").await.says("Aucun extrait n’est retenu."));
    let feed = house.held_feed(1);
    let page = alice.get("/ra/registre").await;
    for text in [
        "130 (65\u{a0}%)",
        "Avaient disparu, reviendraient",
        "Retenu, en attente de deux opérateurs",
        "Approuver la libération",
        "Rejeter l’extrait",
    ] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    let address = format!("/ra/registre/extraits/{feed}/liberer");
    let stale = alice.post(&address, &[("version", "7")]).await;
    assert_eq!(stale.status, 409);
    assert!(stale.says("release-stale-version"));
    let answer = alice.post(&address, &[("version", "1")]).await;
    let page = alice.follow(&answer).await;
    assert!(
        page.says("Retenu, en attente d’un second opérateur") && page.says("par Alice MARTIN"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("/liberer"), "she sees no button any more");
    let twice = alice.post(&address, &[("version", "1")]).await;
    assert_eq!(twice.status, 409);
    assert!(twice.says("release-another-officer"));
    assert_eq!(standing(&mut house, &feed), "held");

    let mut bob = house.browser("bob").await;
    let answer = bob.post(&address, &[("version", "1")]).await;
    assert!(bob.follow(&answer).await.says("Libéré, à importer de nouveau"));
    assert_eq!(standing(&mut house, &feed), "released");
}

#[actix_web::test]
async fn one_officer_refuses_it_with_a_reason() {
    let mut house = House::new();
    let feed = house.held_feed(1);
    let mut bob = house.browser("bob").await;
    let address = format!("/ra/registre/extraits/{feed}/rejeter");
    let bare = bob.post(&address, &[("version", "1")]).await;
    assert_eq!(bare.status, 422);
    let foreign = bob.post(&address, &[("version", "1"), ("motif", "duplicate")]).await;
    assert_eq!(foreign.status, 422, "a reason of orders is none here");
    let answer = bob.post(&address, &[("version", "1"), ("motif", "file-wrong")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("L’extrait du répertoire est erroné ou incomplet.") && page.says("par Bob BERNARD"));
    assert_eq!(standing(&mut house, &feed), "refused");
}

/// The two numbers of the nurse are one person's, and the operator doubts that.
fn doubted(house: &mut House) -> MergeCase {
    let act = house.act(Actor::Operator("root".to_owned()));
    let text = format!("N° ADELI;N° RPPS\n0B6000019;{}\n", &person(1).to_string()[1..]);
    let options = MergeOptions { extracted_at: Some(act.at), ..MergeOptions::default() };
    let House { db, rng, .. } = house;
    import_merges(db, text.as_bytes(), "correspondence", &options, rng, &act).unwrap();
    db.write(|db| ask_to_part(db, &"00B6000019".parse().unwrap(), rng, &act)).unwrap()
}

#[actix_web::test]
async fn a_merge_that_is_doubted_is_read_with_both_numbers_and_names_and_decided_on_by_two() {
    let mut house = House::new();
    let case = doubted(&mut house);
    let mut alice = house.browser("alice").await;
    let waiting = alice.get("/ra/contreseing").await;
    assert!(waiting.says("00B6000019"), "{}", waiting.body);
    let page = alice.get("/ra/registre").await;
    let known = format!("{}, DURAND Élise", person(1));
    for text in ["mettre fin à leur réunion", &known, "Sous son numéro ADELI", "L’exploitant le demande"]
    {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    assert!(!page.says("Disparaîtraient"), "no count of a feed means anything here");
    let address = format!("/ra/registre/extraits/{}/liberer", case.id);
    alice.post(&address, &[("version", "1")]).await;
    let mut bob = house.browser("bob").await;
    let answer = bob.post(&address, &[("version", "1")]).await;
    assert!(bob.follow(&answer).await.says("Approuvé, le programme le fait"));
    assert_eq!(standing(&mut house, &case.id), "released");
}

#[actix_web::test]
async fn where_every_card_is_confirmed_there_is_nothing_to_release() {
    let mut house = House::new();
    let mut alice = house.browser("alice").await;
    assert!(alice.get("/ra/caducites").await.says("Le répertoire confirme toutes les cartes"));
    let unknown = alice.post("/ra/caducites/PO-2026-000001/liberer", &[]).await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.says("opposition-plan-unknown"));
}
