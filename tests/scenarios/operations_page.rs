//! The page that says how the installation works, of running roles: what it tells is what they did.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Running, folder, free_port, run, start, wait_for_port};
use card::CardStatus;
use serde_json::Value;
use store::DatabaseRole;
use tempfile::TempDir;

use super::invariants::of_card;
use super::standstill::until;
use super::status_service::status_service;
use super::workshop::{Workshop, workshop};

const PATIENCE: Duration = Duration::from_secs(30);

/// The web role of a workshop, running until dropped, as one officer reads it.
pub struct Desk {
    port: u16,
    process: Running,
    jar: TempDir,
}

impl Desk {
    /// Starts the role and follows the printed link of an officer of this role.
    pub fn of(workshop: &Workshop, role: &str) -> Self {
        let port = free_port();
        workshop.configure("listen", "web", format!("127.0.0.1:{port}"));
        let process = start(&mut workshop.command(&["serve", "--role", "web"]));
        wait_for_port(port, PATIENCE);
        let desk = Self { port, process, jar: folder() };
        let mut link = None;
        until("the links are printed", || {
            let printed = desk.process.stdout();
            let line = printed.lines().find(|line| line.contains(&format!(" {role} ")));
            link = line.and_then(|line| line.split_whitespace().last().map(str::to_owned));
            link.is_some()
        });
        desk.fetch(&link.unwrap(), &desk.jar.path().join("first"));
        desk
    }

    /// The octets of a page.
    pub fn octets(&self, path: &str) -> Vec<u8> {
        let body = self.jar.path().join("body");
        self.fetch(&format!("https://localhost:{}{path}", self.port), &body);
        fs::read(body).unwrap()
    }

    /// Its text.
    pub fn read(&self, path: &str) -> String {
        String::from_utf8(self.octets(path)).unwrap()
    }

    /// What comes of a form that this page offers.
    pub fn post(&self, path: &str, page: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let token = page.split_once("name=\"jeton\" value=\"").expect("a form has its token").1;
        let token = token.split_once('"').expect("it ends").0;
        let (jar, body) = (self.jar.path().join("cookies"), self.jar.path().join("posted"));
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--insecure", "--fail", "--max-time", "20", "--cookie"]).arg(&jar);
        for (name, text) in fields.iter().chain([&("jeton", token)]) {
            curl.arg("--data-urlencode").arg(format!("{name}={text}"));
        }
        let url = format!("https://localhost:{}{path}", self.port);
        run(curl.arg("--output").arg(&body).arg(url)).expect_exit(0);
        fs::read(body).unwrap()
    }

    fn fetch(&self, url: &str, body: &Path) {
        let jar = self.jar.path().join("cookies");
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--insecure", "--fail", "--location", "--max-time", "20", "--cookie-jar"]);
        curl.arg(&jar).arg("--cookie").arg(&jar).arg("--output").arg(body);
        run(curl.arg(url)).expect_exit(0);
    }
}

/// The row of a table that begins with this, without tags.
#[track_caller]
fn row(page: &str, begins: &str) -> String {
    let rest = page.split_once(begins).unwrap_or_else(|| panic!("no {begins} in {page}")).1;
    rest.split_once("</tr>").expect("a row ends").0.to_owned()
}

#[test]
fn the_operations_page_tells_what_the_jobs_did_and_what_ocsp_answered() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let card = workshop.cards(CardStatus::Active).remove(0);
        workshop.igc(&["job", "run", "publication"]).expect_exit(0);
        let desk = Desk::of(&workshop, "administrator");
        let page = desk.read("/ra/exploitation");
        assert!(page.contains("Aucun rôle «\u{a0}statut\u{a0}» ne répond"), "on {kind}: {page}");
        assert!(row(&page, ">publication</code>").contains(">Fait<"), "on {kind}: {page}");
        assert!(row(&page, ">sweep</code>").contains(">Attend son tour<"), "on {kind}: {page}");
        let crl = row(&page, "<th role=\"rowheader\" scope=\"row\">ACI-FO-PP</th>");
        assert!(crl.contains("complète") && crl.contains(">En ordre<"), "on {kind}: {crl}");
        let responder = row(
            page.split_once("Répondeurs").unwrap().1,
            "<th role=\"rowheader\" scope=\"row\">ACI-FO-PP</th>",
        );
        assert!(responder.contains("pas encore dû"), "on {kind}: {responder}");

        let status = status_service(&workshop);
        let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card).remove(0);
        status.comes_to_say(&workshop, &certificate, "good");
        let page = desk.read("/ra/exploitation");
        let given = page.split_once("Réponses depuis son démarrage").expect("the status role answers").1;
        let given = given.split_once("</div>").unwrap().0;
        let digits = given.split(|sign: char| !sign.is_ascii_digit()).filter_map(|n| n.parse::<u64>().ok());
        assert!(digits.sum::<u64>() > 0, "on {kind}: {given}");
    }
}

