//! Two hundred dossiers a day, without a mouse: decided, taken back, refused with a letter, counter-signed. In a real browser.

use acceptance::harness::{Browser, ENTER};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use store::schema::{card_orders, outbox};

use super::officers_desk::{Desk, desk_where};
use super::workshop::APPROVER;

const NAME: &str = "Dominique BERNARD";

/// Approvals wait long enough for a slow machine to take one back, and refusals a moment.
fn desk() -> Desk {
    desk_where("approval_delay_seconds = 120", "refusal_delay_seconds = 6")
}

/// What the holder was told of this order.
fn told(desk: &mut Desk, number: &str) -> Vec<String> {
    outbox::table
        .filter(outbox::recipient.like("holder:%").and(outbox::subject.eq(format!("order {number}"))))
        .filter(outbox::notice.ne("received"))
        .select(outbox::notice)
        .load(&mut desk.db)
        .unwrap()
}

fn stands(desk: &mut Desk, number: &str) -> (String, i64) {
    card_orders::table
        .find(number)
        .select((card_orders::status, card_orders::version))
        .first(&mut desk.db)
        .unwrap()
}

/// The dossier of this order, opened.
fn open(desk: &Desk, browser: &Browser, number: &str) {
    browser.open(&format!("{}/ra/dossiers/{number}?statut=a-verifier", desk.origin));
    browser.wait_for("Demande et répertoire");
}

#[test]
fn a_green_dossier_is_three_keys_and_a_gesture_and_is_taken_back_with_one() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, NAME);
    desk.sign_in(&browser);
    let number = desk.waiting();
    open(&desk, &browser, &number);
    browser.press(&["a"]);
    assert_eq!(browser.focused(), "Approuver");
    assert_eq!(stands(&mut desk, &number).0, "submitted", "a key decides nothing");
    browser.press(&[ENTER]);
    browser.wait_for("Signer votre décision");
    browser.wait_for("Ce qui partira");
    // The third key asks for the gesture, which the authenticator of the test makes.
    browser.press(&[ENTER]);
    browser.wait_for("La demande est approuvée.");
    browser.wait_for("Approbation : prend effet à");
    browser.screenshot("decision-waits");
    desk.wait_until("the worker has received the decision", |desk| {
        let decisions = decision::of(&mut desk.db, SubjectKind::CardOrder, &number).unwrap();
        decision::receipt(&mut desk.db, &decisions[0]).unwrap().is_some()
    });
    browser.press(&["z"]);
    browser.wait_for("Votre décision est annulée");
    assert_eq!(stands(&mut desk, &number), ("submitted".to_owned(), 2));
    browser.screenshot("decision-taken-back");
    assert_eq!(told(&mut desk, &number), [""; 0], "nobody was told of it");
    desk.serving.end();
}

#[test]
fn a_refusal_by_keyboard_shows_its_letter_before_and_sends_it_after() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, NAME);
    desk.sign_in(&browser);
    let number = desk.waiting();
    open(&desk, &browser, &number);
    browser.press(&["r", "3"]);
    assert_eq!(browser.run("return document.activeElement.value").as_str(), Some("duplicate"));
    browser.write("#precision", "La demande précédente est en cours d'examen.");
    browser.click("button[formaction$='/apercu']");
    browser.wait_for("Lettre que recevra le porteur");
    let previewed = browser.text("div[role=status] .letter");
    assert!(previewed.contains("La demande précédente est en cours d'examen."), "{previewed}");
    browser.screenshot("refusal-letter");
    browser.click("form[action$='/refuser'] button.danger");
    browser.wait_for("Signer votre décision");
    browser.wait_for("Motif du refus");
    assert!(browser.text("main").contains("La demande précédente est en cours d'examen."));
    browser.press(&[ENTER]);
    browser.wait_for("Refus : prend effet à");
    assert_eq!(told(&mut desk, &number), [""; 0]);
    desk.wait_until("the refusal has taken effect", |desk| told(desk, &number) == ["refused"]);
    browser.open(&format!("{}/ra/dossiers/{number}/lettre", desk.origin));
    browser.wait_for("À imprimer et à poster.");
    assert_eq!(browser.text(".letter"), previewed, "what was previewed is what leaves");
    desk.serving.end();
}

#[test]
fn the_second_officer_looks_for_himself_and_counter_signs() {
    let mut desk = desk();
    let dominique = desk.officer(APPROVER, NAME);
    let lou = desk.officer("lou.garnier", "Lou GARNIER");
    let number = desk.waiting();
    desk.db
        .batch_execute(&format!(
            "INSERT INTO order_flags VALUES ('{number}', 1, 'rush-of-structure', 'red', TRUE,
                'Plus de vingt demandes en une heure pour le même lieu.', 0)"
        ))
        .unwrap();
    for browser in [&dominique, &lou] {
        desk.sign_in(browser);
        open(&desk, browser, &number);
    }
    assert!(lou.text("main").contains("son avis ne vous est montré qu'après le vôtre"));
    dominique.press(&["a", ENTER]);
    dominique.wait_for("Signer votre décision");
    dominique.press(&[ENTER]);
    dominique.wait_for("Votre approbation est enregistrée.");
    open(&desk, &lou, &number);
    assert!(!lou.text("main").contains(NAME), "{}", lou.text("main"));
    lou.screenshot("second-officer");
    lou.press(&["a", ENTER]);
    lou.wait_for("Signer votre décision");
    lou.press(&[ENTER]);
    lou.wait_for("La demande est approuvée.");
    assert!(lou.text("main").contains(&format!("Approuvée par {NAME}")));
    assert_eq!(stands(&mut desk, &number).0, "approved");
    lou.screenshot("counter-signed");
    desk.serving.end();
}

#[test]
fn keys_go_from_row_to_row_and_from_dossier_to_dossier_unless_they_are_switched_off() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, NAME);
    desk.sign_in(&browser);
    browser.open(&format!("{}/ra/file", desk.origin));
    browser.press(&["j", "j"]);
    let second = browser.focused();
    browser.press(&["k", "o"]);
    browser.wait_for("Demande et répertoire");
    assert!(!browser.address().contains(&second), "{second}");
    browser.press(&["j"]);
    browser.wait_for(&format!("Dossier {second}"));
    assert!(browser.address().ends_with("?statut=a-verifier"), "{}", browser.address());
    browser.press(&["n"]);
    assert_eq!(browser.focused(), "note");
    browser.press(&["a", "z"]);
    let typed = browser.run("return document.activeElement.value");
    assert_eq!(typed.as_str(), Some("az"), "who writes is not disturbed");
    browser.open(&format!("{}/ra/file", desk.origin));
    browser.press(&["g", "o"]);
    browser.wait_for("Trouver une carte");
    browser.press(&["/"]);
    assert_eq!(browser.focused(), "numero");
    browser.run("document.activeElement.blur()");
    browser.press(&["?"]);
    browser.wait_for("Raccourcis clavier");
    browser.screenshot("keyboard-help");
    browser.click("input[value=off]");
    browser.click("main button");
    browser.wait_for("Votre choix est retenu dans ce navigateur.");
    open(&desk, &browser, &second);
    browser.press(&["a"]);
    assert_ne!(browser.focused(), "Approuver");
    assert!(!browser.run("return document.body.outerHTML").as_str().unwrap().contains("keyshortcuts"));
    desk.serving.end();
}
