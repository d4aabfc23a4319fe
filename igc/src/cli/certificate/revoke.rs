//! `igc certificate revoke`: of a certificate that no card carries, by an officer.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use ca_core::revocation::{self, RevocationReason};
use ca_core::serial::SerialNumber;
use ca_core::service_key;
use registration_authority::officers::{self, Right};
use serde_json::json;
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
    let number = found.body["number"].as_str().unwrap_or_default();
    let address = format!("/certificate-requests/{number}");
    let asked = json!({ "reason": reason.name() });
    let mut said = api.post(&format!("{address}/revocation"), &[("If-Match", &found.etag)], &asked)?.body;
    let began = Instant::now();
    while waits(&said) && began.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(200));
        said = api.get(&address)?.body;
    }
    let requested = &said["certificate"]["requested"];
    if let Some(code) = requested["refusal"].as_str() {
        return Err(Api::refused(code, &format!("certificate {serial} of {issuer} is not revoked")));
    }
    output::one(global.output, &said, || match waits(&said) {
        false => format!("certificate {serial} of {issuer} is revoked\n"),
        true => format!("certificate {serial} of {issuer}: asked for; its worker has not answered yet\n"),
    })?;
    Ok(ExitCode::from(if waits(&said) { Kind::Unavailable.exit_code() } else { 0 }))
}

fn waits(said: &serde_json::Value) -> bool {
    said["certificate"]["requested"]["outcome"] == "waiting"
}
