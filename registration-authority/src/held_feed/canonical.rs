//! The canonical encoding of a feed that was put aside: the bytes each officer decides on.
//!
//! ```text
//! IgcHeldFeed DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! HeldFeed ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     feed            UTF8String,        -- SHA-256 of the file, in hex
//!     version         INTEGER,
//!     source          UTF8String,        -- "ps-libreacces-personne-activite"
//!     fileName        UTF8String,
//!     extractedAt     INTEGER,           -- milliseconds since 1970-01-01T00:00:00Z
//!     base            UTF8String,        -- the feed it was compared with, or ""
//!     living          INTEGER,
//!     new             INTEGER,
//!     changed         INTEGER,
//!     ceased          INTEGER,
//!     kept            INTEGER,
//!     reappeared      INTEGER,
//!     heldBy          UTF8String,
//!     heldAt          INTEGER }          -- as extractedAt
//!
//! END
//! ```

use der::{Encode, Sequence};
use professional_registry::import::Hold;

/// The version of this encoding. Another field, another version.
pub const HELD_FEED_ENCODING_VERSION: u8 = 1;

/// The DER of `hold`.
pub(super) fn encode(hold: &Hold) -> Vec<u8> {
    let fields = Fields {
        encoding_version: HELD_FEED_ENCODING_VERSION,
        feed: hold.feed.clone(),
        version: hold.version,
        source: hold.source.clone(),
        file_name: hold.file_name.clone(),
        extracted_at: hold.extracted_at.millis(),
        base: hold.base.clone(),
        living: hold.living,
        new: hold.difference.new,
        changed: hold.difference.changed,
        ceased: hold.difference.ceased,
        kept: hold.difference.held,
        reappeared: hold.difference.reappeared,
        held_by: hold.held_by.clone(),
        held_at: hold.held_at.millis(),
    };
    fields.to_der().expect("a hold is far below the length DER can say")
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    feed: String,
    version: i64,
    source: String,
    file_name: String,
    extracted_at: i64,
    base: String,
    living: u64,
    new: u64,
    changed: u64,
    ceased: u64,
    kept: u64,
    reappeared: u64,
    held_by: String,
    held_at: i64,
}
