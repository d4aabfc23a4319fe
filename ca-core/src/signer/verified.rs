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
    only(sign_all(signer, &mut VerifyingKeys::default(), &[message]))
}

/// Has every message signed, and verifies each signature before anyone sees it; the answers stand in the order of
/// the messages. One that fails does not keep the others back.
///
/// A signature that does not verify is of a token that signs with another key, or wrongly: that stands in the ledger
/// and raises an alarm, the signer starts over, and is asked once more. Both signatures stand in the ledger too, under
/// the same digest.
pub fn sign_all_verified(
    signer: &mut dyn Signer,
    messages: &[Message<'_>],
) -> Vec<Result<Vec<u8>, SignerError>> {
    sign_all(signer, &mut VerifyingKeys::default(), messages)
}

/// A signer of one thread that signs again and again with the same few keys: what [`sign_verified`] does, the public
/// keys kept as they were read.
pub struct VerifiedSigner {
    signer: Box<dyn Signer>,
    keys: VerifyingKeys,
}

impl VerifiedSigner {
    /// Signs through this one; no key is read yet.
    pub fn new(signer: Box<dyn Signer>) -> Self {
        Self { signer, keys: VerifyingKeys::default() }
    }

    /// Has a message signed, and verifies the signature before anyone sees it.
    pub fn sign(&mut self, message: Message<'_>) -> Result<Vec<u8>, SignerError> {
        only(self.sign_all(&[message]))
    }

    /// Has every message signed, as [`sign_all_verified`] does.
    pub fn sign_all(&mut self, messages: &[Message<'_>]) -> Vec<Result<Vec<u8>, SignerError>> {
        sign_all(self.signer.as_mut(), &mut self.keys, messages)
    }
}

/// Public keys, by their DER: reading one costs as much as verifying with it.
#[derive(Default)]
struct VerifyingKeys(BTreeMap<Vec<u8>, VerifyingKey>);

impl VerifyingKeys {
    /// How many are kept: more than there are authorities, and responders follow each other.
    const MOST: usize = 64;

    fn get(&mut self, public_key: &[u8]) -> Result<&mut VerifyingKey, UnsupportedKey> {
        if !self.0.contains_key(public_key) {
            if self.0.len() >= Self::MOST {
                self.0.clear();
            }
            self.0.insert(public_key.to_vec(), VerifyingKey::read(public_key)?);
        }
        self.0.get_mut(public_key).ok_or(UnsupportedKey::Malformed)
    }
}

fn sign_all(
    signer: &mut dyn Signer,
    keys: &mut VerifyingKeys,
    messages: &[Message<'_>],
) -> Vec<Result<Vec<u8>, SignerError>> {
    let mut answers: Vec<Option<Result<Vec<u8>, SignerError>>> = vec![None; messages.len()];
    let mut asked = Vec::with_capacity(messages.len());
    for (at, message) in messages.iter().enumerate() {
        match keys.get(message.public_key) {
            Ok(key) => asked.push((at, key.algorithm().digest(message.octets))),
            Err(why) => answers[at] = Some(Err(message.refused(&why))),
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
            let mut verifies = |signature: &[u8]| {
                keys.get(public_key).is_ok_and(|verifying| verifying.verifies(&digest, signature))
            };
            match signature {
                Ok(signature) if !verifies(&signature) => {
                    tracing::error!(signer.key = %key, "a signature for {subject} is not of key {key}");
                    wrong.push((at, digest));
                }
                answer => answers[at] = Some(answer),
            }
        }
        let refused: Vec<_> = wrong.iter().map(|(at, digest)| messages[*at].request(digest)).collect();
        refused.chunk_by(|one, other| one.key == other.key).for_each(|of_one_key| signer.refuse(of_one_key));
        asked = wrong;
    }
    let wrong = |at: usize| Err(SignerError::WrongSignature { key: messages[at].key.clone() });
    answers.into_iter().enumerate().map(|(at, answer)| answer.unwrap_or_else(|| wrong(at))).collect()
}

fn only(mut answers: Vec<Result<Vec<u8>, SignerError>>) -> Result<Vec<u8>, SignerError> {
    answers.pop().expect("there is one answer for each message")
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
        refused: usize,
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

        fn refuse(&mut self, requests: &[SigningRequest<'_>]) {
            self.refused += requests.len();
        }

        fn start_over(&mut self) {
            self.astray = self.astray.saturating_sub(1);
        }
    }

    fn sign(astray: u32) -> (Result<Vec<u8>, SignerError>, u32, usize) {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let generate = || PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let mut signer = Astray { key: generate(), other: generate(), astray, signed: 0, refused: 0 };
        let key = KeyReference { token: "issuing".to_owned(), id: KeyId::new([1]).unwrap() };
        let public_key = signer.public_key(&key).unwrap();
        let signature = sign_verified(&mut signer, &key, &public_key, "test", b"message");
        if let Ok(signature) = &signature {
            let algorithm = SignatureAlgorithm::of_key(&public_key).unwrap();
            assert!(algorithm.verify(&public_key, b"message", signature));
        }
        (signature, signer.signed, signer.refused)
    }

    #[test]
    fn a_key_that_is_kept_verifies_each_signature_and_refuses_those_of_another() {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let generate = || PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let (own, other) = (generate(), generate());
        let public_keys = [&own, &other].map(|key| key.public_key_to_der().unwrap());
        let mut signer = VerifiedSigner::new(Box::new(Astray {
            key: own,
            other: generate(),
            astray: 0,
            signed: 0,
            refused: 0,
        }));
        let key = KeyReference { token: "status".to_owned(), id: KeyId::new([1]).unwrap() };
        for octets in [b"one", b"two"] {
            for (public_key, is_its_own) in public_keys.iter().zip([true, false]) {
                let signed = signer.sign(Message { key: &key, public_key, subject: "test", octets });
                assert_eq!(signed.is_ok(), is_its_own);
            }
        }
        assert_eq!(signer.keys.0.len(), 2);
    }

    #[test]
    fn a_signature_of_another_key_never_leaves_is_told_of_and_is_made_again_once() {
        assert!(matches!(sign(0), (Ok(_), 1, 0)));
        assert!(matches!(sign(1), (Ok(_), 2, 1)));
        assert!(matches!(sign(2), (Err(SignerError::WrongSignature { .. }), 2, 2)));
    }
}
