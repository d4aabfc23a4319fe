//! The officers' queue in a real browser, at a desk and on a telephone. Screens go to `target/screens/`.

use acceptance::harness::Browser;
use diesel::prelude::*;
use store::schema::card_orders;

use super::officers_desk::{Desk, desk};
use super::workshop::APPROVER;

/// Family name of the holder of an order, as an officer may type its beginning: in small letters.
fn name_of(desk: &mut Desk, number: &str) -> String {
    let name: String =
        card_orders::table.find(number).select(card_orders::family_name).first(&mut desk.db).unwrap();
    name.to_lowercase()
}

#[track_caller]
fn no_wider_than_the_screen(browser: &Browser, screen: i64) {
    let wide = browser.run("return [window.innerWidth, document.documentElement.scrollWidth]");
    let [window, page] = [&wide[0], &wide[1]].map(|width| width.as_i64().unwrap());
    assert_eq!(window, screen);
    // A bar to scroll with takes its part of the screen.
    assert!(page <= screen, "the page is {page} wide");
}

#[test]
fn an_officer_filters_the_queue_keeps_the_view_and_takes_the_next_dossier() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    let number = desk.waiting();
    let name = name_of(&mut desk, &number);
    desk.sign_in(&browser);
    browser.open(&format!("{}/ra/file", desk.origin));
    browser.wait_for(&number);
    browser.wait_for("reste ");
    browser.screenshot("queue");

    browser.click("option[value='CPF']");
    browser.click(".filters button");
    browser.wait_for("Aucune demande ne répond à ces filtres.");
    browser.click(".filters a");
    browser.wait_for(&number);
    browser.write("#q", &name);
    browser.click(".filters button");
    browser.wait_for("par ordre alphabétique");
    assert!(browser.address().contains("q=") && browser.text("tbody").contains(&number));
    browser.click("summary");
    browser.write("#nom", "Ma recherche");
    browser.click(".views button.second");
    browser.wait_for("La vue est enregistrée.");
    browser.screenshot("queue-filtered");

    browser.open(&format!("{}/ra/file", desk.origin));
    browser.click("form[action='/ra/file/suivant'] button");
    browser.wait_for("Décision");
    assert!(browser.address().contains("/ra/dossiers/CO-"), "{}", browser.address());
    browser.open(&format!("{}/ra/file", desk.origin));
    browser.wait_for("Dominique BERNARD (moins d'une minute) (vous)");
    browser.click(".views a");
    browser.wait_for("par ordre alphabétique");
    browser.show_on(320);
    no_wider_than_the_screen(&browser, 320);
    browser.screenshot("queue-narrow");
    desk.serving.end();
}
