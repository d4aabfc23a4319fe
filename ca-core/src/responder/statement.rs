//! What a responder wants for its successor: the octets that both keys sign.
//!
//! ```text
//! ResponderStatement ::= SEQUENCE {
//!     context     UTF8String ("igc-responder-request-v1"),
//!     authority   UTF8String,                 -- "ACI-FO-PP"
//!     predecessor OCTET STRING (SIZE (32)),   -- SHA-256 of the certificate of the responder that asks
//!     publicKey   OCTET STRING,               -- the new key, DER of its SubjectPublicKeyInfo
//!     token       UTF8String,                 -- where it was made, and its CKA_ID there
//!     keyId       OCTET STRING,
//!     requestedAt INTEGER,                    -- milliseconds since 1970-01-01T00:00:00Z
//!     nonce       OCTET STRING (SIZE (16)) }
//! ```
//!
//! A responder's key signs OCSP answers too. Nobody can have it sign a statement by asking for one: the first
//! element of ResponseData (RFC 6960 §4.2.1) is never a UTF8String.

use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};
use sha2::{Digest, Sha256};
use store::Timestamp;

use crate::signer::{KeyId, KeyReference};

const CONTEXT: &str = "igc-responder-request-v1";

/// A statement, read or to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    /// Short name of the authority.
    pub(super) authority: String,
    /// SHA-256 of the certificate of the responder that asks.
    pub(super) predecessor: [u8; 32],
    /// The new key, DER of its `SubjectPublicKeyInfo`.
    pub(super) public_key: Vec<u8>,
    /// Where it was made.
    pub(super) key: KeyReference,
    /// When.
    pub(super) requested_at: Timestamp,
    /// Sixteen octets by chance: no two statements are the same.
    pub(super) nonce: [u8; 16],
}

impl Statement {
    pub(super) fn to_der(&self) -> der::Result<Vec<u8>> {
        Fields {
            context: CONTEXT.to_owned(),
            authority: self.authority.clone(),
            predecessor: OctetString::new(self.predecessor.as_slice())?,
            public_key: OctetString::new(self.public_key.as_slice())?,
            token: self.key.token.clone(),
            key_id: OctetString::new(self.key.id.as_bytes())?,
            requested_at: self.requested_at.millis(),
            nonce: OctetString::new(self.nonce.as_slice())?,
        }
        .to_der()
    }

    /// Reads one; nothing where the octets are not those that [`Self::to_der`] would write.
    pub(super) fn from_der(octets: &[u8]) -> Option<Self> {
        let fields = Fields::from_der(octets).ok().filter(|fields| fields.context == CONTEXT)?;
        let read = Self {
            authority: fields.authority,
            predecessor: fields.predecessor.as_bytes().try_into().ok()?,
            public_key: fields.public_key.into_bytes().to_vec(),
            key: KeyReference { token: fields.token, id: KeyId::new(fields.key_id.as_bytes()).ok()? },
            requested_at: Timestamp::from_millis(fields.requested_at),
            nonce: fields.nonce.as_bytes().try_into().ok()?,
        };
        (read.to_der().ok()? == octets).then_some(read)
    }
}

/// SHA-256 of a statement: how a request is named.
pub(super) fn digest(statement: &[u8]) -> [u8; 32] {
    Sha256::digest(statement).into()
}

#[derive(Sequence)]
struct Fields {
    context: String,
    authority: String,
    predecessor: OctetString,
    public_key: OctetString,
    token: String,
    key_id: OctetString,
    requested_at: i64,
    nonce: OctetString,
}
