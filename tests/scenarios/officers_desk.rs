//! The officer's desk in a real browser: a passkey is made, enrolled, signs in and decides. Screens go to `target/screens/`.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use acceptance::harness::{Browser, run};
use diesel::prelude::*;
use registration_authority::approval::passkey::{NewPasskey, PasskeyKey};
use registration_authority::decision;
use registration_authority::enrolment::NewCredential;
use store::schema::{card_orders, decision_nonces};
use store::{Database, DatabaseRole};

use super::officers_keys::OfficersKeys;
use super::officers_keys::authenticator::Authenticator;
use super::serve::{Serving, serve_as};
use super::workshop::{APPROVER, SUBMITTER};

/// Chromium takes some seconds to begin; the worker looks every second.
const PATIENCE: Duration = Duration::from_secs(30);

/// A demonstration that is served, with two administrators' keys pinned.
pub struct Desk {
    pub serving: Serving,
    pub keys: OfficersKeys,
    pub origin: String,
    pub db: Database,
}

pub fn desk() -> Desk {
    desk_where("approval_delay_seconds = 0", "refusal_delay_seconds = 0")
}

/// The same, where decisions wait so long.
pub fn desk_where(approval: &str, refusal: &str) -> Desk {
    desk_of(|text| {
        text.replace("approval_delay_seconds = 0", approval).replace("refusal_delay_seconds = 0", refusal)
    })
}

/// The same, where what is in `igc.toml` was made otherwise.
pub fn desk_of(configure: impl Fn(String) -> String) -> Desk {
    let mut pinned = None;
    let serving = serve_as(|dir, port| {
        let file = dir.join("igc.toml");
        fs::write(&file, configure(fs::read_to_string(&file).unwrap())).unwrap();
        let origin = format!("https://localhost:{port}");
        pinned = Some((OfficersKeys::pin(dir, &origin), origin));
    });
    let (keys, origin) = pinned.expect("it was prepared");
    let url = format!("sqlite:{}", serving.dir().join("igc.sqlite").display());
    let db = Database::open(&url, DatabaseRole::Owner).unwrap();
    let mut desk = Desk { serving, keys, origin, db };
    desk.wait_until("the worker has drawn nonces", |desk| {
        decision_nonces::table.count().get_result::<i64>(&mut desk.db).unwrap() > 0
    });
    desk
}

