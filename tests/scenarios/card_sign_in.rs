//! Signing in with a card, in production: over TLS by the key in its chip, by its enrolment, until it is opposed. It reads, and
//! decides nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{Browser, DatabaseKind, Running, chance, free_port, run, start, wait_for_port};
use ca_core::certificate;
use card::{CardNumber, KeyUsage, certificates};
use openssl::x509::X509;
use registration_authority::enrolment::NewCredential;
use registration_authority::opposition::{self, Ground};
use store::{Database, DatabaseRole};

use super::officers_keys::OfficersKeys;
use super::workshop::{APPROVER, REVOKER, Workshop, officer, workshop};

const PATIENCE: Duration = Duration::from_secs(30);

/// A card's certificate in PEM, in a file beside its key.
pub struct Held {
    pub certificate: PathBuf,
    pub key: PathBuf,
    pub der: Vec<u8>,
}

impl Held {
    /// The certificate of this use in a card that was made here.
    pub fn of(workshop: &Workshop, number: CardNumber, usage: KeyUsage) -> Self {
        let mut db = workshop.open(DatabaseRole::Owner);
        let of_card = certificates::of_card(&mut db, &number).unwrap();
        let one = of_card.into_iter().find(|one| one.usage == usage).unwrap();
        let serial = one.serial.parse().unwrap();
        let recorded = certificate::find(&mut db, &one.issuer, &serial).unwrap().unwrap();
        let der = recorded.status.der().unwrap().to_vec();
        let key = workshop.chip_key(number, usage);
        let file = key.with_extension("cer.pem");
        fs::write(&file, X509::from_der(&der).unwrap().to_pem().unwrap()).unwrap();
        Self { certificate: file, key, der }
    }

    /// A certificate of nobody's.
    fn stranger(folder: &Path) -> Self {
        let (certificate, key) = (folder.join("stranger.pem"), folder.join("stranger.key"));
        let made = Command::new("openssl")
            .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj"])
            .args(["/CN=stranger", "-keyout"])
            .arg(&key)
            .arg("-out")
            .arg(&certificate)
            .output()
            .unwrap();
        assert!(made.status.success(), "{made:?}");
        Self { certificate, key, der: Vec::new() }
    }
}

/// What a server answered.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Asks by curl; nothing where TLS came to no connection.
pub fn ask(held: Option<&Held>, url: &str, arguments: &[&str]) -> Option<Answer> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--insecure", "--max-time", "20", "--include"]).args(arguments).arg(url);
    if let Some(Held { certificate, key, .. }) = held {
        curl.arg("--cert").arg(certificate).arg("--key").arg(key);
    }
    let said = run(&mut curl).stdout;
    let (head, body) = said.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

impl Answer {
    /// A header; empty where it is not there.
    pub fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(its, _)| its.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value.trim())
    }

    fn cookie(&self) -> String {
        self.header("set-cookie").split(';').next().unwrap().to_owned()
    }
}

/// Makes cards, of which the first `active` are handed over and in use.
pub fn cards(workshop: &Workshop, count: usize, active: usize) -> Vec<CardNumber> {
    let cards = workshop.personalise(count);
    workshop.certify_the_rest();
    for card in cards.iter().take(active) {
        for step in ["accept-terms", "deliver", "activate"] {
            workshop.igc(&["card", step, &card.to_string(), "--as", APPROVER]);
        }
    }
    cards
}

/// Every role, with a listener that asks for certificates.
pub struct Served {
    running: Running,
    pub pages: String,
    pub for_cards: String,
}

impl Served {
    pub fn start(workshop: &Workshop, web: u16) -> Self {
        let [status, operations, for_cards] = [free_port(), free_port(), free_port()];
        for (key, port) in [("web", web), ("status", status), ("operations", operations)] {
            workshop.configure("listen", key, format!("127.0.0.1:{port}"));
        }
        workshop.configure("client_certificates", "listen", format!("127.0.0.1:{for_cards}"));
        workshop.configure("client_certificates", "origin", format!("https://localhost:{for_cards}"));
        let running = start(&mut workshop.command(&["serve"]));
        for port in [web, status, for_cards] {
            wait_for_port(port, PATIENCE);
        }
        let at = |port| format!("https://localhost:{port}");
        Self { running, pages: at(web), for_cards: at(for_cards) }
    }

    #[track_caller]
    pub fn end(&mut self) {
        let ended = self.running.stop(PATIENCE);
        assert!(ended.success(), "{ended}: {}", self.running.stderr());
    }

    /// Signs in; the cookie of the session.
    pub fn sign_in(&self, held: &Held) -> String {
        let answer = ask(Some(held), &format!("{}/ra/carte", self.for_cards), &["--data", ""]).unwrap();
        assert_eq!(answer.status, 303, "{}", answer.body);
        answer.cookie()
    }
}

