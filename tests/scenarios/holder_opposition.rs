//! A holder on his telephone, with the page, the worker and the status role running: from the letter to what OCSP says.

use std::fs;

use acceptance::harness::{DatabaseKind, run, start};
use card::CardStatus;
use openssl::ocsp::OcspCertStatus;
use serde_json::Value;
use store::DatabaseRole;

use super::invariants::of_card;
use super::public_page::{Page, web};
use super::standstill::until;
use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

/// The card and code of the letter that a printer would take up.
fn letter(workshop: &Workshop) -> (String, String) {
    let mut letters = fs::read_dir(workshop.dir().join("letters")).unwrap();
    let file = fs::read(letters.next().expect("there is a letter").unwrap().path()).unwrap();
    let file: Value = serde_json::from_slice(&file).unwrap();
    let text = |name: &str| file["codes"][0][name].as_str().unwrap().to_owned();
    (text("card"), text("code"))
}

/// Without the spaces that do not break.
fn plain(page: &Page) -> String {
    page.text().replace("&nbsp;", " ").replace("&#8239;", " ")
}

#[test]
fn a_holder_blocks_his_card_by_the_page_alone_and_reads_what_is_public() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        workshop.job("opposition-codes");
        let (card, code) = letter(&workshop);
        let number = card.parse().unwrap();
        let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &number).remove(0);
        let status = status_service(&workshop);
        let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
        let web = web(&workshop);
        assert!(plain(&web.get("/opposition")).contains("Vous avez votre code d’opposition"));
        let form = [("numero", card.as_str()), ("motif", "stolen"), ("code", code.as_str())];
        let confirmation = web.post("/opposition", &form);
        assert!(plain(&confirmation).contains("C’est définitif."), "{}", confirmation.text());
        assert_eq!(status.status_of(&workshop, &certificate), OcspCertStatus::GOOD, "nothing is done yet");

        let confirmed = [&form[..], &[("definitif", "oui")]].concat();
        let done = web.post("/opposition/declaration", &confirmed);
        assert_eq!(done.status, 303, "on {kind}: {}", done.text());
        let address = done.header("location").to_owned();
        until("the worker has answered", || !plain(&web.get(&address)).contains("Vérification en cours"));
        let receipt = plain(&web.get(&address));
        assert!(receipt.contains(&format!("La carte {card} est en opposition.")), "on {kind}: {receipt}");
        assert_eq!(status.status_of(&workshop, &certificate), OcspCertStatus::REVOKED, "on {kind}");
        until("the page says that it is public", || plain(&web.get(&address)).contains("le dit déjà"));
        assert!(workshop.cards(CardStatus::Opposed).contains(&number));

        // A wrong code, and nobody's card: the same words.
        let wrong =
            [("numero", "2698765432"), ("motif", "lost"), ("code", code.as_str()), ("definitif", "oui")];
        let address = web.post("/opposition/declaration", &wrong).header("location").to_owned();
        until("the worker has answered", || plain(&web.get(&address)).contains("Code non reconnu"));
        let logged = web.ends();
        assert!(
            !logged.contains(&code) && !logged.contains(&card),
            "no number and no code in a log: {logged}"
        );
        worker.kill();
    }
}

#[test]
fn who_has_no_code_is_called_back_at_the_number_of_the_register() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0].to_string();
    let web = web(&workshop);
    let done = web.post("/opposition/rappel", &[("numero", &card), ("motif", "lost")]);
    assert_eq!((done.status, done.header("location")), (303, "/opposition/rappel"));
    assert!(plain(&web.get("/opposition/rappel")).contains("Jusque-là, la carte reste valable."));
    workshop.job("opposition-callbacks");
    let listed = run(&mut workshop.command(&["opposition", "tickets"])).json();
    assert_eq!(listed[0]["declared"], card.as_str());
    assert!(workshop.cards(CardStatus::Active).iter().any(|active| active.to_string() == card));
}
