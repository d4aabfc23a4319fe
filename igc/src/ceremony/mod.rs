//! A ceremony, held in an installation: each step is confirmed, done, and written into the transcript.
//! The keys are made and used in this process, which lives as long as the ceremony and no longer.

mod crls;
mod prompt;
mod telling;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ca_core::ceremony::custodians::{CustodianSet, Share};
use ca_core::ceremony::{Attendance, Ceremony, CeremonyOutcome, CeremonyTokens, Course, Step};
use ca_core::signer::process::LedgerKind;
use crl_publisher::publish::publish_certificates;
use serde_json::json;
use store::{Act, Actor, Database, crash_point};

use crate::faults;
use crate::installation::{Installation, system_rng};
use crate::jobs;
use crate::problem::Problem;
use crate::setup::{self, OWN_DIR, SHARED_FILE};
use crate::signer::ledger_file;

/// Who holds a ceremony, and how.
#[derive(Debug)]
pub struct Session {
    /// Who is there.
    pub attendance: Attendance,
    /// Whether every step is confirmed beforehand; otherwise each is, at the terminal.
    pub confirmed: bool,
    /// The shares that custodians bring, to open a token.
    pub shares: Vec<PathBuf>,
    /// Whether each step is told on stderr, with what the printed script has room for.
    pub talk: bool,
}

/// The folder of the installation's ceremonies.
pub fn folder(installation: &Installation) -> PathBuf {
    installation.dir.join("ceremonies")
}

/// The files of the ceremonies that were begun, by name.
pub fn files(installation: &Installation) -> Result<Vec<PathBuf>, Problem> {
    let folder = folder(installation);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let read = |error: std::io::Error| setup::file_problem(&folder, &error);
    let mut files = Vec::new();
    for entry in folder.read_dir().map_err(read)? {
        let file = entry.map_err(read)?.path().join("ceremony.toml");
        if file.is_file() {
            files.push(file);
        }
    }
    files.sort();
    Ok(files)
}

/// Holds a ceremony to its end, or takes it up where it stopped.
pub fn hold(
    installation: &Installation,
    db: &mut Database,
    ceremony: &Ceremony,
    session: &Session,
) -> Result<CeremonyOutcome, Problem> {
    let folder = folder(installation);
    let own = folder.join(ceremony.name());
    setup::make_dir(&folder, OWN_DIR)?;
    setup::make_dir(&own, OWN_DIR)?;
    let module = installation.module()?;
    let ledger = ledger_file(LedgerKind::Issuing, installation);
    let mut course = Course::open(
        db,
        CeremonyTokens { module: &module, ledger: &ledger },
        installation.issuance()?,
        ceremony,
        &folder,
        session.attendance.clone(),
        &mut system_rng(),
        &act(installation, ceremony),
    )?;
    if let Some(identity) = course.identity_to_keep() {
        keep_file(&own.join(IDENTITY), identity)?;
        crash_point("ceremony.identity-kept");
    }
    keep_file(&own.join("ceremony.toml"), ceremony.text())?;
    crash_point("ceremony.file-kept");
    let held = take_steps(installation, db, ceremony, session, &mut course);
    let outcome = course.outcome();
    let left = course.leave(db, &act(installation, ceremony));
    held?;
    left?;
    Ok(outcome)
}

/// The clock is read once a step.
fn act(installation: &Installation, ceremony: &Ceremony) -> Act {
    installation.act(Actor::Ceremony(ceremony.name().to_owned()))
}

/// The transcript is bound to these octets; the file stays beside it. What a crash has cut is written anew.
fn keep_file(path: &Path, text: &str) -> Result<(), Problem> {
    if fs::read(path).is_ok_and(|kept| kept == text.as_bytes()) {
        return Ok(());
    }
    setup::replace_file(path, SHARED_FILE, text.as_bytes())
}

