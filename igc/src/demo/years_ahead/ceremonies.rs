//! What people with keys do in the years between: the roots' CRLs last a year, and only a ceremony makes the next; no
//! status role ran meanwhile, so the OCSP responders ended without a successor.

use ca_core::ceremony::{Attendance, Ceremony, CeremonyOutcome};

use crate::ceremony::{Session, hold};
use crate::demo::stage::{ADMINISTRATOR, Stage};
use crate::problem::Problem;

/// The files that an operator takes, of the year that they were written for.
const ROOT_CRL: &str = include_str!("../../../../hsm-config/ceremonies/root-crl.toml");
const RESPONDERS: &str = include_str!("../../../../hsm-config/ceremonies/ocsp-responders.toml");
const WRITTEN_FOR: &str = "2027";

/// The CRLs of the day of the copy ended long ago.
pub fn root_crls(stage: &mut Stage) -> Result<((), String), Problem> {
    let (name, outcome) = attended(stage, ROOT_CRL)?;
    Ok(((), format!("{} CRLs of roots, signed at ceremony {name}", outcome.crls.len())))
}

/// A responder that has ended asks for no successor: the first of another line is made where people are.
pub fn responders(stage: &mut Stage) -> Result<((), String), Problem> {
    let (name, outcome) = attended(stage, RESPONDERS)?;
    let made = outcome.certificates.len();
    Ok(((), format!("{made} OCSP responders with keys of their own, made at ceremony {name}")))
}

/// Holds the ceremony of this file, of this year; its name, and what it made.
fn attended(stage: &mut Stage, file: &str) -> Result<(String, CeremonyOutcome), Problem> {
    let installation = stage.installation().clone();
    let year = installation.clock.now().to_string().chars().take(4).collect::<String>();
    let ceremony = Ceremony::parse(&file.replace(WRITTEN_FOR, &year))?;
    let unattended = Session {
        attendance: Attendance { operator: ADMINISTRATOR.to_owned(), ..Attendance::default() },
        confirmed: true,
        shares: Vec::new(),
        talk: false,
    };
    let outcome = hold(&installation, &mut stage.worker.db, &ceremony, &unattended)?;
    Ok((ceremony.name().to_owned(), outcome))
}
