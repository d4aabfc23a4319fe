//! What people with keys do in the years between: the roots' CRLs last a year, and only a ceremony makes the next.

use ca_core::ceremony::{Attendance, Ceremony};

use crate::ceremony::{Session, hold};
use crate::demo::stage::{ADMINISTRATOR, Stage};
use crate::problem::Problem;

/// The file that an operator takes, of the year that it was written for.
const ROOT_CRL: &str = include_str!("../../../../hsm-config/ceremonies/root-crl.toml");
const WRITTEN_FOR: &str = "2027";

/// The CRLs of the day of the copy ended long ago.
pub fn root_crls(stage: &mut Stage) -> Result<((), String), Problem> {
    let installation = stage.installation().clone();
    let year = installation.clock.now().to_string().chars().take(4).collect::<String>();
    let ceremony = Ceremony::parse(&ROOT_CRL.replace(WRITTEN_FOR, &year))?;
    let unattended = Session {
        attendance: Attendance { operator: ADMINISTRATOR.to_owned(), ..Attendance::default() },
        confirmed: true,
        shares: Vec::new(),
        talk: false,
    };
    let outcome = hold(&installation, &mut stage.worker.db, &ceremony, &unattended)?;
    Ok(((), format!("{} CRLs of roots, signed at ceremony {}", outcome.crls.len(), ceremony.name())))
}
