//! The public page of a running web role: what it says of authorities and lists, hands over, and answers of cards and
//! certificates.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Running, folder, free_port, run, start, wait_for_port};
use ca_core::certificate::Certificate;
use card::CardStatus;
use crl_publisher::crl::read::Crl;
use openssl::hash::MessageDigest;
use openssl::x509::X509;
use store::{DatabaseRole, Timestamp};

use super::invariants::of_card;
use super::status_service::status_service;
use super::workshop::{REVOKER, Workshop, workshop};

const PATIENCE: Duration = Duration::from_secs(30);

/// The web role of a workshop, running until dropped.
pub struct Web {
    port: u16,
    process: Running,
    /// How many questions were asked, each by another address of this machine unless it says whose.
    asked: u8,
}

pub struct Page {
    /// The HTTP status.
    pub status: u16,
    headers: String,
    /// The body.
    pub octets: Vec<u8>,
}

impl Page {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.octets).into_owned()
    }

    /// A header, by its name in lower case.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let line = self.headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("no {name}: {}", self.headers))
    }

    /// The one word of an answer.
    #[track_caller]
    pub fn word(&self) -> String {
        let text = self.text();
        assert_eq!(self.status, 200, "{text}");
        let (_, rest) = text.split_once("role=\"status\"").unwrap_or_else(|| panic!("no answer: {text}"));
        let (_, rest) = rest.split_once("<span class=\"chip ").unwrap();
        let (_, rest) = rest.split_once('>').unwrap();
        rest.split('<').next().unwrap().to_owned()
    }
}

/// Starts the web role of a workshop, on a port of its own.
pub fn web(workshop: &Workshop) -> Web {
    let port = free_port();
    workshop.configure("listen", "web", format!("127.0.0.1:{port}"));
    let process = start(&mut workshop.command(&["serve", "--role", "web"]));
    wait_for_port(port, PATIENCE);
    Web { port, process, asked: 0 }
}

impl Web {
    fn curl(&self, path: &str, arguments: &[String]) -> Page {
        let place = folder();
        let (body, headers) = (place.path().join("body"), place.path().join("headers"));
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--insecure",
            "--max-time",
            "20",
            "--path-as-is",
            "--write-out",
            "%{http_code}",
        ]);
        curl.args(arguments).arg("--dump-header").arg(&headers).arg("--output").arg(&body);
        let finished = run(curl.arg(format!("https://127.0.0.1:{}{path}", self.port))).expect_exit(0);
        Page {
            status: finished.stdout.trim().parse().unwrap(),
            headers: fs::read_to_string(headers).unwrap().to_ascii_lowercase().replace('\r', ""),
            octets: fs::read(body).unwrap_or_default(),
        }
    }

    /// A page, read.
    pub fn get(&self, path: &str) -> Page {
        self.curl(path, &[])
    }

    /// A form, sent.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        let fields =
            fields.iter().flat_map(|(name, text)| ["--data-urlencode".to_owned(), format!("{name}={text}")]);
        self.curl(path, &fields.collect::<Vec<_>>())
    }

    /// Asks from an address that has not asked yet.
    fn ask(&mut self, fields: &[String]) -> Page {
        self.asked += 1;
        self.ask_from(&format!("127.1.0.{}", self.asked), fields)
    }

    fn ask_from(&self, address: &str, fields: &[String]) -> Page {
        let fields = fields.iter().flat_map(|field| ["--data-urlencode".to_owned(), field.clone()]);
        let from = ["--interface".to_owned(), address.to_owned()];
        self.curl("/pki", &from.into_iter().chain(fields).collect::<Vec<_>>())
    }

    /// Uploads a file, from an address that has not asked yet.
    pub fn upload(&mut self, file: &[u8]) -> Page {
        self.asked += 1;
        let place = folder();
        let path = place.path().join("certificat.cer");
        fs::write(&path, file).unwrap();
        let from = ["--interface".to_owned(), format!("127.1.0.{}", self.asked)];
        let form = ["--form".to_owned(), format!("fichier=@{}", path.display())];
        self.curl("/pki/certificat", &[from, form].concat())
    }

    /// Asks it to end; what it logged.
    pub fn ends(mut self) -> String {
        let ended = self.process.stop(PATIENCE);
        assert!(ended.success(), "{ended}: {}", self.process.stderr());
        self.process.stderr()
    }
}

/// In a workshop on each database.
pub fn on_each_database(check: impl Fn(&Workshop)) {
    check(&workshop(DatabaseKind::Sqlite));
    check(&workshop(DatabaseKind::Postgresql));
}

