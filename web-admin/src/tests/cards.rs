use card::CardStatus;

use super::house::{House, person};

#[actix_web::test]
async fn an_opposition_asks_for_its_ground_and_for_a_confirmation_then_gives_a_receipt() {
    let mut house = House::new();
    let number = house.card(&person(1));
    let address = format!("/ra/cartes/{number}");
    let mut rita = house.browser("rita").await;
    let found = rita.get(&format!("/ra/cartes?numero={number}")).await;
    let page = rita.follow(&found).await;
    assert!(page.says("DURAND Élise") && page.says("En fabrication") && page.says("C’est définitif."));

    type Fields<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Fields<'_>, &[&str]); 4] = [
        (&[], &["opposition-ground-unknown", "opposition-not-confirmed"]),
        (&[("motif", "stolen")], &["opposition-not-confirmed"]),
        (&[("definitif", "oui")], &["opposition-ground-unknown"]),
        (&[("motif", "suspended"), ("definitif", "oui")], &["opposition-hold-not-allowed"]),
    ];
    for (fields, codes) in cases {
        let answer = rita.post(&format!("{address}/opposition"), fields).await;
        assert_eq!(answer.status, 422);
        assert!(codes.iter().all(|code| answer.says(code)), "{codes:?}: {}", answer.body);
    }
    assert_eq!(card::get(&mut house.db, &number).unwrap().life.status(), CardStatus::Batched);

    let fields = [("motif", "stolen"), ("definitif", "oui")];
    let answer = rita.post(&format!("{address}/opposition"), &fields).await;
    let receipt = rita.follow(&answer).await;
    assert!(receipt.says("est en opposition. C’est définitif.") && receipt.body.contains("OP-"));
    assert!(receipt.says("La carte ne portait pas de certificat."));
    assert_eq!(card::get(&mut house.db, &number).unwrap().life.status(), CardStatus::Opposed);
    let after = rita.get(&address).await;
    assert!(after.says("En opposition") && !after.body.contains("/opposition\""));
    let mut alice = house.browser("alice").await;
    assert_eq!(alice.get(&answer.leads_to()).await.status, 404, "a receipt is its declarer's");

    let empty = rita.post(&format!("{address}/opposition"), &[]).await;
    assert_eq!(empty.status, 409);
    assert!(empty.says("Rien n’a été modifié.") && empty.says("card-already-opposed"), "{}", empty.body);
    let again = rita.post(&format!("{address}/opposition"), &fields).await;
    assert_eq!(again.status, 409);
    assert!(again.says("card-already-opposed"));
}

#[actix_web::test]
async fn an_auditor_sees_a_card_and_cannot_oppose_it() {
    let mut house = House::new();
    let number = house.card(&person(1));
    let address = format!("/ra/cartes/{number}");
    let mut audrey = house.browser("audrey").await;
    let page = audrey.get(&address).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("/opposition\""));
    let fields = [("motif", "stolen"), ("definitif", "oui")];
    assert_eq!(audrey.post(&format!("{address}/opposition"), &fields).await.status, 403);
    assert_eq!(card::get(&mut house.db, &number).unwrap().life.status(), CardStatus::Batched);
}
