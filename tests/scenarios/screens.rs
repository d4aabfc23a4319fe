//! Every screen, looked at by axe-core in both themes and on a telephone's width, and the key ones written to `target/screens/` with
//! what they must say.

use std::collections::BTreeSet;
use std::fs;

use acceptance::harness::{Browser, MailServer, igc, root, run};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use registration_authority::approval::SubjectKind;
use registration_authority::decision;
use serde_json::Value;
use store::schema::{
    audit_events, card_orders, cards, certificate_requests, officer_enrolments, order_places,
};

use super::delegations;
use super::officers_desk::{Desk, desk_of, desk_where};
use super::workshop::{APPROVER, SECOND_APPROVER, SUBMITTER};

mod filled;
mod paper;
mod states;
mod telephone;

use telephone::code_of_a_letter;

/// As wide as WCAG 2.2 asks a page to fit into (1.4.10), in CSS pixels.
const NARROWEST: u32 = 320;

/// Addresses at which no page of ours is read: they lead elsewhere, or hand over a file.
const NO_PAGE: [&str; 6] = [
    "/",
    "/ra/contreseing/suivant",
    "/pki/certificats-de-test/{name}",
    "/pki/publications/{path:.+}",
    "/ra/dossiers/{number}/documents/{id}",
    "/ra/retraits/{request}/{form}",
];

/// What was looked at, and what keeps somebody out there.
#[derive(Default)]
struct Found {
    addresses: BTreeSet<String>,
    violations: Vec<String>,
}

impl Found {
    fn join(&mut self, other: Self) {
        self.addresses.extend(other.addresses);
        self.violations.extend(other.violations);
    }

    /// Every address at which a page is read was looked at.
    #[track_caller]
    fn misses_none(&self) {
        let routes = fs::read_to_string(root().join("web-admin/src/tests/routes.txt")).unwrap();
        let patterns = routes.lines().filter_map(|line| line.strip_prefix("GET")?.split_whitespace().next());
        let missed: Vec<&str> = patterns
            .filter(|pattern| !NO_PAGE.contains(pattern))
            .filter(|pattern| !self.addresses.iter().any(|address| is_of(address, pattern)))
            .collect();
        assert!(missed.is_empty(), "nobody looked at {missed:?}");
    }
}

/// Whether an address is one of a pattern: `/ra/cartes/2600000002` of `/ra/cartes/{number}`.
fn is_of(address: &str, pattern: &str) -> bool {
    let (address, pattern): (Vec<_>, Vec<_>) = (address.split('/').collect(), pattern.split('/').collect());
    address.len() == pattern.len()
        && address.iter().zip(&pattern).all(|(part, wanted)| part == wanted || wanted.starts_with('{'))
}

/// Who looks at pages.
struct Look<'a> {
    origin: &'a str,
    browser: &'a Browser,
    found: Found,
}

impl<'a> Look<'a> {
    fn of(desk: &'a Desk, browser: &'a Browser) -> Self {
        Self { origin: &desk.origin, browser, found: Found::default() }
    }

    /// Opens an address, whose page must say this in its main part, and looks at it; keeps a picture of it under this name.
    fn at(&mut self, address: &str, says: &str, picture: Option<&str>) {
        self.browser.open(&format!("{}{address}", self.origin));
        self.now(address, says);
        if let Some(name) = picture {
            self.browser.screenshot(name);
        }
    }

    /// Looks at these in English too: other words are as wide as they are. A theme has no language; one is looked at.
    fn in_english(&mut self, addresses: &[&str]) {
        // The link at the head of each page chooses the language of those that follow.
        self.browser.open(&format!("{}/ra/aide?lang=en", self.origin));
        for address in addresses {
            self.browser.open(&format!("{}{address}", self.origin));
            let language = self.browser.run("return document.documentElement.lang");
            assert_eq!(language, "en", "{address}");
            self.in_themes(&format!("{address}, in English"), &["light"]);
            self.fits_a_telephone(&format!("{address}, in English"));
        }
        self.browser.open(&format!("{}/ra/aide?lang=fr", self.origin));
    }

    /// Looks at the page that an act has led to.
    fn now(&mut self, address: &str, says: &str) {
        self.browser.wait_for_in("main", says);
        self.in_themes(address, &["dark", "light"]);
        self.fits_a_telephone(address);
        self.found.addresses.insert(address.split('?').next().unwrap_or_default().to_owned());
    }

