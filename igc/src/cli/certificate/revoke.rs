//! `igc certificate revoke`: of a certificate that no card carries, by an officer.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use ca_core::revocation::{self, RevocationReason};
use ca_core::serial::SerialNumber;
use ca_core::service_key;
use registration_authority::officers::{self, Right};
use serde_json::{Value, json};
use store::{DatabaseRole, Kind};

use crate::api::Api;
use crate::cli::Global;
use crate::cli::remote::Remote;
use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::officer::AsOfficer;
use crate::output;
use crate::problem::Problem;

/// How long the command waits for the worker there, who answers four times a second.
const PATIENCE: Duration = Duration::from_secs(10);

/// That the worker has not answered.
const WAITING: &str = "waiting";

/// Of an installation's own database in a demonstration; in the name of an officer who has shown his certificate elsewhere.
pub(super) fn run(
    global: &Global,
    (issuer, serial): (&str, &SerialNumber),
    reason: RevocationReason,
    officer: &AsOfficer,
    remote: &Remote,
) -> Result<ExitCode, Problem> {
    if let Some(api) = remote.api()? {
        return there(global, &api, (issuer, serial), reason);
    }
    let installation = Installation::open(global)?;
    let act = officer.act(&installation)?;
    let mut db = installation.database(DatabaseRole::Owner)?;
    officers::require(&mut db, Right::Oppose, &act)?;
    if service_key::stands_on(&mut db, issuer, serial)? {
        return Err(Problem::new(
            faults::CERTIFICATE_SERVES,
            format!("certificate {serial} of {issuer} is an authority's, or signs answers or lists"),
        ));
    }
    if let Some(card) = card::certificates::card_of(&mut db, issuer, &serial.to_string())? {
        return Err(Problem::new(
            faults::CERTIFICATE_ON_CARD,
            format!("card {card} carries it: oppose the card, and every certificate of it ends"),
        ));
    }
    db.write(|db| revocation::revoke(db, issuer, serial, reason, &mut system_rng(), &act))?;
    output::one(global.output, &json!({ "serial": serial.to_string(), "status": "revoked" }), || {
        format!("certificate {serial} of {issuer} is revoked\n")
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Asks for it through the API, and says what the worker has answered; ends with 7 where he has not yet.
fn there(
    global: &Global,
    api: &Api,
    (issuer, serial): (&str, &SerialNumber),
    reason: RevocationReason,
) -> Result<ExitCode, Problem> {
    let found = api.get(&format!("/certificates/{issuer}/{serial}"))?;
    let number = found.body["number"].as_str().unwrap_or_default().to_owned();
    let address = format!("/certificate-requests/{number}");
    let mut said = found.body;
    // Whoever comes again, since the answer was lost, waits for the same one.
    if outcome(&said) != WAITING {
        let asked = json!({ "reason": reason.name() });
        said = api.post(&format!("{address}/revocation"), &[("If-Match", &found.etag)], &asked)?.body;
    }
    let began = Instant::now();
    while outcome(&said) == WAITING && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(200));
        // It was asked for, whatever becomes of the connection.
        let Ok(read) = api.get(&address) else { break };
        said = read.body;
    }
    let which = format!("certificate {serial} of {issuer}");
    if let Some(code) = said["certificate"]["requested"]["refusal"].as_str() {
        return Err(Api::refused(code, &format!("{which} is not revoked")));
    }
    let done = outcome(&said) == "revoked";
    output::one(global.output, &said, || match done {
        true => format!("{which} is revoked\n"),
        false => format!("{which}: asked for; its worker has not answered yet\n"),
    })?;
    Ok(ExitCode::from(if done { 0 } else { Kind::Unavailable.exit_code() }))
}

/// What became of the revocation that was asked for last.
fn outcome(said: &Value) -> &str {
    said["certificate"]["requested"]["outcome"].as_str().unwrap_or_default()
}
