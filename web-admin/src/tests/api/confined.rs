//! The same of the API as of the pages: every address about one thing is closed to a program whose officer is there for another place.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use registration_authority::approval::{NONCE_LENGTH, Statement, Verdict};
use registration_authority::certificate_request::{self, RequestState};
use registration_authority::officers::Role;
use registration_authority::order;
use serde_json::{Value, json};

use super::super::house::person;
use super::super::scopes::{confine_officer, planned};
use super::rights::{body, etag, filled_in};
use super::{House, Served, mounted};

/// Where addresses begin that ask for no scope, and why.
const ASK_FOR_NO_SCOPE: &[(&str, &str)] = &[
    ("/cards/", "cards know no scope: whoever may oppose one opposes any"),
    ("/opposition-tickets/", "whom an officer calls back is the holder of a card"),
    ("/certificate-requests/{number}/certificate", "it is there for who asked for it, and for nobody else"),
    ("/certificate-requests/{number}/terms", "the same"),
];

/// What she signs, well formed: of what is asked before a signature is looked at, her scope comes first.
fn signed(house: &mut House) -> Value {
    let at = house.now();
    let order = house.submit("alice", &person(4));
    let subject = order::get(&mut house.db, &order).unwrap().decidable();
    let statement = Statement::over_nonce(&subject, Verdict::Approve, None, "nora", [0; NONCE_LENGTH], at);
    json!({
        "statement": URL_SAFE_NO_PAD.encode(statement.encode()), "credential_id": "AA", "authenticator_data": "AA",
        "client_data": "AA", "signature": "AA",
    })
}

#[test]
fn every_address_about_one_thing_is_closed_to_a_program_whose_officer_is_there_for_another_place() {
    let mut served = Served::start();
    let nora = served.certificate_of("nora", "Nora BLANC", Role::RegistrationOfficer);
    confine_officer(&served.house, "nora");
    let (plan, _) = planned(&mut served.house, false);
    let reviewed = served.house.submit("alice", &person(3));
    served.house.approve("bob", &reviewed);
    let review = "INSERT INTO reviews VALUES ('RL-0000000000000000', 'approval'";
    served.house.sql(&format!("{review}, '{reviewed}', 1, 1, 1, NULL)"));
    let house = &mut served.house;
    let (number, _) = house.issued("agent");
    let RequestState::Issued { issuer, serial, .. } =
        certificate_request::get(&mut house.db, &number).unwrap().state
    else {
        panic!("it is issued")
    };
    let decision = signed(&mut served.house);
    let (mut next, mut closed, mut open) = (9, 0, Vec::new());
    for (method, path, _) in mounted() {
        if !path.contains('{') {
            continue;
        }
        next += 1;
        let path = path.as_str();
        let address = match path.strip_prefix("/opposition-plans/{number}") {
            Some(act) => format!("/opposition-plans/{plan}{act}"),
            None if path == "/reviews/{number}/finding" => path.replace("{number}", "RL-0000000000000000"),
            None if path == "/certificates/{issuer}/{serial}" => format!("/certificates/{issuer}/{serial}"),
            None => filled_in(&mut served.house, path, (next, next), "alice"),
        };
        let etag = etag(&mut served.house, path, next);
        let sent = (method == "post").then(|| match path.ends_with("/decision") {
            true => decision.clone(),
            false => body(path, next),
        });
        let method = method.to_uppercase();
        let answer = served.ask(Some(&nora), &method, &address, &[("If-Match", &etag)], sent.as_ref());
        let asks_for_none = ASK_FOR_NO_SCOPE.iter().any(|(begins, _)| path.starts_with(begins));
        match answer.status {
            403 => closed += 1,
            _ if asks_for_none => {}
            status => open.push(format!("{method} {path} {status}: {}", answer.text)),
        }
    }
    assert_eq!(open, [""; 0], "open to her, beside {closed} that are closed");
    assert!(closed > 40, "{closed}");
}