    fn in_themes(&mut self, address: &str, themes: &[&str]) {
        for theme in themes {
            self.browser.theme(theme);
            let found = self.browser.accessibility_violations();
            self.found.violations.extend(found.into_iter().map(|one| format!("{address}, {theme}: {one}")));
        }
    }

    fn fits_a_telephone(&mut self, address: &str) {
        let browser = self.browser;
        browser.show_on(NARROWEST);
        let wide = browser.run("return document.documentElement.scrollWidth").as_u64();
        if wide.is_none_or(|wide| wide > u64::from(NARROWEST)) {
            self.found.violations.push(format!("{address}: {wide:?} pixels wide on a telephone"));
        }
        browser.show_on_its_window();
    }
}

/// What the demonstration has of each sort of thing that a page is about.
struct Shown {
    waiting: String,
    ordered: String,
    refused: String,
    active: String,
    opposed: String,
    holder: String,
    structure: String,
    /// Of a software certificate.
    request: String,
    enrolment: String,
    delegation: String,
    event: String,
}

impl Shown {
    fn of(desk: &mut Desk, refused: String) -> Self {
        let waiting = desk.waiting();
        let db = &mut desk.db;
        let card = |status: CardStatus| cards::table.filter(cards::status.eq(status.as_str()));
        let ordered = card_orders::table.filter(card_orders::status.eq("ordered"));
        let active = card(CardStatus::Active);
        Self {
            waiting,
            refused,
            ordered: ordered.select(card_orders::number).first(db).unwrap(),
            holder: active.select(cards::holder).first(db).unwrap(),
            active: active.select(cards::number).first(db).unwrap(),
            opposed: card(CardStatus::Opposed).select(cards::number).first(db).unwrap(),
            structure: order_places::table.select(order_places::structure).first(db).unwrap(),
            request: certificate_requests::table
                .filter(certificate_requests::status.eq("issued"))
                .filter(certificate_requests::submitted_by.eq(SUBMITTER))
                .select(certificate_requests::number)
                .first(db)
                .unwrap(),
            enrolment: officer_enrolments::table.select(officer_enrolments::number).first(db).unwrap(),
            delegation: delegations::proposed(db, APPROVER, SECOND_APPROVER),
            event: audit_events::table.select(audit_events::id).first(db).unwrap(),
        }
    }
}

/// Refuses an order that waits, as who has no passkey in a demonstration; its number, once the letter can be read.
fn refuse_one(desk: &mut Desk) -> String {
    let waits = card_orders::table.filter(card_orders::status.eq("submitted"));
    let newest = waits.order(card_orders::number.desc()).select(card_orders::number);
    let number: String = newest.first(&mut desk.db).unwrap();
    let mut refuse = igc();
    refuse.args(["order", "reject", &number, "--reason", "register-mismatch", "--as", SECOND_APPROVER]);
    run(refuse.arg("--dir").arg(desk.serving.dir())).expect_exit(0);
    number
}

/// Signs in by the link that the demonstration prints for an officer of this role, or of this name.
fn sign_in_as(desk: &mut Desk, browser: &Browser, role: &str) {
    let printed = desk.serving.running().stdout();
    let line =
        printed.lines().find(|line| line.contains(&format!(" {role} "))).expect("it prints a link for each");
    browser.open(line.split_whitespace().last().expect("the link ends the line"));
    browser.wait_for("Se déconnecter");
}

#[test]
fn no_screen_keeps_anybody_out_and_each_was_looked_at() {
    let server = MailServer::new("accept", None);
    let mut desk = desk_of(|text| {
        mailing(text.replace("approval_delay_seconds = 0", "approval_delay_seconds = 600"), &server)
    });
    let refused = refuse_one(&mut desk);
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&browser);
    let shown = Shown::of(&mut desk, refused);
    paper::of_a_holder(&desk, &browser, &shown.holder, &shown.active);
    let mut found = seen_by_an_officer(&desk, &browser, &shown);
    found.join(seen_together(&mut desk, &browser, &shown.waiting));
    sign_in_as(&mut desk, &browser, "Camille MARTIN");
    found.join(seen_by_who_asked(&desk, &browser, &shown));
    sign_in_as(&mut desk, &browser, "administrator");
    found.join(seen_by_an_administrator(&desk, &browser, &shown));
    sign_in_as(&mut desk, &browser, "auditor");
    found.join(seen_by_an_auditor(&desk, &browser, &shown));
    found.join(seen_by_a_holder(&mut desk, &browser));
    found.join(seen_by_everybody(&desk));
    assert!(found.violations.is_empty(), "{}", found.violations.join("\n"));
    found.misses_none();
    desk.serving.end();
}

