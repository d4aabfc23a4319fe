//! Several orders, one gesture.

use std::time::Duration;

use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use registration_authority::officers::Role;
use registration_authority::order::{self, OrderState};

use super::authenticator::Authenticator;
use super::browser::Answer;
use super::house::{House, person};
use super::keys::{answered, attribute};

/// The form of a selection: each order at its first version.
fn ticked<'a>(act: &'a str, fields: &'a [String]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![("vue", "statut=a-verifier"), ("acte", act)];
    form.extend(fields.iter().map(|field| (field.as_str(), "1")));
    form
}

fn fields(numbers: &[&String]) -> Vec<String> {
    numbers.iter().map(|number| format!("d.{number}")).collect()
}

/// A register of today, so that nothing is flagged but what names another person.
fn house(mut house: House) -> House {
    house.import_day(719, "PETIT");
    house
}

fn state(house: &mut House, number: &str) -> OrderState {
    order::get(&mut house.db, number).unwrap().state
}

/// The line of a page that is about this order, its tags taken away.
fn line(page: &Answer, number: &str) -> String {
    let row = page.body.split("<tr role=\"row\">").find(|row| row.contains(number)).expect("a row");
    row.split("</tr>").next().unwrap().to_owned()
}

#[actix_web::test]
async fn the_queue_offers_a_box_for_each_order_that_is_not_ones_own() {
    let mut house = house(House::new());
    let (of_alice, of_bob) = (house.submit("alice", &person(1)), house.submit("bob", &person(2)));
    let page = house.browser("bob").await.get("/ra/file").await;
    assert!(page.body.contains(&format!("name=\"d.{of_alice}\" value=\"1\"")), "{}", page.body);
    assert!(!page.body.contains(&format!("d.{of_bob}")));
    let page = house.browser("audrey").await.get("/ra/file").await;
    assert!(!page.body.contains("type=\"checkbox\"") && !page.body.contains("/ra/file/lot"));
    let mut bob = house.browser("bob").await;
    let nothing = bob.post("/ra/file/lot", &ticked("approuver", &[])).await;
    assert!(bob.follow(&nothing).await.says("Cochez au moins une demande"));
}

#[actix_web::test]
async fn where_each_order_is_decided_on_by_itself_none_is_offered_for_a_bulk() {
    let mut house = house(House::without_bulks());
    let number = house.submit("alice", &person(1));
    let page = house.browser("bob").await.get("/ra/file").await;
    assert!(page.says(&number) && page.body.contains("/ra/file/suivant"), "{}", page.body);
    assert!(!page.body.contains("type=\"checkbox\"") && !page.body.contains("/ra/file/lot"), "{}", page.body);
}

#[actix_web::test]
async fn a_preview_says_of_each_row_what_becomes_of_it_and_decides_nothing() {
    let mut house = house(House::new());
    let numbers: Vec<String> = [1, 3, 5, 7].map(|one| house.submit("alice", &person(one))).into();
    let own = house.submit("bob", &person(2));
    house.approve_fully(&numbers[3]);
    let mut bob = house.browser("bob").await;
    let mut chosen = fields(&numbers.iter().chain([&own]).collect::<Vec<_>>());
    chosen.push("d.CO-2020-000009".to_owned());
    let page = bob.post("/ra/file/lot", &ticked("approuver", &chosen)).await;
    assert!(
        page.status == 200
            && page.says("1 sur 6 peut être approuvée d'une seule signature. Les autres restent"),
        "{}",
        page.body
    );
    for (number, code) in [
        (&numbers[1], "bulk-two-officers"),
        (&numbers[3], "order-not-open"),
        (&own, "order-self-approval"),
        (&"CO-2020-000009".to_owned(), "order-unknown"),
    ] {
        assert!(line(&page, number).contains(code), "{number}: {}", line(&page, number));
    }
    assert!(line(&page, &numbers[0]).contains("Sera approuvée"));
    assert_eq!(state(&mut house, &numbers[0]), OrderState::Submitted);
    // A colleague has opened it meanwhile; the register says something else; it has gone on.
    house.browser("clara").await.get(&format!("/ra/dossiers/{}", numbers[0])).await;
    let page = bob.post("/ra/file/lot", &ticked("approuver", &chosen)).await;
    assert!(line(&page, &numbers[0]).contains("order-taken"), "{}", page.body);
    assert!(
        line(&page, &numbers[0]).contains("Clara PETIT l’a en main, le "),
        "{}",
        line(&page, &numbers[0])
    );
    let gone = line(&page, &numbers[3]);
    assert!(gone.contains("Clara PETIT a approuvé la demande, le "), "who was the last of two: {gone}");
    let none = bob.post("/ra/file/lot/decider", &ticked("approuver", &chosen)).await;
    assert!(none.status == 422 && none.says("bulk-empty"), "{}", none.body);
}

