use std::time::Duration;

use serde::Serialize;

use super::{SubjectKind, Verdict};

/// How long a decision on a card order or a certificate request waits before anything follows from it. Until then, whoever took it takes it
/// back.
///
/// What two officers release, and what a plan does, does not wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Delays {
    /// Of an approval.
    pub approval: Duration,
    /// Of a refusal: its letter goes out, and is not called back.
    pub refusal: Duration,
}

impl Delays {
    /// Nothing waits: a demonstration's, unless its configuration says otherwise.
    pub const NONE: Self = Self { approval: Duration::ZERO, refusal: Duration::ZERO };

    /// A minute, and ten: production's, unless its configuration says otherwise.
    pub const DEFAULT: Self =
        Self { approval: Duration::from_secs(60), refusal: Duration::from_secs(10 * 60) };

    /// Of this verdict on an order that one gesture decided on with others. An approval waits as long as a refusal where that is
    /// longer: its officer looked at each row for a moment, and has a notice of each to read.
    pub fn in_bulk(self, verdict: Verdict) -> Duration {
        match verdict {
            Verdict::Approve => self.approval.max(self.refusal),
            Verdict::Refuse => self.refusal,
        }
    }

    /// Of this verdict on one of these.
    pub(crate) fn of(self, kind: SubjectKind, verdict: Verdict, in_bulk: bool) -> Duration {
        match (kind, verdict) {
            (SubjectKind::CardOrder, verdict) if in_bulk => self.in_bulk(verdict),
            (SubjectKind::CardOrder | SubjectKind::CertificateRequest, Verdict::Approve) => self.approval,
            (SubjectKind::CardOrder | SubjectKind::CertificateRequest, Verdict::Refuse) => self.refusal,
            _ => Duration::ZERO,
        }
    }
}

impl Default for Delays {
    fn default() -> Self {
        Self::DEFAULT
    }
}
