//! The OCSP responders of an authority follow each other, and no key leaves the process that made it.
//!
//! ```text
//! status role                                   worker
//! [`ask`]: makes the next key in its token,
//!          writes what it wants (statement), ──►
//!          has new and old key sign it        ──► [`decide`]: trusts no row, certifies with the ceremony's file
//!          loads what was certified           ◄──             and the request as evidence
//! [`tidy`]: destroys keys that ended
//! ```
//!
//! Nobody can revoke a certificate with ocsp-nocheck for a client that obeys it (RFC 6960 §4.2.2.2.1), so
//! responders are short-lived. The old one answers until the new one is there; where it has ended before, a
//! ceremony of kind `ocsp-responders` is what is left. Why so:
//! docs/decisions/0019-responders-ask-for-their-successors.md.

mod asking;
mod certifying;
mod deciding;
mod evidence;
mod inbox;
mod newest;
mod outlook;
mod provision;
mod refusal;
mod statement;
#[cfg(test)]
mod tests;
mod tidying;
mod verifying;

use std::time::Duration;

pub use asking::{AskError, Asking, ask};
pub use deciding::{DecideError, Decided, RefusedRequest, decide};
pub use evidence::evidence_of;
pub use newest::{NewestResponder, newest};
pub use outlook::{Outlook, Refusals, outlook, refusals};
pub use refusal::Refusal;
pub use tidying::tidy;

/// What is left of a responder's 90 days when its successor is asked for.
pub const DUE: Duration = Duration::from_secs(30 * 86_400);

/// For how long a request is good. [`MOST_ATTEMPTS`] of them are longer than [`DUE`]: a worker that is away
/// for weeks finds one that is fresh.
const FRESH: Duration = Duration::from_secs(4 * 86_400);

/// How many requests one responder makes; the database says so too.
const MOST_ATTEMPTS: i64 = 8;

/// By how much the clocks of the status role and of the worker may be apart.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(600);

/// How long a key stays in its token after its certificate has ended.
const KEPT: Duration = Duration::from_secs(7 * 86_400);
