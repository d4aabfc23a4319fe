//! `[decisions]`: how long officers' decisions on orders wait.

use std::time::Duration;

use registration_authority::approval::Delays;
use serde::{Deserialize, Serialize};

/// `[decisions]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionsSection {
    /// Seconds for which an approval can be taken back.
    pub approval_delay_seconds: u32,
    /// Seconds for which a refusal can.
    pub refusal_delay_seconds: u32,
}

impl Default for DecisionsSection {
    fn default() -> Self {
        let seconds =
            |delay: Duration| u32::try_from(delay.as_secs()).expect("the default is minutes, not years");
        Self {
            approval_delay_seconds: seconds(Delays::DEFAULT.approval),
            refusal_delay_seconds: seconds(Delays::DEFAULT.refusal),
        }
    }
}

impl DecisionsSection {
    /// A day at most: a proof is dated, and a holder waits.
    pub(super) fn understand(self) -> Result<Delays, String> {
        let delay = |key: &str, seconds: u32| match seconds {
            0..=86_400 => Ok(Duration::from_secs(u64::from(seconds))),
            _ => Err(format!("decisions.{key}: must be at most 86400")),
        };
        Ok(Delays {
            approval: delay("approval_delay_seconds", self.approval_delay_seconds)?,
            refusal: delay("refusal_delay_seconds", self.refusal_delay_seconds)?,
        })
    }
}
