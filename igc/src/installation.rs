//! An installation, opened: its configuration, and what is made from it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ca_core::identity::Identity;
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use ca_core::signer::process::LedgerKind;
use ca_core::signer::{Pkcs11Module, ProcessSigner, SignerProcess, Tokens};
use crl_publisher::PublicFolder;
use professional_registry::fhir::AnnuaireSante;
use rand_core::UnwrapErr;
use store::{Act, Actor, Database, DatabaseError, DatabaseRole, Fault, RequestId};

use crate::cli::Global;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::faults;
use crate::jobs;
use crate::output::OutputFormat;
use crate::problem::Problem;
use crate::relaunch;
use crate::setup::{LONGEST_TEXT, read_text};
use crate::signer::SignerProcesses;

/// The randomness of the operating system: the only source of chance, handed down by `main`.
pub fn system_rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

/// An installation that was opened. Cheap to share between threads.
#[derive(Clone)]
pub struct Installation {
    /// Its folder.
    pub dir: PathBuf,
    /// Its configuration.
    pub config: Arc<Config>,
    /// The profiles it issues.
    pub profiles: Arc<Profiles>,
    /// Whose PKI it is.
    pub identity: Arc<Identity>,
    /// Its clock.
    pub clock: Clock,
    /// Where it publishes: clones share what they have read of it.
    pub public: PublicFolder,
    blocklist: Arc<OnceLock<Blocklist>>,
    module: Arc<OnceLock<Pkcs11Module>>,
    /// The file of its configuration.
    pub config_file: PathBuf,
    /// How this process writes, and so its children.
    pub output: OutputFormat,
    processes: SignerProcesses,
}

impl Installation {
    /// Opens the installation that the command line or the environment names.
    pub fn open(global: &Global) -> Result<Self, Problem> {
        let dir = global
            .installation_dir()
            .ok_or_else(|| Problem::new(faults::INSTALLATION_MISSING, "no installation is named"))?;
        let file = global.config.clone().unwrap_or_else(|| dir.join("igc.toml"));
        relaunch::settle_softhsm(&dir)?;
        Self::open_file(&dir, &file, global.output)
    }

    /// Opens the installation in `dir`.
    pub fn open_dir(dir: &Path) -> Result<Self, Problem> {
        Self::open_file(dir, &dir.join("igc.toml"), OutputFormat::Table)
    }

    fn open_file(dir: &Path, file: &Path, output: OutputFormat) -> Result<Self, Problem> {
        let config = Config::read(file)?;
        jobs::policy(&config).checked()?;
        let identity = read_identity(&config.identity)?;
        let days = config.demo.as_ref().map_or(0, |demo| demo.clock_offset_days);
        let clock = Clock::ahead_by_days(days);
        config
            .schedules
            .check(&config.publication, clock.now())
            .map_err(|message| ConfigError::Invalid { path: file.to_owned(), message })?;
        Ok(Self {
            dir: dir.to_owned(),
            profiles: Arc::new(Profiles::embedded()),
            identity: Arc::new(identity),
            clock,
            public: PublicFolder::at(&config.public_folder),
            config: Arc::new(config),
            blocklist: Arc::default(),
            module: Arc::default(),
            config_file: file.to_owned(),
            output,
            processes: SignerProcesses::default(),
        })
    }

    /// A connection for one process role.
    pub fn database(&self, role: DatabaseRole) -> Result<Database, Problem> {
        Ok(self.open_database(role)?)
    }

    /// The same, for those who want to know what the database said.
    pub fn open_database(&self, role: DatabaseRole) -> Result<Database, DatabaseError> {
        let mut db = Database::open_standing(&self.config.database_url, role)?;
        if let Some(ahead) = self.clock.ahead() {
            db.set_clock_ahead(ahead)?;
        }
        Ok(db)
    }

    /// The PKCS#11 library in this process, for a ceremony: only there do custodians bring PINs, and are keys
    /// destroyed. Everything else signs with [`Self::signer_process`].
    pub fn module(&self) -> Result<Pkcs11Module, Problem> {
        if let Some(module) = self.module.get() {
            return Ok(module.clone());
        }
        let module = Pkcs11Module::load(Tokens::read(&self.config.tokens)?, Some(self.dir.join("signer")))?;
        Ok(self.module.get_or_init(|| module).clone())
    }

    /// The process that signs; its keys are those of the installation's tokens.
    pub fn signer_process(&self, kind: LedgerKind) -> Result<SignerProcess, Problem> {
        self.processes.get(kind, self)
    }

    /// The process that signs, where something needed it before.
    pub fn started_signer(&self, kind: LedgerKind) -> Option<SignerProcess> {
        self.processes.started(kind)
    }

    /// A signer of certificates, CRLs, lists and checkpoints for this thread.
    pub fn signer(&self) -> Result<ProcessSigner, Problem> {
        Ok(self.signer_process(LedgerKind::Issuing)?.signer())
    }

    /// What every issuance shares. Without its list of weak keys nothing is issued.
    pub fn issuance(&self) -> Result<IssuanceContext<'_>, Problem> {
        Ok(IssuanceContext {
            profiles: &self.profiles,
            identity: &self.identity,
            blocklist: self.key_blocklist()?,
        })
    }

    /// The keys that are known to be weak; read once, and none where the configuration names no list.
    pub fn key_blocklist(&self) -> Result<&Blocklist, Problem> {
        if let Some(blocklist) = self.blocklist.get() {
            return Ok(blocklist);
        }
        let blocklist = match &self.config.key_blocklist {
            Some(path) => read_blocklist(path)?,
            None => Blocklist::default(),
        };
        Ok(self.blocklist.get_or_init(|| blocklist))
    }

    /// A client of the directory, where the configuration names one.
    pub fn directory(&self) -> Result<Option<AnnuaireSante>, Problem> {
        Ok(self.config.directory.as_ref().map(AnnuaireSante::new).transpose()?)
    }

    /// An act of now.
    pub fn act(&self, actor: Actor) -> Act {
        Act { at: self.clock.now(), actor, request: request_id() }
    }

    /// The act of whoever typed the command.
    pub fn operator_act(&self) -> Act {
        self.act(Actor::Operator(unix_user()))
    }
}

/// Sixteen hexadecimal digits that tie a request's log lines and events together.
pub fn request_id() -> RequestId {
    let mut bytes = [0; 8];
    rand_core::Rng::fill_bytes(&mut system_rng(), &mut bytes);
    RequestId(hex::encode(bytes))
}

/// The name in the environment of the login session; only for the audit trail of a command line,
/// whose user owns the database anyway.
fn unix_user() -> String {
    ["SUDO_USER", "USER", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .filter(|name| !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_ascii_graphic()))
        .unwrap_or_else(|| "unknown".to_owned())
}

fn read_identity(path: &Path) -> Result<Identity, Problem> {
    let text = read_text(path, LONGEST_TEXT)?;
    Identity::parse(&text)
        .map_err(|error| ConfigError::Invalid { path: path.to_owned(), message: error.to_string() }.into())
}

/// The lists of the Debian generator, all sizes together, are a tenth of it.
const LONGEST_BLOCKLIST: u64 = 64 * 1024 * 1024;

fn read_blocklist(path: &Path) -> Result<Blocklist, Problem> {
    let text = read_text(path, LONGEST_BLOCKLIST)?;
    Blocklist::parse(&text)
        .map_err(|error| Problem::new(error.code(), format!("{}: {error}", path.display())))
}
