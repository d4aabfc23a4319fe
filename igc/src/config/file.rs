//! The file as it is written, and the step from what it says to what it means.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ca_core::shard::ShardCounts;
use serde::{Deserialize, Serialize};

use super::client_certificates::ClientCertificatesSection;
use super::coherence::CoherenceSection;
use super::decisions::DecisionsSection;
use super::demonstration::DemoSection;
use super::desk::DeskSection;
use super::mail::MailSection;
use super::object_store::ObjectStoreSection;
use super::opposition::OppositionSection;
use super::passkeys::PasskeysSection;
use super::register::RegisterSection;
use super::retention::RetentionSection;
use super::{Bureau, Coherence, Config, Publication, Schedule, Schedules, Signer, TlsFiles};

/// What sort of installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InstallationKind {
    /// Fictional people, visible proofs, keys anyone may look at.
    Demo,
    /// The real thing.
    Production,
}

/// `igc.toml`, key by key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigFile {
    /// `demo` or `production`.
    pub kind: InstallationKind,
    /// Where the rows are.
    pub database: DatabaseSection,
    /// Where the keys are.
    pub hsm: HsmSection,
    /// Whose PKI it is.
    pub identity: IdentitySection,
    /// What else is known of public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<KeysSection>,
    /// What is listened on.
    pub listen: ListenSection,
    /// Where a client's certificate is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificates: Option<ClientCertificatesSection>,
    /// What is published.
    pub publication: PublicationSection,
    /// Cards and bureaux.
    pub cards: CardsSection,
    /// When jobs run.
    pub jobs: JobsSection,
    /// How much a feed of the register may change.
    #[serde(default)]
    pub register: RegisterSection,
    /// What is kept of the audit trail outside the database.
    #[serde(default)]
    pub audit: AuditSection,
    /// How long what is said of persons is kept.
    #[serde(default)]
    pub retention: RetentionSection,
    /// How the public faces are looked at.
    #[serde(default)]
    pub coherence: CoherenceSection,
    /// How long officers' decisions wait.
    #[serde(default)]
    pub decisions: DecisionsSection,
    /// How holders oppose their cards.
    #[serde(default)]
    pub opposition: OppositionSection,
    /// When officers work.
    #[serde(default)]
    pub desk: DeskSection,
    /// How notices are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<MailSection>,
    /// Officers' passkeys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passkeys: Option<PasskeysSection>,
    /// What only a demonstration has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo: Option<DemoSection>,
}

/// `[database]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSection {
    /// `sqlite:FILE`, or `postgres://…` without a password.
    pub url: String,
}

/// `[hsm]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HsmSection {
    /// `tokens.toml`.
    pub tokens: PathBuf,
    /// The token of the OCSP responders, which the status role alone opens.
    #[serde(default = "status_token")]
    pub status_token: String,
    /// Sessions of each signer's process.
    #[serde(default = "signer_sessions")]
    pub sessions: u32,
    /// Seconds after which a call that has not come back hangs.
    #[serde(default = "signer_deadline")]
    pub deadline_seconds: u32,
}

fn status_token() -> String {
    "status".to_owned()
}

fn signer_sessions() -> u32 {
    2
}

fn signer_deadline() -> u32 {
    5
}

/// `[identity]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentitySection {
    /// The identity file.
    pub file: PathBuf,
}

/// `[keys]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysSection {
    /// Keys that are known to be weak, in the format of the `openssl-blacklist` packages.
    pub blocklist: PathBuf,
}

/// `[listen]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenSection {
    /// Officers' pages, HTTPS.
    pub web: SocketAddr,
    /// Public answers, HTTP.
    pub status: SocketAddr,
    /// The operator's own.
    pub operations: SocketAddr,
    /// PEM chain of the officers' pages.
    pub tls_certificate: PathBuf,
    /// PEM key of the officers' pages.
    pub tls_key: PathBuf,
    /// Whether one process may play every role.
    #[serde(default)]
    pub single_process: bool,
}

