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
}

impl Default for RetentionSection {
    fn default() -> Self {
        // Ten years.
        Self { audit_payload_days: 3653 }
    }
}

impl RetentionSection {
    /// How long. A year is the least: an officer who did wrong would otherwise soon have done nothing. A demonstration
    /// has nobody to protect.
    pub(super) fn understand(self, kind: InstallationKind) -> Result<Duration, String> {
        let least = if kind == InstallationKind::Demo { 0 } else { 365 };
        if !(least..=36_525).contains(&self.audit_payload_days) {
            return Err("retention.audit_payload_days: must be between 365 and 36525".to_owned());
        }
        Ok(Duration::from_secs(u64::from(self.audit_payload_days) * 86_400))
    }
}