/// The word for one certificate, however it is asked about.
#[track_caller]
fn word_of(web: &mut Web, certificate: &Certificate) -> String {
    let der = certificate.status.der().unwrap();
    let pem = String::from_utf8(X509::from_der(der).unwrap().to_pem().unwrap()).unwrap();
    let (issuer, serial) = (&certificate.issuer, &certificate.serial);
    let words: BTreeSet<String> = [
        web.upload(der),
        web.upload(pem.as_bytes()),
        web.ask(&[format!("certificat={pem}")]),
        web.ask(&[format!("autorite={issuer}"), format!("serie={serial}")]),
    ]
    .iter()
    .map(Page::word)
    .collect();
    assert_eq!(words.len(), 1, "{issuer} {serial}: {words:?}");
    words.into_iter().next().unwrap()
}

#[test]
fn the_public_page_names_every_authority_and_hands_over_every_file_as_it_is_published() {
    on_each_database(|workshop| {
        workshop.configure("jobs", "full_crl", "0 0 3 * * *");
        workshop.job("publication");
        let web = web(workshop);
        let before = workshop.now();
        let page = web.get("/pki");
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(!page.headers.contains("set-cookie"));
        let text = page.text();
        assert!(!text.contains("<script") && !text.contains("style="));

        let public = workshop.dir().join("public");
        let mut expected = BTreeSet::new();
        for folder in ["ca", "crl"] {
            for entry in fs::read_dir(public.join(folder)).unwrap() {
                expected.insert(format!("{folder}/{}", entry.unwrap().file_name().to_str().unwrap()));
            }
        }
        for form in ["csv", "json", "bin"] {
            expected.insert(format!("oppositions/full.{form}"));
            expected.insert(format!("oppositions/full.{form}.p7s"));
        }
        let authorities: Vec<&String> = expected.iter().filter(|path| path.ends_with(".cer")).collect();
        assert_eq!(authorities.len(), 9);
        for path in authorities {
            let certificate = X509::from_der(&fs::read(public.join(path)).unwrap()).unwrap();
            let digest = certificate.digest(MessageDigest::sha256()).unwrap();
            let printed: Vec<String> = digest.iter().map(|octet| format!("{octet:02X}")).collect();
            assert!(text.contains(&printed.join(":")), "{path}");
        }

        let moments: BTreeSet<&str> =
            text.split("datetime=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let mut lists = 0;
        for path in expected.iter().filter(|path| path.ends_with(".crl")) {
            let der = fs::read(public.join(path)).unwrap();
            let crl = Crl::read(&der).unwrap();
            for moment in [crl.this_update, crl.next_update] {
                assert!(moments.contains(moment.to_string().as_str()), "{path}: no {moment} on the page");
            }
            lists += 1;
        }
        assert_eq!(lists, 15);
        // Those of the roots come from a ceremony; each other one says when the next is due, before its own end.
        assert_eq!(text.matches("la suivante est prévue au plus tard le").count(), 12);
        // All lists last longer than twice to the hour at which the job makes them anew.
        let next = text.split("la suivante est prévue au plus tard le").skip(1);
        let next: BTreeSet<&str> =
            next.map(|rest| rest.split("datetime=\"").nth(1).unwrap().split('"').next().unwrap()).collect();
        let at_three = [before, workshop.now()].map(|now| {
            let today = now.seconds() - now.seconds() % 86_400 + 3 * 3600;
            Timestamp::from_seconds(if today > now.seconds() { today } else { today + 86_400 }).to_string()
        });
        assert!(next.len() == 1 && at_three.iter().any(|at| next.contains(at.as_str())), "{next:?}");
        assert_eq!(text.matches("la suivante se fait à une cérémonie de clés").count(), 3);

        let links: BTreeSet<&str> =
            text.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let by_plain_http: Vec<_> = links.iter().filter(|link| link.starts_with("http:")).collect();
        assert_eq!(by_plain_http.len(), 1, "the policies' page, and no file: {by_plain_http:?}");
        let downloads: BTreeSet<String> = links
            .iter()
            .filter_map(|link| link.strip_prefix("/pki/publications/"))
            .map(str::to_owned)
            .collect();
        assert_eq!(downloads, expected);
        for path in downloads {
            let file = web.get(&format!("/pki/publications/{path}"));
            assert_eq!(file.status, 200, "{path}");
            assert_eq!(file.octets, fs::read(public.join(&path)).unwrap(), "{path}");
            let media_type = match path.rsplit('.').next().unwrap() {
                "cer" => "application/pkix-cert",
                "crl" => "application/pkix-crl",
                "p7b" => "application/x-pkcs7-certificates",
                "p7s" => "application/pkcs7-signature",
                "pem" => "application/x-pem-file",
                "json" => "application/json",
                "csv" => "text/csv; charset=utf-8; header=present",
                _ => "application/octet-stream",
            };
            assert_eq!(file.header("content-type"), media_type, "{path}");
            assert!(file.header("content-disposition").starts_with("attachment"), "{path}");
        }
        for path in ["../igc.toml", "%2e%2e/igc.toml", "ca/../../igc.toml", ".lock"] {
            assert_eq!(web.get(&format!("/pki/publications/{path}")).status, 404, "{path}");
        }
        web.ends();
    });
}

#[test]
fn the_public_page_tells_how_many_shards_a_list_has_where_the_first_lies_and_when_the_next_are_due() {
    on_each_database(|workshop| {
        workshop.configure("jobs", "full_crl", "0 0 3 * * *");
        workshop.give_shards("ACI-FO-PP", 3);
        workshop.job("publication");
        let web = web(workshop);
        let text = web.get("/pki").text();
        let rows: Vec<&str> = text.split("Listes de révocation par segment, 1 à 3").skip(1).collect();
        assert_eq!(rows.len(), 1, "one authority has shards: {text}");
        let row = rows[0].split("</dd>").next().unwrap();
        let first = fs::read(workshop.dir().join("public/crl/ACI-FO-PP/1.crl")).unwrap();
        assert!(row.contains("href=\"/pki/publications/crl/ACI-FO-PP/1.crl\""), "{row}");
        assert_eq!(web.get("/pki/publications/crl/ACI-FO-PP/1.crl").octets, first);
        let crl = Crl::read(&first).unwrap();
        assert!(
            row.contains(crl.distribution_point.as_deref().unwrap()),
            "where certificates look for it: {row}"
        );
        let moments: Vec<&str> =
            row.split("datetime=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let dates = [crl.this_update, crl.next_update].map(|moment| moment.to_string());
        assert_eq!(moments.len(), 3, "{row}");
        assert_eq!(moments[..2], dates);
        assert!(moments[2].ends_with("T03:00:00Z"), "by the schedule: {row}");
        web.ends();
    });
}

#[test]
fn a_card_and_its_certificates_are_answered_as_ocsp_answers_before_and_after_their_opposition() {
    on_each_database(|workshop| {
        let mut web = web(workshop);
        let status = status_service(workshop);
        let card = workshop.cards(CardStatus::Active)[0].to_string();
        let of_card_now = || of_card(&mut workshop.open(DatabaseRole::Owner), &card.parse().unwrap());
        assert_eq!(web.ask(&[format!("carte={card}")]).word(), "Valable");
        for (_, certificate) in of_card_now() {
            assert_eq!(word_of(&mut web, &certificate), "Valable");
            assert_eq!(status.says(workshop, &certificate), "good");
            let mut forged = certificate.status.der().unwrap().to_vec();
            *forged.last_mut().unwrap() ^= 1;
            assert_eq!(web.upload(&forged).word(), "Inconnu", "a forgery with the number of a good one");
        }
        let unused: u64 = card.parse::<u64>().unwrap() + 5000;
        assert_eq!(web.ask(&[format!("carte={unused}")]).word(), "Inconnue");

        workshop.igc(&["opposition", "add", &card, "--ground", "stolen", "--as", REVOKER]);
        let answer = web.ask(&[format!("carte={card}")]);
        assert_eq!(answer.word(), "En opposition");
        assert!(!answer.text().contains("stolen") && !answer.text().contains(&card));
        for (_, certificate) in of_card_now() {
            assert_eq!(word_of(&mut web, &certificate), "Révoqué");
            status.comes_to_say(workshop, &certificate, "revoked");
        }
        let tls = fs::read(workshop.dir().join("tls/web.pem")).unwrap();
        assert_eq!(web.upload(&tls).word(), "Inconnu", "not one of ours");
        assert!(!web.ends().contains(&card), "a card number in the log");
    });
}

#[test]
fn whoever_asks_too_often_is_refused_for_a_moment_and_nobody_else_is() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let web = web(&workshop);
    let ask = |from: &str| web.ask_from(from, &["carte=2600000001".to_owned()]);
    // A window may begin in between.
    let refused = (0..30).map(|_| ask("127.2.0.1")).find(|page| page.status != 200).expect("a bound");
    assert_eq!(refused.status, 429);
    let seconds: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds));
    assert!(refused.text().contains("Trop de vérifications ont été demandées."));
    assert_eq!(ask("127.2.0.2").status, 200);
    assert_eq!(web.get("/pki").status, 200, "reading is not counted");
    web.ends();
}
