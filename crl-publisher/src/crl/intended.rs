//! What is settled before a CRL is written, and what it is held against afterwards.

use store::Timestamp;

use super::entries::RegularCrl;
use super::entry_dates::EntryDates;
use super::{CrlKind, Scope};

/// What a CRL was meant to be.
#[derive(Clone, Debug)]
pub(crate) struct Intended {
    /// Which certificates it is about.
    pub(crate) scope: Scope,
    pub(crate) kind: CrlKind,
    pub(crate) number: u64,
    pub(crate) base_number: Option<u64>,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    /// It shows the status log up to here.
    pub(crate) cut: i64,
    /// For a delta: and from behind here.
    pub(crate) base_cut: i64,
    /// The highest number that is recorded or published.
    pub(crate) standing_number: u64,
    /// keyIdentifier of its AuthorityKeyIdentifier.
    pub(crate) authority_key_id: Vec<u8>,
    /// Which entries of a full CRL have done their time.
    pub(crate) regular: Option<RegularCrl>,
    /// Under which date each entry stands.
    pub(crate) dates: EntryDates,
}
