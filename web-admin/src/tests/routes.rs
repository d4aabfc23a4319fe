//! Whose role gets what answer: every address that is mounted, by every method that it answers.

use std::fmt::Write;
use std::path::PathBuf;

use registration_authority::officers::Role;

use super::authenticator::Authenticator;
use super::browser::{Answer, Browser};
use super::house::{House, person, rpps};
use super::public_page::{stranger, upload};
use super::requests::requested_by;
use super::structures::{LEAVER, MEMBER};
use crate::language::Language;
use crate::pages::ADDRESSES;
use crate::words;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/routes.txt");

/// Who asks: the column, the login, and who submitted the order that is asked about.
const ACTORS: [(&str, Option<&str>, &str); 8] = [
    ("nobody", None, "alice"),
    ("agent-own", Some("agent"), "agent"),
    ("agent", Some("agent"), "alice"),
    ("officer-own", Some("alice"), "alice"),
    ("officer", Some("bob"), "alice"),
    ("revocation", Some("rita"), "alice"),
    ("administrator", Some("admin"), "alice"),
    ("auditor", Some("audrey"), "alice"),
];

/// A new address has a row of its own here, or this fails: read what each role gets, then write it down with
/// `UPDATE_GOLDEN=1`.
#[actix_web::test]
async fn every_address_answers_each_role_as_it_is_written_down() {
    let mut columns = Vec::new();
    for (_, login, submitter) in ACTORS {
        columns.push(answers(login, submitter).await);
    }
    let mut table = format!("{:<43}", "");
    for (column, ..) in ACTORS {
        write!(table, "{column:<15}").unwrap();
    }
    for (row, (route, _)) in columns[0].iter().enumerate() {
        write!(table, "\n{route:<43}").unwrap();
        for column in &columns {
            write!(table, "{:<15}", column[row].1).unwrap();
        }
    }
    let table: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(GOLDEN).unwrap());
}

#[test]
fn nothing_is_mounted_beside_the_table_of_addresses_but_what_is_the_same_for_all() {
    let mounts = ["web::resource(", "web::scope(", ".route(", ".service("];
    let mut mounting = Vec::new();
    let mut folders = vec![PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests/routes.rs") {
                let source = std::fs::read_to_string(&path).unwrap();
                if mounts.iter().any(|mount| source.contains(mount)) {
                    mounting.push(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap().to_owned());
                }
            }
        }
    }
    mounting.sort();
    // The API, which has a table and a test of its own; the style sheet and the mark; the scope around all pages; their table.
    assert_eq!(
        mounting,
        ["src/api/mod.rs", "src/assets.rs", "src/lib.rs", "src/pages/mod.rs"].map(PathBuf::from)
    );
}

/// What one actor gets at each address. Every act finds an order or a card of its own, and a form that is
/// filled in well: only the actor decides what comes of it.
async fn answers(login: Option<&str>, submitter: &str) -> Vec<(String, String)> {
    let mut house = House::where_decisions_wait();
    let mut next = 1;
    let mut answers = Vec::new();
    for address in ADDRESSES.into_iter().flatten() {
        for (method, answered) in [("GET", address.get.is_some()), ("POST", address.post.is_some())] {
            if !answered {
                continue;
            }
            next += 2;
            let path = filled_in(&mut house, address.path, next, submitter);
            let mut browser = match login {
                Some(login) => house.browser(login).await,
                None => Browser::new(house.state.clone()),
            };
            let path = match address.path {
                "/ra/recepisses/{receipt}" => receipt(&mut house, &mut browser, next).await.unwrap_or(path),
                _ => path,
            };
            let answer = sent(&mut browser, (method, address.path), &path, next).await;
            // Whom his role keeps out reads which roles would do.
            if answer.says("officer-role-missing") || answer.says("reading-not-allowed") {
                let right =
                    address.right(&method.parse().unwrap()).expect("say at the address what it needs");
                for role in right.roles() {
                    let role = Language::French.say(words::role(*role)).to_string();
                    assert!(answer.says(&role), "{method} {}: {}", address.path, answer.body);
                }
            }
            let sent_away = answer.status == 303 && answer.leads_to() == "/ra/sign-in";
            let word = if sent_away { "sign-in".to_owned() } else { answer.status.to_string() };
            answers.push((format!("{method:<4} {}", address.path), word));
        }
    }
    answers
}

