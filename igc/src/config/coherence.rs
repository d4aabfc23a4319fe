use std::net::SocketAddr;

use coherence::fetch::HttpUrl;
use serde::{Deserialize, Serialize};

/// `[coherence]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoherenceSection {
    /// Where relying systems reach the status role; where it listens, if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<SocketAddr>,
    /// Hosts that are connected to by their names, as certificates name them: `igc.example`, `crl.igc.example:8080`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Seconds between two looks.
    #[serde(default = "coherence_every")]
    pub every_seconds: u32,
}

fn coherence_every() -> u32 {
    60
}

impl CoherenceSection {
    /// The hosts, where each is one as an `http` address names it.
    pub fn hosts(self) -> Result<Vec<String>, String> {
        let is_host = |host: &String| {
            HttpUrl::parse(&format!("http://{host}")).is_some_and(|url| url.host == *host && url.path == "/")
        };
        match self.hosts.iter().find(|host| !is_host(host)) {
            None => Ok(self.hosts),
            Some(host) => Err(format!("coherence.hosts: {host:?} is no host, nor a host and a port")),
        }
    }
}

impl Default for CoherenceSection {
    fn default() -> Self {
        Self { address: None, hosts: Vec::new(), every_seconds: coherence_every() }
    }
}