impl Desk {
    #[track_caller]
    pub fn wait_until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let begun = Instant::now();
        while !holds(self) {
            assert!(begun.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// An officer makes his key in his browser; two administrators sign for it; the worker has seen it.
    pub fn officer(&mut self, login: &str, name: &str) -> Browser {
        let browser = Browser::new(1280);
        browser.open(&format!("{}/ra/sign-in", self.origin));
        browser.click("a[href='/ra/cle']");
        browser.write("#identifiant", login);
        browser.screenshot("new-key");
        browser.click("main button");
        browser.wait_for("Votre clé est prête");
        browser.screenshot("key-made");
        let card = browser.text("pre");
        let value = |name: &str| {
            let line = card.lines().find(|line| line.starts_with(name)).expect("two lines");
            hex::decode(line.split('"').nth(1).expect("a value")).expect("hexadecimal")
        };
        let passkey = NewPasskey {
            credential_id: value("credential_id"),
            key: PasskeyKey::from_spki(&value("public_key")).unwrap(),
        };
        self.keys.enrol(&mut self.db, login, name, NewCredential::Passkey(passkey));
        let login = login.to_owned();
        self.wait_until("the key is enrolled", move |desk| {
            let roster = desk.keys.verifier.roster(&mut desk.db).unwrap();
            let row = registration_authority::officers::find(&mut desk.db, &login).unwrap();
            roster.keys_of(&login).next().is_some() && row.is_some()
        });
        browser
    }

    pub fn sign_in(&self, browser: &Browser) {
        browser.open(&format!("{}/ra/sign-in", self.origin));
        browser.click("main button");
        browser.wait_for("Se déconnecter");
    }

    /// An order that waits, and that nobody of these decides on but another than its submitter.
    pub fn waiting(&mut self) -> String {
        card_orders::table
            .filter(card_orders::status.eq("submitted").and(card_orders::submitted_by.eq(SUBMITTER)))
            .order(card_orders::number)
            .select(card_orders::number)
            .first(&mut self.db)
            .unwrap()
    }

    /// Whether it is approved; the batch that takes it up may be closed by now.
    fn approved(&mut self, number: &str) -> bool {
        let status: String =
            card_orders::table.find(number).select(card_orders::status).first(&mut self.db).unwrap();
        ["approved", "ordered"].contains(&status.as_str())
    }

    /// Posts a form as a thief would who has its octets, and no browser: the status, and the page.
    fn replay(&self, path: &str, form: &str, cookie: Option<[&str; 2]>) -> (u16, String) {
        let whose =
            cookie.map_or(Vec::new(), |[cookie, agent]| vec!["--cookie", cookie, "--user-agent", agent]);
        let done = run(Command::new("curl")
            .args(whose)
            .args([
                "--silent",
                "--insecure",
                "--max-time",
                "20",
                "--write-out",
                "\n%{http_code}",
                "--data",
                form,
            ])
            .arg(format!("{}{path}", self.origin)));
        let (page, status) = done.stdout.rsplit_once('\n').expect("a status");
        (status.parse().expect("a status"), page.to_owned())
    }
}

#[test]
fn an_officer_signs_in_by_passkey_decides_and_nobody_does_it_again() {
    let mut desk = desk();
    let browser = desk.officer(APPROVER, "Dominique BERNARD");
    browser.open(&format!("{}/ra/sign-in", desk.origin));
    browser.wait_for("Se connecter avec ma clé de sécurité");
    browser.screenshot("sign-in");
    // What the form sends is kept before it is sent: once by the test, and once more.
    browser.run(
        "HTMLFormElement.prototype.submit = function () { window.kept = new URLSearchParams(new FormData(this)).toString(); }",
    );
    browser.click("main button");
    let begun = Instant::now();
    let kept = loop {
        if let Some(kept) = browser.run("return window.kept || null").as_str() {
            break kept.to_owned();
        }
        assert!(begun.elapsed() < PATIENCE, "the authenticator does not answer");
    };
    assert_eq!(desk.replay("/ra/sign-in", &kept, None).0, 303, "the first to hand it in signs in");
    let (status, page) = desk.replay("/ra/sign-in", &kept, None);
    assert!(status == 403 && page.contains("passkey-challenge-spent"), "{status}: {page}");

    desk.sign_in(&browser);
    let number = desk.waiting();
    browser.open(&format!("{}/ra/dossiers/{number}", desk.origin));
    browser.screenshot("dossier");
    browser.click("form[action$='/approuver'] button");
    browser.wait_for("Signer votre décision");
    assert!(browser.text("dl").contains(&number));
    browser.screenshot("sign-decision");
    let signed = browser.address().trim_start_matches(&desk.origin).to_owned();
    browser.run(
        "const send = HTMLFormElement.prototype.submit;
         HTMLFormElement.prototype.submit = function () {
             sessionStorage.kept = new URLSearchParams(new FormData(this)).toString();
             send.call(this);
         }",
    );
    browser.click("main button");
    browser.wait_for("La demande est approuvée.");
    assert!(browser.text("main").contains("signée par sa clé de sécurité"));
    browser.screenshot("decided");
    assert!(desk.approved(&number));
    desk.wait_until("the worker has received the decision", |desk| {
        let kind = registration_authority::approval::SubjectKind::CardOrder;
        let decisions = decision::of(&mut desk.db, kind, &number).unwrap();
        decision::receipt(&mut desk.db, &decisions[0]).unwrap().is_some_and(|it| it.refusal.is_none())
    });

    // What the browser sent, once more, by somebody who has the officer's cookie too, and calls himself what it does.
    let kept = browser.run("return sessionStorage.kept").as_str().expect("it was kept").to_owned();
    let agent = browser.run("return navigator.userAgent").as_str().expect("a browser has a name").to_owned();
    let cookie = browser.cookie("__Host-igc");
    let (status, page) = desk.replay(&signed, &kept, Some([&cookie, &agent]));
    assert!(status == 412 && page.contains("order-not-open"), "{status}: {page}");
    // Who calls himself nothing is nobody, and the session stays as it is.
    assert_eq!(desk.replay(&signed, &kept, Some([&cookie, ""])).0, 303);
    assert_eq!(desk.replay(&signed, &kept, Some([&cookie, &agent])).0, 412);
    desk.serving.end();
}

#[test]
fn of_two_officers_at_once_one_wins_and_the_other_reads_who_when_and_what() {
    let mut desk = desk();
    let dominique = desk.officer(APPROVER, "Dominique BERNARD");
    let lou = desk.officer("lou.garnier", "Lou GARNIER");
    let number = desk.waiting();
    for browser in [&dominique, &lou] {
        desk.sign_in(browser);
        browser.open(&format!("{}/ra/dossiers/{number}", desk.origin));
        browser.click("form[action$='/approuver'] button");
        browser.wait_for("Signer votre décision");
    }
    dominique.click("main button");
    dominique.wait_for("La demande est approuvée.");
    lou.click("main button");
    lou.wait_for("Votre action n'a pas été enregistrée");
    lou.wait_for("Dominique BERNARD a approuvé la demande, le");
    lou.screenshot("decided-by-another");
    assert!(desk.approved(&number));
    desk.serving.end();
}

#[test]
fn an_administrator_enrols_a_key_with_his_own() {
    let mut desk = desk();
    let [alix, noa] = &desk.keys.administrators;
    let (browser, other) = (Browser::new(1280), Browser::new(360));
    browser.take_key(&alix.credential_id, &alix.key.private_key_to_pkcs8().unwrap());
    other.take_key(&noa.credential_id, &noa.key.private_key_to_pkcs8().unwrap());
    let made = Authenticator::new("lou.garnier");
    let card = format!(
        "credential_id = \"{}\"\npublic_key = \"{}\"",
        hex::encode(&made.credential_id),
        hex::encode(made.public_key().spki())
    );
    desk.sign_in(&browser);
    browser.open(&format!("{}/ra/cles", desk.origin));
    browser.write("#fiche", &card);
    browser.write("#identifiant", "lou.garnier");
    browser.write("#nom", "Lou GARNIER");
    browser.click("option[value='registration-officer']");
    browser.screenshot("keys");
    browser.click(".decide button");
    browser.wait_for("Deux administrateurs doivent la signer");
    browser.screenshot("enrolment");
    let address = browser.address();
    browser.click("form[action$='/signer'] button");
    browser.wait_for("Signer votre décision");
    browser.click("main button");
    browser.wait_for("Votre signature est enregistrée.");

    // The other one, on a telephone.
    desk.sign_in(&other);
    other.open(&address);
    other.click("form[action$='/signer'] button");
    other.wait_for("Signer votre décision");
    other.screenshot("sign-enrolment-narrow");
    other.click("main button");
    other.wait_for("Signée par deux administrateurs");
    desk.wait_until("the key counts, and its owner has a row", |desk| {
        let roster = desk.keys.verifier.roster(&mut desk.db).unwrap();
        let row = registration_authority::officers::find(&mut desk.db, "lou.garnier").unwrap();
        roster.key(&made.credential_id).is_some() && row.is_some()
    });
    other.open(&format!("{}/ra/cles", desk.origin));
    other.wait_for("Lou GARNIER");
    other.screenshot("keys-narrow");
    let wide = other.run("return document.documentElement.scrollWidth - window.innerWidth");
    assert!(wide.as_i64().is_some_and(|more| more <= 0), "the page is wider than the screen: {wide}");
    // Who only looks for a card has no business with keys, and reads who has.
    let officer = desk.officer(APPROVER, "Dominique BERNARD");
    desk.sign_in(&officer);
    officer.open(&format!("{}/ra/cles", desk.origin));
    officer.wait_for("administrateur");
    officer.wait_for("Accès refusé");
    officer.screenshot("refused");
    desk.serving.end();
}
