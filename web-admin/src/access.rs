//! Whose role reads what. Acts are judged by `registration-authority`; for reading it has no right of its
//! own yet, so the pages keep to the narrowest reading that lets each role work.

use registration_authority::officers::{Officer, Role};

use crate::failure::Failure;
use crate::faults;

/// The queue, every dossier and every card: who decides, who opposes, who audits.
pub(crate) fn reads_everything(role: Role) -> Result<(), Failure> {
    match role {
        Role::RegistrationOfficer | Role::RevocationOfficer | Role::Auditor => Ok(()),
        Role::CertificationAgent | Role::Administrator => Err(Failure::of(faults::READING_NOT_ALLOWED)),
    }
}

/// One order: who reads everything, and who submitted it.
pub(crate) fn reads_order(officer: &Officer, submitted_by: &str) -> Result<(), Failure> {
    if officer.role == Role::CertificationAgent && officer.login == submitted_by {
        return Ok(());
    }
    reads_everything(officer.role)
}
