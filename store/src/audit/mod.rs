//! The audit trail: one event in the commit of each act, ordered and signed a moment later.
//!
//! An event's leaf is a hash over its columns and a salted commitment to its payload
//! ([`record`]). Leaves are unchained when written, since a chain inside each commit would
//! serialise everything; one [`sequencer`] gives them their order and signs the head of the RFC 6962
//! [`tree`] over them, a [`checkpoint`]. [`verify`] walks it all again, [`backlog`] tells how long the oldest
//! leaf has waited, [`search`] reads it page by page, [`export`] gives it to somebody outside. The formats: `docs/audit.md`.

pub mod backlog;
pub mod checkpoint;
mod erasure;
mod event;
pub mod export;
pub mod retention;
pub mod search;
pub mod sequencer;
pub mod tree;
pub mod verify;

#[cfg(test)]
mod erasure_tests;
#[cfg(test)]
mod search_tests;
#[cfg(test)]
mod tests;

pub use erasure::{EraseError, action, erase_payload};
pub use event::{Event, record, record_all};
