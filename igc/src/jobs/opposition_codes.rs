//! Every card that is certified gets an opposition code, and the file with it goes to whoever prints the letters.
//!
//! The file is written before the verifiers are recorded, under a name that nobody takes up; it gets its name after. What a
//! crash leaves in between is let go where its verifiers stand, and thrown away where they do not.

use std::fs;
use std::path::Path;
use std::time::Duration;

use ca_core::service_key::{self, Purpose};
use ca_core::signer::process::LedgerKind;
use registration_authority::opposition::{code_letter, declaration, one_time};
use serde_json::{Value, json};
use store::{Act, Database};

use super::Worker;
use crate::installation::system_rng;
use crate::problem::Problem;
use crate::setup::{PRIVATE_DIR, PRIVATE_FILE, file_problem, make_dir, sync_folder_of, write_file};

/// The label of the key of the verifiers, in the token of the audit key.
const KEY: &str = "opposition-code";

/// Codes of a letter's file: the jobs behind this one do not wait long.
const MOST: u16 = 50;

/// How the name of a file ends whose verifiers are not recorded.
const UNRECORDED: &str = "unrecorded";

/// How long a holder may read the answer to his declaration, and how long it is known that he was sent a one-time code.
const ANSWERS_KEPT: Duration = Duration::from_secs(24 * 3600);

/// Draws what is due.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    // One makes the key: two at once would make two.
    if !worker.epoch.leads(&mut worker.db)? {
        return Ok(json!({ "skipped": "another worker leads" }));
    }
    let kept_since = act.at.minus(ANSWERS_KEPT);
    declaration::forget_answered(&mut worker.db, kept_since)?;
    one_time::forget_settled(&mut worker.db, kept_since, act)?;
    let letters = worker.installation.config.opposition.letters.clone();
    if letters.is_dir() {
        settle(&mut worker.db, &letters)?;
    }
    if !code_letter::is_any_due(&mut worker.db)? {
        return Ok(json!({ "cards": [] }));
    }
    let Some(audit) = service_key::of_purpose(&mut worker.db, Purpose::Audit)?.pop() else {
        return Ok(json!({ "skipped": "no ceremony has made the service keys yet" }));
    };
    let process = worker.installation.signer_process(LedgerKind::Issuing)?;
    let key = process.mac_key(&audit.key.token, KEY)?;
    let mut rng = system_rng();
    let drawn = code_letter::draw(&mut worker.db, &mut worker.signer, &key, MOST, &mut rng, act)?;
    let Some(letter) = drawn else { return Ok(json!({ "cards": [] })) };
    make_dir(&letters, PRIVATE_DIR)?;
    let file = letters.join(format!("{}.json", letter.id()));
    let unrecorded = file.with_extension(UNRECORDED);
    write_file(&unrecorded, PRIVATE_FILE, &letter.to_json())?;
    let cards: Vec<String> = letter.cards().map(|card| card.to_string()).collect();
    letter.record(&mut worker.db, &mut rng, act)?;
    release(&unrecorded, &file)?;
    Ok(json!({ "cards": cards, "file": file }))
}

/// Lets go, or throws away, what a run before this one left half-way.
fn settle(db: &mut Database, letters: &Path) -> Result<(), Problem> {
    let failed = |error: std::io::Error| file_problem(letters, &error);
    for entry in letters.read_dir().map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(id) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_none_or(|extension| extension != UNRECORDED) {
            continue;
        }
        match code_letter::is_recorded(db, id)? {
            true => release(&path, &path.with_extension("json"))?,
            false => fs::remove_file(&path).map_err(|error| file_problem(&path, &error))?,
        }
    }
    Ok(())
}

fn release(unrecorded: &Path, file: &Path) -> Result<(), Problem> {
    fs::rename(unrecorded, file).map_err(|error| file_problem(file, &error))?;
    sync_folder_of(file)
}