fn seen_by_who_asked(desk: &Desk, browser: &Browser, shown: &Shown) -> Found {
    let mut look = Look::of(desk, browser);
    look.at(&format!("/ra/retraits/{}", shown.request), "SHA-256", None);
    look.found
}

fn seen_by_an_officer(desk: &Desk, browser: &Browser, shown: &Shown) -> Found {
    let Shown { waiting, ordered, refused, active, opposed, holder, structure, .. } = shown;
    let mut look = Look::of(desk, browser);
    look.at("/ra/file", "File des demandes", Some("queue"));
    look.at("/ra/file?statut=retirees", "Aucune demande dans cet état.", None);
    look.at(&format!("/ra/dossiers/{waiting}?statut=a-verifier"), "Notes privées", Some("dossier"));
    look.at(&format!("/ra/dossiers/{ordered}"), "Carte produite", None);
    look.at(&format!("/ra/dossiers/{refused}/lettre"), "Lettre au porteur", None);
    look.at("/ra/dossiers/CO-0", "Introuvable", None);
    look.at("/ra/contreseing", "À contre-signer", None);
    look.at("/ra/nouvelle", "Demander une carte", None);
    look.at("/ra/cartes", "Trouver une carte", None);
    look.at(&format!("/ra/cartes/{active}"), "Mise en opposition", Some("card"));
    look.at(&format!("/ra/cartes/{opposed}"), "En opposition", None);
    look.at(&format!("/ra/porteurs/{holder}"), "Cartes", Some("holder"));
    look.at("/ra/certificats", "Demandes de certificats logiciels", None);
    look.at(&format!("/ra/certificats/{}", shown.request), "certificat établi", None);
    look.at(
        &format!("/ra/certificats/{}/revocation", shown.request),
        "Révoquer le certificat",
        Some("revocation"),
    );
    look.at("/ra/renouvellements", "Plans de renouvellement", None);
    look.at("/ra/structures", "Structures", None);
    look.at(&format!("/ra/structures/{structure}"), "Mandats", None);
    look.at("/ra/delegations", "Déléguer", Some("delegations"));
    look.at(&format!("/ra/delegations/{}", shown.delegation), "À signer", Some("delegation"));
    look.at("/ra/registre", "Répertoire national", Some("register"));
    look.at("/ra/caducites", "Cartes caduques", None);
    look.at("/ra/rappels", "Rappels", None);
    look.at("/ra/relectures", "Relectures", None);
    look.at("/ra/cles", "Accès refusé", None);
    look.at("/ra/recepisses/0", "Introuvable", None);
    look.at("/ra/aide", "Raccourcis clavier", Some("help"));
    look.at("/ra/sessions", "Celle-ci", Some("sessions"));
    look.at("/ra/file?lang=en", "Queue of orders", Some("queue-english"));
    look.at(&format!("/ra/dossiers/{waiting}"), "Private notes", Some("dossier-english"));
    let here = look.found.addresses.clone();
    look.in_english(&here.iter().map(String::as_str).collect::<Vec<_>>());
    // What is reached by an act alone.
    let dossier = format!("/ra/dossiers/{waiting}");
    browser.open(&format!("{}{dossier}", desk.origin));
    browser.click("details.refuse summary");
    browser.picture("dossier-reasons");
    browser.click("button[formaction$='/apercu']");
    look.now(&dossier, "Un refus doit être motivé");
    browser.click("input[value='register-mismatch']");
    browser.click("button[formaction$='/apercu']");
    look.now(&dossier, "Lettre que recevra le porteur");
    browser.click("form[action$='/approuver'] button");
    look.now(&dossier, "Signer votre décision");
    browser.click("main button[type=submit]");
    look.now(&dossier, "prend effet à");
    look.found
}

