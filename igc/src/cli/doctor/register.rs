//! What a brake of the register stopped.

use registration_authority::decision::Standing;
use registration_authority::held_feed;
use store::Database;

use super::{Finding, Verdict};
use crate::problem::Problem;

pub(super) fn standing(db: &mut Database, findings: &mut Vec<Finding>) -> Result<(), Problem> {
    let held = held_feed::waiting(db)?;
    if held.is_empty() {
        findings.push(Finding::well("register", "no feed is put aside"));
    }
    for feed in held {
        let hold = &feed.hold;
        let found = format!(
            "{} is put aside: it would cease {} and change {} of {}",
            hold.file_name, hold.difference.ceased, hold.difference.changed, hold.living
        );
        let action = match feed.standing() {
            Standing::Held { .. } => "igc registry held; two officers release it, or one refuses it",
            Standing::Released => "igc registry import, the same file again",
            Standing::Refused => "it was refused: import another extract",
        };
        findings.push(Finding::new(Verdict::Warning, "register", found, action));
    }
    Ok(())
}
