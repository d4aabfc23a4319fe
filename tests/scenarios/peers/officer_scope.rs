//! T30: every address of the officers' pages, asked over TLS by each role of a running demonstration, answers as the
//! table of routes says; what a role may not do, it does not do with a session, a form token and a good address either.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use std::time::Duration;

use acceptance::harness::{
    DatabaseKind, Running, chance, folder, free_port, root, run, start, wait_for_port,
};
use card::CardStatus;
use diesel::prelude::*;
use professional_registry::ImportedRegister;
use registration_authority::approval::ApprovalVerifier;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::enrolment::{self, NewCredential, NewEnrolment};
use registration_authority::mandate::{self, Mandate, NewMandate, Quality};
use registration_authority::officers::{self, Role, Scope};
use registration_authority::order::CardOrder;
use store::DatabaseRole;
use store::schema::{audit_events, register_structures};

use crate::scenarios::delegations;
use crate::scenarios::officers_keys::authenticator::Authenticator;
use crate::scenarios::standstill::until;
use crate::scenarios::workshop::{APPROVER, SUBMITTER, Workshop, officer, workshop};

/// The table that `web-admin` is tested with.
const TABLE: &str = "web-admin/src/tests/routes.txt";

/// A role of the demonstration, as its sign-in links name it, and its column of the table.
const ROLES: [(&str, &str); 5] = [
    ("certification-agent", "agent"),
    ("registration-officer", "officer"),
    ("revocation-officer", "revocation"),
    ("administrator", "administrator"),
    ("auditor", "auditor"),
];

/// One line of the table: method, address, and the answer by column.
struct Route {
    method: String,
    path: String,
    answers: BTreeMap<String, String>,
}

fn routes() -> Vec<Route> {
    let text = fs::read_to_string(root().join(TABLE)).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split_whitespace().collect();
    let route = |line: &str| {
        let mut cells = line.split_whitespace().map(str::to_owned);
        let (method, path) = (cells.next().unwrap(), cells.next().unwrap());
        Route {
            method,
            path,
            answers: columns.iter().map(|column| (*column).to_owned()).zip(cells).collect(),
        }
    };
    lines.map(route).collect()
}

/// An officer's browser without a face: curl with a jar of its own.
pub struct Session {
    /// Of the officers' pages.
    pub port: u16,
    /// Where its cookies are.
    pub jar: PathBuf,
}

impl Session {
    /// Status and body; follows nothing.
    pub fn send(&self, path: &str, fields: Option<&[(&str, &str)]>) -> (String, String) {
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--insecure",
            "--max-time",
            "20",
            "--write-out",
            "\n%{http_code} %{redirect_url}",
        ]);
        curl.arg("--cookie-jar").arg(&self.jar).arg("--cookie").arg(&self.jar);
        for (name, value) in fields.unwrap_or_default() {
            curl.arg("--data-urlencode").arg(format!("{name}={value}"));
        }
        let url = format!("https://localhost:{}{path}", self.port);
        let said = run(curl.arg(url)).expect_exit(0).stdout;
        let (body, status) = said.rsplit_once('\n').unwrap();
        let (code, leads_to) = status.split_once(' ').unwrap();
        let signed_out = leads_to.ends_with("/ra/sign-in");
        (if signed_out { "sign-in".to_owned() } else { code.to_owned() }, body.to_owned())
    }

    /// What the forms of this session carry; nothing of a session that nobody signed in to.
    fn form_token(&self) -> String {
        let (_, page) = self.send("/ra/nowhere", None);
        let after = page.split_once("name=\"jeton\" value=\"").map(|(_, rest)| rest);
        after.and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }
}

