//! The issuer, as far as the certificates below it need to know it.

use const_oid::AssociatedOid;
use der::{Decode, Document, Encode};
use signature::Keypair;
use spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey};
use store::Timestamp;
use thiserror::Error;
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::TbsInput;
use crate::signer::SignatureAlgorithm;

/// An issuing authority.
#[derive(Clone, Debug)]
pub struct TbsIssuer {
    /// Its short name, generation included.
    pub short_name: String,
    /// The short name of the authority above it; its own for a root.
    pub parent: String,
    /// The DER of its subject: the issuer of what it signs, byte for byte (RFC 5280 §4.1.2.4).
    pub name: Vec<u8>,
    /// Its key: the DER of a `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// Its subject key identifier: the authority key identifier of what it signs (RFC 5280 §4.2.1.1).
    pub key_identifier: Vec<u8>,
    /// Its end.
    pub not_after: Timestamp,
}

/// The bytes are no certificate of an authority.
#[derive(Debug, Error)]
#[error("the certificate of {short_name} cannot be read: {detail}")]
pub struct UnreadableIssuer {
    /// The authority's short name.
    pub short_name: String,
    /// What is wrong.
    pub detail: String,
}

impl TbsIssuer {
    /// From the DER of the authority's certificate.
    pub fn of_certificate(short_name: &str, parent: &str, der: &[u8]) -> Result<Self, UnreadableIssuer> {
        let unreadable = |detail: String| UnreadableIssuer { short_name: short_name.to_owned(), detail };
        let asn1 = |error: der::Error| unreadable(error.to_string());
        let certificate = Certificate::from_der(der).map_err(asn1)?;
        let tbs = certificate.tbs_certificate();
        let (_, key_identifier) = tbs
            .get_extension::<SubjectKeyIdentifier>()
            .map_err(asn1)?
            .ok_or_else(|| unreadable(format!("it has no extension {}", SubjectKeyIdentifier::OID)))?;
        let end = tbs.validity().not_after.to_unix_duration().as_secs();
        Ok(Self {
            short_name: short_name.to_owned(),
            parent: parent.to_owned(),
            name: tbs.subject().to_der().map_err(asn1)?,
            public_key: tbs.subject_public_key_info().to_der().map_err(asn1)?,
            key_identifier: key_identifier.0.as_bytes().to_vec(),
            not_after: Timestamp::from_seconds(
                i64::try_from(end).map_err(|error| unreadable(error.to_string()))?,
            ),
        })
    }
}

/// Stands where the builder expects a key pair: it says which key will sign and how, and signs nothing.
pub(super) struct Signatory {
    public_key: PublicKey,
    algorithm: SignatureAlgorithm,
}

#[derive(Clone)]
pub(super) struct PublicKey(Vec<u8>);

impl Signatory {
    pub(super) fn of(input: &TbsInput<'_>) -> Self {
        let public_key = input.issuer.map_or(input.public_key, |issuer| &issuer.public_key);
        Self { public_key: PublicKey(public_key.to_vec()), algorithm: input.algorithm }
    }
}

impl Keypair for Signatory {
    type VerifyingKey = PublicKey;

    fn verifying_key(&self) -> PublicKey {
        self.public_key.clone()
    }
}

impl EncodePublicKey for PublicKey {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        Ok(Document::from_der(&self.0)?)
    }
}

impl DynSignatureAlgorithmIdentifier for Signatory {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(self.algorithm.algorithm_identifier())
    }
}
