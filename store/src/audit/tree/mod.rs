//! The Merkle tree of RFC 6962 §2.1 and RFC 9162 §2.1: its hashes, its right edge, its proofs.
//!
//! [`Frontier`] appends; [`proof`] makes and verifies proofs from the roots of full subtrees, wherever they are
//! kept; [`stored`] keeps them in the database.

mod frontier;
pub mod proof;
pub mod stored;

#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

pub use frontier::{Frontier, Subtree};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// How much higher a stored level is than the one below: a stored hash stands over 256 of those (as in C2SP
/// tlog-tiles).
pub const TILE_HEIGHT: u32 = 8;

/// `SHA-256(0x00 ‖ data)` (RFC 6962 §2.1).
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0x00]).chain_update(data).finalize().into()
}

/// `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([0x01]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of the tree without a leaf: SHA-256 of nothing (RFC 6962 §2.1).
fn empty_root() -> Hash {
    Sha256::digest([]).into()
}
