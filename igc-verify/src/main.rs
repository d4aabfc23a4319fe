//! `igc-verify`: checks the audit bundle of an installation on a machine that has nothing else.
//!
//! It shares no code with the program that wrote the bundle: the formats are read from `docs/audit.md`.
//! [`log`] recomputes every leaf and the tree, and verifies its checkpoints; [`certificates`] verifies what every
//! certificate rests on ([`decision`], [`chip`], [`responder`]), and that the log has its leaves.

#![allow(unreachable_pub, reason = "a program has no outside: pub means the rest of the program")]

mod arguments;
mod bundle;
mod certificates;
mod chip;
mod decision;
mod der;
mod findings;
mod key;
mod log;
mod note;
mod responder;

#[cfg(test)]
mod tests;

use std::io::Write;
use std::process::ExitCode;

use arguments::Arguments;
use bundle::{Bundle, Unreadable};
use certificates::Certificates;
use findings::Findings;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(usage) => return said(&usage.text, usage.exit),
    };
    match verify(&arguments) {
        Ok(findings) => {
            let text = if arguments.json { findings.json() } else { findings.text() };
            said(&text, if findings.hold() { 0 } else { 8 })
        }
        Err(Unreadable(what)) if arguments.json => {
            said(&format!("{}\n", serde_json::json!({ "ok": false, "unreadable": what })), 1)
        }
        Err(Unreadable(what)) => said(&format!("UNREADABLE {what}\n"), 1),
    }
}

fn verify(arguments: &Arguments) -> Result<Findings, Unreadable> {
    let bundle = Bundle::open(arguments)?;
    let mut findings = Findings::of(&bundle);
    let mut certificates = Certificates::default();
    bundle.certificates(|line, record| certificates.check(&bundle, line, &record, &mut findings))?;
    log::check(&bundle, &mut certificates, &mut findings)?;
    certificates.conclude(&mut findings);
    findings.count(&bundle.head);
    Ok(findings)
}

/// What is found goes to standard output, whatever it is.
fn said(text: &str, exit: u8) -> ExitCode {
    // Where nobody reads, the exit code still tells.
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::from(exit)
}