#[actix_web::test]
async fn one_gesture_decides_what_was_shown_and_a_row_that_changed_since_is_left_out_and_said() {
    let mut house = house(House::in_production());
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let (first, second) = (house.submit("alice", &person(1)), house.submit("alice", &person(2)));
    let flagged = house.submit("alice", &person(3));
    house.submit("alice", &person(5));
    let mut browser = house.browser("bob").await;
    let chosen = fields(&[&first, &second, &flagged]);
    let form = ticked("approuver", &chosen);
    let ask = browser.post("/ra/file/lot/decider", &form).await;
    assert!(ask.status == 200 && ask.says("Approuver 2 demandes"), "{}", ask.body);
    assert!(ask.says(&first) && ask.says(&second) && ask.says("Signer avec ma clé de sécurité"));
    assert!(!attribute(&ask, "data-challenge").is_empty());
    for number in [&first, &second] {
        assert_eq!(state(&mut house, number), OrderState::Submitted, "asking is no decision");
    }
    // Another officer asks the applicant of the second one something.
    house.ask("clara", &second);
    let led = answered(&mut browser, "/ra/file/lot/decider", &ask, &bob, &form).await;
    let done = browser.follow(&led).await;
    assert!(done.status == 200 && done.says("1 sur 2."), "{}", done.body);
    assert!(done.says("Approuvée") && done.says("order-not-open"), "{}", done.body);
    assert!(done.says("Clara PETIT a posé une question au demandeur, le "), "whose it is: {}", done.body);
    assert!(done.says("Vous pouvez revenir sur ces décisions jusqu’à"), "{}", done.body);
    let again = browser.follow(&led).await;
    assert_eq!(again.body, done.body, "it is read again, and decides nothing again");
    let elsewhere = house.browser("bob").await.get(&led.leads_to()).await;
    assert!(elsewhere.says("1. Ce qui a été laissé n’est plus connu ici."), "{}", elsewhere.body);
    assert!(!elsewhere.body.contains("1 sur"), "of how many, this session does not know: {}", elsewhere.body);
    assert!(matches!(state(&mut house, &first), OrderState::Approved { .. }));
    assert!(matches!(state(&mut house, &second), OrderState::Waiting { .. }));
    assert_eq!(state(&mut house, &flagged), OrderState::Submitted, "it was no row of what was signed");
    let decisions = decision::of(&mut house.db, SubjectKind::CardOrder, &first).unwrap();
    assert!(decisions.len() == 1 && decisions[0].in_bulk());
    house.worker();
    assert_eq!(decision::receipt(&mut house.db, &decisions[0]).unwrap().unwrap().refusal, None);
    // Sent again: nothing is left to decide.
    let again = answered(&mut browser, "/ra/file/lot/decider", &ask, &bob, &form).await;
    assert!(again.says("0 sur 2."), "{}", again.body);
}