/// What is answered at an address, with something that stands there, to a form or a file that is filled in well.
pub(super) async fn sent(
    browser: &mut Browser,
    (method, address): (&str, &str),
    path: &str,
    number: u32,
) -> Answer {
    match method {
        "POST" if address == "/pki/certificat" => browser.send(upload("fichier", &stranger())).await,
        "POST" if address.ends_with("/fichier") => {
            browser.hand_over(path, b"identifiant_local;nom;prenom;fonction").await
        }
        "POST" if address == "/ra/dossiers/{number}/documents" => {
            browser.attach(path, "contrat.pdf", b"%PDF-1.7").await
        }
        "POST" => {
            let fields = form(address, number);
            let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            browser.post(path, &fields).await
        }
        _ => browser.get(path).await,
    }
}

/// The receipt of an opposition that this browser has declared, where it may declare one.
async fn receipt(house: &mut House, browser: &mut Browser, number: u32) -> Option<String> {
    let card = house.card(&person(number));
    let address = format!("/ra/cartes/{card}/opposition");
    let fields = [("motif", "stolen"), ("definitif", "oui")];
    let answer = browser.post(&address, &fields).await;
    (answer.status == 303).then(|| answer.leads_to()).filter(|there| there.starts_with("/ra/recepisses/"))
}

/// An address with something that stands there.
pub(super) fn filled_in(house: &mut House, path: &str, number: u32, submitter: &str) -> String {
    let holder = person(number);
    let path = match path {
        "/ra/dossiers/{number}/repondre" => {
            let number = house.submit(submitter, &holder);
            house.ask("bob", &number);
            path.replace("{number}", &number)
        }
        "/ra/dossiers/{number}/documents/{id}" => {
            let number = house.submit(submitter, &holder);
            let document = house.document(submitter, &number);
            path.replace("{number}", &number).replace("{id}", &document)
        }
        "/ra/dossiers/{number}/lettre" => path.replace("{number}", &house.refused(submitter, &holder)),
        "/ra/dossiers/{number}/revenir" => {
            let number = house.submit(submitter, &holder);
            house.approve("bob", &number);
            path.replace("{number}", &number)
        }
        "/ra/file/lot/{moment}" => {
            let number = house.submit(submitter, &holder);
            house.approve("bob", &number);
            path.replace("{moment}", &house.now().millis().to_string())
        }
        _ if path.starts_with("/ra/dossiers/{number}") => {
            path.replace("{number}", &house.submit(submitter, &holder))
        }
        _ if path.starts_with("/ra/cartes/{number}/suspension/") => {
            path.replace("{number}", &house.suspended(number))
        }
        _ if path.starts_with("/ra/cartes/{number}") => {
            path.replace("{number}", &house.card(&holder).to_string())
        }
        // None stands here: nobody certifies anything.
        "/pki/certificats-de-test/{name}" => "/pki/certificats-de-test/TEST-VALABLE.cer".to_owned(),
        "/pki/publications/{path:.+}" => "/pki/publications/ca/chain.p7b".to_owned(),
        _ if path.starts_with("/ra/registre/extraits/{feed}") => {
            path.replace("{feed}", &house.held_feed(number))
        }
        _ if path.starts_with("/ra/cles/{number}") => {
            let login = format!("nova-{number}");
            let key = Authenticator::new(&login);
            path.replace("{number}", &house.proposed(&key, &login, "Nova BLANC", Role::Auditor))
        }
        "/ra/certificats/{request}/revenir" => path.replace("{request}", &house.approved_request(submitter)),
        "/ra/certificats/{request}/revocation" => path.replace("{request}", &house.issued(submitter).0),
        _ if path.starts_with("/ra/certificats/{request}") => {
            path.replace("{request}", &requested_by(house, submitter))
        }
        _ if path.starts_with("/ra/retraits/{request}") => {
            path.replace("{request}", &house.issued(submitter).0).replace("{form}", "pem")
        }
        _ if path.starts_with("/ra/caducites/{plan}") => {
            path.replace("{plan}", &house.opposition_plan(number))
        }
        _ if path.starts_with("/ra/renouvellements/{plan}") => {
            path.replace("{plan}", &house.renewal_plan(number))
        }
        _ if path.contains("{ticket}") => path.replace("{ticket}", &house.ticket(number)),
        _ if path.contains("{review}") => path.replace("{review}", &house.review(number)),
        "/opposition/declaration/{id}" => path.replace("{id}", &house.declared()),
        "/ra/porteurs/{id:.+}" => path.replace("{id:.+}", &person(1).to_string()),
        _ if path == "/ra/journal/{event}" => path.replace("{event}", &house.event()),
        // Whoever submits is its agent, where he is one.
        _ if path.contains("{structure}") => path.replace("{structure}", &house.structure(submitter)),
        "/ra/mandats/{mandate}/terminer" => path.replace("{mandate}", &house.mandate(submitter, true)),
        "/ra/delegations/{delegation}/terminer" => {
            path.replace("{delegation}", &house.delegation(submitter, true))
        }
        _ if path.contains("{delegation}") => {
            path.replace("{delegation}", &house.delegation(submitter, false))
        }
        _ if path.contains("{mandate}") => path.replace("{mandate}", &house.mandate(submitter, false)),
        _ => path
            // Where a session has declared an opposition, its own.
            .replace("{receipt}", "OP-0000000000000000")
            .replace("{form}", "pem")
            .replace("{demande}", "0123456789abcdef0123456789abcdef"),
    };
    assert!(!path.contains('{'), "say here what stands at {path}");
    path
}

