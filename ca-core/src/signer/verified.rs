use std::collections::BTreeMap;

use super::{Digest, KeyReference, Signer, SignerError, SigningRequest, UnsupportedKey, VerifyingKey};

/// Octets to be signed, and by which key.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// The key.
    pub key: &'a KeyReference,
    /// Its public half, SubjectPublicKeyInfo in DER: what the signature is verified with.
    pub public_key: &'a [u8],
    /// What it is for, by natural key; see [`SigningRequest::subject`].
    pub subject: &'a str,
    /// The octets.
    pub octets: &'a [u8],
}

/// Has `message` signed by `key`, and verifies the signature with `public_key` before anyone sees it:
/// [`sign_all_verified`] of one.
pub fn sign_verified(
    signer: &mut dyn Signer,
    key: &KeyReference,
    public_key: &[u8],
    subject: &str,
    message: &[u8],
) -> Result<Vec<u8>, SignerError> {
    let message = Message { key, public_key, subject, octets: message };
    let mut signed = sign_all_verified(signer, &[message]);
    signed.pop().expect("there is one answer for each message")
}

/// Has every message signed, and verifies each signature before anyone sees it; the answers stand in the order of
/// the messages. One that fails does not keep the others back.
///
/// A signature that does not verify is of a token that signs with another key, or wrongly: the signer
/// starts over, and is asked once more. Both signatures stand in the ledger, under the same digest.
pub fn sign_all_verified(
    signer: &mut dyn Signer,
    messages: &[Message<'_>],
) -> Vec<Result<Vec<u8>, SignerError>> {
    let mut keys = BTreeMap::new();
    for message in messages {
        keys.entry(message.public_key).or_insert_with(|| VerifyingKey::read(message.public_key));
    }
    let mut answers: Vec<Option<Result<Vec<u8>, SignerError>>> = vec![None; messages.len()];
    let mut asked = Vec::with_capacity(messages.len());
    for (at, message) in messages.iter().enumerate() {
        match &keys[message.public_key] {
            Ok(key) => asked.push((at, key.algorithm().digest(message.octets))),
            Err(why) => answers[at] = Some(Err(message.refused(why))),
        }
    }
    for attempt in 0..2 {
        if attempt > 0 && !asked.is_empty() {
            signer.start_over();
        }
        let requests: Vec<_> = asked.iter().map(|(at, digest)| messages[*at].request(digest)).collect();
        let signed = signer.sign_many(&requests);
        debug_assert_eq!(signed.len(), asked.len(), "a signer answers every request");
        let mut wrong = Vec::new();
        for ((at, digest), signature) in asked.into_iter().zip(signed) {
            let Message { key, public_key, subject, .. } = messages[at];
            let mut verifies = |signature: &[u8]| match keys.get_mut(public_key) {
                Some(Ok(verifying)) => verifying.verifies(&digest, signature),
                _ => false,
            };
            match signature {
                Ok(signature) if !verifies(&signature) => {
                    tracing::error!(signer.key = %key, "a signature for {subject} is not of key {key}");
                    wrong.push((at, digest));
                }
                answer => answers[at] = Some(answer),
            }
        }
        asked = wrong;
    }
    let wrong = |at: usize| Err(SignerError::WrongSignature { key: messages[at].key.clone() });
    answers.into_iter().enumerate().map(|(at, answer)| answer.unwrap_or_else(|| wrong(at))).collect()
}

impl<'a> Message<'a> {
    fn refused(&self, why: &UnsupportedKey) -> SignerError {
        SignerError::Failed { token: self.key.token.clone(), detail: format!("key {}: {why}", self.key.id) }
    }

    fn request(&self, digest: &'a Digest) -> SigningRequest<'a> {
        SigningRequest { key: self.key, public_key: self.public_key, digest, subject: self.subject }
    }
}

#[cfg(test)]
mod tests {
    use openssl::ec::{EcGroup, EcKey};
    use openssl::ecdsa::EcdsaSig;
    use openssl::nid::Nid;
    use openssl::pkey::{PKey, Private};

    use super::*;
    use crate::signer::{KeyId, SignatureAlgorithm};

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
