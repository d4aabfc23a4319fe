//! In a demonstration, the officers who keep what relying systems test with (decision 0024).

use professional_registry::ImportedRegister;
use registration_authority::test_certificates::{
    Asked, Office, TestCertificate, TestCertificateError, ask, revoke_due,
};
use serde_json::{Value, json};
use store::{Act, DatabaseRole, Fault, crash_point};

use super::Worker;
use crate::demo::{APPROVER, REVOKER, SUBMITTER};
use crate::installation::system_rng;
use crate::officer;
use crate::problem::Problem;

/// Asks for what is missing or about to end, and revokes the one that is to be revoked. What was approved is the
/// certification job's.
pub(super) fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let installation = worker.installation.clone();
    if !installation.config.is_demo() {
        return Ok(json!({ "skipped": "officers ask for test certificates, and approve them, themselves" }));
    }
    let approver = officer::approver(&installation)?;
    let mut register = ImportedRegister;
    let mut office = Office {
        registry: &mut register,
        issuance: installation.issuance()?,
        approver: &approver,
        submitter: SUBMITTER,
        decider: APPROVER,
    };
    // Officers ask and decide with the rights of their pages: the worker's do not reach as far as a decision.
    let mut desk = installation.database(DatabaseRole::Web)?;
    let (mut requested, mut failed) = (Vec::new(), Vec::new());
    let mut fail = |shows: TestCertificate, error: &TestCertificateError| {
        let code = error.code().name;
        tracing::error!(code, "the test certificate {} is not kept: {error}", shows.name());
        failed.push((shows.name(), code, error.to_string()));
    };
    for shows in TestCertificate::ALL {
        match desk.write(|db| ask(db, &mut office, shows, &mut system_rng(), act)) {
            Ok(Asked::NotNow | Asked::NotWanted) => {}
            Ok(Asked::For(number)) => {
                requested.push(number);
                crash_point("test-certificates.requested");
            }
            Err(error) => fail(shows, &error),
        }
    }
    let revoked =
        worker.db.write(|db| revoke_due(db, REVOKER, &mut system_rng(), act)).unwrap_or_else(|error| {
            fail(TestCertificate::Revoked, &error);
            None
        });
    crash_point("test-certificates.revoked");
    let revoked = revoked.map(|serial| serial.to_string());
    Ok(json!({ "requested": requested, "revoked": revoked, "failed": failed }))
}
