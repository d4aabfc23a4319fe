//! A feed of the register that a brake stopped: two different officers release it, or one refuses it (decision 26).
//!
//! What was put aside is the register's ([`professional_registry::import::Hold`]): a feed, or a case of a merge. Here it is decided on, and the proofs
//! of both decisions are verified again before the import is told.

pub mod canonical;

#[cfg(test)]
mod tests;

use professional_registry::import::{self, Hold, Release};
use professional_registry::merges::{self, CASE_SOURCE, MergeCase};
use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::approval::{ApprovalProof, ApprovalVerifier, Decidable, SubjectKind, Verdict};
use crate::certification::evidence::{EvidenceError, verify_two};
use crate::decision::{self, DecideError, Decision, Given, Standing};
use crate::faults;
use crate::officers::Reach;

/// A feed that was put aside, and who decided what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldFeed {
    /// What it would do.
    pub hold: Hold,
    /// Every decision on it that counts, those on earlier versions too.
    pub decisions: Vec<Decision>,
    /// Which numbers it is about, where it is no feed and a case of a merge.
    pub case: Option<MergeCase>,
}

impl HeldFeed {
    /// Where it stands, as its rows say.
    pub fn standing(&self) -> Standing {
        Standing::of(&self.decisions, self.hold.version)
    }

    /// What an officer decides on.
    pub fn decidable(&self) -> Decidable {
        Decidable {
            kind: SubjectKind::RegisterFeed,
            number: self.hold.feed.clone(),
            version: self.hold.version,
            state: self.standing().as_str(),
            submitted_by: self.hold.held_by.clone(),
            reach: Reach::Everything,
            concerns: None,
            canonical: canonical::encode(&self.hold),
        }
    }
}

/// Why a feed is not decided on.
#[derive(Debug, Error)]
pub enum HeldFeedError {
    /// None of this digest was put aside.
    #[error("no feed {0} was put aside")]
    Unknown(String),
    /// Who decides, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for HeldFeedError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::HELD_FEED_UNKNOWN,
            Self::Decide(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The feed of this digest, as it was put aside last.
pub fn get(db: &mut Database, feed: &str) -> Result<HeldFeed, HeldFeedError> {
    let hold = import::newest_hold(db, feed)?.ok_or_else(|| HeldFeedError::Unknown(feed.to_owned()))?;
    with_decisions(db, hold)
}

/// Those that nothing newer has overtaken.
pub fn waiting(db: &mut Database) -> Result<Vec<HeldFeed>, HeldFeedError> {
    import::waiting_holds(db)?.into_iter().map(|hold| with_decisions(db, hold)).collect()
}

fn with_decisions(db: &mut Database, hold: Hold) -> Result<HeldFeed, HeldFeedError> {
    let decisions = decision::that_count(db, SubjectKind::RegisterFeed, &hold.feed)?;
    let case = match &*hold.source {
        CASE_SOURCE => merges::case_of(db, &hold.feed)?,
        _ => None,
    };
    Ok(HeldFeed { hold, decisions, case })
}

/// Approves or refuses the release of a feed, in the name of the officer who acts and who made `proof` over this
/// `version`. Inside the caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a decision, and what it is made with")]
pub fn decide(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    feed: &str,
    version: i64,
    verdict: Verdict,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<HeldFeed, HeldFeedError> {
    let given = Given { version, verdict, proof, reason_text };
    let subject = get(db, feed)?.decidable();
    let taken = decision::check(db, verifier, subject, given, act)?.record(db, act)?;
    let after = get(db, feed)?;
    let mut payload = taken.event_payload();
    payload["standing"] = json!(after.standing().as_str());
    let action = match verdict {
        Verdict::Approve => "register.release-approved",
        Verdict::Refuse => "register.release-refused",
    };
    audit::record(db, audit::Event { action, subject: format!("feed {feed}"), payload }, rng, act)?;
    Ok(after)
}

/// The release of this feed, where two officers have approved it as it stands: their proofs hold at `at`, and both could
/// decide when they did. `None` where it waits, or was refused.
pub fn release(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    feed: &str,
    at: Timestamp,
) -> Result<Option<Release>, ReleaseError> {
    let held = get(db, feed)?;
    if held.standing() != Standing::Released {
        return Ok(None);
    }
    let officers = verify_two(db, verifier, &held.decidable(), at)?;
    Ok(Release::by_two(held.hold, officers))
}

/// Why it is not known whether a feed is released.
#[derive(Debug, Error)]
pub enum ReleaseError {
    /// The feed cannot be had.
    #[error(transparent)]
    Feed(#[from] HeldFeedError),
    /// A decision does not hold.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
}

impl Fault for ReleaseError {
    fn code(&self) -> Code {
        match self {
            Self::Feed(error) => error.code(),
            Self::Evidence(error) => error.code(),
        }
    }
}
