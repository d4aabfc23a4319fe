//! What pages are about that would be empty lists else: a structure with its agent, staff and orders; what waits for a second signature.

use std::fs;

use acceptance::harness::{Browser, chance, igc, run};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::enrolment::NewCredential;
use registration_authority::officers::{self, Role};
use registration_authority::opposition::declaration::Declared;
use registration_authority::opposition::{Ground, ticket};
use serde_json::Value;
use store::schema::{card_orders, cards, certificate_requests, register_structures};
use store::{Act, Actor};

use crate::scenarios::delegations;
use crate::scenarios::officers_desk::Desk;
use crate::scenarios::officers_keys::authenticator::Authenticator;
use crate::scenarios::workshop::{APPROVER, SECOND_APPROVER, SUBMITTER, officer, submit};

const AGENT: (&str, &str) = ("morgan.agent", "Morgan AGENT");

const STAFF: &str = "identifiant_local;nom;prenom;fonction\nACC001;LEROY;Maël;personnel\nACC002;FABRE;Noé;personnel\n\
                     ACC003;GARCIA;Inès;personnel\nDIR001;MARCHAND;Aude;responsable\n";

/// `igc structure …` as an officer of the demonstration.
fn structure(desk: &Desk, arguments: &[&str], login: &str) -> Value {
    let mut command = igc();
    command.arg("structure").args(arguments).args(["--as", login, "--dir"]).arg(desk.serving.dir());
    run(command.args(["-o", "json"])).expect_exit(0).json()
}

/// A structure whose agent has declared its staff and asked for two cards; and the agent, signed in by his passkey.
pub(super) fn structure_with_its_agent(desk: &mut Desk) -> (String, Browser) {
    let [id, other]: [String; 2] = register_structures::table
        .filter(register_structures::finess.ne(""))
        .order(register_structures::technical_id)
        .select(register_structures::technical_id)
        .limit(2)
        .load::<String>(&mut desk.db)
        .unwrap()
        .try_into()
        .unwrap();
    let key = Authenticator { origin: desk.origin.clone(), ..Authenticator::new(AGENT.0) };
    let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
    let who = (AGENT.0, AGENT.1, Role::CertificationAgent);
    desk.keys.enrol_as(&mut desk.db, who, NewCredential::Passkey(passkey));
    desk.wait_until("the agent is enrolled", |desk| officers::find(&mut desk.db, AGENT.0).unwrap().is_some());

    let document = desk.serving.dir().join("contract.pdf");
    fs::write(&document, "Contrat d'adhésion").unwrap();
    let propose = |desk: &Desk, structure_of: &str, reference: &str| {
        let document = document.to_str().unwrap().to_owned();
        let said =
            ["--agent", AGENT.0, "--quality", "director", "--reference", reference, "--document", &document];
        let proposed = structure(desk, &[&["propose", structure_of][..], &said].concat(), SUBMITTER);
        proposed["number"].as_str().unwrap().to_owned()
    };
    let mandate = propose(desk, &id, "Contrat d'adhésion 2026-0412");
    structure(desk, &["approve", &mandate], APPROVER);
    // The other one waits for a second officer.
    propose(desk, &other, "Contrat d'adhésion 2026-0413");
    let list = desk.serving.dir().join("staff.csv");
    fs::write(&list, STAFF).unwrap();
    structure(desk, &["import", &id, list.to_str().unwrap()], AGENT.0);
    for local_id in ["ACC001", "DIR001"] {
        let kind = if local_id == "DIR001" { "CDE" } else { "CPE" };
        structure(desk, &["order", &id, local_id, "--kind", kind], AGENT.0);
    }
    let browser = Browser::new(1280);
    browser.take_key(&key.credential_id, &key.key.private_key_to_pkcs8().unwrap());
    desk.sign_in(&browser);
    (id, browser)
}

/// Orders for which a second officer is asked; their numbers.
pub(super) fn orders_for_two(desk: &mut Desk, count: usize) -> Vec<String> {
    let numbers: Vec<String> = submit(&mut desk.db, count).into_iter().map(|order| order.number).collect();
    let flags = numbers.iter().map(|number| {
        format!(
            "INSERT INTO order_flags VALUES ('{number}', 1, 'rush-of-structure', 'red', TRUE,
                'Plus de vingt demandes en une heure pour le même lieu.', 0);"
        )
    });
    desk.db.batch_execute(&flags.collect::<String>()).unwrap();
    numbers
}

/// What stands in lists that a demonstration leaves empty: a declaration that nobody has proved, a look that is due, a delegation, a view of his
/// own, a request for a software certificate. The number of the request.
pub(super) fn lists(desk: &mut Desk) -> String {
    let db = &mut desk.db;
    let card: String =
        cards::table.filter(cards::status.eq("active")).select(cards::number).first(db).unwrap();
    let anyone = Act { actor: Actor::Anyone, ..officer(db, APPROVER) };
    let declared = Declared::Card(card.parse().unwrap());
    ticket::open(db, &declared, Ground::Stolen, &mut chance(), &anyone).unwrap();
    delegations::proposed(db, APPROVER, SECOND_APPROVER);
    // Of others than who looks.
    let ordered: String = card_orders::table
        .filter(card_orders::status.eq("ordered").and(card_orders::origin.eq("officer")))
        .select(card_orders::number)
        .first(db)
        .unwrap();
    let issued: String = certificate_requests::table
        .filter(
            certificate_requests::status.eq("issued").and(certificate_requests::submitted_by.eq(SUBMITTER)),
        )
        .select(certificate_requests::number)
        .first(db)
        .unwrap();
    let (request, at) = ("CR-2026-999999", anyone.at.millis());
    db.batch_execute(&format!(
        "INSERT INTO reviews VALUES ('RL-0000000000000001', 'approval', '{ordered}', 1, {at}, {at}, NULL);
         INSERT INTO queue_views VALUES ('{APPROVER}', 'Mes urgents', 'statut=a-verifier&risque=eleve', {at});
         INSERT INTO certificate_requests (number, version, profile, structure, common_name, dns_names, csr, public_key, submitted_by,
             submitted_at, status, changed_at)
         SELECT '{request}', 1, profile, structure, common_name, dns_names, csr, public_key, submitted_by, {at}, 'submitted', {at}
         FROM certificate_requests WHERE number = '{issued}'"
    ))
    .unwrap();
    request.to_owned()
}
