use std::path::{Path, PathBuf};
use std::time::Duration;

use registration_authority::opposition::by_code::CodePolicy;
use registration_authority::suspension::SuspensionPolicy;
use serde::{Deserialize, Serialize};
use web_admin::OppositionLimits;

/// `[opposition]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OppositionSection {
    /// Where the files with opposition codes go, for whoever prints the letters.
    pub letters: PathBuf,
    /// Wrong codes before a card is locked.
    pub code_failures: u32,
    /// Minutes for which it is.
    pub code_lock_minutes: u32,
    /// Whether a card may be suspended: the policy has to say so.
    pub holds: bool,
    /// Declarations with a code that one address may send in a minute.
    pub declarations_a_minute: u16,
    /// Declarations without one.
    pub call_backs_a_minute: u16,
    /// One-time codes that one address may ask for in a minute.
    pub codes_a_minute: u16,
}

impl Default for OppositionSection {
    fn default() -> Self {
        let limits = OppositionLimits::default();
        Self {
            letters: PathBuf::from("letters"),
            code_failures: 5,
            code_lock_minutes: 60,
            holds: false,
            declarations_a_minute: limits.declarations,
            call_backs_a_minute: limits.call_backs,
            codes_a_minute: limits.codes,
        }
    }
}

/// How holders oppose their cards by themselves, and whether there are suspensions.
#[derive(Clone, Debug, Serialize)]
pub struct Opposition {
    /// The folder of the letters.
    pub letters: PathBuf,
    /// Wrong codes before a card is locked.
    pub code_failures: u32,
    /// For how long it is.
    pub code_lock: Duration,
    /// Whether a card may be suspended.
    pub holds: bool,
    /// Declarations with a code that one address may send in a minute.
    pub declarations_a_minute: u16,
    /// Declarations without one.
    pub call_backs_a_minute: u16,
    /// One-time codes that one address may ask for in a minute.
    pub codes_a_minute: u16,
}

impl OppositionSection {
    /// Relative paths begin at `folder`.
    pub(super) fn understand(self, folder: &Path) -> Result<Opposition, String> {
        if !(1..=100).contains(&self.code_failures) {
            return Err("opposition.code_failures: must be between 1 and 100".to_owned());
        }
        if !(1..=1440).contains(&self.code_lock_minutes) {
            return Err("opposition.code_lock_minutes: must be between 1 and 1440".to_owned());
        }
        for (key, allowed) in [
            ("declarations_a_minute", self.declarations_a_minute),
            ("call_backs_a_minute", self.call_backs_a_minute),
            ("codes_a_minute", self.codes_a_minute),
        ] {
            if !(1..=10_000).contains(&allowed) {
                return Err(format!("opposition.{key}: must be between 1 and 10000"));
            }
        }
        Ok(Opposition {
            letters: folder.join(self.letters),
            code_failures: self.code_failures,
            code_lock: Duration::from_secs(60 * u64::from(self.code_lock_minutes)),
            holds: self.holds,
            declarations_a_minute: self.declarations_a_minute,
            call_backs_a_minute: self.call_backs_a_minute,
            codes_a_minute: self.codes_a_minute,
        })
    }
}

impl Opposition {
    /// Whether cards may be suspended, as the rules have it.
    pub fn suspensions(&self) -> SuspensionPolicy {
        if self.holds { SuspensionPolicy::Allowed } else { SuspensionPolicy::NotAllowed }
    }

    /// How often one address may ask something of the page of oppositions.
    pub fn limits(&self) -> OppositionLimits {
        OppositionLimits {
            declarations: self.declarations_a_minute,
            call_backs: self.call_backs_a_minute,
            codes: self.codes_a_minute,
        }
    }

    /// What the rules go by.
    pub fn code_policy(&self) -> CodePolicy {
        CodePolicy { failures: self.code_failures, lock: self.code_lock }
    }
}
