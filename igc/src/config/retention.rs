//! `[retention]`: how long what is said of persons is kept.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::InstallationKind;

/// `[retention]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionSection {
    /// Days after which the payload of an event about a person is past its time.
    pub audit_payload_days: u32,
    /// Days for which officers' notes are kept once their order is closed.
    pub note_days: u32,
    /// Days for which documents are kept once their order is closed.
    pub document_days: u32,
}

impl Default for RetentionSection {
    fn default() -> Self {
        // Ten years.
        Self { audit_payload_days: 3653, note_days: 365, document_days: 365 }
    }
}

/// How long what is said of persons is kept, as understood.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Retention {
    /// The payloads of events about persons.
    pub audit_payloads: Duration,
    /// Officers' notes, from the end of their order.
    pub notes: Duration,
    /// Documents of orders, from the end of their order.
    pub documents: Duration,
}

impl RetentionSection {
    /// How long. A year is the least: an officer who did wrong would otherwise soon have done nothing. A demonstration
    /// has nobody to protect.
    pub(super) fn understand(self, kind: InstallationKind) -> Result<Retention, String> {
        let least = if kind == InstallationKind::Demo { 0 } else { 365 };
        if !(least..=36_525).contains(&self.audit_payload_days) {
            return Err("retention.audit_payload_days: must be between 365 and 36525".to_owned());
        }
        for (key, days) in [("note_days", self.note_days), ("document_days", self.document_days)] {
            if days > 36_525 {
                return Err(format!("retention.{key}: must be at most 36525"));
            }
        }
        let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
        Ok(Retention {
            audit_payloads: days(self.audit_payload_days),
            notes: days(self.note_days),
            documents: days(self.document_days),
        })
    }
}
