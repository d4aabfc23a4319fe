//! The administrators' keys that `igc.toml` pins, held against those that a ceremony recorded.

use ca_core::ceremony::{AdministratorKey, RecordedAdministrators, is_in_the_trail, recorded_administrators};
use registration_authority::enrolment::Root;
use store::Database;

use super::{Finding, Findings, Verdict};
use crate::ceremony;
use crate::installation::Installation;
use crate::problem::Problem;

const WHAT: &str = "administrators' first keys";

/// With which keys the chain of officers' keys begins, and whether witnesses were there when it was said whose they are: the last ceremony
/// that recorded any counts.
pub(super) fn pinned(
    installation: &Installation,
    db: &mut Database,
    findings: &mut Findings,
) -> Result<(), Problem> {
    const HOLD: &str =
        "hold a ceremony of kind administrators (docs/ceremonies.md) over the keys that igc.toml pins";
    const COMPARE: &str = "compare each fingerprint with its owner and the signed script; pin what was recorded, and no other key, or hold a \
                           ceremony that records what is pinned";
    let roots: &[Root] = installation.config.passkeys.as_ref().map_or(&[], |passkeys| &passkeys.roots);
    let recorded = match last_recorded(installation, db)? {
        Ok(recorded) => recorded,
        Err(name) => {
            let found = format!("the transcript of {name} is not the one that the audit trail knows");
            findings.push(Finding::new(Verdict::Broken, WHAT, found, COMPARE));
            return Ok(());
        }
    };
    let finding = match (roots, recorded) {
        ([], None) => Finding::well(WHAT, "none is pinned: no officer's passkey counts"),
        (pinned, None) => {
            let found = format!("{} are pinned, and no ceremony recorded whose they are", pinned.len());
            Finding::new(Verdict::Warning, WHAT, found, HOLD)
        }
        (pinned, Some((name, recorded))) => {
            let of = |logins: Vec<String>| logins.join(", ");
            let foreign: Vec<String> = pinned
                .iter()
                .filter(|root| !recorded.keys.iter().any(|key| is_of(root, key)))
                .map(|root| root.login.clone())
                .collect();
            let missing: Vec<String> = recorded
                .keys
                .iter()
                .filter(|key| !pinned.iter().any(|root| is_of(root, key)))
                .map(|key| key.login.clone())
                .collect();
            match (foreign.is_empty(), missing.is_empty()) {
                (true, true) => {
                    let found = format!("{} are pinned, as the ceremony {name} recorded them", pinned.len());
                    Finding::well(WHAT, found)
                }
                (false, _) => {
                    let found =
                        format!("igc.toml pins what the ceremony {name} did not record: {}", of(foreign));
                    Finding::new(Verdict::Broken, WHAT, found, COMPARE)
                }
                (true, false) => {
                    let found =
                        format!("igc.toml does not pin what the ceremony {name} recorded: {}", of(missing));
                    Finding::new(Verdict::Warning, WHAT, found, COMPARE)
                }
            }
        }
    };
    findings.push(finding);
    Ok(())
}

/// The same key of the same person, under the same name.
fn is_of(root: &Root, key: &AdministratorKey) -> bool {
    root.login == key.login
        && root.display_name == key.display_name
        && hex::encode(&root.credential_id) == key.credential_id
        && hex::encode(root.key.spki()) == key.public_key
}

/// What the last ceremony recorded, with its name; the name of one whose transcript the audit trail does not know.
type LastRecorded = Result<Option<(String, RecordedAdministrators)>, String>;

fn last_recorded(installation: &Installation, db: &mut Database) -> Result<LastRecorded, Problem> {
    let mut last: Option<(String, RecordedAdministrators)> = None;
    for file in ceremony::files(installation)? {
        let folder = file.parent().and_then(|folder| folder.file_name()).unwrap_or_default();
        // Begun, and nothing more.
        if !file.with_file_name("transcript.jsonl").is_file() {
            continue;
        }
        let (ceremony, transcript, _) = ceremony::recorded(installation, &folder.to_string_lossy())?;
        let name = ceremony.name().to_owned();
        let recorded = match recorded_administrators(&ceremony, &transcript) {
            Ok(Some(recorded)) => recorded,
            Ok(None) => continue,
            Err(_) => return Ok(Err(name)),
        };
        if !is_in_the_trail(db, &ceremony, &recorded.head)? {
            return Ok(Err(name));
        }
        if last.as_ref().is_none_or(|(_, last)| last.at < recorded.at) {
            last = Some((name, recorded));
        }
    }
    Ok(Ok(last))
}