/// Enrols a card's certificate as that of the officer who decides; the worker has seen it.
pub fn enrol(workshop: &Workshop, keys: &OfficersKeys, der: &[u8]) {
    let mut db: Database = workshop.open(DatabaseRole::Owner);
    keys.enrol(&mut db, APPROVER, "Dominique BERNARD", NewCredential::Certificate(der.to_vec()));
    assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
}

/// What is shown over a connection that was opened with a card: axe-core looks at it in a browser that has none.
fn keep_nobody_out(served: &Served, pages: &[&String]) {
    let browser = Browser::new(1280);
    browser.open(&format!("{}/ra/sign-in", served.pages));
    for page in pages {
        browser.show_document(page);
        browser.wait_for("Connexion avec une carte");
        for theme in ["dark", "light"] {
            browser.theme(theme);
            assert_eq!(browser.accessibility_violations(), [""; 0], "{theme}: {page}");
        }
    }
}

#[test]
fn a_card_signs_in_over_tls_reads_decides_nothing_and_is_out_the_moment_it_is_opposed() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let made = cards(&workshop, 3, 2);
    let web = free_port();
    workshop.put_into_production();
    let keys = OfficersKeys::pin(workshop.dir(), &format!("https://localhost:{web}"));
    workshop.job("decisions");
    let [card, other, in_the_post] =
        [0, 1, 2].map(|at| Held::of(&workshop, made[at], KeyUsage::Authentication));
    enrol(&workshop, &keys, &card.der);
    let order = workshop.submit(1).remove(0);
    let mut served = Served::start(&workshop, web);
    let (door, file) = (format!("{}/ra/carte", served.for_cards), format!("{}/ra/file", served.for_cards));

    assert!(ask(None, &door, &[]).is_none(), "without a certificate there is no connection");
    assert!(ask(Some(&Held::stranger(workshop.dir())), &door, &[]).is_none(), "nor with another's");
    let page = ask(Some(&other), &door, &[]).unwrap();
    assert!(page.body.contains("enrolment-certificate-missing"), "{}", page.body);
    assert!(page.body.contains("-----BEGIN CERTIFICATE-----"), "what an administrator needs");
    let of_a_stranger = page.body;
    let page = ask(Some(&in_the_post), &door, &[]).unwrap();
    assert!(page.body.contains("enrolment-certificate-ended"), "{}", page.body);
    let of_one_not_activated = page.body;
    let signature = Held::of(&workshop, made[0], KeyUsage::Signature);
    let refused = ask(Some(&signature), &door, &[]);
    assert!(refused.is_none_or(|page| page.body.contains("enrolment-certificate-purpose")));

    let page = ask(Some(&card), &door, &[]).unwrap();
    assert!(page.body.contains("Cette carte est celle de Dominique BERNARD"), "{}", page.body);
    keep_nobody_out(&served, &[&of_a_stranger, &of_one_not_activated, &page.body]);
    let cookie = served.sign_in(&card);
    let queue = ask(Some(&card), &file, &["--cookie", &cookie]).unwrap();
    assert!(queue.status == 200 && queue.body.contains("Dominique BERNARD"), "{}", queue.body);
    // What he decides asks for his passkey, which signs elsewhere.
    let (_, token) = queue.body.split_once("name=\"jeton\" value=\"").unwrap();
    let form = format!("version=1&jeton={}", token.split('"').next().unwrap());
    let approve = format!("{}/ra/dossiers/{}/approuver", served.for_cards, order.number);
    let refused = ask(Some(&card), &approve, &["--cookie", &cookie, "--data", &form]).unwrap();
    assert!(
        refused.status == 409 && refused.body.contains("decision-proof-missing"),
        "{} {}",
        refused.status,
        refused.body
    );

    // The cookie alone is worth nothing: not on the officers' own address, nor with another card.
    let elsewhere = ask(None, &format!("{}/ra/file", served.pages), &["--cookie", &cookie]).unwrap();
    assert_eq!((elsewhere.status, elsewhere.header("location")), (303, "/ra/sign-in"));
    let cookie = served.sign_in(&card);
    let with_another = ask(Some(&other), &file, &["--cookie", &cookie]).unwrap();
    assert_eq!((with_another.status, with_another.header("location")), (303, "/ra/sign-in"));

    let cookie = served.sign_in(&card);
    assert_eq!(ask(Some(&card), &file, &["--cookie", &cookie]).unwrap().status, 200);
    let mut db = workshop.open(DatabaseRole::Owner);
    let act = officer(&mut db, REVOKER);
    opposition::oppose(&mut db, &made[0], Ground::Stolen, &mut chance(), &act).unwrap();
    let out = ask(Some(&card), &file, &["--cookie", &cookie]).unwrap();
    assert_eq!((out.status, out.header("location")), (303, "/ra/sign-in"), "at once, in mid-session");
    let page = ask(Some(&card), &door, &[]).unwrap();
    assert!(page.body.contains("enrolment-certificate-ended"), "{}", page.body);
    served.end();
}
