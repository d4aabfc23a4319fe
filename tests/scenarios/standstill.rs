//! Stopping a process of the program, or a thread of the test, at one exact statement on PostgreSQL: a trigger
//! waits there for a lock that the test holds.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Integer};

/// How long something may take that takes milliseconds on an idle machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Who reaches the statement stands there until [`Standstill::release`].
pub struct Standstill {
    holder: PgConnection,
    /// The advisory lock; its number is also in the name of the trigger.
    lock: u32,
}

impl Standstill {
    /// `event` is what stands after `CREATE TRIGGER name` (`BEFORE UPDATE ON certificates FOR EACH ROW`);
    /// `condition` is PL/pgSQL and may name `NEW` in a row's trigger.
    ///
    /// A row's trigger holds that row's lock while it stands; a statement's trigger holds none, but its
    /// statement has already looked at the rows.
    pub fn before(url: &str, event: &str, condition: &str) -> Self {
        let mut holder = PgConnection::establish(url).expect("the test's database answers");
        static LOCKS: AtomicU32 = AtomicU32::new(1);
        let lock = LOCKS.fetch_add(1, Ordering::Relaxed);
        let trigger = format!(
            "CREATE FUNCTION stand_still_{lock}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 IF {condition} THEN PERFORM pg_advisory_xact_lock_shared({lock}); END IF;
                 RETURN NEW;
             END $$;
             CREATE TRIGGER a_test_stands_here_{lock} {event} EXECUTE FUNCTION stand_still_{lock}();
             SELECT pg_advisory_lock({lock});"
        );
        holder.batch_execute(&trigger).unwrap_or_else(|error| panic!("{event}: {error}"));
        Self { holder, lock }
    }

    /// Waits until somebody stands there; the process identifier of his connection, on the server.
    #[track_caller]
    pub fn reached(&mut self) -> i32 {
        let lock = self.lock;
        let waiting = format!(
            "ARRAY(SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = {lock} AND NOT granted
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
        );
        let mut found = Vec::new();
        until("somebody stands at the trigger", || {
            found = diesel::select(sql::<Array<Integer>>(&waiting))
                .get_result::<Vec<i32>>(&mut self.holder)
                .expect("the server lists its locks");
            !found.is_empty()
        });
        assert_eq!(found.len(), 1, "one stands there, the others wait behind him");
        found[0]
    }

    /// Cuts the connection of whoever stands there: his process lives.
    pub fn cut(&mut self, connection: i32) {
        let cut = format!("SELECT pg_terminate_backend({connection})");
        diesel::sql_query(cut).execute(&mut self.holder).expect("a connection of the same user can be cut");
        self.forgotten(connection);
    }

    /// Lets everybody pass, from now on.
    pub fn release(&mut self) {
        self.holder
            .batch_execute(&format!("SELECT pg_advisory_unlock({})", self.lock))
            .expect("the lock is held by this connection");
    }

    /// Waits until the server has noticed that the process behind `connection` is dead, and has rolled back.
    #[track_caller]
    pub fn forgotten(&mut self, connection: i32) {
        let gone = format!("NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = {connection})");
        until("the server forgets a dead process", || {
            diesel::select(sql::<Bool>(&gone)).get_result(&mut self.holder).expect("the server answers")
        });
    }
}

/// Waits until `holds`; a panic that says `what` did not come.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < PATIENCE, "{PATIENCE:?} have passed, and still not: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
