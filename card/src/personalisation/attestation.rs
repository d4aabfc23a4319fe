//! A bureau's attestation of one key: which bytes the bureau signs, beside the file as a whole.
//!
//! The proof shows that somebody has the private half; the attestation, that it was a bureau's chip.
//! It stays with the key when the file is gone, so that whoever certifies the key can ask a pinned
//! certificate and need not believe the row (architecture invariant 4).
//!
//! ```text
//! KeyAttestation ::= SEQUENCE {
//!     context   UTF8String ("igc-card-key-attestation-v2"),
//!     place     KeyPlace,
//!     publicKey OCTET STRING,          -- DER of the SubjectPublicKeyInfo
//!     proof     OCTET STRING }         -- the chip's own, an ECDSA-Sig-Value
//! ```
//!
//! The context keeps these signatures apart from everything else that a bureau's key will ever sign,
//! and is the version of the encoding.

use der::asn1::OctetString;
use der::{Encode, Sequence};
use openssl::ec::EcKey;
use openssl::pkey::Public;
use openssl::x509::X509;

use super::bureau::bureau_of;
use super::key_place::{EncodedPlace, octets};
use super::{BureauName, KeyPlace, signature};

const CONTEXT: &str = "igc-card-key-attestation-v2";

/// What a bureau says it made: this key, for this place.
#[derive(Clone, Copy, Debug)]
pub struct MadeKey<'a> {
    /// Where it belongs.
    pub place: KeyPlace<'a>,
    /// SubjectPublicKeyInfo, DER.
    pub public_key: &'a [u8],
    /// The chip's own [`proof`](super::proof), an `ECDSA-Sig-Value`.
    pub proof: &'a [u8],
}

impl MadeKey<'_> {
    /// The bytes that the bureau signs with ECDSA and SHA-256: the DER of a `KeyAttestation`.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let fields = Fields {
            context: CONTEXT.to_owned(),
            place: self.place.encoded(),
            public_key: octets(self.public_key),
            proof: octets(self.proof),
        };
        fields.to_der().expect("an attestation is far below the length DER can say")
    }
}

/// Whether `bureau` attested this key: whether `attestation` was made with the key of one of the
/// `pinned` certificates of that name. The proof is not looked at: see
/// [`proof::holds`](super::proof::holds).
pub fn holds(pinned: &[X509], bureau: &BureauName, made: &MadeKey<'_>, attestation: &[u8]) -> bool {
    let signed = made.signed_bytes();
    pinned
        .iter()
        .filter(|certificate| bureau_of(certificate).as_deref() == Some(bureau.as_str()))
        .filter_map(key_of)
        .any(|key| signature::verify(&key, &signed, attestation))
}

/// The key with which a bureau attests; none where the certificate's is not of an elliptic curve.
pub(super) fn key_of(certificate: &X509) -> Option<EcKey<Public>> {
    certificate.public_key().ok()?.ec_key().ok()
}

#[derive(Sequence)]
struct Fields {
    context: String,
    place: EncodedPlace,
    public_key: OctetString,
    proof: OctetString,
}
