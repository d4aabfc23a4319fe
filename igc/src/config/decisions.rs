//! `[decisions]`: how long officers' decisions on orders wait, and how many one signature covers.

use std::time::Duration;

use registration_authority::approval::{BULK_BOUND, BulkBound, Delays};
use serde::{Deserialize, Serialize};

/// `[decisions]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DecisionsSection {
    /// Seconds for which an approval can be taken back.
    pub approval_delay_seconds: u32,
    /// Seconds for which a refusal can.
    pub refusal_delay_seconds: u32,
    /// Most orders that one signature covers.
    pub bulk_bound: usize,
}

impl Default for DecisionsSection {
    fn default() -> Self {
        let seconds =
            |delay: Duration| u32::try_from(delay.as_secs()).expect("the default is minutes, not years");
        Self {
            approval_delay_seconds: seconds(Delays::DEFAULT.approval),
            refusal_delay_seconds: seconds(Delays::DEFAULT.refusal),
            bulk_bound: BulkBound::default().orders(),
        }
    }
}

impl DecisionsSection {
    /// How long decisions wait, a day at most: a proof is dated, and a holder waits. And how many orders a signature covers.
    pub(super) fn understand(self) -> Result<(Delays, BulkBound), String> {
        let delay = |key: &str, seconds: u32| match seconds {
            0..=86_400 => Ok(Duration::from_secs(u64::from(seconds))),
            _ => Err(format!("decisions.{key}: must be at most 86400")),
        };
        let delays = Delays {
            approval: delay("approval_delay_seconds", self.approval_delay_seconds)?,
            refusal: delay("refusal_delay_seconds", self.refusal_delay_seconds)?,
        };
        let bound = BulkBound::new(self.bulk_bound)
            .ok_or_else(|| format!("decisions.bulk_bound: must be from 1 to {BULK_BOUND}"))?;
        Ok((delays, bound))
    }
}
