//! How often something is published, and for how long it may be used.

use std::time::Duration;

use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// How many MiB of signed OCSP answers a status role keeps at most, where nobody says otherwise.
pub const ANSWER_CACHE_MIB: usize = 256;

/// When the next list is made, and until when this one may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// From one regular list to the next.
    pub every: Duration,
    /// From thisUpdate to nextUpdate.
    pub valid: Duration,
}

/// What is said of a serial number that was never issued. Never *good*, whatever is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NeverIssued {
    /// `unknown` (RFC 6960 §2.2).
    #[default]
    Unknown,
    /// `revoked`, by the extended definition of RFC 6960 §2.2: for relying parties that take *unknown* for
    /// something that may be tried again.
    Revoked,
}

/// What the operator chose. The frequencies of the real policies are not public (domain.md §1.2
/// [M, weak]: full daily, delta hourly); these are the defaults here too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationPolicy {
    /// How long before its end the CRL of a root is worth a warning: it is signed at a ceremony, which has
    /// to be arranged.
    pub root_crl_warning: Duration,
    /// How long before its end it is an alarm.
    pub root_crl_alarm: Duration,
    /// Full CRLs of the issuing authorities.
    pub full_crl: Schedule,
    /// Up to how many entries on the one that stands a full CRL of an authority's every certificate is made anew as soon
    /// as something was revoked since, not by its schedule alone. With 0 never. Shards go out together, by the schedule.
    pub full_crl_at_once: u64,
    /// Their delta CRLs. One is made as soon as something was revoked since the last.
    pub delta_crl: Schedule,
    /// Of how many certificates a delta tells at most, so that it starts from the oldest complete CRL in use.
    pub delta_entries: u64,
    /// From thisUpdate to nextUpdate of an OCSP answer.
    pub ocsp_validity: Duration,
    /// What an OCSP answer says of a serial number that was never issued.
    pub ocsp_never_issued: NeverIssued,
    /// How long a shared cache may keep an OCSP answer: the longest time that a revocation may stay
    /// unseen by someone who asks through a cache.
    pub ocsp_max_age: Duration,
    /// How long a shared cache may keep a published file; never past its nextUpdate.
    pub file_max_age: Duration,
    /// Opposition lists. One is made as soon as a card was opposed since the last.
    pub opposition_list: Schedule,
    /// By how much a revocation date may be ahead of the clock and still be taken for what was committed since:
    /// one further ahead was dated by a clock that was wrong.
    pub clock_tolerance: Duration,
}

impl Default for PublicationPolicy {
    fn default() -> Self {
        Self {
            root_crl_warning: 60 * DAY,
            root_crl_alarm: 14 * DAY,
            full_crl: Schedule { every: DAY, valid: 3 * DAY },
            full_crl_at_once: 1000,
            delta_crl: Schedule { every: HOUR, valid: DAY },
            // 0.8 MB.
            delta_entries: 20_000,
            ocsp_validity: DAY,
            ocsp_never_issued: NeverIssued::Unknown,
            ocsp_max_age: Duration::from_secs(60),
            file_max_age: Duration::from_secs(300),
            opposition_list: Schedule { every: HOUR, valid: DAY },
            clock_tolerance: Duration::from_secs(60),
        }
    }
}

/// A policy that contradicts itself.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("publication policy: {field}: {rule}")]
pub struct PolicyError {
    /// The field.
    pub field: &'static str,
    /// The rule it breaks.
    pub rule: &'static str,
}

impl Fault for PolicyError {
    fn code(&self) -> Code {
        faults::POLICY_INVALID
    }
}

impl PublicationPolicy {
    /// How long an OCSP answer is sent again before a newer one is signed: a quarter of its life, so that three
    /// quarters are left to whoever gets it, and to us where signing or the database fails.
    pub fn ocsp_reuse(&self) -> Duration {
        self.ocsp_validity / 4
    }

    /// The same policy, if it holds together: a list that ends before its successor comes would
    /// leave a gap, and a start that is refused is better than one found later.
    pub fn checked(self) -> Result<Self, PolicyError> {
        let schedules = [
            ("full_crl", self.full_crl),
            ("delta_crl", self.delta_crl),
            ("opposition_list", self.opposition_list),
        ];
        for (field, schedule) in schedules {
            if schedule.every < Duration::from_secs(1) {
                return Err(PolicyError { field, rule: "`every` is at least one second" });
            }
            if schedule.valid <= schedule.every {
                return Err(PolicyError { field, rule: "`valid` is longer than `every`" });
            }
            if schedule.valid > 400 * DAY {
                return Err(PolicyError { field, rule: "`valid` is at most 400 days" });
            }
        }
        if self.root_crl_alarm > self.root_crl_warning {
            return Err(PolicyError { field: "root_crl_alarm", rule: "does not come before the warning" });
        }
        if self.delta_crl.every > self.full_crl.every {
            return Err(PolicyError {
                field: "delta_crl",
                rule: "`every` is not longer than that of full_crl",
            });
        }
        if self.ocsp_validity < Duration::from_secs(60) {
            return Err(PolicyError { field: "ocsp_validity", rule: "at least one minute" });
        }
        if self.ocsp_max_age > self.ocsp_validity {
            return Err(PolicyError { field: "ocsp_max_age", rule: "not longer than ocsp_validity" });
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_hold_together() {
        assert!(PublicationPolicy::default().checked().is_ok());
    }

    #[test]
    fn a_list_that_ends_before_its_successor_comes_is_refused() {
        let base = PublicationPolicy::default();
        let gap = Schedule { every: DAY, valid: DAY };
        for (field, policy) in [
            ("root_crl_alarm", PublicationPolicy { root_crl_alarm: 61 * DAY, ..base.clone() }),
            ("full_crl", PublicationPolicy { full_crl: gap, ..base.clone() }),
            ("delta_crl", PublicationPolicy { delta_crl: gap, ..base.clone() }),
            ("opposition_list", PublicationPolicy { opposition_list: gap, ..base.clone() }),
            ("ocsp_max_age", PublicationPolicy { ocsp_max_age: 2 * DAY, ..base.clone() }),
            ("ocsp_validity", PublicationPolicy { ocsp_validity: Duration::ZERO, ..base.clone() }),
        ] {
            assert_eq!(policy.checked().unwrap_err().field, field);
        }
    }
}
