use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Signer;

/// `[hsm]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HsmSection {
    /// `tokens.toml`.
    pub tokens: PathBuf,
    /// The token of the OCSP responders, which the status role alone opens.
    #[serde(default = "status_token")]
    pub status_token: String,
    /// Sessions of each signer's process.
    #[serde(default = "signer_sessions")]
    pub sessions: u32,
    /// Seconds after which a call that has not come back hangs.
    #[serde(default = "signer_deadline")]
    pub deadline_seconds: u32,
}

fn status_token() -> String {
    "status".to_owned()
}

fn signer_sessions() -> u32 {
    2
}

fn signer_deadline() -> u32 {
    5
}

impl HsmSection {
    /// How the signer's processes work. The error names the key.
    pub(super) fn signer(&self) -> Result<Signer, String> {
        if !(1..=64).contains(&self.sessions) {
            return Err("hsm.sessions: must be between 1 and 64".to_owned());
        }
        if !(1..=600).contains(&self.deadline_seconds) {
            return Err("hsm.deadline_seconds: must be between 1 and 600".to_owned());
        }
        Ok(Signer {
            sessions: self.sessions as usize,
            deadline: Duration::from_secs(u64::from(self.deadline_seconds)),
        })
    }
}
