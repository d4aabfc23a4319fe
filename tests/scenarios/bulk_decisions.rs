//! Several dossiers, one gesture: ticked, previewed row by row, signed, taken back. In a real browser, at a desk and on a telephone.

use acceptance::harness::{Browser, ENTER};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use registration_authority::order;
use registration_authority::risk;
use store::schema::card_orders;

use super::officers_desk::{Desk, desk_where};
use super::workshop::{APPROVER, submit};

/// Orders that wait, raised no flag, and were submitted by another.
fn green(desk: &mut Desk, count: usize) -> Vec<String> {
    let mut green = Vec::new();
    for order in submit(&mut desk.db, count + 4) {
        if risk::recorded(&mut desk.db, &order.number, order.version).unwrap().is_empty() {
            green.push(order.number);
        }
    }
    green.truncate(count);
    assert_eq!(green.len(), count);
    green
}

fn status(desk: &mut Desk, number: &str) -> String {
    card_orders::table.find(number).select(card_orders::status).first(&mut desk.db).unwrap()
}

fn tick(browser: &Browser, numbers: &[String]) {
    for number in numbers {
        browser.click(&format!("input[name='d.{number}']"));
    }
}

#[track_caller]
fn nobody_is_kept_out(browser: &Browser, screen: &str) {
    for theme in ["dark", "light"] {
        browser.theme(theme);
        assert_eq!(browser.accessibility_violations(), [""; 0], "{screen}, {theme}");
    }
    browser.screenshot(screen);
    browser.show_on(320);
    let wide = browser.run("return document.documentElement.scrollWidth").as_i64().unwrap();
    assert!(wide <= 320, "{screen} is {wide} wide");
    browser.screenshot(&format!("{screen}-320"));
    browser.show_on(1280);
}

#[test]
fn an_officer_approves_what_he_ticked_with_one_gesture_and_takes_it_back_with_one_button() {
    let mut desk = desk_where("approval_delay_seconds = 120", "refusal_delay_seconds = 240");
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    let chosen = green(&mut desk, 3);
    desk.db
        .batch_execute(&format!(
            "INSERT INTO order_flags VALUES ('{}', 1, 'rush-of-structure', 'red', TRUE,
                'Plus de vingt demandes en une heure pour le même lieu.', 0)",
            chosen[2]
        ))
        .unwrap();
    browser.open(&format!("{}/ra/file", desk.origin));
    tick(&browser, &chosen);
    browser.screenshot("bulk-queue");
    browser.click("button[value='approuver']");
    browser.wait_for("2 sur 3 peuvent être approuvées");
    assert!(browser.text("tbody").contains("l'accord de deux opérateurs"), "{}", browser.text("tbody"));
    nobody_is_kept_out(&browser, "bulk-preview");
    browser.click("section.decide button");
    browser.wait_for("Approuver 2 demandes");
    assert_eq!(status(&mut desk, &chosen[0]), "submitted", "nothing is signed yet");
    nobody_is_kept_out(&browser, "bulk-sign");
    browser.press(&[ENTER]);
    browser.wait_for("2 sur 2.");
    browser.wait_for("Vous pouvez revenir sur ces décisions jusqu'à");
    nobody_is_kept_out(&browser, "bulk-done");
    for number in &chosen[..2] {
        assert_eq!(status(&mut desk, number), "approved");
        desk.wait_until("the worker has received the row", |desk| {
            let decisions = decision::of(&mut desk.db, SubjectKind::CardOrder, number).unwrap();
            let receipt = decision::receipt(&mut desk.db, &decisions[0]).unwrap();
            receipt.is_some_and(|receipt| receipt.refusal.is_none())
        });
    }
    assert_eq!(status(&mut desk, &chosen[2]), "submitted");
    browser.click("form[action='/ra/file/lot/reprendre'] button");
    browser.wait_for("Décisions annulées");
    assert_eq!(status(&mut desk, &chosen[0]), "submitted");
    desk.serving.end();
}

/// Whoever takes a card over has the holder's contact changed first: here while the officer reads what he is about to sign.
#[test]
fn a_contact_that_changes_before_the_gesture_leaves_every_order_open_and_that_one_flagged() {
    let mut desk = desk_where("approval_delay_seconds = 120", "refusal_delay_seconds = 240");
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    let chosen = green(&mut desk, 2);
    browser.open(&format!("{}/ra/file", desk.origin));
    tick(&browser, &chosen);
    browser.click("button[value='approuver']");
    browser.wait_for("2 sur 2 peuvent être approuvées");
    browser.click("section.decide button");
    browser.wait_for("Approuver 2 demandes");
    let holder: String =
        card_orders::table.find(&chosen[1]).select(card_orders::holder).first(&mut desk.db).unwrap();
    let now = desk.db.now().unwrap().millis();
    desk.db
        .batch_execute(&format!(
            "DELETE FROM register_contact_changes WHERE subject = '{holder}';
             INSERT INTO register_contact_changes (subject, feed, changed_at) VALUES ('{holder}', 1, {now})"
        ))
        .unwrap();
    browser.press(&[ENTER]);
    browser.wait_for("sur 2.");
    // Whether the page had heard of it before the gesture, or the worker alone when it received it.
    desk.wait_until("each order is open, and the changed one flagged", |desk| {
        let open = chosen.iter().all(|number| status(desk, number) == "submitted");
        let order = order::get(&mut desk.db, &chosen[1]).unwrap();
        let flags = risk::recorded(&mut desk.db, &order.number, order.version).unwrap();
        open && flags.iter().any(|one| one.flag == "contact-changed")
    });
    for number in &chosen {
        for decision in decision::of(&mut desk.db, SubjectKind::CardOrder, number).unwrap() {
            let receipt = decision::receipt(&mut desk.db, &decision).unwrap().expect("it was received");
            assert_eq!(receipt.refusal.as_deref(), Some("bulk-two-officers"));
        }
    }
    browser.open(&format!("{}/ra/dossiers/{}", desk.origin, chosen[1]));
    browser.wait_for("Les coordonnées du porteur ont changé");
    desk.serving.end();
}

#[test]
fn a_refusal_of_several_shows_each_letter_before_it_is_signed() {
    let mut desk = desk_where("approval_delay_seconds = 120", "refusal_delay_seconds = 240");
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    let chosen = green(&mut desk, 2);
    browser.open(&format!("{}/ra/file", desk.origin));
    tick(&browser, &chosen);
    browser.click("button[value='refuser']");
    browser.wait_for("2 sur 2 peuvent être refusées");
    browser.click("button.danger");
    browser.wait_for("Un refus doit être motivé");
    browser.click("input[value='duplicate']");
    browser.write("#precision", "La demande précédente est en cours d'examen.");
    browser.click("button[formaction='/ra/file/lot']");
    browser.wait_for("Lettre");
    browser.click("tbody details summary");
    assert!(browser.text("tbody .letter").contains("La demande précédente est en cours d'examen."));
    nobody_is_kept_out(&browser, "bulk-letters");
    browser.click("button.danger");
    browser.wait_for("Refuser 2 demandes");
    browser.press(&[ENTER]);
    browser.wait_for("2 sur 2.");
    for number in &chosen {
        assert_eq!(status(&mut desk, number), "refused");
    }
    desk.serving.end();
}
