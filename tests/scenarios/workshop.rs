//! An installation of one test alone: a copy of the demonstration, in which the test makes cards that wait to
//! be certified.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use acceptance::harness::{DatabaseKind, Finished, HsmFault, TestDatabase, copy_of, folder, igc, run};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::Value;
use store::schema::issuance_epochs;
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};
use tempfile::TempDir;

use super::demonstration;

mod cards;
mod configuration;

pub use cards::submit;

/// The officer of the demonstration who submits.
pub const SUBMITTER: &str = "camille.martin";
/// The officer who decides.
pub const APPROVER: &str = "dominique.bernard";
/// Approves where two must.
pub const SECOND_APPROVER: &str = "louison.durand";
/// The officer who opposes.
pub const REVOKER: &str = "sacha.petit";

/// An installation of one test alone; gone when dropped.
pub struct Workshop {
    dir: PathBuf,
    database: Option<TestDatabase>,
    hsm: Option<HsmFault>,
    folder: TempDir,
}

/// A workshop of one's own.
pub fn workshop(kind: DatabaseKind) -> Workshop {
    // Copied twice: nobody is ever connected to the copy that the others are made from.
    static SQLITE: OnceLock<Workshop> = OnceLock::new();
    static POSTGRESQL: OnceLock<Workshop> = OnceLock::new();
    let template = match kind {
        DatabaseKind::Sqlite => SQLITE.get_or_init(|| copy(demonstration::on_sqlite().dir())),
        DatabaseKind::Postgresql => POSTGRESQL.get_or_init(|| copy(demonstration::on_postgresql().dir())),
    };
    copy(&template.dir)
}

fn copy(from: &Path) -> Workshop {
    let folder = folder();
    let dir = folder.path().join("installation");
    fs::create_dir(&dir).unwrap();
    let parts = ["igc.toml", "identity.toml", "ceremonies", "bureau.pem", "tokens", "tls", "demo", "public"];
    let copied = Command::new("cp").arg("-a").args(parts.map(|part| from.join(part))).arg(&dir).status();
    assert!(copied.unwrap().success());
    let softhsm = fs::read_to_string(dir.join("tokens/softhsm2.conf")).unwrap();
    let softhsm = softhsm.replace(from.to_str().unwrap(), dir.to_str().unwrap());
    fs::write(dir.join("tokens/softhsm2.conf"), softhsm).unwrap();
    let mut workshop = Workshop { dir, database: None, hsm: None, folder };
    let url = workshop.configured("database", "url");
    if url.starts_with("sqlite:") {
        let to = workshop.dir.join("igc.sqlite");
        let mut db = database_at(from, &url, DatabaseRole::Owner);
        db.batch_execute(&format!("VACUUM INTO '{}'", to.display())).unwrap();
    } else {
        let database = copy_of(&url);
        workshop.configure("database", "url", database.url());
        workshop.database = Some(database);
    }
    workshop
}

fn database_at(dir: &Path, url: &str, role: DatabaseRole) -> Database {
    let absolute = url.strip_prefix("sqlite:").map(|file| format!("sqlite:{}", dir.join(file).display()));
    Database::open(absolute.as_deref().unwrap_or(url), role).unwrap()
}

impl Workshop {
    /// An installation without a key, on SQLite.
    pub fn without_a_ceremony() -> Self {
        let folder = folder();
        let dir = folder.path().join("installation");
        run(igc().args(["init", "--without-ceremony", "--dir"]).arg(&dir)).expect_exit(0);
        Workshop { dir, database: None, hsm: None, folder }
    }

    /// One more like it, on SQLite, with all that its signer and its worker keep outside, steered apart.
    pub fn copied_whole(&self) -> Self {
        let folder = folder();
        let dir = folder.path().join("installation");
        let copied = Command::new("cp").arg("-a").arg(&self.dir).arg(&dir).status();
        assert!(copied.unwrap().success());
        Workshop { dir, database: None, hsm: self.hsm.as_ref().map(HsmFault::copied), folder }
    }

    /// One more like it: its files and its database, without what its signer and its worker keep outside.
    pub fn copied(&self) -> Self {
        copy(&self.dir)
    }

    /// Has every command from now on find the library that `hsm` steers.
    pub fn steered_by(&mut self, hsm: HsmFault) {
        self.hsm = Some(hsm);
    }

    /// What it is steered by.
    pub fn hsm(&self) -> &HsmFault {
        self.hsm.as_ref().expect("this workshop's library is steered")
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The URL of its PostgreSQL database.
    pub fn url(&self) -> &str {
        self.database().url()
    }

    /// Its PostgreSQL database.
    pub fn database(&self) -> &TestDatabase {
        self.database.as_ref().expect("this workshop is on PostgreSQL")
    }

    /// One more connection, with the rights of `role`.
    pub fn open(&self, role: DatabaseRole) -> Database {
        database_at(&self.dir, &self.configured("database", "url"), role)
    }

    /// What time it is for its processes.
    pub fn now(&self) -> Timestamp {
        let config = self.config();
        let ahead = config.get("demo").and_then(|demo| demo.get("clock_offset_days"));
        let ahead = ahead.map_or(0, |days| days.as_integer().unwrap());
        let ahead = Duration::from_secs(ahead.cast_unsigned() * 86_400);
        self.open(DatabaseRole::Owner).now().unwrap().plus(ahead)
    }

    /// Where its status role listens.
    pub fn listens_at(&self) -> String {
        self.configured("listen", "status")
    }

    /// A command of the program in this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = igc();
        command.args(["--output", "json", "--dir"]).arg(&self.dir).args(arguments);
        if let Some(hsm) = &self.hsm {
            hsm.steer(&mut command);
        }
        command
    }

    /// Runs it to its end, which must be good.
    #[track_caller]
    pub fn igc(&self, arguments: &[&str]) -> Finished {
        run(&mut self.command(arguments)).expect_exit(0)
    }

    /// Runs a job; what it did. Its exit code says whether it left something.
    #[track_caller]
    pub fn job(&self, name: &str) -> Value {
        let ended = run(&mut self.command(&["job", "run", name]));
        let done = ended.json();
        let left = done["failed"].as_array().is_some_and(|failed| !failed.is_empty());
        ended.expect_exit(if left { 9 } else { 0 });
        done
    }

    /// Waits until no worker that did not end in good order can be alive: the lease is real.
    pub fn let_leases_pass(&self) {
        while let Some(left) = self.lease_left() {
            std::thread::sleep(left);
        }
    }

    /// Whether a worker that did not end in good order may still be alive.
    pub fn lease_stands(&self) -> bool {
        self.lease_left().is_some()
    }

    fn lease_left(&self) -> Option<Duration> {
        let open: Option<Timestamp> = issuance_epochs::table
            .filter(issuance_epochs::closed_at.is_null())
            .select(diesel::dsl::max(issuance_epochs::lease_until))
            .first(&mut self.open(DatabaseRole::Owner))
            .unwrap();
        let left = open?.millis() - self.now().millis();
        u64::try_from(left + 1).ok().filter(|left| *left > 0).map(Duration::from_millis)
    }
}

/// An act of this officer, now.
pub fn officer(db: &mut Database, login: &str) -> Act {
    Act { at: db.now().unwrap(), actor: Actor::Officer(login.into()), request: RequestId("test".into()) }
}
