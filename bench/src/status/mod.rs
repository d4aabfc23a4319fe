//! What the public side costs: answers, their memory, their start, and how soon they know.

pub mod answers;
mod bare;
pub mod cold_start;
mod connection;
pub mod crowd;
mod draw;
mod load;
pub mod memory;
pub mod nonce;
mod openssl_ocsp;
pub mod opposition;
mod requests;
mod responder;
mod store;

pub use bare::BARE;
pub use opposition::ON_POSTGRESQL;
pub use responder::{RESPONDER, tell};
pub use store::{ISSUER, issuer, revoke_one, with_revoked};
