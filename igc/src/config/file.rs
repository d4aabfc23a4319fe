//! The file as it is written, and the step from what it says to what it means.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ca_core::shard::ShardCounts;
use serde::{Deserialize, Serialize};

use super::certificates::CertificatesSection;
use super::client_certificates::ClientCertificatesSection;
use super::coherence::CoherenceSection;
use super::database::DatabaseSection;
use super::decisions::DecisionsSection;
use super::demonstration::DemoSection;
use super::desk::DeskSection;
use super::hsm::HsmSection;
use super::mail::MailSection;
use super::opposition::OppositionSection;
use super::passkeys::PasskeysSection;
use super::publication::PublicationSection;
use super::register::RegisterSection;
use super::retention::RetentionSection;
use super::status::StatusSection;
use super::{Bureau, Coherence, Config, RegistrationAuthority, Schedule, Schedules, TlsFiles};

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
    /// What connections to the status role may cost.
    #[serde(default)]
    pub status: StatusSection,
    /// Where a client's certificate is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificates: Option<ClientCertificatesSection>,
    /// What is published.
    pub publication: PublicationSection,
    /// Cards and bureaux.
    pub cards: CardsSection,
    /// Under which terms software certificates are fetched.
    #[serde(default)]
    pub certificates: CertificatesSection,
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
    /// How the registration authority is reached.
    #[serde(default)]
    pub registration_authority: RegistrationAuthority,
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
        let publication = self.publication.understand()?;
        if !(1..=3600).contains(&self.jobs.lease_seconds) {
            return Err("jobs.lease_seconds: must be between 1 and 3600".to_owned());
        }
        let signer = self.hsm.signer()?;
        if !(1..=3600).contains(&self.coherence.every_seconds) {
            return Err("coherence.every_seconds: must be between 1 and 3600".to_owned());
        }
        let register = self.register.understand(folder)?;
        let tls = TlsFiles {
            certificate: folder.join(self.listen.tls_certificate),
            key: folder.join(self.listen.tls_key),
        };
        let client_certificates = self.client_certificates.map(|section| section.understand(folder, &tls));
        let schedule =
            |key: &str, text: &str| Schedule::parse(text).map_err(|error| format!("jobs.{key}: {error}"));
        let (decisions, bulk_bound) = self.decisions.understand()?;
        Ok(Config {
            kind: self.kind,
            database_url: self.database.understand(folder)?,
            tokens: folder.join(self.hsm.tokens),
            status_token: self.hsm.status_token,
            signer,
            identity: folder.join(self.identity.file),
            key_blocklist: self.keys.map(|keys| folder.join(keys.blocklist)),
            shards: ShardCounts::new(self.publication.shards)
                .map_err(|error| format!("publication.shards: {error}"))?,
            public_folder: folder.join(self.publication.folder),
            object_store: self.publication.object_store.map(|store| store.understand(folder)),
            audit_folder: folder.join(self.audit.folder),
            web: self.listen.web,
            status: self.listen.status,
            status_limits: self.status.understand()?,
            coherence: Coherence {
                address: self.coherence.address.unwrap_or(self.listen.status),
                every: Duration::from_secs(u64::from(self.coherence.every_seconds)),
                hosts: self.coherence.hosts()?,
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
            certificates: self.certificates.understand(folder)?,
            brakes: register.brakes,
            oppositions_a_day: register.oppositions_a_day,
            orders_a_day: register.orders_a_day,
            directory: register.fhir,
            decisions,
            bulk_bound,
            opposition: self.opposition.understand(folder)?,
            desk: self.desk.understand()?,
            registration_authority: self.registration_authority.understand()?,
            mail: self.mail.map(|mail| mail.understand(folder)).transpose()?,
            retention: self.retention.understand(self.kind)?,
            publication,
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
