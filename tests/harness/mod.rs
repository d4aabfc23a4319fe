//! The tools of the scenarios. Each fails with a sentence that says what to do when the machine
//! lacks what it needs; none skips.

mod browser;
mod databases;
mod directory;
mod hsm_fault;
mod json_schema;
mod openssl;
mod pkilint;
mod ports;
mod postgres_server;
mod program;
mod smtp;
mod workspace;

pub use browser::{ALT, Browser, ENTER, SHIFT};
pub use databases::{DatabaseKind, TestDatabase, both_databases, copy_of, database, empty_database};
pub use directory::{DIRECTORY_KEY, Directory, Mood};
pub use hsm_fault::HsmFault;
pub use json_schema::schema_violations;
pub use openssl::openssl;
pub use pkilint::{Finding, Linted, pkilint};
pub use ports::{free_port, wait_for_port};
pub use postgres_server::{Ending, PostgresServer};
pub use program::{Finished, Running, children_of, igc, igc_verify, run, start};
pub use smtp::MailServer;
pub use workspace::{fixture, folder, golden, line_difference, root, target_folder};

use store::{Act, Actor, CryptoRng, RequestId, Timestamp};

/// An act of `actor` at `at` (RFC 3339), as the outermost code of a role would make it.
pub fn act(actor: Actor, at: &str) -> Act {
    let at: Timestamp = at.parse().expect("the moment of a test is RFC 3339");
    Act { at, actor, request: RequestId("test".into()) }
}

/// The chance of the operating system.
pub fn chance() -> impl CryptoRng {
    rand_core::UnwrapErr(getrandom::SysRng)
}
