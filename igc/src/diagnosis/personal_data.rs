//! What is past its time.

use registration_authority::personal_data;
use store::Database;

use super::{Finding, Findings, Verdict};
use crate::installation::Installation;
use crate::problem::Problem;

pub(super) fn past_its_time(
    installation: &Installation,
    db: &mut Database,
    findings: &mut Findings,
) -> Result<(), Problem> {
    let kept = installation.config.retention.audit_payloads;
    let due = personal_data::due(db, kept, &installation.operator_act())?;
    let found = format!("{due} payloads of the audit trail are older than {} days", kept.as_secs() / 86_400);
    findings.push(match due {
        0 => Finding::well("personal data", found),
        _ => Finding::new(Verdict::Warning, "personal data", found, "igc audit erase, once a day"),
    });
    Ok(())
}
