//! The canonical encoding of a delegation: the bytes that who delegates signs for.
//!
//! ```text
//! IgcOfficerDelegation DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! OfficerDelegation ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     number          UTF8String,             -- "DG-2026-000001"
//!     delegator       UTF8String,             -- the login of who delegates
//!     delegate        UTF8String,             -- the login of who acts
//!     scope           UTF8String,             -- as of an officer: "profession:60 card:CPS"; empty for all orders
//!     beginsAt        INTEGER,                -- milliseconds since 1970-01-01T00:00:00Z
//!     endsAt          INTEGER,                -- as beginsAt: nothing from then on
//!     proposedAt      INTEGER }               -- as beginsAt
//!
//! END
//! ```

use der::{Encode, Sequence};

use super::Delegation;

/// The version of this encoding. Another field, another version.
pub const DELEGATION_ENCODING_VERSION: u8 = 1;

/// The DER of `delegation`.
pub(super) fn encode(delegation: &Delegation) -> Vec<u8> {
    let fields = Fields {
        encoding_version: DELEGATION_ENCODING_VERSION,
        number: delegation.number.clone(),
        delegator: delegation.delegator.clone(),
        delegate: delegation.delegate.clone(),
        scope: delegation.scope.to_string(),
        begins_at: delegation.begins_at.millis(),
        ends_at: delegation.ends_at.millis(),
        proposed_at: delegation.proposed_at.millis(),
    };
    fields.to_der().expect("a delegation is far below the length DER can say")
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    number: String,
    delegator: String,
    delegate: String,
    scope: String,
    begins_at: i64,
    ends_at: i64,
    proposed_at: i64,
}