#[test]
fn job_status_tells_what_each_job_did_last_and_how_far_the_lists_are() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let rows = |workshop: &Workshop| run(&mut workshop.command(&["job", "status"])).expect_exit(0).json();
        let row = |rows: &Value, job: &str| {
            let all = rows.as_array().unwrap();
            all.iter().find(|row| row["job"] == job).unwrap_or_else(|| panic!("{job}: {rows}")).clone()
        };
        assert_eq!(row(&rows(&workshop), "sweep")["outcome"], "unheard");
        workshop.igc(&["job", "run", "full-crl"]).expect_exit(0);
        workshop.igc(&["job", "run", "publication"]).expect_exit(0);
        let told = row(&rows(&workshop), "publication");
        assert_eq!(told["outcome"], "done", "on {kind}: {told}");
        let lists = told["of"].as_i64().unwrap();
        assert!(lists >= 12 && told["done"] == lists && told["waits_since"].is_null(), "on {kind}: {told}");
        // Half their life later every list is due again.
        workshop.configure("demo", "clock_offset_days", 30);
        let told = row(&rows(&workshop), "publication");
        assert!(told["done"] == 0 && told["waits_since"].is_string(), "on {kind}: {told}");
    }
}

#[test]
fn a_worker_that_is_served_tells_how_its_tokens_answer() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        workshop.igc(&["job", "run", "publication"]).expect_exit(0);
        workshop.igc(&["job", "run", "tokens"]).expect_exit(0);
        let desk = Desk::of(&workshop, "administrator");
        let page = desk.read("/ra/exploitation");
        let hsm = page.split_once("aria-labelledby=\"hsm\"").expect("a section").1;
        let hsm = hsm.split_once("</section>").unwrap().0;
        assert!(hsm.contains(">issuing</code>") && hsm.contains(">services</code>"), "on {kind}: {hsm}");
        assert!(!hsm.contains(">roots</code>") && !hsm.contains("Ne répond pas"), "on {kind}: {hsm}");
        let doctor = run(&mut workshop.command(&["doctor"])).json();
        let told = doctor.as_array().unwrap().iter().filter(|row| row["check"] == "signer");
        assert_eq!(told.filter(|row| row["verdict"] == "well").count(), 3, "on {kind}: {doctor}");

        let settings = fs::read_to_string(workshop.dir().join("tokens/softhsm2.conf")).unwrap();
        let store = settings.lines().find_map(|line| line.strip_prefix("directories.tokendir = ")).unwrap();
        fs::rename(store, workshop.dir().join("unplugged")).unwrap();
        run(&mut workshop.command(&["job", "run", "tokens"])).expect_exit(9);
        let page = desk.read("/ra/exploitation");
        assert!(page.contains("href=\"#hsm\"") && page.contains("Ne répond pas comme il doit"), "on {kind}");
        let doctor = run(&mut workshop.command(&["doctor"])).json();
        let broken = |row: &&Value| row["check"] == "signer" && row["verdict"] == "broken";
        assert_eq!(doctor.as_array().unwrap().iter().filter(broken).count(), 2, "on {kind}: {doctor}");
    }
}

#[test]
fn a_job_that_could_not_publish_a_crl_is_named_with_its_code() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let crl = workshop.dir().join("public/crl");
    fs::rename(&crl, workshop.dir().join("public/away")).unwrap();
    fs::write(&crl, "no folder").unwrap();
    run(&mut workshop.command(&["job", "run", "full-crl"])).expect_exit(9);
    let page = Desk::of(&workshop, "administrator").read("/ra/exploitation");
    let row = row(&page, ">full-crl</code>");
    assert!(row.contains("A échoué") && row.contains("publication-folder-failed"), "{row}");
    assert!(row.contains("depuis"), "{row}");
    assert!(page.contains("href=\"#travaux\""), "{page}");
}

#[test]
fn the_diagnostic_page_makes_the_checks_of_doctor_that_the_web_role_may_make() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        workshop.igc(&["job", "run", "publication"]);
        let desk = Desk::of(&workshop, "administrator");
        let page = desk.read("/ra/diagnostic").replace("&#39;", "'");
        let rows: Vec<(&str, &str)> = page
            .split("<th role=\"rowheader\" scope=\"row\">")
            .skip(1)
            .map(|row| row.split_once("<br><code class=\"quiet\">").expect("a title and a name"))
            .map(|(title, rest)| (title, rest.split_once('<').unwrap().0))
            .collect();
        assert_eq!(rows.len(), 19, "on {kind}: {rows:?}");
        assert!(rows.iter().all(|(title, name)| title != name), "each has French words: {rows:?}");
        let doctor = run(&mut workshop.command(&["doctor"])).json();
        let told = |check: &str| -> Vec<String> {
            let rows = doctor.as_array().unwrap().iter().filter(|row| row["check"] == check);
            rows.map(|row| row["what"].as_str().unwrap().to_owned()).collect()
        };
        for (_, name) in rows.iter().filter(|(_, name)| *name != "jobs") {
            let same = told(name);
            assert!(!same.is_empty(), "doctor makes {name} too");
            assert!(same.iter().all(|what| page.contains(what)), "on {kind}, {name}: {same:?}");
        }
        fs::remove_file(workshop.dir().join("public/crl/ACI-FO-PP.crl")).unwrap();
        let page = desk.read("/ra/diagnostic");
        assert!(page.contains("[BROKEN] crls: CRL ACI-FO-PP: never published"), "on {kind}: {page}");
    }
}
