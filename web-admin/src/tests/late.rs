//! The page of an act that came too late says who did what, and when.

use std::time::Duration;

use professional_registry::ImportedRegister;
use registration_authority::order;

use super::browser::Answer;
use super::house::{House, person};

async fn approved_late(house: &mut House, number: &str, read_at: i64) -> Answer {
    let read_at = read_at.to_string();
    let mut clara = house.browser("clara").await;
    let fields = [("version", "1"), ("lu", read_at.as_str()), ("liste", "statut=a-verifier&type=CPS")];
    clara.post(&format!("/ra/dossiers/{number}/approuver"), &fields).await
}

#[actix_web::test]
async fn a_colleagues_question_an_answer_a_document_and_a_refresh_are_told_by_whom_and_when() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let mut clara = house.browser("clara").await;
    let page = clara.get(&format!("/ra/dossiers/{number}")).await;
    let read_at = house.now().millis();
    assert!(page.body.contains(&format!("name=\"lu\" value=\"{read_at}\"")), "{}", page.body);
    house.later(Duration::from_secs(60));
    house.ask("bob", &number);
    let late = approved_late(&mut house, &number, read_at).await;
    assert_eq!(late.status, 412);
    assert!(late.says("Bob BERNARD a posé une question au demandeur, le"), "{}", late.body);
    for there in ["/ra/file".to_owned(), format!("/ra/dossiers/{number}")] {
        let link = format!("href=\"{there}?statut=a-verifier&#38;type=CPS\"");
        assert!(late.body.contains(&link), "the list goes along: {link} {}", late.body);
    }
    assert!(!late.says("de la version"), "it is the version that she has read: {}", late.body);
    let afterwards = house.now().millis() + 1;
    let after = approved_late(&mut house, &number, afterwards).await;
    assert!(
        after.status == 412 && after.says("Rien de ce que vous pouvez lire n’a changé"),
        "{}",
        after.body
    );

    house.later(Duration::from_secs(60));
    let (agent, alice) = (house.officer("agent"), house.officer("alice"));
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::answer(db, &mut ImportedRegister, &number, "Le nouveau.", rng, &agent)).unwrap();
    house.document("agent", &number);
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::refresh(db, &mut ImportedRegister, &number, 3, rng, &alice)).unwrap();
    let late = approved_late(&mut house, &number, read_at).await;
    for told in [
        "Bob BERNARD a posé une question au demandeur, le",
        "Agnès ROUX a répondu à la question posée, le",
        "Agnès ROUX a joint un document, le",
        "Alice MARTIN a repris les données du répertoire, le",
        "de la version 1 à la version 4",
    ] {
        assert!(late.says(told), "{told}: {}", late.body);
    }
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &number, rng, &agent)).unwrap();
    let late = approved_late(&mut house, &number, read_at).await;
    assert!(late.says("Agnès ROUX a retiré la demande, le"), "{}", late.body);
}

#[actix_web::test]
async fn whoever_looks_for_himself_is_told_of_a_document_and_of_no_first_look() {
    let mut house = House::new();
    house.submit("alice", &person(3));
    let number = house.submit("alice", &person(4));
    let read_at = house.now().millis();
    house.approve("bob", &number);
    house.later(Duration::from_secs(60));
    house.document("alice", &number);
    house.approve("bob", &number);
    let late = approved_late(&mut house, &number, read_at).await;
    assert_eq!(late.status, 412);
    assert!(late.says("Alice MARTIN a joint un document, le"), "{}", late.body);
    assert!(!late.body.contains("BERNARD") && !late.says("approuvé la demande"), "{}", late.body);
}
