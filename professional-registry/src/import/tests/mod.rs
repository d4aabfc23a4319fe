//! The import, played with fictional registers: on SQLite in memory, and where the backends write differently on PostgreSQL, too.

mod asking;
mod cut;
mod damaged;
mod difference;
mod extracts;
mod hostile;
mod interruption;
mod lines;
mod merge_cases;
mod refusals;
mod renumbered;
mod together;

use std::io::Cursor;

use diesel::prelude::*;
use rand_core::UnwrapErr;
use store::schema::{audit_events, professionals, register_feeds, register_structures};
use store::{Actor, DatabaseRole, Fault, RequestId, Timestamp};

use super::*;
use crate::extract::{COLUMNS, Encoding, Form, file_name};
use crate::fictional::FictionalRegister;
use crate::nomenclature::CodeTables;
use crate::{ImportedRegister, ProfessionalRecord, Registry, faults, search_by_name};

const DAY: i64 = 86_400;
const FIRST_DAY: i64 = 1_795_000_000;

fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

/// An empty database on the server that `make test` started; it goes with the server. Its address, for a second connection.
fn fresh_postgresql() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};

    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};

    static MADE: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("IGC_TEST_POSTGRES").expect(
        "no PostgreSQL to test on: use `make test`, or put tests/setup/with-postgres.sh before the command",
    );
    let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
    let address = address.trim_end_matches('/');
    let name = format!("registry_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::establish(&format!("{address}/postgres?{parameters}")).unwrap();
    connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    format!("{address}/{name}?{parameters}")
}

fn at(url: &str) -> Database {
    let mut db = Database::open(url, DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

/// Plays `scene` on either database; it is given what makes an empty one.
fn on_both(scene: fn(&dyn Fn() -> Database)) {
    scene(&database);
    scene(&|| at(&fresh_postgresql()));
}

fn act_on(day: i64) -> Act {
    Act {
        at: Timestamp::from_seconds(FIRST_DAY + day * DAY + 3600),
        actor: Actor::Job("register-import"),
        request: RequestId("test".into()),
    }
}

fn name_of(day: i64) -> String {
    file_name(Form::ACTIVITIES, Timestamp::from_seconds(FIRST_DAY + day * DAY))
}

fn written(register: &FictionalRegister) -> Vec<u8> {
    let mut out = Vec::new();
    register.write(&mut out).unwrap();
    out
}

fn import_with(
    db: &mut Database,
    bytes: &[u8],
    day: i64,
    options: &ImportOptions,
) -> Result<ImportReport, ImportError> {
    let mut rng = UnwrapErr(getrandom::SysRng);
    let mut file = Cursor::new(bytes);
    import_extract(db, &mut file, &name_of(day), options, &mut |_, _| (), &mut rng, &act_on(day))
}

fn import(db: &mut Database, bytes: &[u8], day: i64) -> Result<ImportReport, ImportError> {
    import_with(db, bytes, day, &ImportOptions::default())
}

fn refused(result: Result<ImportReport, ImportError>) -> &'static str {
    result.expect_err("must be refused").code().name
}

fn record(db: &mut Database, rpps: &crate::Rpps) -> Option<ProfessionalRecord> {
    ImportedRegister.professional(db, &rpps.clone().into()).unwrap()
}

/// Everything the import wrote but the feeds, to compare two databases.
fn contents(db: &mut Database) -> Vec<String> {
    type Person = (String, String, String, String, i64, i64, Option<Timestamp>, i64, String);
    type Place = (String, String, String, String, String, String, String, String, i64, Option<i64>);
    let persons: Vec<Person> = professionals::table.order(professionals::id_nat).load(db).unwrap();
    let places: Vec<Place> =
        register_structures::table.order(register_structures::technical_id).load(db).unwrap();
    let persons = persons.iter().map(|row| format!("{row:?}"));
    persons.chain(places.iter().map(|row| format!("{row:?}"))).collect()
}

/// The cells of a line of a small extract: `(rpps, changes)`.
fn small_extract(lines: &[&[(&str, &str)]]) -> Vec<u8> {
    let text = String::from_utf8(written(&FictionalRegister::new(1, 1))).unwrap();
    let mut file = format!("{}|\n", COLUMNS.join("|"));
    for changes in lines {
        let mut cells: Vec<&str> = text.lines().nth(1).unwrap().split('|').collect();
        for (column, cell) in *changes {
            cells[COLUMNS.iter().position(|name| name == column).unwrap()] = cell;
        }
        file.push_str(&cells.join("|"));
        file.push('\n');
    }
    file.into_bytes()
}
