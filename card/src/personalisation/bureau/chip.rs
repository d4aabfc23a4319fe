use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use store::CryptoRng;

use crate::personalisation::signature;

/// A key pair inside a simulated chip.
pub(super) struct ChipKey(PKey<Private>);

impl ChipKey {
    /// A new P-256 key pair: the scalar is drawn until it is in range (FIPS 186-5 §A.2.2).
    pub(super) fn p256(rng: &mut dyn CryptoRng) -> Result<Self, ErrorStack> {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let mut context = BigNumContext::new()?;
        let mut order = BigNum::new()?;
        group.order(&mut order, &mut context)?;
        let scalar = loop {
            let mut octets = [0; 32];
            rng.fill_bytes(&mut octets);
            let mut scalar = BigNum::new_secure()?;
            scalar.copy_from_slice(&octets)?;
            if scalar.num_bits() > 0 && scalar < order {
                break scalar;
            }
        };
        let mut point = EcPoint::new(&group)?;
        point.mul_generator2(&group, &scalar, &mut context)?;
        let key = EcKey::from_private_components(&group, &scalar, &point)?;
        Ok(Self(PKey::from_ec_key(key)?))
    }

    /// The key pair itself: the bureau's own is made the same way.
    pub(super) fn into_inner(self) -> PKey<Private> {
        self.0
    }

    /// SubjectPublicKeyInfo, DER.
    pub(super) fn public_key(&self) -> Result<Vec<u8>, ErrorStack> {
        self.0.public_key_to_der()
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        signature::sign(&self.0, bytes)
    }

    /// PKCS#8, PEM.
    pub(super) fn to_pem(&self) -> Result<Vec<u8>, ErrorStack> {
        self.0.private_key_to_pem_pkcs8()
    }
}
