//! `igc.toml`: one file, every key known, relative paths from its folder.

mod certificates;
mod client_certificates;
mod coherence;
mod contact;
mod database;
mod decisions;
mod demonstration;
mod desk;
mod file;
mod hsm;
mod mail;
mod object_store;
mod opposition;
mod passkeys;
mod publication;
mod register;
mod retention;
mod schedule;
mod status;

use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ca_core::shard::ShardCounts;
use crl_publisher::http::ConnectionLimits;
use professional_registry::fhir::FhirSettings;
use professional_registry::import::Brakes;
use registration_authority::approval::{BulkBound, Delays};
use serde::Serialize;
use store::Timestamp;
use thiserror::Error;

pub use certificates::Certificates;
pub use client_certificates::ClientCertificates;
pub use contact::RegistrationAuthority;
pub use decisions::DecisionsSection;
pub use demonstration::Demo;
pub use desk::Desk;
pub use file::{ConfigFile, InstallationKind};
pub use mail::{Mail, MailSecurity};
pub use object_store::ObjectStoreSection;
pub use opposition::Opposition;
pub use passkeys::Passkeys;
pub use publication::{CertIdHash, NeverIssued, Publication};
pub use retention::Retention;
pub use schedule::Schedule;

use crate::faults;

const LONGEST_FILE: usize = 64 * 1024;

/// A configuration that was read and understood.
#[derive(Clone, Debug, Serialize)]
pub struct Config {
    /// What sort of installation.
    pub kind: InstallationKind,
    /// `sqlite:/absolute/path` or `postgres://…`.
    #[serde(skip)]
    pub database_url: String,
    /// `tokens.toml`.
    pub tokens: PathBuf,
    /// The token of the OCSP responders, which the status role alone opens.
    pub status_token: String,
    /// How the signer's processes work.
    pub signer: Signer,
    /// The identity file.
    pub identity: PathBuf,
    /// The list of keys that are known to be weak; none where absent.
    pub key_blocklist: Option<PathBuf>,
    /// How many shards the CRLs of authorities have.
    pub shards: ShardCounts,
    /// Where published files go.
    pub public_folder: PathBuf,
    /// Where else they go; nowhere, if absent.
    pub object_store: Option<ObjectStoreSection>,
    /// Where the worker keeps every checkpoint of the audit trail.
    pub audit_folder: PathBuf,
    /// Where the officers' pages listen.
    pub web: SocketAddr,
    /// Where public answers are given.
    pub status: SocketAddr,
    /// What the connections of those who ask may cost.
    pub status_limits: ConnectionLimits,
    /// How they are looked at from outside.
    pub coherence: Coherence,
    /// Where the operator asks how things are.
    pub operations: SocketAddr,
    /// The TLS certificate and key of the officers' pages.
    pub tls: TlsFiles,
    /// Where cards sign in; nowhere, if absent.
    pub client_certificates: Option<ClientCertificates>,
    /// Whether `igc serve --role all` is allowed.
    pub single_process: bool,
    /// The bureaux whose return files are read.
    pub bureaus: Vec<Bureau>,
    /// The first digits of the card numbers given here.
    pub card_number_prefix: String,
    /// The version of the terms of use in force.
    pub terms: String,
    /// Under which terms software certificates are fetched.
    pub certificates: Certificates,
    /// How much a feed of the register may change.
    pub brakes: Brakes,
    /// How many cards the register may end within a day without two officers.
    pub oppositions_a_day: u32,
    /// How many orders entries in the register may submit within a day.
    pub orders_a_day: u32,
    /// How long decisions on orders wait before anything follows from them.
    pub decisions: Delays,
    /// Most orders that one signature covers, as the worker takes it.
    pub bulk_bound: BulkBound,
    /// How holders oppose their cards.
    pub opposition: Opposition,
    /// How notices are sent; they stay where they are where absent.
    pub mail: Option<Mail>,
    /// When officers work.
    pub desk: Desk,
    /// How the registration authority is reached.
    pub registration_authority: RegistrationAuthority,
    /// How long what is said of persons is kept.
    pub retention: Retention,
    /// Where the register is asked about one person; nowhere, if absent.
    pub directory: Option<FhirSettings>,
    /// How long what is published lives.
    pub publication: Publication,
    /// When jobs run.
    pub schedules: Schedules,
    /// Officers' passkeys; none where officers sign by none.
    pub passkeys: Option<Passkeys>,
    /// What only a demonstration has.
    pub demo: Option<Demo>,
}

