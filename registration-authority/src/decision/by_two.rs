//! What two officers release: it waits until two have approved it, and one refusal ends it.

use super::Decision;
use crate::approval::Verdict;

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody has approved it, or one has.
    Held {
        /// Who has.
        approved_by: Option<String>,
    },
    /// Two have, and nobody has refused it.
    Released,
    /// Somebody has refused it.
    Refused,
}

impl Standing {
    /// As `Decidable` names a state.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Released => "released",
            Self::Refused => Verdict::Refuse.state(),
        }
    }

    /// What these decisions make of the version. For a page, and for who decides; what acts on a release verifies the
    /// proofs.
    pub(crate) fn of(decisions: &[Decision], version: i64) -> Self {
        let mut on_version = decisions.iter().filter(|decision| decision.subject_version == version);
        if on_version.clone().any(|decision| !decision.approves()) {
            return Self::Refused;
        }
        match (on_version.next(), on_version.next()) {
            (Some(_), Some(_)) => Self::Released,
            (first, _) => Self::Held { approved_by: first.map(|decision| decision.decided_by.clone()) },
        }
    }
}
