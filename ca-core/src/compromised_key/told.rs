use der::Decode;
use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::pkey::{Id, PKey, Public};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509Req};
use spki::SubjectPublicKeyInfoRef;
use thiserror::Error;

use crate::faults;

/// Longest file read, in octets: a request with a hundred names, printed before its PEM.
pub const LONGEST_FILE: usize = 64 * 1024;

/// A key that somebody tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ToldKey {
    /// The key itself: the DER of its SubjectPublicKeyInfo.
    Whole(Vec<u8>),
    /// SHA-256 of that, and no more.
    Digest([u8; 32]),
}

/// What holds no public key.
#[derive(Debug, Error)]
pub enum UnreadableKey {
    /// Longer than [`LONGEST_FILE`].
    #[error("{0} octets; at most {LONGEST_FILE} are read")]
    TooLong(usize),
    /// A private key: nothing here reads one.
    #[error(
        "this is a private key; `openssl pkey -in FILE -pubout` prints the public one, which is asked for"
    )]
    Private,
    /// Two blocks of PEM, or more: it would have to be guessed which is meant.
    #[error("{0} blocks of PEM; one is read")]
    Several(usize),
    /// Neither of the four.
    #[error("no public key, certificate or certification request, PEM or DER")]
    Malformed,
}

impl store::Fault for UnreadableKey {
    fn code(&self) -> store::Code {
        faults::COMPROMISED_KEY_UNREADABLE
    }
}

impl ToldKey {
    /// Reads the key of a `PUBLIC KEY` (RFC 7468), an `RSA PUBLIC KEY` (RFC 8017), a `CERTIFICATE` or a `CERTIFICATE REQUEST`, PEM or
    /// DER, at most [`LONGEST_FILE`] octets. No signature on it is verified: that a key is known to somebody else needs no proof
    /// by its owner.
    ///
    /// The key is encoded as this PKI certifies keys: RSA as rsaEncryption, also where it is told of as RSASSA-PSS, and a point
    /// uncompressed on its named curve. One key has one digest, however it was written down.
    pub fn read(octets: &[u8]) -> Result<Self, UnreadableKey> {
        if octets.len() > LONGEST_FILE {
            return Err(UnreadableKey::TooLong(octets.len()));
        }
        let text = String::from_utf8_lossy(octets);
        let labels: Vec<&str> = text
            .split("-----BEGIN ")
            .skip(1)
            .filter_map(|block| block.split_once("-----").map(|(label, _)| label))
            .collect();
        let key = match labels.as_slice() {
            [] => of_der(octets),
            several if several.iter().any(|label| label.ends_with("PRIVATE KEY")) => {
                return Err(UnreadableKey::Private);
            }
            ["PUBLIC KEY"] => PKey::public_key_from_pem(octets),
            ["RSA PUBLIC KEY"] => Rsa::public_key_from_pem_pkcs1(octets).and_then(PKey::from_rsa),
            ["CERTIFICATE" | "TRUSTED CERTIFICATE" | "X509 CERTIFICATE"] => {
                X509::from_pem(octets).and_then(|certificate| certificate.public_key())
            }
            ["CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST"] => {
                X509Req::from_pem(octets).and_then(|request| request.public_key())
            }
            [_] => return Err(UnreadableKey::Malformed),
            several => return Err(UnreadableKey::Several(several.len())),
        };
        key.and_then(|key| as_certified(&key)).map(Self::Whole).map_err(|_| UnreadableKey::Malformed)
    }
}

fn of_der(octets: &[u8]) -> Result<PKey<Public>, ErrorStack> {
    if SubjectPublicKeyInfoRef::from_der(octets).is_ok() {
        return PKey::public_key_from_der(octets);
    }
    X509::from_der(octets)
        .and_then(|certificate| certificate.public_key())
        .or_else(|_| X509Req::from_der(octets).and_then(|request| request.public_key()))
        .or_else(|_| Rsa::public_key_from_der_pkcs1(octets).and_then(PKey::from_rsa))
}

/// The SubjectPublicKeyInfo under which this PKI would certify it.
fn as_certified(key: &PKey<Public>) -> Result<Vec<u8>, ErrorStack> {
    match key.id() {
        Id::RSA | Id::RSA_PSS => {
            let rsa = key.rsa()?;
            Rsa::from_public_components(rsa.n().to_owned()?, rsa.e().to_owned()?)?.public_key_to_der()
        }
        Id::EC => {
            let told = key.ec_key()?;
            let Some(curve) = told.group().curve_name() else { return key.public_key_to_der() };
            let (group, mut context) = (EcGroup::from_curve_name(curve)?, BigNumContext::new()?);
            let point =
                told.public_key().to_bytes(told.group(), PointConversionForm::UNCOMPRESSED, &mut context)?;
            let point = EcPoint::from_bytes(&group, &point, &mut context)?;
            EcKey::from_public_key(&group, &point)?.public_key_to_der()
        }
        _ => key.public_key_to_der(),
    }
}
