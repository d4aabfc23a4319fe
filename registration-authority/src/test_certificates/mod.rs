//! Three certificates that relying systems test with: a valid, a revoked and an expired one (decision 0024).
//!
//! They are ordinary ones: requested, approved by another officer, certified by the worker on that evidence, revoked
//! by an officer. What they are is said by their profile and their commonName, which one structure was allowed. Who
//! has a name allowed for a structure has them kept; nobody has a key of them.

mod keep;
mod standing;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use keep::{Asked, Office, TestCertificateError, ask, revoke_due};
pub use standing::{StandingTest, standing};

/// How long before its end a successor is asked for.
const RENEWED: Duration = Duration::from_secs(30 * 86_400);

/// What a test certificate shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestCertificate {
    /// One that may be relied on.
    Valid,
    /// One that was revoked and has not expired: it stands on the CRL.
    Revoked,
    /// One that has expired, and was never revoked.
    Expired,
}

impl TestCertificate {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Valid, Self::Revoked, Self::Expired];

    /// The commonName.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "TEST-VALABLE",
            Self::Revoked => "TEST-REVOQUE",
            Self::Expired => "TEST-EXPIRE",
        }
    }

    /// The identifier of its profile.
    pub const fn profile(self) -> &'static str {
        match self {
            Self::Valid | Self::Revoked => "el-org-test",
            Self::Expired => "el-org-test-short",
        }
    }
}
