//! `[status]`: what connections of strangers may cost the status role.

use std::ops::RangeInclusive;
use std::time::Duration;

use crl_publisher::http::ConnectionLimits;
use serde::{Deserialize, Serialize};

const CONNECTIONS: RangeInclusive<u32> = 16..=65_536;
const SECONDS: RangeInclusive<u32> = 1..=300;

/// `[status]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatusSection {
    /// The most connections at a time.
    pub connections: u32,
    /// Seconds that the head of a connection's first request may take.
    pub header_seconds: u32,
    /// Seconds that a body may take.
    pub body_seconds: u32,
    /// Seconds that a connection may wait for its next request.
    pub idle_seconds: u32,
}

impl Default for StatusSection {
    fn default() -> Self {
        let ConnectionLimits { connections, header, body, idle } = ConnectionLimits::default();
        let seconds = |time: Duration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        Self {
            connections: u32::try_from(connections).unwrap_or(u32::MAX),
            header_seconds: seconds(header),
            body_seconds: seconds(body),
            idle_seconds: seconds(idle),
        }
    }
}

impl StatusSection {
    /// What connections may cost. The error names the key.
    pub(super) fn understand(&self) -> Result<ConnectionLimits, String> {
        let within = |key: &str, value: u32, range: RangeInclusive<u32>| match range.contains(&value) {
            true => Ok(value),
            false => Err(format!("status.{key}: must be between {} and {}", range.start(), range.end())),
        };
        let seconds = |key: &str, value: u32| {
            within(key, value, SECONDS).map(|seconds| Duration::from_secs(u64::from(seconds)))
        };
        Ok(ConnectionLimits {
            connections: within("connections", self.connections, CONNECTIONS)? as usize,
            header: seconds("header_seconds", self.header_seconds)?,
            body: seconds("body_seconds", self.body_seconds)?,
            idle: seconds("idle_seconds", self.idle_seconds)?,
        })
    }
}
