//! Which authority a `CertID` means, and who answers for it.

use ca_core::serial::SerialNumber;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use der::asn1::{Int, OctetString};
use der::{Any, Decode};
use openssl::sha::{sha1, sha256};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoRef};

use super::ahead::CertIdHash;
use super::request::CertId;

/// The hashes of issuers, to their places in a list.
///
/// SHA-1 names an issuer here, it protects nothing; most clients still send it (RFC 9919 §3.1.1
/// asks them for SHA-256).
#[derive(Clone, Debug, Default)]
pub(crate) struct Issuers {
    /// Algorithm, hash of the name, hash of the key: a handful, compared one by one.
    by_hash: Vec<(ObjectIdentifier, Vec<u8>, Vec<u8>, usize)>,
}

impl Issuers {
    /// Adds an issuer by its name and key, both DER.
    pub(crate) fn add(&mut self, subject: &[u8], spki: &[u8], place: usize) -> der::Result<()> {
        let key = public_key_octets(spki)?;
        self.by_hash.push((ID_SHA_1, sha1(subject).to_vec(), sha1(&key).to_vec(), place));
        self.by_hash.push((ID_SHA_256, sha256(subject).to_vec(), sha256(&key).to_vec(), place));
        Ok(())
    }

    /// What a client calls a certificate of the issuer at `place`, with NULL for the parameters of the hash, as most send it;
    /// nothing where there is no such issuer.
    pub(crate) fn cert_id(&self, hash: CertIdHash, place: usize, serial: &SerialNumber) -> Option<CertId> {
        let oid = hash.oid();
        let (_, name, key, _) =
            self.by_hash.iter().find(|(algorithm, .., at)| *algorithm == oid && *at == place)?;
        Some(CertId {
            hash_algorithm: AlgorithmIdentifierOwned { oid, parameters: Some(Any::null()) },
            issuer_name_hash: OctetString::new(name.as_slice()).ok()?,
            issuer_key_hash: OctetString::new(key.as_slice()).ok()?,
            serial_number: Int::new(serial.octets()).ok()?,
        })
    }

    /// The place of the issuer that is meant.
    pub(crate) fn find(&self, id: &CertId) -> Option<usize> {
        let (name, key) = (id.issuer_name_hash.as_bytes(), id.issuer_key_hash.as_bytes());
        let meant = |(algorithm, names, keys, _): &&(ObjectIdentifier, Vec<u8>, Vec<u8>, usize)| {
            keys == key && names == name && *algorithm == id.hash_algorithm.oid
        };
        self.by_hash.iter().find(meant).map(|(.., place)| *place)
    }
}

/// "the SHA-1 hash of the responder's public key (excluding the tag and length fields)" (RFC 6960 §4.2.1).
pub(crate) fn key_hash(spki: &[u8]) -> der::Result<[u8; 20]> {
    Ok(sha1(&public_key_octets(spki)?))
}

fn public_key_octets(spki: &[u8]) -> der::Result<Vec<u8>> {
    let spki = SubjectPublicKeyInfoRef::from_der(spki)?;
    Ok(spki.subject_public_key.raw_bytes().to_vec())
}
