//! The `SubjectPublicKeyInfo` of a public key object in a token.

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectHandle};
use cryptoki::session::Session;
use der::asn1::{Any, BitString, OctetStringRef, UintRef};
use der::{Decode, Encode, Sequence};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use const_oid::db::rfc5912::{ID_EC_PUBLIC_KEY, RSA_ENCRYPTION};

/// RFC 8017 appendix A.1.1:
///
/// ```text
/// RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }
/// ```
#[derive(Sequence)]
struct RsaPublicKey<'a> {
    modulus: UintRef<'a>,
    public_exponent: UintRef<'a>,
}

/// Reads the attributes of the public key `object` and encodes them (RFC 5480 §2 for EC, RFC 3279
/// §2.3.1 for RSA). Nothing where an attribute is missing or out of form.
pub(super) fn read(
    session: &Session,
    object: ObjectHandle,
) -> Result<Option<Vec<u8>>, cryptoki::error::Error> {
    let attributes = session.get_attributes(object, &[AttributeType::KeyType])?;
    Ok(match attributes.first() {
        Some(Attribute::KeyType(KeyType::EC)) => {
            ec(&session.get_attributes(object, &[AttributeType::EcParams, AttributeType::EcPoint])?)
        }
        Some(Attribute::KeyType(KeyType::RSA)) => {
            rsa(&session.get_attributes(object, &[AttributeType::Modulus, AttributeType::PublicExponent])?)
        }
        _ => None,
    })
}

fn ec(attributes: &[Attribute]) -> Option<Vec<u8>> {
    let (mut parameters, mut point) = (None, None);
    for attribute in attributes {
        match attribute {
            Attribute::EcParams(der) => parameters = Some(Any::from_der(der).ok()?),
            Attribute::EcPoint(octets) => point = Some(uncompressed_point(octets)),
            _ => {}
        }
    }
    encode(AlgorithmIdentifierOwned { oid: ID_EC_PUBLIC_KEY, parameters: Some(parameters?) }, point?)
}

/// `CKA_EC_POINT` is the DER of an OCTET STRING that holds the point; some tokens give the point
/// itself. Both begin with 04, so the length decides.
fn uncompressed_point(octets: &[u8]) -> &[u8] {
    match <&OctetStringRef>::from_der(octets) {
        Ok(wrapped) => wrapped.as_bytes(),
        Err(_) => octets,
    }
}

fn rsa(attributes: &[Attribute]) -> Option<Vec<u8>> {
    let (mut modulus, mut public_exponent) = (None, None);
    for attribute in attributes {
        match attribute {
            Attribute::Modulus(octets) => modulus = Some(UintRef::new(octets).ok()?),
            Attribute::PublicExponent(octets) => public_exponent = Some(UintRef::new(octets).ok()?),
            _ => {}
        }
    }
    let key = RsaPublicKey { modulus: modulus?, public_exponent: public_exponent? }.to_der().ok()?;
    encode(AlgorithmIdentifierOwned { oid: RSA_ENCRYPTION, parameters: Some(Any::null()) }, &key)
}

fn encode(algorithm: AlgorithmIdentifierOwned, key: &[u8]) -> Option<Vec<u8>> {
    let subject_public_key = BitString::from_bytes(key).ok()?;
    SubjectPublicKeyInfoOwned { algorithm, subject_public_key }.to_der().ok()
}
