use super::{KeyReference, SignatureAlgorithm, Signer, SignerError, SigningRequest};

/// Has `message` signed by `key`, and verifies the signature with `public_key` before anyone sees it.
///
/// A signature that does not verify is of a token that signs with another key, or wrongly: the signer
/// starts over, and is asked once more. Both signatures stand in the ledger, under the same digest.
pub fn sign_verified(
    signer: &mut dyn Signer,
    key: &KeyReference,
    public_key: &[u8],
    subject: &str,
    message: &[u8],
) -> Result<Vec<u8>, SignerError> {
    let algorithm = SignatureAlgorithm::of_key(public_key).map_err(|why| SignerError::Failed {
        token: key.token.clone(),
        detail: format!("key {}: {why}", key.id),
    })?;
    let digest = algorithm.digest(message);
    let request = SigningRequest { key, public_key, digest: &digest, subject };
    for _ in 0..2 {
        let signature = signer.sign(&request)?;
        if algorithm.verify(public_key, message, &signature) {
            return Ok(signature);
        }
        tracing::error!(signer.key = %key, "a signature for {subject} is not of key {key}: the signer starts over");
        signer.start_over();
    }
    Err(SignerError::WrongSignature { key: key.clone() })
}

#[cfg(test)]
mod tests {
    use openssl::ec::{EcGroup, EcKey};
    use openssl::ecdsa::EcdsaSig;
    use openssl::nid::Nid;
    use openssl::pkey::{PKey, Private};

    use super::*;
    use crate::signer::KeyId;

    /// Signs with another key until it starts over `astray` times.
    struct Astray {
        key: PKey<Private>,
        other: PKey<Private>,
        astray: u32,
        signed: u32,
    }

    impl Signer for Astray {
        fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
            self.signed += 1;
            let key = if self.astray > 0 { &self.other } else { &self.key };
            Ok(EcdsaSig::sign(&request.digest.value, &key.ec_key().unwrap()).unwrap().to_der().unwrap())
        }

        fn public_key(&mut self, _: &KeyReference) -> Result<Vec<u8>, SignerError> {
            Ok(self.key.public_key_to_der().unwrap())
        }

        fn start_over(&mut self) {
            self.astray = self.astray.saturating_sub(1);
        }
    }

    fn sign(astray: u32) -> (Result<Vec<u8>, SignerError>, u32) {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let generate = || PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let mut signer = Astray { key: generate(), other: generate(), astray, signed: 0 };
        let key = KeyReference { token: "issuing".to_owned(), id: KeyId::new([1]).unwrap() };
        let public_key = signer.public_key(&key).unwrap();
        let signature = sign_verified(&mut signer, &key, &public_key, "test", b"message");
        if let Ok(signature) = &signature {
            let algorithm = SignatureAlgorithm::of_key(&public_key).unwrap();
            assert!(algorithm.verify(&public_key, b"message", signature));
        }
        (signature, signer.signed)
    }

    #[test]
    fn a_signature_of_another_key_never_leaves_and_is_made_again_once() {
        assert!(matches!(sign(0), (Ok(_), 1)));
        assert!(matches!(sign(1), (Ok(_), 2)));
        assert!(matches!(sign(2), (Err(SignerError::WrongSignature { .. }), 2)));
    }
}
