//! How the installation works, as far as the pages cannot read it from the database: what its roles tell of themselves.

use std::time::Duration;

use ca_core::signer_standing::SignerStanding;
use store::Timestamp;

/// What the status role has answered by OCSP since it started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspFigures {
    /// When it last read the status log; none before the first time.
    pub log_read_at: Option<Timestamp>,
    /// Answers that memory gave, errors included.
    pub from_memory: u64,
    /// Answers for which the database was asked, or a signature made.
    pub by_signing: u64,
    /// The last whole minutes, an hour at most, oldest first: when each began, and how many answers it saw.
    pub by_minute: Vec<(Timestamp, u64)>,
    /// How the process works that signs these answers; none before the first signature.
    pub signer: Option<SignerStanding>,
}

/// How far the revocation lists are that normal running keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListProgress {
    /// How many there are to be, of every authority, shard and kind.
    pub all: u64,
    /// How many of them are not due.
    pub current: u64,
    /// Since when the longest of the others is due.
    pub due_since: Option<Timestamp>,
}

/// A job of the worker, and how often it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobPace {
    /// Its name: `publication`.
    pub job: &'static str,
    /// The longest pause between two runs; none where a schedule says when it runs.
    pub pause: Option<Duration>,
}

/// Something that ends one day, and must be renewed before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expiry {
    /// Of which sort.
    pub kind: ExpiryKind,
    /// Which: the short name of an authority, the path of a file, an officer's login.
    pub name: String,
    /// When; none where it does not read, or there is none.
    pub ends_at: Option<Timestamp>,
    /// How urgent its renewal is.
    pub urgency: Urgency,
}

/// Of which sort something is that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExpiryKind {
    /// The TLS certificate of a listener.
    Listener,
    /// The certificate of an authority that issues.
    Authority,
    /// That of an authority whose key has a later generation: it issues nothing more.
    FollowedAuthority,
    /// An authority whose certificate is revoked, and whose end was not decided.
    RevokedAuthority,
    /// The certificate of the OCSP responder of an authority.
    Responder,
    /// The certificate that an officer signs in with.
    Officer,
}

/// How urgent it is that somebody sees to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// It is well.
    Well,
    /// It should be seen to.
    Warning,
    /// It must be.
    Alarm,
}