/// What became of what one gesture decided on: here of one order, which was approved just now.
fn seen_together(desk: &mut Desk, browser: &Browser, number: &str) -> Found {
    let decided = decision::of(&mut desk.db, SubjectKind::CardOrder, number).unwrap().remove(0);
    let mut look = Look::of(desk, browser);
    let moment = decided.decided_at.millis();
    look.at(&format!("/ra/file/lot/{moment}?statut=a-verifier"), "Demandes approuvées", Some("bulk-done"));
    look.found
}

fn seen_by_an_administrator(desk: &Desk, browser: &Browser, shown: &Shown) -> Found {
    let mut look = Look::of(desk, browser);
    look.at("/ra/cles", "Clés des opérateurs", Some("keys-of-officers"));
    look.at(&format!("/ra/cles/{}", shown.enrolment), "Empreinte", None);
    look.at("/ra/contreseing", "À contre-signer", None);
    look.at("/ra/exploitation", "Listes de révocation", Some("operations"));
    look.at("/ra/diagnostic", "Texte à joindre", Some("diagnostic"));
    look.in_english(&[
        "/ra/cles",
        &format!("/ra/cles/{}", shown.enrolment),
        "/ra/exploitation",
        "/ra/diagnostic",
    ]);
    look.found
}

fn seen_by_an_auditor(desk: &Desk, browser: &Browser, shown: &Shown) -> Found {
    let mut look = Look::of(desk, browser);
    look.at("/ra/journal", "Journal d'audit", Some("journal"));
    look.at(&format!("/ra/journal/{}", shown.event), "Prouvé", None);
    look.at("/ra/file", "File des demandes", None);
    look.in_english(&["/ra/journal", &format!("/ra/journal/{}", shown.event)]);
    look.found
}

/// A holder who blocks his card with the code of his letter.
fn seen_by_a_holder(desk: &mut Desk, browser: &Browser) -> Found {
    let (card, code) = code_of_a_letter(desk);
    let mut look = Look::of(desk, browser);
    look.at("/opposition", "Vous avez votre code d'opposition", None);
    browser.write("#numero-courriel", &card);
    browser.click("form[action='/opposition/code-unique'] button");
    browser.wait_for_in("h1", "Saisir le code reçu par courriel");
    look.now(&browser.address().replace(&desk.origin, ""), "Huit chiffres.");
    browser.write("#code", "12345678");
    browser.click("input[value=lost]");
    browser.click("form[action^='/opposition/code-unique'] button");
    look.now("/opposition", "Celle dont le courriel donne le code");
    look.at("/opposition", "Vous avez votre code d'opposition", None);
    browser.write("#numero", &card);
    browser.write("#code", &code);
    browser.click("input[value=stolen]");
    browser.click("form[action='/opposition'] button");
    look.now("/opposition", "C'est définitif.");
    browser.click("button.danger");
    browser.wait_for_in("h1", "Récépissé d'opposition");
    let address = browser.address().replace(&desk.origin, "");
    look.now(&address, &format!("La carte {card} est en opposition."));
    look.found
}

/// A configuration whose mail goes to this server.
fn mailing(text: String, server: &MailServer) -> String {
    let port = server.port();
    format!(
        "{text}\n[mail]\nserver = \"127.0.0.1\"\nport = {port}\nsecurity = \"none\"\nfrom = \"igc@igc.exemple.fr\"\n"
    )
}

/// Nobody is signed in: the pages are for everybody.
fn seen_by_everybody(desk: &Desk) -> Found {
    let browser = Browser::new(1280);
    let mut look = Look::of(desk, &browser);
    look.at("/ra/sign-in", "Se connecter", Some("sign-in-light"));
    look.at("/ra/carte", "Aucune carte n'a été présentée.", None);
    look.at("/ra/cle", "identifiant", None);
    look.at("/opposition/rappel", "Déclaration enregistrée", None);
    look.at("/pki", "Autorités", Some("public-page"));
    look.at("/accessibilite", "État de conformité", None);
    look.at("/nowhere", "Introuvable", None);
    look.at("/opposition?lang=en", "You have your opposition code", None);
    look.at("/ra/sign-in", "Sign in with my security key", None);
    look.at("/accessibilite", "State of conformity", None);
    look.at("/pki", "Certification authorities", Some("public-page-english"));
    look.at("/pki?lang=fr", "Autorités", None);
    look.found
}
