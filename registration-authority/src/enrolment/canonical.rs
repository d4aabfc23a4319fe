//! The canonical encoding of an enrolment: the bytes that two administrators sign for.
//!
//! ```text
//! IgcOfficerEnrolment DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! OfficerEnrolment ::= SEQUENCE {
//!     encodingVersion INTEGER (1..3),    -- 2 where there is a scope, 3 where there is an address
//!     number          UTF8String,        -- "EN-2026-000001"
//!     action          UTF8String,        -- "enrol" | "revoke" | "readdress", each with "-certificate" or without
//!     login           UTF8String,
//!     displayName     UTF8String,
//!     role            UTF8String,        -- "registration-officer"
//!     credentialId    OCTET STRING (SIZE (1..1023)), -- of a certificate its SHA-256
//!     publicKey       OCTET STRING,      -- SubjectPublicKeyInfo, DER
//!     notBefore       INTEGER,           -- milliseconds since 1970-01-01T00:00:00Z
//!     proposedBy      UTF8String,        -- login
//!     proposedAt      INTEGER,           -- as notBefore
//!     scope       [0] UTF8String OPTIONAL,  -- "profession:10 structure:F0B0193488 department:2A card:CPS"; absent for all orders
//!     email       [1] UTF8String OPTIONAL } -- where he is written to; absent where this says nothing of it
//!
//! END
//! ```

use der::asn1::OctetString;
use der::{Encode, Sequence};

use super::Enrolment;

/// The version of this encoding without a scope, with one, and with an address. Another field, another version: what was
/// signed under one of them has its octets for good.
const ENROLMENT_ENCODING_VERSIONS: [u8; 3] = [1, 2, 3];

/// The DER of `enrolment`.
pub(super) fn encode(enrolment: &Enrolment) -> Vec<u8> {
    let octets = |bytes: &[u8]| OctetString::new(bytes).expect("bounded, far below what DER can say");
    let scope = Some(&enrolment.scope).filter(|scope| !scope.is_everything()).map(ToString::to_string);
    let email = enrolment.email.as_ref().map(ToString::to_string);
    let [neither, with_scope, with_email] = ENROLMENT_ENCODING_VERSIONS;
    let fields = Fields {
        encoding_version: match (&scope, &email) {
            (_, Some(_)) => with_email,
            (Some(_), None) => with_scope,
            (None, None) => neither,
        },
        number: enrolment.number.clone(),
        action: enrolment.credential.action(enrolment.action).to_owned(),
        login: enrolment.login.clone(),
        display_name: enrolment.display_name.clone(),
        role: enrolment.role.as_str().to_owned(),
        credential_id: octets(enrolment.credential.id()),
        public_key: octets(enrolment.credential.public_key()),
        not_before: enrolment.not_before.millis(),
        proposed_by: enrolment.proposed_by.clone(),
        proposed_at: enrolment.proposed_at.millis(),
        scope,
        email,
    };
    fields.to_der().expect("an enrolment is far below the length DER can say")
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    number: String,
    action: String,
    login: String,
    display_name: String,
    role: String,
    credential_id: OctetString,
    public_key: OctetString,
    not_before: i64,
    proposed_by: String,
    proposed_at: i64,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    scope: Option<String>,
    #[asn1(context_specific = "1", tag_mode = "EXPLICIT", optional = "true")]
    email: Option<String>,
}
