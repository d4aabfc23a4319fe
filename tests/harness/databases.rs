use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use store::{Database, DatabaseRole};
use tempfile::TempDir;

use super::folder;

/// Where `tests/setup/with-postgres.sh` says that its server listens: a URL without a database.
const SERVER: &str = "IGC_TEST_POSTGRES";

/// Which of the two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// A file in a folder of the test.
    Sqlite,
    /// A database on the server that `make test` started.
    Postgresql,
}

impl fmt::Display for DatabaseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgresql => "PostgreSQL",
        })
    }
}

/// A database of one test alone; gone when dropped.
pub struct TestDatabase {
    url: String,
    place: Place,
}

enum Place {
    Folder(#[expect(dead_code, reason = "held until the test is over")] TempDir),
    Server { name: String },
}

/// Runs `scenario` on a fresh, migrated database of each kind, SQLite first.
pub fn both_databases(mut scenario: impl FnMut(&TestDatabase)) {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let database = database(kind);
        note(&format!("on {kind}:"));
        scenario(&database);
    }
}

/// A fresh database with the schema of this program.
pub fn database(kind: DatabaseKind) -> TestDatabase {
    match kind {
        DatabaseKind::Sqlite => {
            let database = empty_database(kind);
            database.open(DatabaseRole::Owner).migrate().expect("the SQLite migrations run");
            database
        }
        DatabaseKind::Postgresql => on_server(&format!("TEMPLATE {}", template())),
    }
}

/// A fresh database without a table, for tests of `igc init --database`.
pub fn empty_database(kind: DatabaseKind) -> TestDatabase {
    match kind {
        DatabaseKind::Sqlite => {
            let folder = folder();
            let url = format!("sqlite:{}", folder.path().join("igc.sqlite").display());
            TestDatabase { url, place: Place::Folder(folder) }
        }
        DatabaseKind::Postgresql => {
            // Roles belong to the whole server: the template has made them, so that two tests
            // that migrate at the same time do not both try.
            template();
            on_server("")
        }
    }
}

/// A copy of the PostgreSQL database at `url`, which nobody writes to and which is made by this server.
pub fn copy_of(url: &str) -> TestDatabase {
    let (address, _) = url.split_once('?').unwrap_or((url, ""));
    let (_, name) = address.rsplit_once('/').expect("the URL of a database names it");
    on_server(&format!("TEMPLATE {name}"))
}

impl TestDatabase {
    /// What `database.url` of a configuration would say.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Which of the two.
    pub fn kind(&self) -> DatabaseKind {
        match self.place {
            Place::Folder(_) => DatabaseKind::Sqlite,
            Place::Server { .. } => DatabaseKind::Postgresql,
        }
    }

    /// Takes the database away: every connection breaks, and none can be made.
    pub fn take_away(&self) {
        let name = self.name_on_server();
        administer(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false"));
        // Autovacuum's own workers end by themselves, and only a superuser may end them.
        administer(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = '{name}' AND backend_type = 'client backend'"
        ));
    }

    /// Gives it back as it was.
    pub fn give_back(&self) {
        administer(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS true", self.name_on_server()));
    }

    fn name_on_server(&self) -> &str {
        match &self.place {
            Place::Server { name } => name,
            Place::Folder(_) => panic!("a file cannot be taken away from the processes that have it open"),
        }
    }

    /// One more connection, with the rights of `role`.
    pub fn open(&self, role: DatabaseRole) -> Database {
        Database::open(&self.url, role).unwrap_or_else(|error| panic!("{}: {error}", self.kind()))
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { name } = &self.place {
            // The server and its folder go away after the tests: what stays here harms nobody,
            // and a panic while a failing test unwinds would hide why it failed.
            if let Ok(mut server) = PgConnection::establish(&url_of("postgres")) {
                let _ = server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"));
            }
        }
    }
}

fn on_server(how: &str) -> TestDatabase {
    static NUMBER: AtomicU32 = AtomicU32::new(1);
    let name = format!("test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    administer(&format!("CREATE DATABASE {name} {how}"));
    TestDatabase { url: url_of(&name), place: Place::Server { name } }
}

/// The name of a migrated database that nobody is connected to: copying it takes a tenth of
/// the time of the migrations.
fn template() -> &'static str {
    static TEMPLATE: OnceLock<String> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let name = format!("template_{}", std::process::id());
        administer(&format!("CREATE DATABASE {name}"));
        let mut db = Database::open(&url_of(&name), DatabaseRole::Owner).expect("the template opens");
        db.migrate().expect("the PostgreSQL migrations run");
        name
    })
}

fn administer(sql: &str) {
    let mut server = PgConnection::establish(&url_of("postgres"))
        .unwrap_or_else(|error| panic!("no PostgreSQL answers at {SERVER}: {error}"));
    server.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Whether the server answers.
pub(super) fn server_answers() -> bool {
    PgConnection::establish(&url_of("postgres")).is_ok()
}

/// The URL of one database of the server.
pub(super) fn url_of(database: &str) -> String {
    let server = std::env::var(SERVER).unwrap_or_else(|_| {
        panic!(
            "{SERVER} is not set, so there is no PostgreSQL to test on: use `make test`, or put \
             tests/setup/with-postgres.sh before the command"
        )
    });
    let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
    format!("{}/{database}?{parameters}", address.trim_end_matches('/'))
}

/// One line into the captured output of the test, shown when it fails.
#[expect(clippy::print_stdout, reason = "captured by the test runner, shown on failure")]
fn note(line: &str) {
    println!("{line}");
}