/// The web role of a workshop in which every role has an officer, and what its sign-in links are, by role.
pub fn officers_pages(workshop: &Workshop) -> (u16, Running, BTreeMap<String, String>) {
    let mut db = workshop.open(DatabaseRole::Owner);
    let administrator = officer(&mut db, "alix.moreau");
    for (login, role) in [("lou.agent", Role::CertificationAgent), ("ariel.auditor", Role::Auditor)] {
        db.write(|db| officers::enrol(db, login, "Prénom NOM", role, &mut chance(), &administrator)).unwrap();
    }
    let port = free_port();
    workshop.configure("listen", "web", format!("127.0.0.1:{port}"));
    let process = start(&mut workshop.command(&["serve", "--role", "web"]));
    wait_for_port(port, Duration::from_secs(30));
    let mut links = BTreeMap::new();
    until("the links are printed", || {
        let printed = process.stdout();
        for line in printed.lines().filter(|line| line.contains("/ra/sign-in?token=")) {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [.., role, link] = words[..] else { continue };
            let (_, path) = link.split_once("/ra/").unwrap();
            links.insert(role.to_owned(), format!("/ra/{path}"));
        }
        links.len() == ROLES.len()
    });
    (port, process, links)
}

/// A key that an administrator proposes as an officer's, and nobody has signed for.
fn proposed_enrolment(workshop: &Workshop) -> String {
    let mut db = workshop.open(DatabaseRole::Owner);
    let administrator = officer(&mut db, "alix.moreau");
    let made = Authenticator::new("lou.agent");
    let new = NewEnrolment {
        email: None,
        login: "lou.agent".to_owned(),
        display_name: "Prénom NOM".to_owned(),
        role: Role::CertificationAgent,
        scope: Scope::default(),
        credential: NewCredential::Passkey(NewPasskey {
            credential_id: made.credential_id.clone(),
            key: made.public_key(),
        }),
    };
    let verifier = ApprovalVerifier::production();
    let roster = verifier.roster(&mut db).unwrap();
    db.write(|db| enrolment::propose(db, &verifier, &roster, new, &mut chance(), &administrator))
        .unwrap()
        .number
}

/// A mandate that nobody has decided on, and its structure.
fn proposed_mandate(workshop: &Workshop) -> Mandate {
    let mut db = workshop.open(DatabaseRole::Owner);
    let structure: String = register_structures::table
        .filter(register_structures::finess.ne(""))
        .select(register_structures::technical_id)
        .first(&mut db)
        .unwrap();
    let new = NewMandate {
        structure: structure.parse().unwrap(),
        login: "lou.agent".to_owned(),
        quality: Quality::Director,
        identifier: None,
        reference: "Contrat d'adhésion".to_owned(),
        document: "ab".repeat(32),
        until: None,
    };
    let act = officer(&mut db, SUBMITTER);
    db.write(|db| mandate::propose(db, &mut ImportedRegister, new, &mut chance(), &act)).unwrap()
}

/// What stands behind the parameters of the addresses.
struct Standing {
    /// One that waits, by another's hand.
    order: CardOrder,
    /// One that lives.
    card: String,
    /// One that waits.
    enrolment: String,
    /// One that waits.
    mandate: Mandate,
    /// One that nobody has signed for.
    delegation: String,
    /// One of the trail.
    event: String,
}

impl Standing {
    fn of(workshop: &Workshop) -> Self {
        let order = workshop.submit(1).remove(0);
        let card = workshop.cards(CardStatus::Active)[0].to_string();
        let mut db = workshop.open(DatabaseRole::Owner);
        let event = audit_events::table.select(audit_events::id).first(&mut db).unwrap();
        Self {
            order,
            card,
            enrolment: proposed_enrolment(workshop),
            mandate: proposed_mandate(workshop),
            delegation: delegations::proposed(&mut db, SUBMITTER, APPROVER),
            event,
        }
    }
}

/// Of what nothing stands in this installation: who is refused is refused all the same, and what others get is tried beside the table.
const STANDS_NOWHERE: &[&str] =
    &["{request}", "{receipt}", "{demande}", "{moment}", "{plan}", "{feed}", "/declaration/{id}", "/lettre"];

