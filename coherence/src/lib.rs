//! Looks at everything relying systems see, from outside, and says whether it agrees: database = CRL = base + delta =
//! OCSP = opposition lists (docs/decisions/0027-coherence.md).
//!
//! [`look`] fetches every public face over HTTP, reads it with [`readers`] that share no code with what wrote it, and
//! holds it against the rows. What is found in one look and again in the next is a [`Difference`]; [`observe`] does
//! both and makes the [`Statement`] that is signed and published. [`history`] tells what was answered of one
//! certificate at one moment.
//!
//! This crate writes one table, `coherence_sightings`: when something was first seen.

mod check;
mod difference;
pub mod faults;
pub mod fetch;
#[cfg(test)]
mod fixture;
pub mod history;
mod lifetimes;
mod logged;
mod look;
pub mod readers;
mod recorded;
mod sample;
mod scope;
mod sightings;
mod statement;
mod timeline;
mod walk;

pub use check::Seen;
pub use difference::{Difference, Face, Kind};
pub use lifetimes::{OcspLifetimes, note_ocsp_lifetime};
pub use look::{LookError, Looked, look};
pub use sample::Sample;
pub use statement::{NotLookedAt, Observation, Statement, observe};
pub use timeline::{GoodUntil, Opposition, SeenAt};
pub use walk::{Round, Walk};
