//! What can never be certified does not keep what can be from its turn.

use std::fs;

use acceptance::harness::{DatabaseKind, run, start};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509Name, X509Req};
use store::DatabaseRole;
use store::schema::certificate_requests;

use super::standstill::{PATIENCE, until};
use super::workshop::{APPROVER, SUBMITTER, Workshop, workshop};

/// As many as one run looks at, before the one that is wanted: approved, says their row, by a decision on another.
const TWO_HUNDRED: &str = "
    CREATE TEMP TABLE numbers AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
        SELECT printf('CR-2000-%06d', i) AS number FROM n;
    INSERT INTO certificate_requests (number, version, profile, structure, common_name, dns_names, csr, public_key,
        submitted_by, submitted_at, status, changed_at)
        SELECT numbers.number, r.version, r.profile, r.structure, r.common_name, r.dns_names,
        r.csr, r.public_key, r.submitted_by, r.submitted_at, 'submitted', r.changed_at
        FROM numbers, certificate_requests r WHERE r.number = 'THIS';
    INSERT INTO decisions SELECT d.subject_kind, numbers.number, d.subject_version, d.decided_by, d.decision,
        d.reason_code, d.reason_text, d.decided_at, d.proof_kind, d.proof
        FROM numbers, decisions d WHERE d.subject_number = 'THIS';
    UPDATE certificate_requests SET status = 'approved' WHERE number IN (SELECT number FROM numbers);";

#[test]
fn two_hundred_requests_that_cannot_be_certified_do_not_take_the_turn_of_the_next() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let wanted = approved_request(&workshop);
    let mut db = workshop.open(DatabaseRole::Owner);
    db.batch_execute(&TWO_HUNDRED.replace("THIS", &wanted)).unwrap();
    let mut worker = start(&mut workshop.command(&["serve", "--role", "worker"]));
    until("the request behind them is certified", || {
        let row = certificate_requests::table.find(&wanted).select(certificate_requests::status);
        row.first::<String>(&mut db).unwrap() == "issued"
    });
    assert!(worker.stop(PATIENCE).success(), "{}", worker.stderr());
}

fn approved_request(workshop: &Workshop) -> String {
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut name = X509Name::builder().unwrap();
    name.append_entry_by_text("CN", "cachet").unwrap();
    let mut builder = X509Req::builder().unwrap();
    builder.set_subject_name(&name.build()).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let csr = workshop.dir().join("seal.csr");
    fs::write(&csr, builder.build().to_pem().unwrap()).unwrap();
    let structure: String = certificate_requests::table
        .select(certificate_requests::structure)
        .first(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    workshop.igc(&["certificate", "allow", "--structure", &structure, "cachet", "--as", APPROVER]);
    let asked = ["certificate", "request", "--profile", "el-org-sign", "--structure", &structure];
    let asked = run(workshop.command(&asked).arg("--csr").arg(&csr).args(["--as", SUBMITTER])).expect_exit(0);
    let number = asked.json()["number"].as_str().unwrap().to_owned();
    workshop.igc(&["certificate", "approve", &number, "--as", APPROVER]);
    number
}
