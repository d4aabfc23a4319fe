//! Whose role gets what answer: every address of the API, by every method.

use std::collections::BTreeMap;
use std::fmt::Write;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509Name, X509Req};
use registration_authority::certificate_request::{
    self, NewCertificateRequest, RequestState, Wanted, structure_names,
};
use registration_authority::delegation::{self, DelegationState};
use registration_authority::officers::Role;
use registration_authority::staff;
use serde_json::{Value, json};

use super::super::authenticator::Authenticator;
use super::super::house::person;
use super::super::structures::{LEAVER, MEMBER};
use super::{House, Served, mounted, wanted};
use crate::failure::Failure;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/api/rights.txt");

/// Whose structure asks for certificates.
const STRUCTURE: &str = "F0B0193488";

/// Who asks.
struct Asker {
    column: &'static str,
    login: &'static str,
    name: &'static str,
    role: Role,
    /// Who submitted what is asked about.
    submitter: &'static str,
}

const fn asker(
    (column, submitter): (&'static str, &'static str),
    login: &'static str,
    name: &'static str,
    role: Role,
) -> Asker {
    Asker { column, login, name, role, submitter }
}

const ASKERS: [Asker; 7] = [
    asker(("agent-own", "agent"), "agent", "Agnès ROUX", Role::CertificationAgent),
    asker(("agent", "alice"), "agent", "Agnès ROUX", Role::CertificationAgent),
    asker(("officer-own", "alice"), "alice", "Alice MARTIN", Role::RegistrationOfficer),
    asker(("officer", "alice"), "bob", "Bob BERNARD", Role::RegistrationOfficer),
    asker(("revocation", "alice"), "rita", "Rita PETIT", Role::RevocationOfficer),
    asker(("administrator", "alice"), "nova", "Nova BLANC", Role::Administrator),
    asker(("auditor", "alice"), "audrey", "Audrey NOËL", Role::Auditor),
];

/// A new address has a row of its own here, or this fails: read what each role gets, then write it down with
/// `UPDATE_GOLDEN=1`.
#[test]
fn every_address_of_the_api_answers_each_role_as_it_is_written_down() {
    let mut served = Served::start();
    let stranger = served.house.certify("enrolled for nobody");
    let mut callers = vec![("nobody", "alice", None), ("not-enrolled", "alice", Some(stranger))];
    let mut certificates = BTreeMap::new();
    for Asker { column, login, name, role, submitter } in ASKERS {
        let his = certificates.entry(login).or_insert_with(|| served.certificate_of(login, name, role));
        callers.push((column, submitter, Some(his.clone())));
    }
    let mut table = format!("{:<58}", "");
    for (column, ..) in &callers {
        write!(table, "{column:<15}").unwrap();
    }
    let (mut next, mut asked) = (0, 0);
    for (method, path, _) in mounted() {
        let path = path.as_str();
        write!(table, "\n{:<58}", format!("{} {path}", method.to_uppercase())).unwrap();
        for (_, submitter, certificate) in &callers {
            // As many persons as the register has.
            let of_a_person = ["/orders", "/cards", "/opposition-tickets/", "/reviews/"];
            next += u32::from(of_a_person.iter().any(|begins| path.starts_with(begins)));
            asked += 1;
            let address = filled_in(&mut served.house, path, (next, asked), submitter);
            let etag = etag(&mut served.house, path, next);
            let body = (method == "post").then(|| body(path, next));
            let method = method.to_uppercase();
            let headers = [("If-Match", etag.as_str())];
            let answer = served.ask(certificate.as_deref(), &method, &address, &headers, body.as_ref());
            write!(table, "{:<15}", answer.status).unwrap();
        }
    }
    let table: String = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(GOLDEN, &table).unwrap();
    }
    assert_eq!(table, std::fs::read_to_string(GOLDEN).unwrap());
}

