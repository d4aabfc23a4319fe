//! The ground every other crate stands on: the database, the schema, the clock as a value,
//! who acts, stable error codes, and the audit trail.
//!
//! There is no query and no domain word here, except for the audit trail, whose tables this
//! crate alone writes (architecture invariant 1).

pub mod act;
pub mod audit;
mod crash_point;
pub mod database;
pub mod fault;
pub mod places;
pub mod schema;
mod timestamp;

pub use act::{Act, Actor, RequestId};
pub use crash_point::crash_point;
pub use database::{Database, DatabaseError, DatabaseRole, MultiBackend};
pub use fault::{BrokenRule, Code, Fault, Kind};
pub use timestamp::Timestamp;

pub use rand_core::CryptoRng;
