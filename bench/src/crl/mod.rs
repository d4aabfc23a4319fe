//! What publishing CRLs costs.

pub mod delta;
pub mod full;
mod publisher;

pub use publisher::PUBLISHER;
