use acceptance::harness::DatabaseKind;
use diesel::connection::SimpleConnection;

use super::super::workshop::workshop;
use super::*;

/// A row of somebody who may write into the inbox: the request of another authority's responder, or his own.
const REPLAYED: &str = "
    INSERT INTO responder_requests
        SELECT decode(repeat('ab', 32), 'hex'), authority, predecessor, 2, token, key_id, statement
        FROM responder_requests WHERE authority = 'ACI-FO-PP';
    INSERT INTO responder_request_proofs
        SELECT decode(repeat('ab', 32), 'hex'), authorisation, possession
        FROM responder_request_proofs LIMIT 1;";

#[test]
fn a_row_that_the_responder_did_not_sign_gets_nothing_and_is_told() {
    let workshop = workshop(DatabaseKind::Postgresql);
    due(&workshop);
    let_the_responders_ask(&workshop);
    // The status role's own rights are all that he has.
    workshop.open(DatabaseRole::Status).batch_execute(REPLAYED).unwrap();
    let done = workshop.job("responders");
    assert_eq!(done["made"].as_array().unwrap().len(), 6, "{done}");
    let refused = done["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 1, "{done}");
    assert_eq!(refused[0]["code"], "responder-request-malformed");
    assert_eq!(recorded(&mut workshop.open(DatabaseRole::Owner)), 12);
    assert_eq!(workshop.job("responders")["refused"], serde_json::json!([]), "a refusal is recorded once");
    // It is told for good, also after the successors stand.
    let said = run(&mut workshop.command(&["doctor"])).expect_exit(1).stdout;
    assert!(said.contains("1 refused, 1 of them forged"), "{said}");
    let ready = Status::start(&workshop, "igc.toml").readiness();
    assert!(ready.contains("[!] ocsp: 1 forged requests"), "{ready}");
    workshop.check();
}

#[test]
fn a_refusal_is_seen_by_doctor_and_on_the_operators_listener() {
    let workshop = workshop(DatabaseKind::Postgresql);
    due(&workshop);
    let_the_responders_ask(&workshop);
    // A worker of whom the responders' clock is too far away.
    workshop.configure("demo", "clock_offset_days", DAYS_AHEAD + 6);
    let done = workshop.job("responders");
    assert_eq!(done["refused"].as_array().unwrap().len(), 6, "{done}");
    let said = run(&mut workshop.command(&["doctor"])).stdout;
    assert!(said.contains("responder-request-time"), "{said}");
    // They ask again, with the same keys: while the first refusal stands, whoever looks is told.
    workshop.configure("demo", "clock_offset_days", DAYS_AHEAD);
    let status = Status::start(&workshop, "igc.toml");
    let ready = status.readiness();
    assert!(
        ready.contains("[!] ocsp ACI-FO-PP: until ") && ready.contains("responder-request-time"),
        "{ready}"
    );
}

#[test]
fn the_inbox_takes_requests_of_the_newest_responder_from_the_status_role_and_nothing_else() {
    let workshop = workshop(DatabaseKind::Postgresql);
    due(&workshop);
    let_the_responders_ask(&workshop);
    let denied = |role, sql: &str| {
        let refused = workshop.open(role).batch_execute(sql).expect_err(sql).to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    };
    for sql in [
        REPLAYED,
        "DELETE FROM responder_requests",
        "INSERT INTO responder_refusals VALUES ('', 'x', 'x', 0)",
        "SELECT 1 FROM responder_certifications",
    ] {
        denied(DatabaseRole::Web, sql);
    }
    denied(DatabaseRole::Worker, REPLAYED);
    for sql in [
        "UPDATE responder_requests SET attempt = 8",
        "DELETE FROM responder_requests",
        "DELETE FROM responder_request_proofs",
        "INSERT INTO responder_refusals SELECT digest, 'x', 'x', 0 FROM responder_requests",
        "INSERT INTO responder_certifications SELECT predecessor, 1, digest, digest, 'x', 'x' FROM responder_requests",
        "INSERT INTO service_keys SELECT * FROM service_keys",
        "UPDATE certificates SET status = 'good'",
        "INSERT INTO audit_events SELECT * FROM audit_events",
    ] {
        denied(DatabaseRole::Status, sql);
    }
    let refused = |sql: &str, why: &str| {
        let said = workshop.open(DatabaseRole::Status).batch_execute(sql).expect_err(sql).to_string();
        assert!(said.contains(why), "{sql}: {said}");
    };
    let row = |attempt: &str, predecessor: &str, statement: &str| {
        format!(
            "INSERT INTO responder_requests
             SELECT sha256('{attempt}'::bytea), authority, {predecessor}, {attempt}, token, key_id, {statement}
             FROM responder_requests WHERE authority = 'ACI-FO-PP' AND attempt = 1"
        )
    };
    refused(&row("9", "predecessor", "statement"), "check");
    refused(&row("1", "predecessor", "statement"), "duplicate key");
    refused(&row("2", "predecessor", "repeat('x', 2049)::bytea"), "check");
    refused(&row("2", "'list-signer'", "statement"), "follows the newest responder");
    workshop.job("responders");
    refused(&row("2", "predecessor", "statement"), "follows the newest responder");
    // The worker records what was asked for, and no other key.
    for name in ["name || '-again', purpose", "name || '-again', 'list'"] {
        let sql = format!(
            "INSERT INTO service_keys SELECT {name}, authority, serial, 'issuing', key_id, public_key, created_at
             FROM service_keys WHERE authority = 'ACI-FO-PP'"
        );
        let said = workshop.open(DatabaseRole::Worker).batch_execute(&sql).expect_err(&sql).to_string();
        assert!(said.contains("responders that were asked for"), "{sql}: {said}");
    }
}
