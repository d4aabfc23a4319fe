//! What an issuance needs, on real parts and in a folder of its own: tokens of SoftHSM, the authorities of the
//! demonstration's ceremony, a database file, the signer's process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use ca_core::ceremony::{Attendance, Ceremony, CeremonyTokens, Course, Step};
use ca_core::epoch::Epoch;
use ca_core::identity::Identity;
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use ca_core::shard::{self, ShardCounts};
use ca_core::signer::process::{LedgerKind, SignerSettings};
use ca_core::signer::{Pkcs11Module, SignerProcess, Tokens};
use crl_publisher::PublicFolder;
use diesel::connection::SimpleConnection;
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};

use crate::signer_child;

/// Where the tokens stand; also says that this process has the environment that SoftHSM needs.
const FOLDER: &str = "IGC_BENCH_FOLDER";
const CEREMONY: &str = include_str!("../../hsm-config/ceremonies/demo.toml");
const TOKENS: &str = include_str!("../../hsm-config/tokens.toml");
const SOFTHSM: &str = include_str!("../../hsm-config/softhsm2.conf");
const LIBRARY: &str = "/usr/lib/softhsm/libsofthsm2.so";
const LEASE: Duration = Duration::from_secs(3600);
/// Where the keys of the OCSP responders are.
pub const STATUS_TOKEN: &str = "status";
/// How long each signature of the slow HSM takes.
const SLOWLY: Duration = Duration::from_millis(5);

