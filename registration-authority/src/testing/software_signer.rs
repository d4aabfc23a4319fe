use std::collections::HashMap;

use ca_core::signer::{KeyReference, Mac, MacRequest, Signer, SignerError, SigningRequest};
use openssl::ec::{EcGroup, EcKey};
use openssl::ecdsa::EcdsaSig;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};

/// Real P-256 keys, held in memory instead of a token.
#[derive(Default)]
pub(crate) struct SoftwareSigner {
    keys: HashMap<KeyReference, PKey<Private>>,
    /// Called once, before the next signature: what else happens while the token works.
    pub(crate) meanwhile: Option<Box<dyn FnOnce() + Send>>,
    /// How many more signatures it makes before it fails; without a number, it does not.
    pub(crate) fail_after: Option<u32>,
}

impl SoftwareSigner {
    pub(crate) fn generate(&mut self) -> (KeyReference, Vec<u8>) {
        let key = super::reference(self.keys.len() as u8 + 1);
        let group = EcGroup::from_curve_name(if self.keys.len().is_multiple_of(2) {
            Nid::SECP384R1
        } else {
            Nid::X9_62_PRIME256V1
        })
        .unwrap();
        let pair = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let public_key = pair.public_key_to_der().unwrap();
        self.keys.insert(key.clone(), pair);
        (key, public_key)
    }
}

impl Signer for SoftwareSigner {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        if let Some(meanwhile) = self.meanwhile.take() {
            meanwhile();
        }
        match &mut self.fail_after {
            Some(0) => return Err(SignerError::NoSuchKey { key: request.key.clone(), found: 0 }),
            Some(left) => *left -= 1,
            None => {}
        }
        let pair = self.keys[request.key].ec_key().unwrap();
        Ok(EcdsaSig::sign(&request.digest.value, &pair).unwrap().to_der().unwrap())
    }

    fn mac(&mut self, request: &MacRequest<'_>) -> Result<Mac, SignerError> {
        if self.fail_after == Some(0) {
            return Err(SignerError::NoSuchKey { key: request.key.clone(), found: 0 });
        }
        let key = PKey::hmac(request.key.id.as_bytes()).unwrap();
        let mut hmac = openssl::sign::Signer::new(openssl::hash::MessageDigest::sha256(), &key).unwrap();
        Ok(hmac.sign_oneshot_to_vec(request.message).unwrap().try_into().unwrap())
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        Ok(self.keys[key].public_key_to_der().unwrap())
    }
}
