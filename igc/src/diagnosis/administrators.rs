//! The administrators' keys that `igc.toml` pins, held against those that a ceremony recorded; and each ceremony that recorded others than the
//! one before it. Read are the files and transcripts of ceremonies, and what the audit trail was told of them: no report, and nothing on paper
//! (decision 69).

use std::collections::BTreeSet;

use ca_core::ceremony::{
    AdministratorKey, RecordedAdministrators, administrators_in_the_trail, is_in_the_trail,
    recorded_administrators,
};
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
    let recorded = match recorded(installation, db)? {
        Ok(recorded) => recorded,
        Err(name) => {
            let found = format!("the transcript of {name} is not the one that the audit trail knows");
            findings.push(Finding::new(Verdict::Broken, WHAT, found, COMPARE));
            return Ok(());
        }
    };
    gone(db, &recorded, findings)?;
    replaced(&recorded, findings);
    let finding = match (roots, recorded.last()) {
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

/// A ceremony that recorded administrators' keys, by its name.
type Recorded = (String, RecordedAdministrators);

/// Each of them, the last one held at the end; the name of one whose transcript the audit trail does not know.
fn recorded(
    installation: &Installation,
    db: &mut Database,
) -> Result<Result<Vec<Recorded>, String>, Problem> {
    let mut all: Vec<Recorded> = Vec::new();
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
        all.push((name, recorded));
    }
    all.sort_by_key(|(_, recorded)| recorded.at);
    Ok(Ok(all))
}

/// Those that the audit trail was told of, and whose files say nothing of it any more: what they recorded cannot be compared.
fn gone(db: &mut Database, recorded: &[Recorded], findings: &mut Findings) -> Result<(), Problem> {
    for name in administrators_in_the_trail(db)? {
        if !recorded.iter().any(|(kept, _)| *kept == name) {
            let found = "recorded administrators' keys, says the audit trail, and its transcript is gone";
            let action = "put the folder of this ceremony back, from a backup or beside its signed report";
            findings.push(Finding::new(Verdict::Broken, format!("ceremony {name}"), found, action));
        }
    }
    Ok(())
}

/// Each that recorded other keys than the one before it. A ceremony that opens no token needs nobody but whoever runs commands here: that
/// one was held is said for good, for those to read who know whether they were there.
fn replaced(recorded: &[Recorded], findings: &mut Findings) {
    const COMPARE: &str = "compare it with the script that those who were there have signed; where they were not, pin what was recorded before, and \
                           ask who ran commands on this machine then";
    for pair in recorded.windows(2) {
        let [(before, earlier), (name, later)] = pair else { continue };
        let differs = |one: &[AdministratorKey], other: &[AdministratorKey]| -> Vec<String> {
            one.iter().filter(|key| !other.contains(key)).map(|key| key.login.clone()).collect()
        };
        let (new, old) = (differs(&later.keys, &earlier.keys), differs(&earlier.keys, &later.keys));
        let of: BTreeSet<String> = new.into_iter().chain(old).collect();
        if !of.is_empty() {
            let (of, present) = (of.into_iter().collect::<Vec<_>>().join(", "), later.present.join(", "));
            let found = format!("{}, there: {present}: recorded other keys than {before}, of {of}", later.at);
            findings.push(Finding::new(Verdict::Warning, format!("ceremony {name}"), found, COMPARE));
        }
    }
}
