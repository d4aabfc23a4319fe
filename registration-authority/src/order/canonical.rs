//! The canonical encoding of an order: the bytes an officer decides on.
//!
//! DER, because it has one encoding for one value, and readers exist everywhere:
//!
//! ```text
//! IgcCardOrder DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! CardOrder ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     number          UTF8String,             -- "CO-2026-000001"
//!     version         INTEGER (1..MAX),
//!     kind            UTF8String,             -- "CPS", "CPF", "CPE", "CDE", "CPA", "CDA"
//!     holder          UTF8String,             -- IdNat_PS: "899700000123"
//!     profession      UTF8String,             -- code of TRE_G15: "60"
//!     category        UTF8String,             -- "C", "M", "E"
//!     familyName      UTF8String,             -- as it will be certified
//!     givenName       UTF8String,
//!     replaces    [0] UTF8String OPTIONAL,    -- the card that this one takes the place of
//!     origin          UTF8String,             -- "officer", "plan" or "register"
//!     plan        [1] UTF8String OPTIONAL,    -- present when origin is "plan"
//!     submittedBy     UTF8String,             -- login
//!     submittedAt     INTEGER,                -- milliseconds since 1970-01-01T00:00:00Z
//!     registerFeed    UTF8String,             -- SHA-256 of the feed, hexadecimal
//!     registerRecord  OCTET STRING (SIZE (32)) } -- SHA-256 of the register snapshot, as stored
//!
//! END
//! ```
//!
//! The state of the order is not part of it: a decision is what moves the state.

use card::personalisation::OrderDigest;
use der::asn1::OctetString;
use der::{Encode, Sequence};
use sha2::{Digest, Sha256};

use super::CardOrder;

/// The version of this encoding. Another field, another version.
pub const ORDER_ENCODING_VERSION: u8 = 1;

/// The canonical encoding of one version of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalOrder(Vec<u8>);

impl CanonicalOrder {
    /// Encodes `order`.
    pub fn of(order: &CardOrder) -> Self {
        let (origin, plan) = order.origin.stored();
        let fields = Fields {
            encoding_version: ORDER_ENCODING_VERSION,
            number: order.number.clone(),
            version: order.version,
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            profession: order.profession.to_string(),
            category: order.category.to_string(),
            family_name: order.family_name.clone(),
            given_name: order.given_name.clone(),
            replaces: order.replaces.as_ref().map(ToString::to_string),
            origin: origin.to_owned(),
            plan: plan.map(str::to_owned),
            submitted_by: order.submitted_by.clone(),
            submitted_at: order.submitted_at.millis(),
            register_feed: order.register.feed.clone(),
            register_record: OctetString::new(Sha256::digest(&order.register.json).as_slice())
                .expect("32 octets"),
        };
        Self(fields.to_der().expect("an order is far below the length DER can say"))
    }

    /// The DER.
    pub fn as_der(&self) -> &[u8] {
        &self.0
    }

    /// Its digest, by which cards and their chips' keys name what was approved.
    pub fn digest(&self) -> OrderDigest {
        OrderDigest::of(&self.0)
    }

    /// The DER, to keep.
    pub fn into_der(self) -> Vec<u8> {
        self.0
    }
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    number: String,
    version: i64,
    kind: String,
    holder: String,
    profession: String,
    category: String,
    family_name: String,
    given_name: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    replaces: Option<String>,
    origin: String,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    plan: Option<String>,
    submitted_by: String,
    submitted_at: i64,
    register_feed: String,
    register_record: OctetString,
}
