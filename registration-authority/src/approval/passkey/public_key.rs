use std::fmt;

use ciborium::Value;
use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Public};
use openssl::sign::Verifier;
use sha2::{Digest, Sha256};

use super::PasskeyRefused;

/// A public key of ES256: ECDSA on P-256 with SHA-256 (RFC 9053 §2.1).
#[derive(Clone)]
pub struct PasskeyKey {
    key: PKey<Public>,
    spki: Vec<u8>,
}

impl PasskeyKey {
    /// Reads a SubjectPublicKeyInfo in DER: the one encoding of its key, the point uncompressed.
    pub fn from_spki(der: &[u8]) -> Result<Self, PasskeyRefused> {
        let refused = || PasskeyRefused::PublicKey("must be the SubjectPublicKeyInfo of a point on P-256");
        let key = PKey::public_key_from_der(der)
            .and_then(|key| key.ec_key())
            .and_then(|key| {
                let mut context = BigNumContext::new()?;
                let form = PointConversionForm::UNCOMPRESSED;
                key.public_key().to_bytes(key.group(), form, &mut context).map(|point| (key, point))
            })
            .ok()
            .filter(|(key, _)| key.group().curve_name() == Some(Nid::X9_62_PRIME256V1))
            .ok_or_else(refused)?;
        let (_, point) = key;
        let key = Self::from_point(&point[1..33], &point[33..]).map_err(|_| refused())?;
        if key.spki == der { Ok(key) } else { Err(refused()) }
    }

    /// Reads a `COSE_Key` (RFC 9053 §7.1.1): kty EC2, alg ES256, crv P-256, x and y, and nothing else.
    pub(super) fn from_cose(key: &Value) -> Result<Self, PasskeyRefused> {
        let refused = PasskeyRefused::PublicKey;
        let members = key.as_map().ok_or(refused("must be a map"))?;
        let member = |label: i64| {
            let mut found = members.iter().filter(|(name, _)| *name == Value::from(label));
            found.next().filter(|_| found.next().is_none()).map(|(_, value)| value)
        };
        let is = |label: i64, value: i64| member(label) == Some(&Value::from(value));
        if members.len() != 5 || !is(1, 2) || !is(3, -7) || !is(-1, 1) {
            return Err(refused("must be kty EC2, alg ES256, crv P-256, x and y, each once"));
        }
        let coordinate = |label: i64| member(label).and_then(Value::as_bytes).filter(|it| it.len() == 32);
        let (Some(x), Some(y)) = (coordinate(-2), coordinate(-3)) else {
            return Err(refused("x and y must have 32 octets each"));
        };
        Self::from_point(x, y).map_err(|_| refused("no point of P-256"))
    }

    /// The SubjectPublicKeyInfo, DER.
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// SHA-256 of the SubjectPublicKeyInfo, in hexadecimal: what people compare.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(&self.spki))
    }

    /// Whether this key made `signature` (ECDSA-Sig-Value, DER) over `message`.
    pub(super) fn made(&self, signature: &[u8], message: &[u8]) -> bool {
        Verifier::new(MessageDigest::sha256(), &self.key)
            .and_then(|mut verifier| verifier.verify_oneshot(signature, message))
            .unwrap_or(false)
    }

    fn from_point(x: &[u8], y: &[u8]) -> Result<Self, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let (x, y) = (BigNum::from_slice(x)?, BigNum::from_slice(y)?);
        // Fails for what is not on the curve.
        let key = EcKey::from_public_key_affine_coordinates(&group, &x, &y)?;
        let key = PKey::from_ec_key(key)?;
        let spki = key.public_key_to_der()?;
        Ok(Self { key, spki })
    }
}

impl PartialEq for PasskeyKey {
    fn eq(&self, other: &Self) -> bool {
        self.spki == other.spki
    }
}

impl Eq for PasskeyKey {}

impl fmt::Debug for PasskeyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasskeyKey({})", self.fingerprint())
    }
}
