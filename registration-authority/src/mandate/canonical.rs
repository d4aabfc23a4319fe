//! The canonical encoding of a mandate: the bytes an officer decides on.
//!
//! ```text
//! IgcStructureMandate DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! StructureMandate ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     number          UTF8String,             -- "MA-2026-000001"
//!     structure       UTF8String,             -- "F0B0193488"
//!     login           UTF8String,             -- the agent's
//!     quality         UTF8String,             -- "director", "professional" or "delegate"
//!     identifier  [0] UTF8String OPTIONAL,    -- IdNat_PS, present when quality is "professional"
//!     reference       UTF8String,             -- what the document is called
//!     document        UTF8String,             -- its SHA-256, hexadecimal
//!     until       [1] INTEGER OPTIONAL,       -- milliseconds since 1970-01-01T00:00:00Z
//!     proposedBy      UTF8String,
//!     proposedAt      INTEGER }               -- as until
//!
//! END
//! ```

use der::{Encode, Sequence};

use super::Mandate;

/// The version of this encoding. Another field, another version.
pub const MANDATE_ENCODING_VERSION: u8 = 1;

/// The DER of `mandate`.
pub(super) fn encode(mandate: &Mandate) -> Vec<u8> {
    let fields = Fields {
        encoding_version: MANDATE_ENCODING_VERSION,
        number: mandate.number.clone(),
        structure: mandate.structure.to_string(),
        login: mandate.login.clone(),
        quality: mandate.quality.to_string(),
        identifier: mandate.identifier.as_ref().map(ToString::to_string),
        reference: mandate.reference.clone(),
        document: mandate.document.clone(),
        until: mandate.until.map(|until| until.millis()),
        proposed_by: mandate.proposed_by.clone(),
        proposed_at: mandate.proposed_at.millis(),
    };
    fields.to_der().expect("a mandate is far below the length DER can say")
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    number: String,
    structure: String,
    login: String,
    quality: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    identifier: Option<String>,
    reference: String,
    document: String,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    until: Option<i64>,
    proposed_by: String,
    proposed_at: i64,
}