#[actix_web::test]
async fn where_one_of_what_was_signed_is_flagged_since_none_is_handed_in_and_the_page_says_which() {
    let mut house = house(House::in_production());
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let numbers: Vec<String> = [1, 2].map(|one| house.submit("alice", &person(one))).into();
    let mut browser = house.browser("bob").await;
    let chosen = fields(&numbers.iter().collect::<Vec<_>>());
    let form = ticked("approuver", &chosen);
    let ask = browser.post("/ra/file/lot/decider", &form).await;
    house.sql(&format!(
        "INSERT INTO order_flags VALUES ('{}', 1, 'duplicate', 'red', FALSE, 'Le porteur a déjà une carte.', 0)",
        numbers[1]
    ));
    let done = answered(&mut browser, "/ra/file/lot/decider", &ask, &bob, &form).await;
    assert!(done.says("0 sur 2."), "{}", done.body);
    assert!(done.says("bulk-not-whole") && done.says("bulk-look-needed"), "{}", done.body);
    for number in &numbers {
        assert_eq!(state(&mut house, number), OrderState::Submitted);
        assert_eq!(decision::of(&mut house.db, SubjectKind::CardOrder, number).unwrap(), []);
    }
}

#[actix_web::test]
async fn a_signature_covers_its_own_rows_whatever_the_form_says_beside_it() {
    let mut house = house(House::in_production());
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let (first, second) = (house.submit("alice", &person(1)), house.submit("alice", &person(2)));
    let mut browser = house.browser("bob").await;
    let one = fields(&[&first]);
    let ask = browser.post("/ra/file/lot/decider", &ticked("approuver", &one)).await;
    let both = fields(&[&first, &second]);
    let stranger = Authenticator::new("stranger");
    let done =
        answered(&mut browser, "/ra/file/lot/decider", &ask, &stranger, &ticked("approuver", &both)).await;
    assert!(done.says("0 sur 1.") && done.says("approval-proof-invalid"), "{}", done.body);
    let done = answered(&mut browser, "/ra/file/lot/decider", &ask, &bob, &ticked("approuver", &both)).await;
    let done = browser.follow(&done).await;
    assert!(done.says("1 sur 1."), "{}", done.body);
    assert_eq!(state(&mut house, &second), OrderState::Submitted);
    // Nor does it serve on the page of one order.
    let single =
        answered(&mut browser, &format!("/ra/dossiers/{second}/approuver"), &ask, &bob, &[("version", "1")])
            .await;
    assert_eq!(single.status, 409, "{}", single.body);
}

#[actix_web::test]
async fn no_refusal_of_many_without_a_reason_and_each_has_its_letter() {
    let mut house = house(House::where_decisions_wait());
    // Flags keep none from being refused.
    let numbers: Vec<String> = [1, 3, 5].map(|one| house.submit("alice", &person(one))).into();
    let chosen = fields(&numbers.iter().collect::<Vec<_>>());
    let mut bob = house.browser("bob").await;
    let page = bob.post("/ra/file/lot", &ticked("refuser", &chosen)).await;
    assert!(page.says("3 sur 3 peuvent être refusées") && page.says("Motif du refus, le même pour toutes"));
    let missing = bob.post("/ra/file/lot/decider", &ticked("refuser", &chosen)).await;
    assert!(missing.status == 422 && missing.says("order-reason-missing"), "{}", missing.body);
    let mut form = ticked("refuser", &chosen);
    form.push(("motif", "duplicate"));
    form.push(("precision", "Voir la première."));
    let letters = bob.post("/ra/file/lot", &form).await;
    assert!(line(&letters, &numbers[0]).contains("Voir la première."), "{}", letters.body);
    assert_eq!(letters.body.matches("<summary>Lettre").count(), 3);
    let led = bob.post("/ra/file/lot/decider", &form).await;
    let done = bob.follow(&led).await;
    assert!(done.says("3 sur 3.") && done.says("Annuler ces décisions"), "{}", done.body);
    for number in &numbers {
        let decisions = decision::of(&mut house.db, SubjectKind::CardOrder, number).unwrap();
        assert_eq!(decisions[0].reason_code.as_deref(), Some("duplicate"));
        assert_eq!(decisions[0].reason_text.as_deref(), Some("Voir la première."));
    }
    // One cancel for all, until it has taken effect.
    let back = bob.post("/ra/file/lot/reprendre", &ticked("refuser", &chosen[..2])).await;
    let back = bob.follow(&back).await;
    assert!(back.says("Décisions annulées") && back.says("2 sur 3."), "{}", back.body);
    assert_eq!(back.body.matches("À vérifier de nouveau").count(), 2, "{}", back.body);
    assert!(back.body.contains(&format!("name=\"{}\"", chosen[2])), "the third can be taken back still");
    assert_eq!(state(&mut house, &numbers[0]), OrderState::Submitted);
    house.later(Duration::from_secs(10 * 60));
    let mut bob = house.browser("bob").await;
    let late = bob.post("/ra/file/lot/reprendre", &ticked("refuser", &chosen[2..])).await;
    let late = bob.follow(&late).await;
    assert!(late.says("2 sur 3.") && late.says("decision-in-effect"), "{}", late.body);
    assert!(!late.body.contains("/ra/file/lot/reprendre"), "nothing is left to take back");
}

