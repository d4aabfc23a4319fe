//! A selection of the trail that an auditor takes away: events, each with its way to one signed head (docs/audit.md).

use serde_json::json;
use store::Database;
use web_admin::Selected;

use super::AuditLog;
use super::proof::{self, base64_of};
use crate::problem::Problem;

/// The name and version of the format.
const FORMAT: &str = "igc-audit-selection-v1";

/// The file: JSON lines, the first of which says whose log it is and under which head everything stands. What that head
/// does not cover yet is left out, and counted.
pub fn write(db: &mut Database, selected: Selected) -> Result<Vec<u8>, Problem> {
    let log = AuditLog::of(db)?;
    let Selected { events, more, filter, by, at } = selected;
    let asked_for = events.len();
    let (head, proven) = db.snapshot(|db| -> Result<_, Problem> {
        Ok((proof::head(db, &log, None)?, proof::prove(db, &log, events)?))
    })?;
    let first = json!({
        "format": FORMAT,
        "origin": log.origin(),
        "key": log.verifier_key(),
        "checkpoint": head.to_string(),
        "filter": filter,
        "exported_at": at,
        "exported_by": by,
        "events": proven.len(),
        "left_out": asked_for - proven.len(),
        "more": more,
    });
    let mut text = format!("{first}\n");
    for one in &proven {
        let line = json!({ "event": one.event, "index": one.place(), "path": base64_of(one.path()) });
        text += &format!("{line}\n");
    }
    Ok(text.into_bytes())
}
