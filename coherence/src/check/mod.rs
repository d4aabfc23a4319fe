//! Each face, held against the database.

pub(crate) mod addresses;
mod authorities;
mod checkpoint;
mod compact_list;
mod crl_entries;
mod crls;
mod events;
mod lists;
mod ocsp;
pub(crate) mod silence;

use std::collections::BTreeSet;
use std::time::Duration;

use ca_core::authority::Authority;
use openssl::x509::X509;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::{Database, Timestamp};

pub(crate) use crl_entries::reason;

use crate::difference::{Difference, Differences, Face, Kind};
use crate::fetch::{Fetcher, HERE, LARGEST_FILE};
use crate::sample::Sample;
use crate::sightings::Sighting;
use crate::{LookError, readers};

/// How long what was committed may be on its way to a CRL, a delta or a list: publication looks every five seconds, and
/// signs. What is older than that is no longer under way, but for what a cache before the status role keeps.
pub(crate) const PUBLICATION: Duration = Duration::from_secs(120);

/// How long a cache may keep a file at most, whatever the file says.
const KEPT: Duration = Duration::from_secs(300);

/// The same for OCSP, which reads the log ten times a second.
pub(crate) const LOG: Duration = Duration::from_secs(10);

/// By how much two clocks may be apart.
pub(crate) const CLOCKS: Duration = Duration::from_secs(5);

/// What was served at an address, and what it said of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The path.
    pub place: String,
    /// How many octets.
    pub octets: u64,
    /// SHA-256 over them, lower-case hexadecimal.
    pub sha256: String,
    /// CRLNumber, or the newest sequence of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
    /// Of a delta.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_number: Option<i64>,
    /// thisUpdate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub this_update: Option<Timestamp>,
    /// nextUpdate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_update: Option<Timestamp>,
    /// How many stand on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
}

impl Seen {
    pub(crate) fn of(place: &str, octets: &[u8]) -> Self {
        Self {
            place: place.to_owned(),
            octets: octets.len() as u64,
            sha256: hex::encode(Sha256::digest(octets)),
            number: None,
            base_number: None,
            this_update: None,
            next_update: None,
            entries: None,
        }
    }
}

/// An authority, with its certificate as OpenSSL reads it.
pub(crate) struct Known {
    pub(crate) authority: Authority,
    pub(crate) certificate: X509,
    /// The end of all that an authority has certified whose own end is decided: a CRL that reaches past it is its last.
    pub(crate) covered_until: Option<Timestamp>,
    /// Whether somebody is certified to answer for it by OCSP: nobody for a root, whose CRL says it all, nor for an authority
    /// that has ended once its last responder has.
    pub(crate) is_answered_for: bool,
}

/// One look under way.
pub(crate) struct Checks<'a> {
    pub(crate) db: &'a mut Database,
    pub(crate) fetcher: &'a Fetcher,
    pub(crate) sample: &'a Sample,
    pub(crate) authorities: Vec<Known>,
    /// How many more there are, whose records do not read.
    pub(crate) unreadable: usize,
    pub(crate) trust: readers::ocsp::Trust,
    /// Where nothing answers.
    pub(crate) silence: silence::Silence,
    /// Whether OCSP was asked about each certificate that lies on the way of the walk.
    pub(crate) walked_all: bool,
    /// When the look began.
    pub(crate) at: Timestamp,
    /// How long a cache may have kept the files that were fetched: the longest that any of them says.
    pub(crate) kept: Duration,
    pub(crate) differences: Differences,
    pub(crate) seen: Vec<Seen>,
    pub(crate) sightings: Vec<Sighting>,
    pub(crate) questions: u64,
    pub(crate) addresses: u64,
    pub(crate) hosts_not_asked: BTreeSet<String>,
}

impl Checks<'_> {
    pub(crate) fn run(&mut self) -> Result<(), LookError> {
        self.certificates_of_authorities();
        self.chains();
        self.crls()?;
        self.lists()?;
        self.ocsp()?;
        self.checkpoint()?;
        self.addresses()
    }

    /// What is served at this path; a difference where nothing is.
    pub(crate) fn fetch(&mut self, face: Face, path: &str) -> Option<Vec<u8>> {
        let fetcher = self.fetcher;
        match self.silence.breaks(face, HERE, || fetcher.get(path, LARGEST_FILE)) {
            Ok((octets, kept)) => {
                self.kept = self.kept.max(kept.min(KEPT));
                Some(octets)
            }
            Err(error) => {
                self.differences.add(face, path, Kind::Unreachable, "", error.to_string());
                None
            }
        }
    }

    /// How long what was committed may be on its way to a file that is fetched here.
    pub(crate) fn under_way(&self) -> Duration {
        PUBLICATION + self.kept
    }

    /// What is wrong with the dates of something, if anything is.
    pub(crate) fn dates(&mut self, face: Face, place: &str, this_update: Option<i64>, next_update: i64) {
        if let Some(this_update) = this_update {
            self.is_not_ahead(face, place, this_update);
        }
        self.has_not_ended(face, place, next_update);
    }

    /// The same of a CRL of this authority; nothing follows the last one of an authority, and it may have ended.
    pub(crate) fn dates_of_crl(&mut self, face: Face, place: &str, issuer: &str, crl: &readers::crl::Crl) {
        self.is_not_ahead(face, place, crl.this_update);
        let known = self.authorities.iter().find(|known| known.authority.short_name == issuer);
        let covered_until = known.and_then(|known| known.covered_until);
        if covered_until.is_none_or(|until| Timestamp::from_seconds(crl.next_update) <= until) {
            self.has_not_ended(face, place, crl.next_update);
        }
    }

    fn is_not_ahead(&mut self, face: Face, place: &str, this_update: i64) {
        let this_update = Timestamp::from_seconds(this_update);
        if this_update > self.at.plus(CLOCKS) {
            let found = format!("dated {this_update}, and it is {}", self.at);
            self.differences.add(face, place, Kind::Ahead, "", found);
        }
    }

    /// A look takes a while: what ends meanwhile was good when it began.
    fn has_not_ended(&mut self, face: Face, place: &str, next_update: i64) {
        let next_update = Timestamp::from_seconds(next_update);
        if next_update <= self.at {
            self.differences.add(face, place, Kind::Ended, "", format!("ended {next_update}"));
        }
    }
}

/// Those differences that were found twice.
pub(crate) fn again(first: &[Difference], second: Vec<Difference>) -> Vec<Difference> {
    second.into_iter().filter(|one| first.iter().any(|before| before.is_again(one))).collect()
}
