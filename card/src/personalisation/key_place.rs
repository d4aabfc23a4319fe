use der::Sequence;
use der::asn1::OctetString;

use crate::{CardNumber, KeyUsage};

use super::{BatchId, OrderDigest};

/// Where a chip's key belongs: what both its proof and its attestation sign beside the key itself, so
/// that neither is worth anything for another card, another order, another batch or another use.
///
/// ```text
/// KeyPlace ::= SEQUENCE {
///     batch UTF8String,                -- "L-20261121-9F3C21AB"
///     card  UTF8String (SIZE (10)),    -- "2600000001"
///     order OCTET STRING (SIZE (32)),  -- SHA-256 of the canonical encoding of the approved order
///     usage UTF8String }               -- "authentication" | "signature"
/// ```
#[derive(Clone, Copy, Debug)]
pub struct KeyPlace<'a> {
    /// In which batch.
    pub batch: &'a BatchId,
    /// In whose chip.
    pub card: &'a CardNumber,
    /// For which approved order.
    pub order: &'a OrderDigest,
    /// What for.
    pub usage: KeyUsage,
}

/// The same, as it is signed.
#[derive(Sequence)]
pub(super) struct EncodedPlace {
    batch: String,
    card: String,
    order: OctetString,
    usage: String,
}

impl KeyPlace<'_> {
    pub(super) fn encoded(&self) -> EncodedPlace {
        EncodedPlace {
            batch: self.batch.to_string(),
            card: self.card.to_string(),
            order: octets(self.order.as_bytes()),
            usage: self.usage.to_string(),
        }
    }
}

/// Octets to be signed.
pub(super) fn octets(bytes: &[u8]) -> OctetString {
    OctetString::new(bytes).expect("a key or a signature is far below the length DER can say")
}
