//! Where an import goes, and the yardstick there: the database's own program copies the file into a table of text,
//! a column a cell, in one durable transaction.

use std::path::{Path, PathBuf};
use std::process::Command;

use professional_registry::extract::COLUMNS;
use store::{Database, DatabaseRole};

/// A database that can be had empty.
pub trait Place {
    /// The database of a new installation, in the place of the one of this name before.
    fn empty(&self, name: &str) -> Database;

    /// The address of the database of this name.
    fn url(&self, name: &str) -> String;

    /// Makes the empty table of text that a file is copied into, in the place of the one before.
    fn make_table(&self);

    /// Copies the file into that table.
    fn copy(&self, file: &Path);
}

/// The file that `sqlite3` copies into.
const COPY: &str = "copy.sqlite";

/// Files in a folder, and the program `sqlite3`.
pub struct Sqlite {
    folder: PathBuf,
}

impl Sqlite {
    /// In this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn remove(&self, name: &str) -> PathBuf {
        for end in ["", "-wal", "-shm"] {
            // It need not be there.
            let _ = std::fs::remove_file(self.folder.join(format!("{name}{end}")));
        }
        self.folder.join(name)
    }
}

impl Place for Sqlite {
    fn empty(&self, name: &str) -> Database {
        self.remove(&format!("{name}.sqlite"));
        migrated(&self.url(name))
    }

    fn url(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.join(format!("{name}.sqlite")).display())
    }

    fn make_table(&self) {
        let database = self.remove(COPY);
        run(Command::new("sqlite3").arg(database).args(["PRAGMA journal_mode = WAL;", &table()]));
    }

    fn copy(&self, file: &Path) {
        let import = format!(".import --skip 1 '{}' lines", file.display());
        let commands = ["PRAGMA synchronous = FULL;", ".separator |", &import];
        run(Command::new("sqlite3").arg(self.folder.join(COPY)).args(commands));
    }
}

/// The server that `tests/setup/with-postgres.sh` started, and the program `psql`.
pub struct Postgresql {
    /// Up to the name of a database.
    before: String,
    /// After it.
    after: String,
}

impl Postgresql {
    /// The server named by `IGC_TEST_POSTGRES`: `postgres://igc@/?host=…`.
    pub fn of_the_environment() -> Self {
        let url = std::env::var("IGC_TEST_POSTGRES").expect("make bench says where PostgreSQL listens");
        let (before, after) = url.split_once("/?").expect("the address names no database");
        Self { before: format!("{before}/"), after: format!("?{after}") }
    }

    fn psql(&self, database: &str, commands: &[&str]) {
        let mut psql = Command::new("psql");
        psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url(database)]);
        for command in commands {
            psql.args(["-c", command]);
        }
        run(&mut psql);
    }

    /// An empty database in the place of the one before.
    pub fn database(&self, name: &str) {
        let (drop, create) = (format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}"));
        self.psql("postgres", &[&drop, &create]);
    }
}

impl Place for Postgresql {
    fn empty(&self, name: &str) -> Database {
        self.database(name);
        migrated(&self.url(name))
    }

    fn url(&self, name: &str) -> String {
        format!("{}{name}{}", self.before, self.after)
    }

    fn make_table(&self) {
        self.database("copy");
        self.psql("copy", &[&table()]);
    }

    fn copy(&self, file: &Path) {
        let copy = format!("\\copy lines FROM '{}' WITH (HEADER, DELIMITER '|')", file.display());
        self.psql("copy", &[&copy]);
    }
}

/// The columns of the extract, and one for what follows the bar at the end of a line.
fn table() -> String {
    let columns: Vec<String> = (0..=COLUMNS.len()).map(|number| format!("c{number} TEXT")).collect();
    format!("CREATE TABLE lines ({});", columns.join(", "))
}

fn migrated(url: &str) -> Database {
    let mut db = Database::open(url, DatabaseRole::Owner).expect("the database can be made");
    db.migrate().expect("an empty database takes every migration");
    db
}

fn run(command: &mut Command) {
    let output = command.output().expect("tests/setup/install.sh installs what make bench needs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