fn filled_in(path: &str, standing: &Standing) -> String {
    let Standing { order, card, enrolment, mandate, delegation, event } = standing;
    let number = match path {
        path if path.starts_with("/ra/cartes/") => card,
        path if path.starts_with("/ra/cles/") => enrolment,
        _ => &order.number,
    };
    path.replace("{number}", number)
        .replace("{id:.+}", &order.holder.to_string())
        .replace("{event}", event)
        .replace("{feed}", &"0".repeat(64))
        .replace("{plan}", "PO-2026-000001")
        .replace("{request}", "CR-2026-000001")
        .replace("{mandate}", &mandate.number)
        .replace("{delegation}", delegation)
        .replace("{structure}", mandate.structure.as_str())
        .replace("{receipt}", "OP-0000000000000000")
        .replace("{demande}", &"0".repeat(32))
        .replace("{name}", "TEST-VALABLE.cer")
        .replace("{path:.+}", "ca/chain.p7b")
}

#[test]
fn each_role_gets_at_each_address_what_the_table_of_routes_says() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let (port, mut process, links) = officers_pages(&workshop);
    let standing = Standing::of(&workshop);
    let (place, routes) = (folder(), routes());
    assert!(routes.len() > 20, "the table is not found");
    let mut asked = 0;
    for (role, column) in [("nobody", "nobody")].iter().chain(&ROLES) {
        let session = Session { port, jar: place.path().join(role) };
        if let Some(link) = links.get(*role) {
            assert_eq!(session.send(link, None).0, "303", "{role} signs in");
        }
        let token = session.form_token();
        for Route { method, path, answers } in &routes {
            // Signing out ends the session; the public page counts its questions.
            if path == "/ra/sign-out" || path.starts_with("/pki") || path == "/ra/sign-in" {
                continue;
            }
            // Documents and lists of staff come as files, which no form here sends: who may hand them in, and read them, is
            // tested beside their pages.
            if path.starts_with("/ra/dossiers/{number}/documents") || path.ends_with("/fichier") {
                continue;
            }
            let (expected, address) = (&answers[*column], filled_in(path, &standing));
            let is_refusal = ["403", "sign-in"].contains(&expected.as_str());
            let stands = is_refusal || !STANDS_NOWHERE.iter().any(|part| path.contains(part));
            if method == "GET" && stands && answers.values().all(|answer| answer != "404") {
                assert_eq!(session.send(&address, None).0, *expected, "{role}: GET {address}");
                asked += 1;
            }
            // A refusal must be one whoever asks and whatever stands there; what is allowed is tried elsewhere.
            if method == "POST" && ["403", "sign-in"].contains(&expected.as_str()) {
                let fields: &[(&str, &str)] = match path.rsplit('/').next() {
                    Some("opposition") if path.starts_with("/ra/structures") => {
                        &[("carte", "2699999999"), ("motif", "stolen"), ("definitif", "oui")]
                    }
                    Some("opposition") => &[("motif", "stolen"), ("definitif", "oui")],
                    Some("carte") => &[("numero", "A1"), ("carte", "CPE")],
                    Some("rejeter") => &[("version", "1"), ("motif", "file-wrong")],
                    Some("refuser") => &[("version", "1"), ("motif", "duplicate")],
                    _ => &[("version", "1")],
                };
                let fields = [fields, &[("jeton", &token)]].concat();
                assert_eq!(session.send(&address, Some(&fields)).0, *expected, "{role}: POST {address}");
                asked += 1;
            }
        }
    }
    assert!(asked > 90, "{asked}");
    process.stop(Duration::from_secs(30));
}

/// Nothing that changes anything is done for a session that brings no form token, or another's.
#[test]
fn an_officer_without_the_token_of_his_own_session_changes_nothing() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let card = workshop.cards(CardStatus::Active)[0];
    let (port, mut process, links) = officers_pages(&workshop);
    let place = folder();
    let session = |role: &str| {
        let session = Session { port, jar: place.path().join(role) };
        session.send(&links[role], None);
        session
    };
    let (officer, other) = (session("registration-officer"), session("revocation-officer"));
    let address = format!("/ra/cartes/{card}/opposition");
    for token in ["", &other.form_token()] {
        let fields = [("jeton", token), ("motif", "stolen"), ("definitif", "oui")];
        assert_eq!(officer.send(&address, Some(&fields)).0, "403", "{token:?}");
    }
    assert!(workshop.cards(CardStatus::Active).contains(&card));
    process.stop(Duration::from_secs(30));
}
