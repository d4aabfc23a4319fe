//! The signer in a process of its own: the only one that loads the PKCS#11 library.
//!
//! ```text
//! worker ── SignerProcess ══ socket pair, the child's stdin ══ child: sessions → ledger → answer
//! ```
//!
//! A PKCS#11 call that hangs or crashes cannot be healed inside a process; a child is killed and
//! started again. [`SignerProcess`] starts it, watches it and speaks to it; [`ProcessSigner`] is a
//! [`Signer`](super::Signer) over it for one thread; [`run_child`] is what the child does. They speak
//! the frames of `protocol`.

mod again;
mod child;
mod client;
mod connection;
mod figures;
#[cfg(test)]
mod mac_tests;
mod protocol;
mod recorder;
mod supervisor;
#[cfg(test)]
mod tests;

pub use child::{ChildSettings, LedgerKind, run_child};
pub use client::ProcessSigner;
pub use figures::{SignerFigures, TokenFigures};
pub use supervisor::{SignerProcess, SignerSettings};

/// How many digests one frame carries at most: the patience of the parent is for a frame.
const MOST_DIGESTS: usize = 64;