/// `[publication]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicationSection {
    /// Where published files go.
    pub folder: PathBuf,
    /// Hours.
    pub crl_lifetime_hours: u32,
    /// Days before the end of a root's CRL.
    pub root_crl_warning_days: u32,
    /// Days before the end of a root's CRL.
    pub root_crl_alarm_days: u32,
    /// Hours.
    pub ocsp_lifetime_hours: u32,
    /// MiB of signed OCSP answers.
    #[serde(default = "ocsp_cache_mib")]
    pub ocsp_cache_mib: u32,
    /// What is said of a serial number that was never issued.
    #[serde(default)]
    pub ocsp_never_issued: NeverIssued,
    /// How many shards the CRL of an authority has, by its short name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub shards: BTreeMap<String, u32>,
    /// Where else published files go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_store: Option<ObjectStoreSection>,
}

fn ocsp_cache_mib() -> u32 {
    256
}

/// A word of RFC 6960 §2.2. *Good* is none of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NeverIssued {
    /// Not known to be issued.
    #[default]
    Unknown,
    /// The extended definition of `revoked`.
    Revoked,
}

/// `[cards]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardsSection {
    /// The first digits of card numbers.
    pub number_prefix: String,
    /// The version of the terms of use that a holder must have accepted before his card is handed over.
    pub terms: String,
    /// The bureaux.
    #[serde(default, rename = "bureau")]
    pub bureaus: Vec<BureauSection>,
}

/// `[[cards.bureau]]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BureauSection {
    /// Its name in batch files.
    pub name: String,
    /// PEM certificate its return files are signed with.
    pub certificate: PathBuf,
}

/// `[jobs]`: cron expressions with seconds, UTC.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobsSection {
    /// Full CRLs.
    pub full_crl: String,
    /// Renewal.
    pub renewal: String,
    /// The digests of what was decided in officers' names.
    #[serde(default = "officer_digests")]
    pub officer_digests: String,
    /// Days before a card's end.
    pub renewal_horizon_days: u32,
    /// Seconds a worker's epoch lives without being renewed.
    pub lease_seconds: u32,
}

/// In the evening of Paris, winter and summer.
fn officer_digests() -> String {
    "0 0 17 * * *".to_owned()
}

/// `[audit]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditSection {
    /// Where the worker keeps every checkpoint it signed.
    pub folder: PathBuf,
}

impl Default for AuditSection {
    fn default() -> Self {
        Self { folder: PathBuf::from("audit") }
    }
}

