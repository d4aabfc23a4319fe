//! Questions at a terminal. Every one has a flag that answers it beforehand; where standard input is no
//! terminal, nothing is asked.

use std::io::{self, BufRead, IsTerminal, Write};

use crate::faults;
use crate::problem::Problem;

/// The longest answer.
const LONGEST: u64 = 4096;

/// Asks; none where there is no terminal, or nobody answers.
pub fn ask(question: &str) -> Result<Option<String>, Problem> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return Ok(None);
    }
    let failed = |error: io::Error| Problem::new(faults::FILE, format!("terminal: {error}"));
    let mut stderr = io::stderr();
    write!(stderr, "{question} ").and_then(|()| stderr.flush()).map_err(failed)?;
    let mut answer = String::new();
    io::Read::take(stdin.lock(), LONGEST).read_line(&mut answer).map_err(failed)?;
    let answer = answer.trim();
    Ok((!answer.is_empty()).then(|| answer.to_owned()))
}

/// Waits for the operator to confirm. Anything but `yes` or `oui` stops the ceremony, which is taken up again
/// where it stopped.
pub fn confirm(what: &str) -> Result<(), Problem> {
    let refused = |why: &str| Problem::new(ca_core::faults::CEREMONY_NOT_CONFIRMED, format!("{what}: {why}"));
    match ask(&format!("{what}. Confirm (yes)?"))? {
        Some(answer) if ["yes", "oui"].contains(&answer.to_lowercase().as_str()) => Ok(()),
        Some(_) => Err(refused("not confirmed")),
        None => Err(refused("not confirmed; --yes confirms every step beforehand")),
    }
}
