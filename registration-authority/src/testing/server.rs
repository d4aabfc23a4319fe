use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use super::House;

/// Plays `scene` on either database.
pub(crate) fn on_both(scene: fn(&mut House)) {
    scene(&mut House::new());
    scene(&mut House::on(&fresh_postgresql()));
}

/// An empty database on the server that `make test` started; it goes with the server.
pub(crate) fn fresh_postgresql() -> String {
    static MADE: AtomicU32 = AtomicU32::new(0);

    let server = std::env::var("IGC_TEST_POSTGRES").expect(
        "no PostgreSQL to test on: use `make test`, or put tests/setup/with-postgres.sh before the command",
    );
    let (address, parameters) = server.split_once('?').unwrap_or((&server, ""));
    let address = address.trim_end_matches('/');
    let name = format!("registration_{}_{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::establish(&format!("{address}/postgres?{parameters}")).unwrap();
    connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    format!("{address}/{name}?{parameters}")
}
