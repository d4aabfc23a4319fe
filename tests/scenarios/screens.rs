//! Every screen, looked at by axe-core in both themes, and the key ones written to `target/screens/` with what they must say.

use std::fs;

use acceptance::harness::Browser;
use card::CardStatus;
use diesel::prelude::*;
use serde_json::Value;
use store::schema::{card_orders, cards};

use super::officers_desk::{Desk, desk_where};
use super::workshop::APPROVER;

/// An address, what its page must say, and the picture that is kept of it.
type Screen = (String, &'static str, Option<&'static str>);

fn screen(address: impl Into<String>, says: &'static str, picture: Option<&'static str>) -> Screen {
    (address.into(), says, picture)
}

/// Opens each, and has axe-core look at it in the light and in the dark.
fn look(desk: &Desk, browser: &Browser, screens: &[Screen]) {
    let mut violations = Vec::new();
    for (address, says, picture) in screens {
        browser.open(&format!("{}{address}", desk.origin));
        browser.wait_for(says);
        for theme in ["dark", "light"] {
            browser.theme(theme);
            let found = browser.accessibility_violations();
            violations.extend(found.into_iter().map(|one| format!("{address}, {theme}: {one}")));
        }
        if let Some(name) = picture {
            browser.screenshot(name);
        }
    }
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

fn order_in(desk: &mut Desk, status: &str) -> String {
    card_orders::table
        .filter(card_orders::status.eq(status))
        .order(card_orders::number)
        .select(card_orders::number)
        .first(&mut desk.db)
        .unwrap()
}

fn card_in(desk: &mut Desk, status: CardStatus) -> String {
    cards::table
        .filter(cards::status.eq(status.as_str()))
        .order(cards::number)
        .select(cards::number)
        .first(&mut desk.db)
        .unwrap()
}

#[test]
fn no_screen_of_an_officer_keeps_anybody_out() {
    let mut desk = desk_where("approval_delay_seconds = 600", "refusal_delay_seconds = 600");
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    let (waiting, ordered) = (desk.waiting(), order_in(&mut desk, "ordered"));
    let (active, opposed) = (card_in(&mut desk, CardStatus::Active), card_in(&mut desk, CardStatus::Opposed));
    look(
        &desk,
        &browser,
        &[
            screen("/ra/file", "File des demandes", Some("queue")),
            screen("/ra/file?statut=refusees", "Aucune demande dans cet état.", None),
            screen(format!("/ra/dossiers/{waiting}?statut=a-verifier"), "Notes privées", Some("dossier")),
            screen(format!("/ra/dossiers/{ordered}"), "Carte produite", None),
            screen("/ra/dossiers/CO-0", "Introuvable", None),
            screen("/ra/nouvelle", "Nouvelle demande", None),
            screen("/ra/cartes", "Trouver une carte", None),
            screen(format!("/ra/cartes/{active}"), "Mettre", Some("card")),
            screen(format!("/ra/cartes/{opposed}"), "opposition", None),
            screen("/ra/registre", "Répertoire", Some("register")),
            screen("/ra/caducites", "Cartes caduques", None),
            screen("/ra/rappels", "Rappels", None),
            screen("/ra/cles", "Accès refusé", None),
            screen("/ra/aide", "Raccourcis clavier", Some("help")),
            screen("/ra/file?lang=en", "Queue of orders", Some("queue-english")),
            screen(format!("/ra/dossiers/{waiting}"), "Private notes", Some("dossier-english")),
            screen(format!("/ra/cartes/{active}?lang=fr"), "Mettre", None),
        ],
    );
    // What is reached by an act alone.
    let looked_at = |browser: &Browser, says: &str| {
        browser.wait_for(says);
        for theme in ["dark", "light"] {
            browser.theme(theme);
            assert_eq!(browser.accessibility_violations(), [""; 0], "{says}, {theme}");
        }
    };
    browser.open(&format!("{}/ra/dossiers/{waiting}", desk.origin));
    browser.click("details.refuse summary");
    browser.click("button[formaction$='/apercu']");
    looked_at(&browser, "Un refus doit être motivé");
    browser.click("input[value='register-mismatch']");
    browser.click("button[formaction$='/apercu']");
    looked_at(&browser, "Lettre que recevra le porteur");
    browser.click("form[action$='/approuver'] button");
    looked_at(&browser, "Signer votre décision");
    browser.click("main button[type=submit]");
    looked_at(&browser, "prend effet à");
    desk.serving.end();
}

#[test]
fn no_public_screen_keeps_anybody_out() {
    let mut desk = desk_where("approval_delay_seconds = 0", "refusal_delay_seconds = 0");
    let browser = Browser::new(1280);
    look(
        &desk,
        &browser,
        &[
            screen("/ra/sign-in", "Se connecter", Some("sign-in-light")),
            screen("/ra/cle", "identifiant", None),
            screen("/opposition", "Vous avez votre code d'opposition", None),
            screen("/opposition/rappel", "Déclaration enregistrée", None),
            screen("/pki", "Autorités", Some("public-page")),
            screen("/nowhere", "Introuvable", None),
            // The link at the head of each page chooses the language of those that follow.
            screen("/opposition?lang=en", "You have your opposition code", None),
            screen("/ra/sign-in", "Sign in with my security key", None),
            screen("/pki", "Certification authorities", Some("public-page-english")),
            screen("/pki?lang=fr", "Autorités", None),
        ],
    );
    desk.serving.end();
}

#[test]
fn a_holder_opposes_his_card_on_a_telephone_without_a_script() {
    let mut desk = desk_where("approval_delay_seconds = 0", "refusal_delay_seconds = 0");
    let letters = desk.serving.dir().join("letters");
    let letter = || {
        fs::read_dir(&letters).ok()?.flatten().find_map(|entry| {
            let text = fs::read(entry.path()).ok()?;
            serde_json::from_slice::<Value>(&text).ok()
        })
    };
    desk.wait_until("the letter with the code is written", |_| letter().is_some());
    let letter = letter().unwrap();
    let of = |name: &str| letter["codes"][0][name].as_str().unwrap().to_owned();
    let (card, code) = (of("card"), of("code"));

    let browser = Browser::new(500);
    browser.narrow(320);
    browser.without_scripts();
    let fits = || {
        let wide = browser.run("return document.documentElement.scrollWidth");
        assert!(wide.as_i64().is_some_and(|wide| wide <= 320), "{}: {wide} wide", browser.address());
    };
    browser.open(&format!("{}/opposition", desk.origin));
    browser.wait_for("Vous avez votre code d'opposition");
    fits();
    browser.write("#numero", &card);
    browser.write("#code", &code.to_lowercase());
    browser.click("input[value=stolen]");
    browser.screenshot("opposition-320");
    browser.click("form[action='/opposition'] button");
    browser.wait_for("C'est définitif.");
    fits();
    browser.screenshot("opposition-confirm-320");
    browser.click("button.danger");
    desk.wait_until("the declaration has its address", |_| {
        browser.address().contains("/opposition/declaration/")
    });
    let address = browser.address();
    desk.wait_until("the worker has answered", |_| {
        browser.open(&address);
        browser.text("main").contains(&format!("La carte {card} est en opposition."))
    });
    fits();
    browser.screenshot("opposition-receipt-320");
    desk.serving.end();
}
