//! The signer of one thread: a session for each token it is asked for.

use std::collections::HashMap;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::failure::Failure;
use super::module::{Access, Pkcs11Module};
use super::{encoding, public_key};
use crate::signer::{Digest, KeyId, KeyReference, SignatureAlgorithm, Signer, SignerError};

/// Signs with the keys of the module's tokens. One a thread: a session is not shared.
///
/// Sessions are opened when first needed and key handles are remembered, since looking one up costs
/// more than signing. When the token says that a session or a handle is no longer good, the session
/// is opened again once; a wrong PIN is tried once in the life of the process.
#[derive(Debug)]
pub struct Pkcs11Signer {
    module: Pkcs11Module,
    sessions: HashMap<String, TokenSession>,
}

#[derive(Debug)]
struct TokenSession {
    session: Session,
    keys: HashMap<KeyId, PrivateKey>,
}

#[derive(Clone, Copy, Debug)]
struct PrivateKey {
    handle: ObjectHandle,
    key_type: KeyType,
}

impl Pkcs11Signer {
    /// A signer over the tokens of `module`; nothing is opened yet.
    pub fn new(module: Pkcs11Module) -> Self {
        Self { module, sessions: HashMap::new() }
    }

    /// Runs `f` in the session of `token`; once more in a new one when the old one has gone stale.
    fn with_session<T>(
        &mut self,
        token: &str,
        f: impl Fn(&mut TokenSession) -> Result<T, Failure>,
    ) -> Result<T, SignerError> {
        if let Some(open) = self.sessions.get_mut(token) {
            match f(open) {
                Err(failure) if failure.is_stale() => {
                    tracing::warn!(token, ?failure, "the session of token {token} is opened again");
                    self.sessions.remove(token);
                }
                outcome => return outcome.map_err(|failure| failure.into_signer_error(token)),
            }
        }
        let mut fresh = self.open(token)?;
        let outcome = f(&mut fresh).map_err(|failure| failure.into_signer_error(token));
        self.sessions.insert(token.to_owned(), fresh);
        outcome
    }

    fn open(&self, token: &str) -> Result<TokenSession, SignerError> {
        let entry = self.module.tokens().named(token)?;
        let session =
            self.module.open(entry, Access::Sign).map_err(|failure| failure.into_signer_error(token))?;
        Ok(TokenSession { session, keys: HashMap::new() })
    }
}

impl Signer for Pkcs11Signer {
    fn sign(&mut self, key: &KeyReference, digest: &Digest) -> Result<Vec<u8>, SignerError> {
        let algorithm = digest.algorithm;
        if digest.value.len() != algorithm.digest_length() {
            let detail = format!("the digest has {} octets", digest.value.len());
            return Err(SignerError::Unsuitable { key: Box::new(key.clone()), algorithm, detail });
        }
        self.with_session(&key.token, |token| {
            let private = token.private_key(key)?;
            token.sign(private, key, digest)
        })
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.with_session(&key.token, |token| {
            let object = token.only_object(ObjectClass::PUBLIC_KEY, key)?;
            public_key::read(&token.session, object)?.ok_or_else(|| malformed(key, "its public key"))
        })
    }
}

impl TokenSession {
    fn sign(&self, private: PrivateKey, key: &KeyReference, digest: &Digest) -> Result<Vec<u8>, Failure> {
        let ecdsa = digest.algorithm != SignatureAlgorithm::Sha256WithRsaEncryption;
        if (private.key_type == KeyType::EC) != ecdsa {
            let detail = format!("it is of type {}", private.key_type);
            let algorithm = digest.algorithm;
            return Err(SignerError::Unsuitable { key: Box::new(key.clone()), algorithm, detail }.into());
        }
        if ecdsa {
            let raw = self.session.sign(&Mechanism::Ecdsa, private.handle, &digest.value)?;
            // A P-384 key asked for a P-256 signature, or the reverse, is seen by the length.
            encoding::ecdsa_sig_value(digest.algorithm, &raw).ok_or_else(|| malformed(key, "its signature"))
        } else {
            let info = encoding::digest_info(&digest.value).ok_or_else(|| malformed(key, "its digest"))?;
            Ok(self.session.sign(&Mechanism::RsaPkcs, private.handle, &info)?)
        }
    }

    fn private_key(&mut self, key: &KeyReference) -> Result<PrivateKey, Failure> {
        if let Some(known) = self.keys.get(&key.id) {
            return Ok(*known);
        }
        let handle = self.only_object(ObjectClass::PRIVATE_KEY, key)?;
        let attributes = self.session.get_attributes(handle, &[AttributeType::KeyType])?;
        let key_type = match attributes.first() {
            Some(Attribute::KeyType(key_type)) if [KeyType::EC, KeyType::RSA].contains(key_type) => *key_type,
            _ => return Err(malformed(key, "its key type")),
        };
        let private = PrivateKey { handle, key_type };
        self.keys.insert(key.id.clone(), private);
        Ok(private)
    }

    /// The one object of this class with this identifier: with two of them, nobody can say which
    /// key would sign.
    fn only_object(&self, class: ObjectClass, key: &KeyReference) -> Result<ObjectHandle, Failure> {
        let template =
            [Attribute::Class(class), Attribute::Token(true), Attribute::Id(key.id.as_bytes().to_vec())];
        match self.session.find_objects(&template)?.as_slice() {
            [only] => Ok(*only),
            several => Err(SignerError::NoSuchKey { key: key.clone(), found: several.len() }.into()),
        }
    }
}

fn malformed(key: &KeyReference, what: &str) -> Failure {
    let detail = format!("key {}: {what} is not of a form this program knows", key.id);
    SignerError::Failed { token: key.token.clone(), detail }.into()
}
