//! Every page is read in both languages, those that answer forms too, and no English one has French left.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use actix_web::test::TestRequest;
use registration_authority::officers::Role;

use super::api::Served;
use super::browser::{Answer, Browser};
use super::house::{House, person};
use super::keys::answered;
use super::languages::is_in;
use super::routes::filled_in;
use crate::pages::{ADDRESSES, has_english};

/// With whatever stands at each address, as each of four officers and nobody reads it.
#[actix_web::test]
async fn every_page_is_read_in_both_languages_and_no_english_one_has_french_left() {
    let mut read = Read::default();
    for login in [None, Some("agent"), Some("bob"), Some("admin"), Some("audrey")] {
        let (mut house, mut next) = (House::where_decisions_wait(), 1);
        for address in ADDRESSES.into_iter().flatten().filter(|address| address.get.is_some()) {
            next += 2;
            let path = filled_in(&mut house, address.path, next, "alice");
            let mut browser = match login {
                Some(login) => house.browser(login).await,
                None => Browser::new(house.state.clone()),
            };
            let french = browser.get(&path).await;
            let request = TestRequest::get().uri(&path).insert_header(("accept-language", "en"));
            let english = browser.send(request).await;
            assert_eq!(french.status, english.status, "{path}");
            if !french.header("content-type").starts_with("text/html") {
                continue;
            }
            assert!(is_in(&french, "fr"), "{path}: {}", french.body);
            if !has_english(address) {
                assert!(is_in(&english, "fr") && english.says("This page is in French only"), "{path}");
                continue;
            }
            read.english(&path, &english);
        }
    }
    read.answers_to_forms().await;
    read.dossiers().await;
    read.retrieval().await;
    // Over a connection that was opened with a certificate: a test of its own.
    read.templates.insert(BY_CARD.to_owned());
    assert!(read.left.is_empty(), "{}", read.left.into_iter().collect::<Vec<_>>().join("\n"));
    let unread: Vec<_> = templates().difference(&read.templates).cloned().collect();
    assert!(unread.is_empty(), "nobody read these in English: {unread:?}");
}

const BY_CARD: &str = "CardSignInPage";

#[test]
fn the_page_of_a_card_has_no_french_left_either() {
    let mut served = Served::start();
    let of_nobody = served.house.certify("nobody");
    let english = [("accept-language", "en")];
    let page = served.ask_at(Some(&of_nobody), "GET", "/ra/carte", &english, None);
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.header("x-template").ends_with(BY_CARD) && page.text.contains("<html lang=\"en\">"));
    assert_eq!(french_words(&page.text), Vec::<String>::new());
}

/// What was read in English, and what of it was French.
#[derive(Default)]
struct Read {
    templates: BTreeSet<String>,
    left: BTreeSet<String>,
}

impl Read {
    /// Whatever answered at this address.
    fn english(&mut self, address: &str, answer: &Answer) {
        if !answer.header("content-type").starts_with("text/html") {
            return;
        }
        assert!(is_in(answer, "en"), "{address}: {}", answer.body);
        let of = answer.header("x-template").split('<').next().unwrap();
        self.templates.insert(of.rsplit("::").next().unwrap().to_owned());
        self.left.extend(french_words(&answer.body).into_iter().map(|word| format!("{address}: {word}")));
    }

    /// Sends a form, and reads what it leads to.
    async fn posts(&mut self, browser: &mut Browser, address: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = browser.post(address, fields).await;
        self.english(address, &answer);
        match answer.status {
            303 => {
                let led = browser.follow(&answer).await;
                self.english(&answer.leads_to(), &led);
                led
            }
            _ => answer,
        }
    }

    /// Of the public page, of a bulk, of an opposition: what no address alone shows.
    async fn answers_to_forms(&mut self) {
        let mut house = House::new();
        let mut anyone = Browser::new(house.state.clone());
        anyone.english = true;
        let declared = [("numero", "2612345678"), ("motif", "stolen"), ("code", "7K3M-9QXD-T5AB-WE2R")];
        self.posts(&mut anyone, "/opposition", &declared).await;
        self.posts(&mut anyone, "/opposition", &declared[..1]).await;
        let confirmed = [&declared[..], &[("definitif", "oui")]].concat();
        self.posts(&mut anyone, "/opposition/declaration", &confirmed).await;
        self.posts(&mut anyone, "/opposition/rappel", &declared[..2]).await;
        self.posts(&mut anyone, "/opposition/code-unique", &declared[..1]).await;

        let card = house.card(&person(1));
        let mut rita = house.browser("rita").await;
        rita.english = true;
        let opposition = format!("/ra/cartes/{card}/opposition");
        self.posts(&mut rita, &opposition, &[]).await;
        self.posts(&mut rita, &opposition, &[("motif", "stolen"), ("definitif", "oui")]).await;

        house.import_day(719, "PETIT");
        let orders = [3, 5].map(|one| house.submit("alice", &person(one)));
        let rows = orders.map(|number| format!("d.{number}"));
        let mut form = vec![("vue", "statut=a-verifier"), ("acte", "refuser"), ("motif", "duplicate")];
        form.extend(rows.iter().map(|row| (row.as_str(), "1")));
        let mut bob = house.browser("bob").await;
        bob.english = true;
        for address in ["/ra/file/lot", "/ra/file/lot/decider"] {
            self.posts(&mut bob, address, &form).await;
        }
    }

