//! Checks the audit bundle of an installation on a machine that has nothing else: what the program `igc-verify` does.
//!
//! It shares no code with the program that wrote the bundle: the formats are read from `docs/audit.md`.
//! `log` recomputes every leaf and the tree, and verifies its checkpoints; `certificates` verifies what every
//! certificate rests on (`decision`, `chip`, `responder`, `ceremony`) and says (`tbs`, `certified`), and that the log has its leaves; `enrolments` that the log has those of
//! whatever makes and ends an officer's key.
//!
//! `selection` does it for events that an auditor took from the pages, each with its way to one checkpoint.
//!
//! A bundle is the word of whoever is audited: nothing in it may make its reader fail in another way than by saying so.

#![allow(unreachable_pub, reason = "pub in a module that is not means the rest of the crate")]

mod arguments;
mod bundle;
mod ceremony;
mod certificates;
mod certified;
mod chip;
mod decision;
mod der;
mod enrolments;
mod findings;
mod key;
mod log;
mod note;
mod passkey;
mod professions;
mod responder;
mod selection;
mod status;
mod tbs;

#[cfg(test)]
mod tests;

use bundle::Bundle;
use certificates::Certificates;
use enrolments::Enrolments;

pub use arguments::{Arguments, Usage};
pub use bundle::Unreadable;
pub use findings::Findings;

/// Reads the bundle, or the one file of a selection, all of it, and says what in it does not hold.
pub fn verify(arguments: &Arguments) -> Result<Findings, Unreadable> {
    if arguments.bundle.is_file() {
        return selection::verify(arguments);
    }
    let bundle = Bundle::open(arguments)?;
    let mut findings = Findings::of(&bundle);
    let mut certificates = Certificates::default();
    bundle.certificates(|line, record| certificates.check(&bundle, line, &record, &mut findings))?;
    bundle.status_events(|line, event| certificates.status_event(line, event, &mut findings))?;
    let mut enrolments = Enrolments::default();
    bundle
        .enrolments(|line, enrolment| enrolments.check(line, &enrolment, &bundle.officers, &mut findings))?;
    log::check(&bundle, &mut certificates, &mut enrolments, &mut findings)?;
    certificates.conclude(&bundle, &mut findings);
    enrolments.conclude(&mut findings);
    findings.count(&bundle.head, &bundle.key.name);
    Ok(findings)
}