/// How the public faces are looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Coherence {
    /// Where relying systems reach them: the status role, or a proxy before it.
    pub address: SocketAddr,
    /// From one look to the next.
    pub every: Duration,
    /// Hosts of addresses in certificates that are connected to by name.
    pub hosts: Vec<String>,
}

/// How the signer's processes work.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Signer {
    /// Sessions of each.
    pub sessions: usize,
    /// How long a call may take before it hangs.
    pub deadline: Duration,
}

/// The files of a TLS server.
#[derive(Clone, Debug, Serialize)]
pub struct TlsFiles {
    /// PEM chain.
    pub certificate: PathBuf,
    /// PEM key, mode 0600.
    pub key: PathBuf,
}

/// A personalisation bureau.
#[derive(Clone, Debug, Serialize)]
pub struct Bureau {
    /// Its name in batch files.
    pub name: String,
    /// The certificate its return files must be signed with.
    pub certificate: PathBuf,
}

/// When jobs run.
#[derive(Clone, Debug, Serialize)]
pub struct Schedules {
    /// Full CRLs and the deltas issued with them.
    pub full_crl: Schedule,
    /// Finding and ordering successors of expiring cards.
    pub renewal: Schedule,
    /// The digests of what was decided in officers' names.
    pub officer_digests: Schedule,
    /// How long before its end a card is renewed.
    pub renewal_horizon: Duration,
    /// How long a worker's epoch lives without being renewed.
    pub lease: Duration,
}

impl Schedules {
    /// Whether each job comes again in time, from `now` on: a pause that outlasts what the job makes is a start that is
    /// refused, and not a list that ends some night. The error names the key.
    pub fn check(&self, publication: &Publication, now: Timestamp) -> Result<(), String> {
        let in_time = |key: &str, schedule: &Schedule, longest: Duration, limit: &str| {
            let Some((from, to)) = schedule.pause_longer_than(longest, now) else { return Ok(()) };
            let until = to.map_or_else(|| "ever after".to_owned(), |to| format!("until {to}"));
            Err(format!("jobs.{key}: does not run from {from} {until}, longer than {limit}"))
        };
        in_time("full_crl", &self.full_crl, publication.crl_lifetime, "publication.crl_lifetime_hours")?;
        if !self.renewal_horizon.is_zero() {
            in_time("renewal", &self.renewal, self.renewal_horizon, "jobs.renewal_horizon_days")?;
        }
        match self.officer_digests.next_after(now) {
            Some(_) => Ok(()),
            None => Err("jobs.officer_digests: never runs again".to_owned()),
        }
    }
}

/// A configuration that is not one.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("{}: no such file", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A line is wrong; the message names it.
    #[error("{}: {message}", .path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What and where.
        message: String,
    },
}

impl store::Fault for ConfigError {
    fn code(&self) -> store::Code {
        match self {
            Self::Missing { .. } => faults::INSTALLATION_MISSING,
            Self::Invalid { .. } => faults::CONFIG_INVALID,
        }
    }
}

impl Config {
    /// Reads `path`. A key that is not known is refused with its line.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => ConfigError::Missing { path: path.to_owned() },
            _ => ConfigError::Invalid { path: path.to_owned(), message: source.to_string() },
        };
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(LONGEST_FILE as u64 + 1).read_to_string(&mut text))
            .map_err(unreadable)?;
        Self::parse(&text, path)
    }

    /// Understands the text of the file at `path`.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let invalid = |message: String| ConfigError::Invalid { path: path.to_owned(), message };
        if text.len() > LONGEST_FILE {
            return Err(invalid(format!("longer than {LONGEST_FILE} bytes")));
        }
        let file: ConfigFile = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        file.understand(folder).map_err(invalid)
    }

    /// True where the visible proofs of a demonstration count.
    pub fn is_demo(&self) -> bool {
        self.kind == InstallationKind::Demo
    }
}

#[cfg(test)]
mod tests;
