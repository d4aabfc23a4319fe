//! The canonical encoding of an enrolment: the bytes that two administrators sign for.
//!
//! ```text
//! IgcOfficerEnrolment DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! OfficerEnrolment ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     number          UTF8String,        -- "EN-2026-000001"
//!     action          UTF8String,        -- "enrol" | "revoke" | "enrol-certificate" | "revoke-certificate"
//!     login           UTF8String,
//!     displayName     UTF8String,
//!     role            UTF8String,        -- "registration-officer"
//!     credentialId    OCTET STRING (SIZE (1..1023)), -- of a certificate its SHA-256
//!     publicKey       OCTET STRING,      -- SubjectPublicKeyInfo, DER
//!     notBefore       INTEGER,           -- milliseconds since 1970-01-01T00:00:00Z
//!     proposedBy      UTF8String,        -- login
//!     proposedAt      INTEGER }          -- as notBefore
//!
//! END
//! ```

use der::asn1::OctetString;
use der::{Encode, Sequence};

use super::Enrolment;

/// The version of this encoding. Another field, another version.
const ENROLMENT_ENCODING_VERSION: u8 = 1;

/// The DER of `enrolment`.
pub(super) fn encode(enrolment: &Enrolment) -> Vec<u8> {
    let octets = |bytes: &[u8]| OctetString::new(bytes).expect("bounded, far below what DER can say");
    let fields = Fields {
        encoding_version: ENROLMENT_ENCODING_VERSION,
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
}