    /// What an officer meets who decides, alone and after another, with his key.
    async fn dossiers(&mut self) {
        let mut house = House::in_production();
        let key = house.key_of("bob", "Bob BERNARD", Role::RegistrationOfficer);
        house.import_day(719, "PETIT");
        let orders = [1, 2].map(|one| house.submit("alice", &person(one)));
        let [first, _] = orders.each_ref().map(|number| format!("/ra/dossiers/{number}"));
        let rows = orders.map(|number| format!("d.{number}"));
        let mut bob = house.browser("bob").await;
        bob.english = true;
        let mut form = vec![("vue", "statut=a-verifier"), ("acte", "approuver")];
        form.extend(rows.iter().map(|row| (row.as_str(), "1")));
        self.posts(&mut bob, "/ra/file/lot/decider", &form).await;
        self.posts(&mut bob, &format!("{first}/approuver"), &[("version", "9")]).await;
        let reason = [("version", "1"), ("motif", "duplicate")];
        let refuse = format!("{first}/refuser");
        let ask = self.posts(&mut bob, &refuse, &reason).await;
        let refused = answered(&mut bob, &refuse, &ask, &key, &reason).await;
        assert_eq!(refused.status, 303, "{}", refused.body);
        house.later(Duration::from_secs(601));
        for address in [first.clone(), format!("{first}/lettre")] {
            let page = bob.get(&address).await;
            self.english(&address, &page);
        }
    }

    /// A software certificate, before its terms are accepted and after; before it is revoked, while that is asked for, and after.
    async fn retrieval(&mut self) {
        let mut house = House::new();
        let (number, _) = house.issued("agent");
        let mut agent = house.browser("agent").await;
        agent.english = true;
        let address = format!("/ra/retraits/{number}");
        let page = agent.get(&address).await;
        self.english(&address, &page);
        let sha256 = house.state.certificate_terms().sha256().to_owned();
        let accepted = [("accepte", "oui"), ("version", "CGU-CERT-2026"), ("empreinte", &sha256)];
        self.posts(&mut agent, &address, &accepted).await;

        let mut rita = house.browser("rita").await;
        rita.english = true;
        let address = format!("/ra/certificats/{number}/revocation");
        let page = rita.get(&address).await;
        self.english(&address, &page);
        for fields in [&[][..], &[("motif", "superseded")], &[("motif", "superseded"), ("definitif", "oui")]]
        {
            self.posts(&mut rita, &address, fields).await;
        }
        let page = rita.get(&address).await;
        self.english(&address, &page);
        house.revoke_what_is_asked();
        let page = rita.get(&address).await;
        self.english(&address, &page);
    }
}

/// Every page of the sources.
fn templates() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.extend(Some(path).filter(|path| !path.ends_with("tests")));
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            for part in text.split("#[template(path").skip(1) {
                let (_, behind) = part.split_once("struct ").unwrap();
                found.insert(behind.split([' ', '<', '{']).next().unwrap().to_owned());
            }
        }
    }
    assert!(found.contains("QueuePage") && found.len() > 40, "{found:?}");
    found
}

/// What is not a page's to translate: whose software it is, an agency, people, the document of a mandate, what the nomenclature
/// calls a profession or a mode of exercise.
const NAMES: [&str; 12] = [
    "Santé",
    "numérique",
    "santé.",
    "Agnès",
    "NOËL",
    "Élise",
    "Gaël",
    "Maël",
    "Zoé",
    "d&#39;adhésion",
    "Médecin",
    "Salarié",
];

/// Words that English does not have.
const FRENCH: [&str; 14] = [
    "les", "des", "une", "est", "sont", "votre", "vous", "pas", "dans", "aucun", "aucune", "avec", "sur",
    "cette",
];

/// The French words of a page, outside of what is marked as French.
fn french_words(body: &str) -> Vec<String> {
    let mut text = String::new();
    let mut rest = body;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let (tag, behind) = tag.split_once('>').expect("a tag ends");
        let name = tag.split([' ', '/']).next().unwrap();
        rest = match tag.contains(" lang=\"fr\"") {
            true => behind.split_once(&format!("</{name}>")).expect("an element ends").1,
            false => behind,
        };
    }
    text.push_str(rest);
    let is_french = |word: &&str| {
        let bare = word.trim_matches(|sign: char| !sign.is_alphanumeric()).to_lowercase();
        let has_accent =
            word.chars().any(|sign| sign.is_alphabetic() && !sign.is_ascii() || "«»".contains(sign));
        FRENCH.contains(&bare.as_str()) || has_accent && !NAMES.contains(word)
    };
    text.split_whitespace().filter(is_french).map(str::to_owned).collect()
}

#[test]
fn french_left_in_an_english_page_is_found() {
    let left = french_words(
        "<p>Opposed <b>déjà</b> by <i lang=\"fr\">Élise</i>, <a href=\"é\">vous</a> IGC Santé</p>",
    );
    assert_eq!(left, ["déjà", "vous"]);
}