/// The tag of what an address is filled in with.
pub(super) fn etag(house: &mut House, path: &str, number: u32) -> String {
    if path == "/structures/{structure}/staff/{local_id}/departure" {
        let leaver = staff::find(&mut house.db, &STRUCTURE.parse().unwrap(), LEAVER).unwrap().unwrap();
        return format!("\"{}.there\"", leaver.declared_at.millis());
    }
    let state = match path {
        _ if path.starts_with("/cards/{number}/suspension/") => {
            return format!("\"1.SU-{number:016X}.held\"");
        }
        "/orders/{number}/answer" => "waiting",
        "/mandates/{number}/end" => return "\"2.approved\"".to_owned(),
        "/delegations/{number}/end" => "signed",
        _ if path.starts_with("/delegations") => "proposed",
        "/certificate-requests/{number}/retraction" => "approved",
        _ if path.starts_with("/orders") || path.starts_with("/certificate-requests") => "submitted",
        _ if path.starts_with("/renewal-plans") || path.starts_with("/mandates") => "proposed",
        _ => "held",
    };
    format!("\"1.{state}\"")
}

/// An address with something that stands there: an order or a request of `submitter`'s, whatever else of alice's.
pub(super) fn filled_in(
    house: &mut House,
    path: &str,
    (number, asked): (u32, u32),
    submitter: &str,
) -> String {
    let number = match path {
        "/orders/{number}/answer" => {
            let submitted = house.submit(submitter, &person(number));
            house.ask("bob", &submitted);
            submitted
        }
        _ if path.starts_with("/orders/{number}") => house.submit(submitter, &person(number)),
        _ if path.starts_with("/cards/{number}/suspension") => house.suspended(number),
        _ if path.starts_with("/cards/{number}") => house.card(&person(number)).to_string(),
        // The agent's, of the structure that he speaks for.
        "/certificate-requests/{number}/certificate" | "/certificate-requests/{number}/terms" => {
            house.issued("agent").0
        }
        "/certificate-requests/{number}/retraction" => house.approved_request("alice"),
        _ if path.starts_with("/certificate-requests/{number}") => request(house, submitter, asked),
        _ if path.starts_with("/register-feeds/{number}") => house.held_feed(asked),
        _ if path.starts_with("/opposition-plans/{number}") => house.opposition_plan(asked),
        _ if path.starts_with("/renewal-plans/{number}") => house.renewal_plan(asked),
        "/mandates/{number}/end" => house.mandate("alice", true),
        "/delegations/{number}/end" => house.delegation("bob", true),
        _ if path.starts_with("/delegations/{number}") => unsigned(house),
        _ if path.starts_with("/mandates/{number}") => house.mandate("alice", false),
        _ if path.starts_with("/enrolments/{number}") => {
            let login = format!("nova-{asked}");
            house.proposed(&Authenticator::new(&login), &login, "Nova BLANC", Role::Auditor)
        }
        "/opposition-tickets/{number}/dismissal" => house.ticket(number),
        "/reviews/{number}/finding" => house.review(number),
        _ => String::new(),
    };
    if path.starts_with("/structures") {
        house.structure("agent");
    }
    let local_id = if path.ends_with("/departure") { LEAVER } else { MEMBER };
    let path = path.replace("{structure}", STRUCTURE).replace("{local_id}", local_id);
    let path = match path.contains("{serial}") {
        true => path.replace("{issuer}", "ACI-EL-ORG").replace("{serial}", &serial(house)),
        false => path,
    };
    path.replace("{number}", &number)
}