/// The identifier of a key that is pinned: "key of amina".
const ROOT: &str = "6b6579206f6620616d696e61";

/// A key that an administrator proposes: the base point of P-256.
const CARD: &str = "credential_id = \"01\"\npublic_key = \"3059301306072a8648ce3d020106082a8648ce3d03010703420004\
    6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5\"";

/// What is sent to an address.
pub(super) fn form(path: &str, number: u32) -> Vec<(&'static str, String)> {
    let fields: &[(&'static str, &str)] = match path {
        "/ra/nouvelle" => &[("rpps", &rpps(number)), ("profession", "60")],
        "/ra/dossiers/{number}/approuver"
        | "/ra/dossiers/{number}/second-avis"
        | "/ra/dossiers/{number}/revenir"
        | "/ra/dossiers/{number}/reprendre"
        | "/ra/registre/extraits/{feed}/liberer" => &[("version", "1")],
        "/ra/dossiers/{number}/demander" => &[("version", "1"), ("question", "Pourquoi ?")],
        "/ra/dossiers/{number}/repondre" => &[("reponse", "Parce que.")],
        "/ra/file/suivant" | "/ra/dossiers/{number}/prendre" => &[("vue", "statut=a-verifier")],
        // Nothing is ticked: who may decide is told so.
        "/ra/file/lot" | "/ra/file/lot/decider" | "/ra/file/lot/reprendre" => {
            &[("vue", "statut=a-verifier"), ("acte", "approuver")]
        }
        "/ra/file/vues" | "/ra/file/vues/oublier" => &[("vue", "statut=a-verifier"), ("nom", "Urgents")],
        "/ra/journal/selection" => &[("action", "officer.")],
        "/ra/caducites/{plan}/rejeter" => &[("motif", "file-wrong")],
        "/ra/registre/extraits/{feed}/rejeter" => &[("version", "1"), ("motif", "file-wrong")],
        "/ra/dossiers/{number}/noter" => &[("note", "Rappeler demain.")],
        "/ra/dossiers/{number}/refuser" | "/ra/dossiers/{number}/apercu" => {
            &[("version", "1"), ("motif", "duplicate")]
        }
        "/ra/cartes/{number}/opposition" => &[("motif", "stolen"), ("definitif", "oui")],
        "/ra/cartes/{number}/suspension" | "/ra/cartes/{number}/suspension/lever" => &[],
        "/ra/cartes/{number}/suspension/garder" => &[("motif", "doubt-remains")],
        "/ra/dossiers/{number}/retirer" | "/ra/sign-out" | "/ra/caducites/{plan}/liberer" => &[],
        "/ra/relectures/{review}" => &[("avis", "confirme")],
        "/ra/rappels/{ticket}/classer" => &[("raison", "Le porteur a retrouvé sa carte.")],
        // Without what a script would write: who may is told that his key has not answered.
        "/ra/aide" => &[("raccourcis", "alt")],
        "/ra/sessions/fermer" => &[("session", "autres")],
        "/ra/sessions/prolonger" => &[],
        "/ra/carte" => &[],
        "/ra/sign-in" | "/ra/cle" => &[("defi", "AA")],
        "/ra/cles" => &[("fiche", CARD), ("identifiant", "nova"), ("nom", "Nova BLANC"), ("role", "auditor")],
        "/ra/cles/adresse" => &[("cle", ROOT), ("courriel", "nova@exemple.fr")],
        "/ra/cles/retirer" => &[("cle", ROOT)],
        // The page that asks for the signature.
        "/ra/cles/{number}/signer" => &[],
        "/ra/cles/{number}/rejeter" => &[("motif", "not-appointed")],
        "/ra/structures/{structure}/personnel" => {
            &[("numero", "A9"), ("fonction", "employee"), ("nom", "LEROY"), ("prenom", "Maël")]
        }
        "/ra/structures/{structure}/depart" => &[("numero", LEAVER)],
        "/ra/structures/{structure}/carte" => &[("numero", MEMBER), ("carte", "CPE")],
        // No card of the staff: whoever speaks for the structure is told so.
        "/ra/structures/{structure}/opposition" => {
            &[("carte", "2699999999"), ("motif", "stolen"), ("definitif", "oui")]
        }
        "/ra/structures/{structure}/liste" => &[
            ("liste", "identifiant_local;nom;prenom;fonction\nA8;LEROY;Maël;personnel"),
            ("declarer", "oui"),
        ],
        "/ra/structures/{structure}/mandats" => &[
            ("mandataire", "agent"),
            ("qualite", "director"),
            ("reference", "Contrat d'adhésion"),
            ("empreinte", "abababababababababababababababababababababababababababababababab"),
        ],
        "/ra/certificats/{request}/approuver" | "/ra/certificats/{request}/revenir" => &[("version", "1")],
        "/ra/certificats/{request}/refuser" => &[("version", "1"), ("motif", "key-refused")],
        "/ra/certificats/{request}/revocation" => &[("motif", "keyCompromise"), ("definitif", "oui")],
        "/ra/retraits/{request}" => &[("accepte", "oui"), ("version", "CGU-CERT-2026")],
        "/ra/renouvellements/{plan}/approuver" => &[],
        "/ra/mandats/{mandate}/refuser" => &[("motif", "document-insufficient")],
        "/ra/mandats/{mandate}/terminer" => &[("motif", "mandate-over")],
        "/ra/mandats/{mandate}/approuver"
        | "/ra/delegations/{delegation}/signer"
        | "/ra/delegations/{delegation}/terminer" => &[],
        "/ra/delegations" => &[("delegataire", "clara"), ("du", "2000-01-01"), ("au", "2000-01-02")],
        "/opposition" => &[("numero", "2600000001"), ("motif", "lost"), ("code", "7K3M-9QXD-T5AB-WE2R")],
        "/opposition/declaration" => &[
            ("numero", "2600000001"),
            ("motif", "lost"),
            ("code", "7K3M-9QXD-T5AB-WE2R"),
            ("definitif", "oui"),
        ],
        "/opposition/code-unique" => &[("numero", "2600000001")],
        "/opposition/code-unique/{demande}" => &[("motif", "lost"), ("code", "1234 5678")],
        "/opposition/rappel" => &[("numero", "2600000001"), ("motif", "lost")],
        "/pki" => &[("carte", "2600000001")],
        _ => panic!("say here what is sent to {path}"),
    };
    fields.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}
