//! The proof of possession of a chip key: which bytes the chip signs.
//!
//! A proof binds the key to its [`KeyPlace`], so that a bureau cannot take a key from another card,
//! another order, another batch, or another usage, nor return a key of which no chip has the private
//! half. This is the idea of a certification request signed with its own key (RFC 2986 §3), over other
//! fields.
//!
//! Anyone who has a key can make its proof. That a bureau made the key says its [`attestation`].
//!
//! ```text
//! KeyProof ::= SEQUENCE {
//!     context   UTF8String ("igc-card-key-proof-v2"),
//!     place     KeyPlace,
//!     publicKey OCTET STRING }         -- DER of the SubjectPublicKeyInfo
//! ```
//!
//! The context keeps these signatures apart from everything else the key will ever sign, and is the
//! version of the encoding: another field, another version.
//!
//! [`attestation`]: super::attestation

use der::asn1::OctetString;
use der::{Encode, Sequence};

use super::key_place::{EncodedPlace, octets};
use super::{KeyPlace, public_key, signature};

const CONTEXT: &str = "igc-card-key-proof-v2";

/// The bytes that the chip signs with ECDSA and SHA-256: the DER of a `KeyProof`.
pub fn signed_bytes(place: &KeyPlace<'_>, public_key: &[u8]) -> Vec<u8> {
    let fields =
        Fields { context: CONTEXT.to_owned(), place: place.encoded(), public_key: octets(public_key) };
    fields.to_der().expect("a proof is far below the length DER can say")
}

/// Whether `proof` was made by the private half of `public_key` for this place. For whoever is about to
/// certify a key and trusts no row (invariant 4).
pub fn holds(place: &KeyPlace<'_>, public_key: &[u8], proof: &[u8]) -> bool {
    public_key::read(public_key)
        .is_ok_and(|key| signature::verify(&key, &signed_bytes(place, public_key), proof))
}

#[derive(Sequence)]
struct Fields {
    context: String,
    place: EncodedPlace,
    public_key: OctetString,
}