/// What is sent there.
pub(super) fn body(path: &str, number: u32) -> Value {
    match path {
        "/orders" => wanted(number),
        "/certificate-requests" => {
            json!({"profile": "el-org-sign", "structure": STRUCTURE, "csr": csr("jamais-permis")})
        }
        // Nothing is chosen: who may decide is told so.
        "/bulk-decisions/challenge" => json!({"decision": "approve", "orders": []}),
        "/enrolments" => {
            let key = Authenticator::new("nova");
            let (id, spki) = (hex::encode(&key.credential_id), hex::encode(key.public_key().spki()));
            json!({
                "action": "enrol", "login": "zoe", "display_name": "Zoé BLEU", "role": "auditor",
                "credential": format!("credential_id = \"{id}\"\npublic_key = \"{spki}\""),
            })
        }
        "/certificate-requests/{number}/revocation" => json!({"reason": "superseded"}),
        "/orders/{number}/notes" => json!({"note": "Rappeler demain."}),
        "/structures/{structure}/staff" => {
            json!({"local_id": "A9", "post": "employee", "family_name": "LEROY", "given_name": "Maël"})
        }
        "/structures/{structure}/staff/{local_id}/card" => json!({"kind": "CPE"}),
        // No card of the staff: whoever speaks for the structure is told so.
        "/structures/{structure}/opposition-requests" => json!({"card": "2600000017", "ground": "stolen"}),
        "/cards/{number}/opposition" => json!({"ground": "lost"}),
        "/orders/{number}/question" => json!({"question": "Pourquoi ?"}),
        "/orders/{number}/answer" => json!({"answer": "Parce que."}),
        "/opposition-tickets/{number}/dismissal" => json!({"reason": "Le porteur a retrouvé sa carte."}),
        "/reviews/{number}/finding" => json!({"finding": "confirmed"}),
        "/mandates" => json!({
            "structure": STRUCTURE, "agent": "agent", "quality": "director", "reference": "Contrat d'adhésion",
            "document": "ab".repeat(32),
        }),
        // Of another than alice's nobody reads more than of none, whatever he accepts.
        "/certificate-requests/{number}/terms" => json!({"version": "CGU", "sha256": "ab".repeat(32)}),
        "/cards/{number}/suspension"
        | "/orders/{number}/second-officer"
        | "/structures/{structure}/staff/{local_id}/departure"
        | "/mandates/{number}/end"
        | "/delegations/{number}/end" => json!({}),
        // The days are over: who may delegate is told so.
        "/delegations" => json!({"delegate": "clara", "first": "2000-01-01", "last": "2000-01-02"}),
        _ if path.ends_with("/withdrawal") || path.ends_with("/retraction") => json!({}),
        _ if path.ends_with("/challenge") => json!({"decision": "approve"}),
        _ if path.ends_with("/decision") || path == "/bulk-decisions" => json!({
            "statement": "AA", "credential_id": "AA", "authenticator_data": "AA", "client_data": "AA",
            "signature": "AA",
        }),
        _ => panic!("say here what is sent to {path}"),
    }
}

/// A delegation of bob's that nobody has signed for.
fn unsigned(house: &mut House) -> String {
    let at = house.now();
    let his = delegation::of_officer(&mut house.db, "bob").unwrap();
    let open = his.into_iter().find(|one| one.state(at) == DelegationState::Proposed);
    open.map_or_else(|| house.delegation("bob", false), |one| one.number)
}

/// The serial number of a certificate that a request of the agent's led to.
fn serial(house: &mut House) -> String {
    let (number, _) = house.issued("agent");
    match certificate_request::get(&mut house.db, &number).unwrap().state {
        RequestState::Issued { serial, .. } => serial.to_string(),
        other => panic!("{other:?}"),
    }
}

/// A request of this officer's, who speaks for the structure where he is its agent, for a name of its own.
fn request(house: &mut House, submitter: &str, number: u32) -> String {
    if submitter == "agent" {
        house.structure("agent");
    }
    let (alice, act) = (house.officer("alice"), house.officer(submitter));
    let structure = STRUCTURE.parse().unwrap();
    let name = format!("cachet-{number}");
    let new = NewCertificateRequest {
        profile: "el-org-sign".to_owned(),
        wanted: Wanted::Structure(STRUCTURE.parse().unwrap()),
        csr: csr(&name).into_bytes(),
    };
    let state = house.state.clone();
    let House { db, rng, .. } = house;
    db.write(|db| structure_names::allow(db, &structure, &name, rng, &alice)).unwrap();
    let submitted = db.write(|db| {
        let submitted = state.submit_request()(db, new, rng, &act);
        submitted.map_err(|(code, detail)| Failure::coded(code, detail))?.map_err(Failure::from)
    });
    submitted.unwrap().number
}

fn csr(common_name: &str) -> String {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut request = X509Req::builder().unwrap();
    request.set_pubkey(&key).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", common_name).unwrap();
    request.set_subject_name(&name.build()).unwrap();
    request.sign(&key, MessageDigest::sha256()).unwrap();
    String::from_utf8(request.build().to_pem().unwrap()).unwrap()
}