#[actix_web::test]
async fn the_queue_names_what_was_decided_together_and_takes_all_of_it_back() {
    let mut house = house(House::in_production());
    let bob = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
    let numbers: Vec<String> = [1, 2].map(|one| house.submit("alice", &person(one))).into();
    let mut browser = house.browser("bob").await;
    let chosen = fields(&numbers.iter().collect::<Vec<_>>());
    let form = ticked("approuver", &chosen);
    let ask = browser.post("/ra/file/lot/decider", &form).await;
    let led = answered(&mut browser, "/ra/file/lot/decider", &ask, &bob, &form).await;
    assert_eq!(led.status, 303, "{}", led.body);
    let address = led.leads_to();
    house.later(Duration::from_secs(1));
    let queue = browser.get("/ra/file?statut=a-verifier").await;
    assert!(queue.says("Votre dernière décision : 2 demandes ensemble"), "{}", queue.body);
    assert!(queue.body.contains(&format!("<a href=\"{address}\">")), "{address}: {}", queue.body);
    let form = queue.body.split_once("action=\"/ra/file/lot/reprendre\"").expect("one cancel for all").1;
    let form = form.split("</form>").next().unwrap();
    for field in &chosen {
        assert!(form.contains(&format!("name=\"{field}\" value=\"1\"")), "{form}");
    }
    let clara = house.browser("clara").await.get(&address).await;
    assert_eq!(clara.status, 404, "of another's decisions nobody learns there: {}", clara.body);
    for nowhere in ["/ra/file/lot/x", "/ra/file/lot/1"] {
        assert_eq!(browser.get(nowhere).await.status, 404, "{nowhere}");
    }
    let back = browser.post("/ra/file/lot/reprendre", &ticked("approuver", &chosen)).await;
    let back = browser.follow(&back).await;
    assert!(back.says("2 sur 2.") && back.says("Décisions annulées"), "{}", back.body);
    for number in &numbers {
        assert_eq!(state(&mut house, number), OrderState::Submitted);
    }
    assert!(!browser.get("/ra/file").await.says("Votre dernière décision"));
}

#[actix_web::test]
async fn more_than_one_signature_covers_is_no_selection() {
    let mut house = house(House::new());
    let chosen: Vec<String> = (0..=25).map(|number| format!("d.CO-2026-{number:06}")).collect();
    let mut bob = house.browser("bob").await;
    let page = bob.post("/ra/file/lot", &ticked("approuver", &chosen)).await;
    assert!(page.status == 422 && page.says("bulk-too-many"), "{}", page.body);
}