fn take_steps(
    installation: &Installation,
    db: &mut Database,
    ceremony: &Ceremony,
    session: &Session,
    course: &mut Course<'_>,
) -> Result<(), Problem> {
    while let Some(step) = course.next() {
        let (place, count) = course.place(&step);
        if !session.confirmed {
            let said = match &step {
                // A CRL that a clock ahead has dated keeps its root from signing until that date.
                Step::Open => format!(" (the clock says {})", installation.clock.now()),
                Step::Acknowledge(number, name) => format!(" ({name} has share {number})"),
                Step::Administrator(key) => {
                    format!(
                        " ({} reads out {} from a screen of his own)",
                        key.display_name,
                        key.fingerprint()
                    )
                }
                _ => String::new(),
            };
            prompt::confirm(&format!("step {place} of {count}: {step}{said}"))?;
        }
        if let Some(set) = course.wants_shares(db, &step)? {
            bring_shares(course, &set, session)?;
        }
        let act = act(installation, ceremony);
        match &step {
            Step::Crl(crl) => {
                course.begin(db, &step, &mut system_rng(), &act)?;
                let begun = course.begun_at(&step).unwrap_or(act.at);
                let made = crls::sign(installation, db, course, crl, begun, &act)?;
                course.finish(db, &step, &made, &mut system_rng(), &act)?;
            }
            Step::Publish => {
                course.begin(db, &step, &mut system_rng(), &act)?;
                let report = publish_certificates(db, &jobs::folder(installation))?;
                course.finish(db, &step, &json!({ "written": report.written }), &mut system_rng(), &act)?;
            }
            Step::Destroy(authority) => {
                crls::complete_last(installation, db, course, authority, &step, &act)?;
                course.perform(db, &step, &mut system_rng(), &act)?;
            }
            _ => course.perform(db, &step, &mut system_rng(), &act)?,
        }
        if session.talk {
            telling::tell(course, &step, place, count);
        }
    }
    Ok(())
}

/// Opens a token with the shares of the command line; asks for as many as are missing at a terminal.
fn bring_shares(course: &mut Course<'_>, set: &CustodianSet, session: &Session) -> Result<(), Problem> {
    let mut paths = session.shares.clone();
    while paths.len() < set.needed {
        let asked =
            format!("token {}: file of share {} of the {} needed", set.token, paths.len() + 1, set.needed);
        match prompt::ask(&asked)? {
            Some(path) => paths.push(PathBuf::from(path)),
            None => break,
        }
    }
    let shares = paths.iter().map(|path| Share::read(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(course.bring_shares(set, &shares)?)
}

/// Who is there: from the flags, and from a terminal where one is missing.
pub fn attendance(
    operator: Option<String>,
    witnesses: Vec<String>,
    share_files: Vec<PathBuf>,
) -> Result<Attendance, Problem> {
    let asked = |question: &str, flag: &str| -> Result<String, Problem> {
        let name = prompt::ask(question)?.ok_or_else(|| not_confirmed(flag))?;
        person(&name).map_err(|rule| refused(format!("{name:?}: {rule}")))
    };
    let operator = match operator {
        Some(operator) => operator,
        None => asked("who is the operator?", "--operator NAME")?,
    };
    let witnesses = match witnesses {
        named if !named.is_empty() => named,
        _ => vec![asked("who is the witness?", "--witness NAME")?],
    };
    if witnesses.contains(&operator) {
        return Err(refused(format!("{operator} types, and another person watches")));
    }
    Ok(Attendance { operator, witnesses, share_files })
}

/// The name of somebody who is there, as the transcript keeps it.
pub fn person(text: &str) -> Result<String, String> {
    let name = text.trim();
    if (1..=64).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        Ok(name.to_owned())
    } else {
        Err("a name has 1 to 64 characters".to_owned())
    }
}

fn not_confirmed(flag: &str) -> Problem {
    refused(format!("there is no terminal to ask at: say {flag}"))
}

fn refused(why: String) -> Problem {
    Problem::new(ca_core::faults::CEREMONY_NOT_CONFIRMED, why)
}

/// The ceremony of this name that was held, or is being held, in the installation: its file and transcript.
pub fn recorded(installation: &Installation, name: &str) -> Result<(Ceremony, String, PathBuf), Problem> {
    let word =
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let own = folder(installation).join(name);
    if !word || !own.is_dir() {
        return Err(Problem::new(faults::CEREMONY_UNKNOWN, format!("no ceremony {name:?} was begun here")));
    }
    let text = setup::read_text(&own.join("ceremony.toml"), setup::LONGEST_TEXT)?;
    let transcript = setup::read_text(&own.join("transcript.jsonl"), LONGEST_TRANSCRIPT)?;
    Ok((Ceremony::parse(&text)?, transcript, own))
}

/// The identity that was kept in the folder of a ceremony; none of a ceremony of before.
pub fn kept_identity(own: &Path) -> Result<Option<String>, Problem> {
    let path = own.join(IDENTITY);
    match path.symlink_metadata() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        _ => setup::read_text(&path, setup::LONGEST_TEXT).map(Some),
    }
}

/// The copy of the identity that a ceremony is held with, in its folder.
const IDENTITY: &str = "identity.toml";
/// The longest transcript, as `ca_core` writes it.
const LONGEST_TRANSCRIPT: u64 = 16 * 1024 * 1024;
