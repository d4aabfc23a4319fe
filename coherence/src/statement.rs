use std::time::Duration;

use serde::{Deserialize, Serialize};
use store::{Act, CryptoRng, Database, Timestamp};

use crate::LookError;
use crate::check::{self, Seen};
use crate::difference::Difference;
use crate::fetch::Fetcher;
use crate::look::{Looked, look};
use crate::sample::Sample;
use crate::timeline::{self, Opposition};
use crate::walk::Walk;

/// What is signed and published: `/coherence/statement.json`.
///
/// None of its fields makes it readable as an opposition list, which the same key signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// `igc-coherence-statement-v1`.
    pub statement: String,
    /// When the look began that it rests on.
    pub looked_at: Timestamp,
    /// Whether every face agreed with the database.
    pub coherent: bool,
    /// The newest event of the status log then.
    pub log_sequence: i64,
    /// What was served.
    pub faces: Vec<Seen>,
    /// How many certificates were asked about in OCSP.
    pub ocsp_questions: u64,
    /// How far the walk along the whole status log has come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ocsp_walk: Option<Walk>,
    /// How many addresses that stand in issued certificates were followed.
    pub addresses: u64,
    /// What did not agree, in two looks.
    pub differences: Vec<Difference>,
    /// How many more there are.
    pub more_differences: u64,
    /// What became of the recent oppositions, the newest 500, the newest first.
    pub recent_oppositions: Vec<Opposition>,
    /// How many more there are at most: opposed within a day, or so lately with a certificate that an answer without it may last.
    #[serde(default)]
    pub more_recent_oppositions: u64,
    /// What is published and was not looked at.
    #[serde(default)]
    pub not_looked_at: Vec<NotLookedAt>,
    /// Hosts, with their ports, that addresses in the sampled certificates name and that were not connected to: their paths were asked of
    /// the one address that is looked at. Whether the name leads there, nobody saw.
    #[serde(default)]
    pub hosts_not_asked: Vec<String>,
}

/// What is published, and nobody looks at here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotLookedAt {
    /// The public page of the web role, `/pki`: it reads the database when it is asked for, and speaks TLS.
    PublicPage,
    /// The object store into which the public files are copied, where there is one.
    ObjectStore,
}

const FORMAT: &str = "igc-coherence-statement-v1";

/// How long after the first look the second one comes: a publication under way is over by then.
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// What an observation needs besides the database.
pub struct Observation<'a> {
    /// Fetches the faces.
    pub fetcher: &'a Fetcher,
    /// How long an OCSP answer may be used.
    pub ocsp_validity: Duration,
    /// How far the walk along the status log had come at the look before; nothing where nobody has looked.
    pub walk: Option<Walk>,
    /// What is published and not looked at.
    pub not_looked_at: Vec<NotLookedAt>,
    /// Waits until the second look; the act of that moment, or nothing where somebody asked to stop.
    pub wait: &'a mut dyn FnMut(Duration) -> Option<Act>,
}

/// Looks, and where something does not agree looks once more: what is found again is a difference. Nothing comes back
/// where somebody asked to stop in between.
pub fn observe(
    db: &mut Database,
    observation: &mut Observation<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Statement>, LookError> {
    let mut sample = Sample::draw(db, rng, act.at)?;
    let (walk, walked) = Walk::on(db, observation.walk.as_ref(), act.at)?;
    sample.walked = walked;
    let mut looked = look(db, observation.fetcher, &sample, act)?;
    if !looked.differences.is_empty() {
        let Some(later) = (observation.wait)(BETWEEN_LOOKS) else { return Ok(None) };
        let second = look(db, observation.fetcher, &sample, &later)?;
        looked = Looked {
            differences: check::again(&looked.differences, second.differences),
            unnamed: looked.unnamed.min(second.unnamed),
            walked_all: looked.walked_all && second.walked_all,
            ..second
        };
    }
    // What nobody was asked about is gone to again.
    let ocsp_walk = if looked.walked_all { Some(walk) } else { observation.walk.clone() };
    let recent = timeline::recent(db, observation.ocsp_validity, looked.at)?;
    Ok(Some(Statement {
        statement: FORMAT.to_owned(),
        looked_at: looked.at,
        coherent: looked.differences.is_empty(),
        log_sequence: looked.log_sequence,
        faces: looked.seen,
        ocsp_questions: looked.questions,
        ocsp_walk,
        addresses: looked.addresses,
        more_differences: if looked.differences.is_empty() { 0 } else { looked.unnamed },
        differences: looked.differences,
        recent_oppositions: recent.told,
        more_recent_oppositions: recent.more,
        not_looked_at: observation.not_looked_at.clone(),
        hosts_not_asked: looked.hosts_not_asked,
    }))
}
