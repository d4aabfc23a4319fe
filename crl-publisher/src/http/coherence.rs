//! What the last statement of coherence says, for the operator.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;
use store::Timestamp;

use crate::folder::PublicFolder;
use crate::publish::coherence_statement::verified_coherence_statement;
use crate::publish::list_verifier::ListVerifier;

/// How old a statement may grow before somebody should ask why: the worker looks once a minute.
const PATIENCE: Duration = Duration::from_secs(900);

/// The part of a statement that an operator's monitoring needs.
#[derive(Debug, Deserialize)]
pub(super) struct Coherence {
    looked_at: Timestamp,
    differences: Vec<IgnoredAny>,
    more_differences: u64,
}

impl Coherence {
    /// The published statement, of one of these signers; nothing where there is none that is ours.
    pub(super) fn verified(signers: &ListVerifier, folder: &PublicFolder) -> Result<Option<Self>, String> {
        let statement = verified_coherence_statement(signers, folder).map_err(|error| error.to_string())?;
        Ok(statement.and_then(|statement| serde_json::from_slice(&statement).ok()))
    }

    /// When the look began, Unix time.
    pub(super) fn looked_at(&self) -> i64 {
        self.looked_at.seconds()
    }

    /// How many differences it names and counts.
    pub(super) fn differences(&self) -> u64 {
        self.differences.len() as u64 + self.more_differences
    }

    /// What an operator must see, if anything.
    pub(super) fn alarm(&self, at: Timestamp) -> Option<String> {
        if self.differences() > 0 {
            let (count, looked_at) = (self.differences(), self.looked_at);
            return Some(format!(
                "coherence: {count} differences as of {looked_at}, see igc coherence show (coherence-broken)"
            ));
        }
        let late = self.looked_at.plus(PATIENCE) < at;
        late.then(|| format!("coherence: not looked at since {}", self.looked_at))
    }
}