/// SoftHSM reads where its tokens are from the environment of its process, so the measuring is done by a child
/// that has it. Its exit code, or nothing in the child itself.
pub fn in_child() -> Option<ExitCode> {
    if std::env::var_os(FOLDER).is_some() {
        return None;
    }
    let folder = tempfile::Builder::new().prefix("igc-bench-").tempdir_in(beside_the_program());
    let folder = folder.expect("the target folder can be written");
    write_settings(folder.path());
    let status = Command::new(std::env::current_exe().expect("a program knows its own file"))
        .args(std::env::args_os().skip(1))
        .envs(environment(folder.path()))
        .status()
        .expect("this program can be started again");
    Some(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What a process must have in its environment whose installation stands in this folder.
fn environment(folder: &Path) -> [(&'static str, PathBuf); 3] {
    [
        ("SOFTHSM2_CONF", folder.join("softhsm2.conf")),
        ("HSM_FAULT_FOLDER", folder.join("slow")),
        (FOLDER, folder.to_owned()),
    ]
}

/// On the disk that the checkout is on: `/tmp` may be memory, where durability costs nothing.
fn beside_the_program() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows its own file");
    program.parent().expect("a file stands in a folder").to_owned()
}

fn write_settings(folder: &Path) {
    let write = |name: &str, text: &str| {
        let file = folder.join(name);
        std::fs::create_dir_all(file.parent().expect("it stands in a folder"))
            .expect("the folder can be written");
        std::fs::write(file, text).expect("the folder can be written");
    };
    std::fs::create_dir(folder.join("store")).expect("the folder can be written");
    std::fs::create_dir(folder.join("pin")).expect("the folder can be written");
    let store = folder.join("store").display().to_string();
    write("softhsm2.conf", &SOFTHSM.replace("@TOKEN_FOLDER@", &store));
    write("tokens.toml", TOKENS);
    // The same tokens behind the library of `tests/hsm-fault`, which takes its time.
    let slow = beside_the_program().join("libhsm_fault.so").display().to_string();
    write("slow-tokens.toml", &TOKENS.replace(LIBRARY, &slow));
    write("slow/library", LIBRARY);
    write("slow/delay", &SLOWLY.as_millis().to_string());
}

/// Which HSM signs.
#[derive(Clone, Copy, Debug)]
pub enum Hsm {
    /// SoftHSM.
    Soft,
    /// SoftHSM, each of whose signatures takes [`SLOWLY`] more.
    Slow,
}

/// An installation whose ceremony was held.
pub struct Installation {
    profiles: Profiles,
    identity: Identity,
    blocklist: Blocklist,
    folder: PathBuf,
    url: String,
}

impl Installation {
    /// Holds the ceremony of the demonstration in the folder of this process.
    pub fn make() -> Self {
        Self::make_on(&Self::empty().url)
    }

    /// The same on an empty database, which has this address.
    pub fn make_on(url: &str) -> Self {
        let made = Self::standing(url);
        let mut db = made.database_as(DatabaseRole::Owner);
        db.migrate().expect("an empty database takes every migration");
        made.hold_ceremony(&mut db);
        made
    }

    fn empty() -> Self {
        let base = PathBuf::from(std::env::var_os(FOLDER).expect("the child has its folder"));
        Self {
            profiles: Profiles::embedded(),
            identity: Identity::demo(),
            blocklist: Blocklist::default(),
            url: format!("sqlite:{}", base.join("igc.sqlite").display()),
            folder: base,
        }
    }

    fn hold_ceremony(&self, db: &mut Database) {
        // One of its authorities gets an RSA key.
        let (before, after) = CEREMONY.split_once("short_name = \"ACI-EL-PP\"").expect("it makes ACI-EL-PP");
        let after = after.replacen("P-256", "RSA-4096", 1);
        let text = format!("{before}short_name = \"ACI-EL-PP\"{after}");
        let ceremony = Ceremony::parse(&text).expect("the ceremony of the house reads");
        let module = self.module(Hsm::Soft);
        let ledger = self.ledger();
        let tokens = CeremonyTokens { module: &module, ledger: &ledger };
        let (folder, attendance) = (self.folder.join("ceremonies"), Attendance::default());
        std::fs::create_dir_all(folder.join(ceremony.name())).expect("the folder can be written");
        let (mut rng, act) = (chance(), act());
        let context = self.issuance();
        let mut course = Course::open(db, tokens, context, &ceremony, &folder, attendance, &mut rng, &act)
            .expect("the ceremony of the house can be held");
        while let Some(step) = course.next() {
            // Every authority stands; nobody publishes here.
            if matches!(step, Step::Crl(_) | Step::Publish) {
                break;
            }
            course.perform(db, &step, &mut rng, &act).expect("every step can be taken");
        }
        course.leave(db, &act).expect("the ceremony can be left");
    }

    fn ledger(&self) -> PathBuf {
        self.folder.join("issuing.ledger")
    }

    fn tokens_file(&self, hsm: Hsm) -> PathBuf {
        self.folder.join(match hsm {
            Hsm::Soft => "tokens.toml",
            Hsm::Slow => "slow-tokens.toml",
        })
    }

    /// The library in this process: for the ceremony, and for the yardstick.
    pub fn module(&self, hsm: Hsm) -> Pkcs11Module {
        let tokens = Tokens::read(&self.tokens_file(hsm)).expect("the tokens are those of the house");
        Pkcs11Module::load(tokens, None).expect("the library is installed")
    }

    /// The signer's process, as the worker starts it.
    pub fn signer_process(&self, hsm: Hsm, sessions: usize) -> SignerProcess {
        let file = self.tokens_file(hsm);
        let tokens = Tokens::read(&file).expect("the tokens are those of the house").without(STATUS_TOKEN);
        process(LedgerKind::Issuing, tokens, file, self.ledger(), sessions)
    }

    /// The signer's process that has the keys of the OCSP responders and no other, as the status role starts it.
    pub fn answers_process(&self, sessions: usize) -> SignerProcess {
        let file = self.tokens_file(Hsm::Soft);
        let tokens = Tokens::read(&file).expect("the tokens are those of the house");
        let tokens = tokens.only(STATUS_TOKEN).expect("the house has it");
        // Each status role has a ledger of its own.
        let ledger = self.folder.join(format!("answers-{}.ledger", std::process::id()));
        process(LedgerKind::Answers, tokens, file, ledger, sessions)
    }

    /// The one that another process of this program made, on the database that has this address.
    pub fn standing(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::empty() }
    }

    /// Makes a folder for another installation, with tokens of its own: what a process must have in its environment
    /// that holds its ceremony.
    pub fn another(&self, name: &str) -> [(&'static str, PathBuf); 3] {
        let folder = self.folder.join(name);
        std::fs::create_dir(&folder).expect("the folder can be written");
        write_settings(&folder);
        environment(&folder)
    }

    /// Where its files are: on the disk that the checkout is on.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The address of its database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder that it publishes into.
    pub fn public_folder(&self) -> PublicFolder {
        let name = self.url.rsplit('/').next().expect("a text has a last part");
        PublicFolder::at(self.folder.join(name).with_extension("public"))
    }

    /// A connection of its own.
    pub fn database(&self) -> Database {
        self.database_as(DatabaseRole::Worker)
    }

    /// The same, of another role.
    pub fn database_as(&self, role: DatabaseRole) -> Database {
        Database::open(&self.url, role).expect("the database is there")
    }

    /// The same installation on a copy of its database, which is SQLite's.
    pub fn copy(&self, name: &str) -> Self {
        let file = self.folder.join(name);
        let copy = Self::standing(&format!("sqlite:{}", file.display()));
        let into = format!("VACUUM INTO '{}'", file.display());
        self.database().batch_execute(&into).expect("the disk has room");
        copy
    }

    /// Has an authority give its certificates so many shards from now on.
    pub fn open_shards(&self, issuer: &str, count: u32) {
        let counts = ShardCounts::new(BTreeMap::from([(issuer.to_owned(), count)]));
        let (counts, rest) = (counts.expect("an authority may have so many"), Duration::ZERO);
        shard::settle(&mut self.database(), &self.identity, &counts, rest, &mut chance(), &act())
            .expect("the identity says where shards are");
    }

    /// Whose PKI it is.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// What every issuance shares.
    pub fn issuance(&self) -> IssuanceContext<'_> {
        IssuanceContext { profiles: &self.profiles, identity: &self.identity, blocklist: &self.blocklist }
    }

    /// A run of a worker.
    pub fn epoch(&self) -> Epoch {
        Epoch::open(&mut self.database(), LEASE, &act()).expect("the database is there")
    }
}

/// The chance of the operating system.
pub fn chance() -> impl store::CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}

/// An act of the benchmark, now.
pub fn act() -> Act {
    Act { at: now(), actor: Actor::Job("bench"), request: RequestId("bench".to_owned()) }
}

/// What the machine's clock says: answers are judged by it, and revocations are dated by the database's.
#[expect(clippy::disallowed_methods, reason = "a program reads the clock where it begins an act")]
pub fn now() -> Timestamp {
    // `std` and not another crate's clock: nothing else here needs one.
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.expect("the clock is past 1970").as_millis();
    Timestamp::from_millis(i64::try_from(millis).expect("the clock is before the year 292 000 000"))
}

fn process(
    kind: LedgerKind,
    tokens: Tokens,
    file: PathBuf,
    ledger: PathBuf,
    sessions: usize,
) -> SignerProcess {
    SignerProcess::new(SignerSettings {
        tokens,
        kind,
        sessions,
        deadline: Duration::from_secs(20),
        command: Box::new(move || signer_child::command(kind, &file, &ledger, sessions)),
    })
}
