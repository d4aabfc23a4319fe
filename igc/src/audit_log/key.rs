//! The key of the log, as C2SP `signed-note` names it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ca_core::service_key::ServiceKey;
use ca_core::signer::{KeyReference, SignatureAlgorithm, UnsupportedKey};
use sha2::{Digest, Sha256};

/// The signature type that `signed-note` assigns to ECDSA. Its key ID is a digest of the public key alone.
const ECDSA: &[u8] = &[0x02];
/// What it leaves for types without a byte of their own, and the longer identifier it asks to follow.
const RSA: &[u8] = b"\xffigc-sante.invalid/rsassa-pkcs1-v1_5-sha256";

/// A key that signs checkpoints.
pub(super) struct LogKey {
    pub(super) reference: KeyReference,
    /// SubjectPublicKeyInfo, DER.
    pub(super) public_key: Vec<u8>,
    pub(super) algorithm: SignatureAlgorithm,
    /// The key ID of signature lines.
    pub(super) id: [u8; 4],
}

/// The name of the log of this key: no address that answers, and nobody else's (RFC 2606 §2).
pub(super) fn origin(public_key: &[u8]) -> String {
    format!("audit.igc-sante.invalid/{}", hex::encode(&Sha256::digest(public_key)[..8]))
}

impl LogKey {
    pub(super) fn of(name: &str, recorded: ServiceKey) -> Result<Self, UnsupportedKey> {
        let algorithm = SignatureAlgorithm::of_key(&recorded.public_key)?;
        let digest = match algorithm {
            SignatureAlgorithm::EcdsaWithSha256 | SignatureAlgorithm::EcdsaWithSha384 => {
                Sha256::digest(&recorded.public_key)
            }
            SignatureAlgorithm::Sha256WithRsaEncryption => {
                Sha256::digest([name.as_bytes(), b"\n", RSA, &recorded.public_key].concat())
            }
        };
        let mut id = [0; 4];
        id.copy_from_slice(&digest[..4]);
        Ok(Self { reference: recorded.key, public_key: recorded.public_key, algorithm, id })
    }

    pub(super) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        self.algorithm.verify(&self.public_key, text.as_bytes(), signature)
    }

    /// `<name>+<key ID, hexadecimal>+<base64 of signature type and public key>`.
    pub(super) fn verifier_key(&self, name: &str) -> String {
        let kind = match self.algorithm {
            SignatureAlgorithm::EcdsaWithSha256 | SignatureAlgorithm::EcdsaWithSha384 => ECDSA,
            SignatureAlgorithm::Sha256WithRsaEncryption => RSA,
        };
        let key = STANDARD.encode([kind, &self.public_key].concat());
        format!("{name}+{}+{key}", hex::encode(self.id))
    }
}

#[cfg(test)]
mod tests {
    use ca_core::signer::KeyReference;
    use openssl::pkey::PKey;
    use openssl::rsa::Rsa;

    use super::*;

    fn recorded(public_key: Vec<u8>) -> ServiceKey {
        let key = KeyReference { token: "status".to_owned(), id: "01".parse().unwrap() };
        ServiceKey { name: "audit".to_owned(), key, public_key, authority: None, certificate: None }
    }

    #[test]
    fn an_rsa_key_has_a_type_of_its_own_and_the_key_id_of_signed_note() {
        let rsa = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let spki = rsa.public_key_to_der().unwrap();
        let key = LogKey::of("log.test", recorded(spki.clone())).unwrap();
        let kind = b"\xffigc-sante.invalid/rsassa-pkcs1-v1_5-sha256";
        let digest = Sha256::digest([b"log.test\n", kind.as_slice(), &spki].concat());
        assert_eq!(key.id, digest[..4]);
        let line = key.verifier_key("log.test");
        let encoded = STANDARD.encode([kind.as_slice(), &spki].concat());
        assert_eq!(line, format!("log.test+{}+{encoded}", hex::encode(key.id)));
    }
}
