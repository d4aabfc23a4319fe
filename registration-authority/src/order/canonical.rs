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
//! An order for the staff of a structure has other fields in the places of profession and category, and its mandate:
//!
//! ```text
//! StaffCardOrder ::= SEQUENCE {
//!     encodingVersion INTEGER (2),
//!     number          UTF8String,
//!     version         INTEGER (1..MAX),
//!     kind            UTF8String,             -- "CPE", "CDE", "CPA", "CDA"
//!     holder          UTF8String,             -- IdNat_PS: "30B0193488/CPET0002"
//!     structure       UTF8String,             -- "F0B0193488"
//!     title           UTF8String,             -- as it will be certified
//!     familyName      UTF8String,             -- as it will be certified; empty of a service
//!     givenName       UTF8String,             -- likewise
//!     replaces    [0] UTF8String OPTIONAL,
//!     origin          UTF8String,             -- "officer" or "plan"
//!     plan        [1] UTF8String OPTIONAL,    -- present when origin is "plan"
//!     mandate     [2] UTF8String,             -- "MA-2026-000001"
//!     submittedBy     UTF8String,
//!     submittedAt     INTEGER,
//!     registerFeed    UTF8String,
//!     registerRecord  OCTET STRING (SIZE (32)) } -- SHA-256 of what the register said of the structure
//! ```
//!
//! The state of the order is not part of it: a decision is what moves the state.

use card::personalisation::OrderDigest;
use der::asn1::OctetString;
use der::{Encode, Sequence};
use sha2::{Digest, Sha256};

use super::{CardOrder, Tie};

/// The version of this encoding. Another field, another version.
pub const ORDER_ENCODING_VERSION: u8 = 1;

/// The version of the encoding of an order for the staff of a structure.
pub const STAFF_ORDER_ENCODING_VERSION: u8 = 2;

/// The canonical encoding of one version of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CanonicalOrder(Vec<u8>);

impl CanonicalOrder {
    /// Encodes `order`.
    pub fn of(order: &CardOrder) -> Self {
        let (origin, plan) = order.origin.stored();
        let (encoding_version, tied_to, as_what) = match &order.tie {
            Tie::Exercise { profession, category } => {
                (ORDER_ENCODING_VERSION, profession.to_string(), category.to_string())
            }
            Tie::Structure(staff) => {
                (STAFF_ORDER_ENCODING_VERSION, staff.structure.to_string(), staff.title.clone())
            }
        };
        let fields = Fields {
            encoding_version,
            number: order.number.clone(),
            version: order.version,
            kind: order.kind.to_string(),
            holder: order.holder.to_string(),
            tied_to,
            as_what,
            family_name: order.family_name.clone(),
            given_name: order.given_name.clone(),
            replaces: order.replaces.as_ref().map(ToString::to_string),
            origin: origin.to_owned(),
            plan: plan.map(str::to_owned),
            mandate: order.tie.staff().map(|staff| staff.mandate.clone()),
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
    tied_to: String,
    as_what: String,
    family_name: String,
    given_name: String,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    replaces: Option<String>,
    origin: String,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    plan: Option<String>,
    #[asn1(context_specific = "2", tag_mode = "EXPLICIT", optional = "true")]
    mandate: Option<String>,
    submitted_by: String,
    submitted_at: i64,
    register_feed: String,
    register_record: OctetString,
}