impl ConfigFile {
    /// Checks what one key says against another, and makes paths absolute. The error names the key.
    pub fn understand(self, folder: &Path) -> Result<Config, String> {
        if (self.kind == InstallationKind::Demo) != self.demo.is_some() {
            return Err("[demo] stands in a demonstration's file, and in no other".to_owned());
        }
        let terms = &self.cards.terms;
        if !(1..=64).contains(&terms.len()) || !terms.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("cards.terms: {terms:?} is not 1 to 64 visible ASCII characters"));
        }
        let prefix = &self.cards.number_prefix;
        if !(1..=4).contains(&prefix.len()) || !prefix.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(format!("cards.number_prefix: {prefix:?} is not one to four digits"));
        }
        let hours = |key: &str, hours: u32| match hours {
            0 => Err(format!("publication.{key}: must be at least one hour")),
            hours => Ok(Duration::from_secs(u64::from(hours) * 3600)),
        };
        let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
        if self.publication.root_crl_alarm_days > self.publication.root_crl_warning_days {
            return Err(
                "publication.root_crl_alarm_days: must not be more than root_crl_warning_days".to_owned()
            );
        }
        if !(1..=3600).contains(&self.jobs.lease_seconds) {
            return Err("jobs.lease_seconds: must be between 1 and 3600".to_owned());
        }
        if !(1..=64).contains(&self.hsm.sessions) {
            return Err("hsm.sessions: must be between 1 and 64".to_owned());
        }
        if !(1..=600).contains(&self.hsm.deadline_seconds) {
            return Err("hsm.deadline_seconds: must be between 1 and 600".to_owned());
        }
        if !(1..=3600).contains(&self.coherence.every_seconds) {
            return Err("coherence.every_seconds: must be between 1 and 3600".to_owned());
        }
        if self.publication.ocsp_cache_mib > 1024 * 1024 {
            return Err("publication.ocsp_cache_mib: must be at most 1048576".to_owned());
        }
        let register = self.register.understand(folder)?;
        let tls = TlsFiles {
            certificate: folder.join(self.listen.tls_certificate),
            key: folder.join(self.listen.tls_key),
        };
        let client_certificates = self.client_certificates.map(|section| section.understand(folder, &tls));
        let schedule =
            |key: &str, text: &str| Schedule::parse(text).map_err(|error| format!("jobs.{key}: {error}"));
        Ok(Config {
            kind: self.kind,
            database_url: database_url(&self.database.url, folder)?,
            tokens: folder.join(self.hsm.tokens),
            status_token: self.hsm.status_token,
            signer: Signer {
                sessions: self.hsm.sessions as usize,
                deadline: Duration::from_secs(u64::from(self.hsm.deadline_seconds)),
            },
            identity: folder.join(self.identity.file),
            key_blocklist: self.keys.map(|keys| folder.join(keys.blocklist)),
            shards: ShardCounts::new(self.publication.shards)
                .map_err(|error| format!("publication.shards: {error}"))?,
            public_folder: folder.join(self.publication.folder),
            object_store: self.publication.object_store.map(|store| store.understand(folder)),
            audit_folder: folder.join(self.audit.folder),
            web: self.listen.web,
            status: self.listen.status,
            coherence: Coherence {
                address: self.coherence.address.unwrap_or(self.listen.status),
                every: Duration::from_secs(u64::from(self.coherence.every_seconds)),
            },
            operations: self.listen.operations,
            tls,
            client_certificates: client_certificates.transpose()?,
            single_process: self.listen.single_process,
            bureaus: self
                .cards
                .bureaus
                .into_iter()
                .map(|bureau| Bureau { name: bureau.name, certificate: folder.join(bureau.certificate) })
                .collect(),
            card_number_prefix: self.cards.number_prefix,
            terms: self.cards.terms,
            brakes: register.brakes,
            oppositions_a_day: register.oppositions_a_day,
            orders_a_day: register.orders_a_day,
            directory: register.fhir,
            decisions: self.decisions.understand()?,
            opposition: self.opposition.understand(folder)?,
            desk: self.desk.understand()?,
            mail: self.mail.map(|mail| mail.understand(folder)).transpose()?,
            retention: self.retention.understand(self.kind)?,
            publication: Publication {
                crl_lifetime: hours("crl_lifetime_hours", self.publication.crl_lifetime_hours)?,
                root_crl_warning: days(self.publication.root_crl_warning_days),
                root_crl_alarm: days(self.publication.root_crl_alarm_days),
                ocsp_lifetime: hours("ocsp_lifetime_hours", self.publication.ocsp_lifetime_hours)?,
                ocsp_cache_octets: self.publication.ocsp_cache_mib as usize * 1024 * 1024,
                ocsp_never_issued: self.publication.ocsp_never_issued,
            },
            schedules: Schedules {
                full_crl: schedule("full_crl", &self.jobs.full_crl)?,
                renewal: schedule("renewal", &self.jobs.renewal)?,
                officer_digests: schedule("officer_digests", &self.jobs.officer_digests)?,
                renewal_horizon: Duration::from_secs(u64::from(self.jobs.renewal_horizon_days) * 86_400),
                lease: Duration::from_secs(u64::from(self.jobs.lease_seconds)),
            },
            passkeys: self.passkeys.map(PasskeysSection::understand).transpose()?,
            demo: self.demo.map(|demo| demo.understand(folder)).transpose()?,
        })
    }
}

fn database_url(url: &str, folder: &Path) -> Result<String, String> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        return Ok(format!("sqlite:{}", folder.join(path).display()));
    }
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(format!("database.url: {url:?} begins with neither sqlite: nor postgres://"));
    }
    let authority = url.split("//").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let has_password = authority.rsplit_once('@').is_some_and(|(user, _)| user.contains(':'));
    if has_password || url.contains("password=") {
        return Err("database.url: a password does not stand in the configuration; use a pgpass file or a Unix socket"
            .to_owned());
    }
    Ok(url.to_owned())
}
