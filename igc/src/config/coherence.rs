use std::net::SocketAddr;

use serde::{Deserialize, Serialize};

/// `[coherence]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoherenceSection {
    /// Where relying systems reach the status role; where it listens, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// Seconds between two looks.
    #[serde(default = "coherence_every")]
    pub every_seconds: u32,
}

fn coherence_every() -> u32 {
    60
}

impl Default for CoherenceSection {
    fn default() -> Self {
        Self { address: None, every_seconds: coherence_every() }
    }
}
