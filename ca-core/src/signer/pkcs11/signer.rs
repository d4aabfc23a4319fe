//! The signer of one thread: a session for each token it is asked for.

use std::collections::HashMap;

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;

use super::failure::Failure;
use super::module::{Access, Pkcs11Module};
use super::{encoding, public_key};
use crate::signer::{
    Digest, KeyId, KeyReference, Mac, MacRequest, SignatureAlgorithm, Signer, SignerError, SigningRequest,
};

/// Signs with the keys of the module's tokens. One a thread: a session is not shared.
///
/// Sessions are opened when first needed and key handles are remembered, since looking one up costs
/// more than signing. On any error of the library the session is opened again, logged in again, and
/// the key looked up and compared again; then, once, the library itself is initialised again, unless the
/// error says that the request is wrong. A wrong PIN is tried once, until somebody writes its file again.
#[derive(Debug)]
pub struct Pkcs11Signer {
    module: Pkcs11Module,
    sessions: HashMap<String, TokenSession>,
    /// The generation of the library that the sessions are of.
    generation: u64,
}

#[derive(Debug)]
struct TokenSession {
    session: Session,
    keys: HashMap<KeyId, PrivateKey>,
}

#[derive(Clone, Debug)]
struct PrivateKey {
    handle: ObjectHandle,
    key_type: KeyType,
    public_key: Vec<u8>,
}

impl Pkcs11Signer {
    /// A signer over the tokens of `module`; nothing is opened yet.
    pub fn new(module: Pkcs11Module) -> Self {
        Self { module, sessions: HashMap::new(), generation: 0 }
    }

    /// Runs `f` in the session of `token`; again in a new session, and again in a library that was
    /// initialised anew, where the library fails.
    fn with_session<T>(
        &mut self,
        token: &str,
        f: impl Fn(&mut TokenSession) -> Result<T, Failure>,
    ) -> Result<T, SignerError> {
        self.module.tokens().named(token)?;
        let mut outcome = self.attempt(token, &f);
        if let Err(failure) = &outcome
            && failure.may_pass_in_a_new_session()
        {
            let why = failure.told();
            tracing::warn!(token, why, "the session of token {token} is opened again");
            self.forget(token);
            outcome = self.attempt(token, &f);
        }
        if let Err(failure) = &outcome
            && failure.may_pass()
        {
            tracing::warn!(token, why = failure.told(), "the PKCS#11 library is initialised again");
            self.forget(token);
            outcome = match self.module.initialise_again(self.generation) {
                Ok(()) => self.attempt(token, &f),
                Err(failure) => Err(failure),
            };
        }
        outcome.map_err(|failure| failure.into_signer_error(token))
    }

    fn attempt<T>(
        &mut self,
        token: &str,
        f: impl Fn(&mut TokenSession) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let module = self.module.clone();
        let generation = module.in_use();
        if *generation != self.generation {
            self.generation = *generation;
            // `C_Finalize` has closed them; their numbers may be somebody else's by now.
            self.sessions.drain().for_each(|(_, gone)| std::mem::forget(gone.session));
        }
        if let Some(open) = self.sessions.get_mut(token) {
            return f(open);
        }
        let entry = module.tokens().named(token)?;
        let session = module.open(entry, Access::Sign)?;
        f(self.sessions.entry(token.to_owned()).or_insert(TokenSession { session, keys: HashMap::new() }))
    }

    /// Closes the session of a token: handles are looked up again in the next one.
    fn forget(&mut self, token: &str) {
        let in_use = self.module.in_use();
        if *in_use == self.generation {
            self.sessions.remove(token);
        }
    }
}

impl Signer for Pkcs11Signer {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        let (key, digest) = (request.key, request.digest);
        let algorithm = digest.algorithm;
        if digest.value.len() != algorithm.digest_length() {
            let detail = format!("the digest has {} octets", digest.value.len());
            return Err(SignerError::Unsuitable { key: Box::new(key.clone()), algorithm, detail });
        }
        self.with_session(&key.token, |token| {
            let private = token.private_key(key)?;
            if private.public_key != request.public_key {
                return Err(SignerError::OtherKey { key: key.clone() }.into());
            }
            let (handle, key_type) = (private.handle, private.key_type);
            token.sign(handle, key_type, key, digest)
        })
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.with_session(&key.token, |token| token.public_key(key))
    }

    fn mac(&mut self, request: &MacRequest<'_>) -> Result<Mac, SignerError> {
        self.with_session(&request.key.token, |token| token.mac(request.key, request.message))
    }

    fn start_over(&mut self) {
        let tokens: Vec<String> = self.sessions.keys().cloned().collect();
        tokens.iter().for_each(|token| self.forget(token));
    }
}

impl TokenSession {
    fn sign(
        &self,
        handle: ObjectHandle,
        key_type: KeyType,
        key: &KeyReference,
        digest: &Digest,
    ) -> Result<Vec<u8>, Failure> {
        let ecdsa = digest.algorithm != SignatureAlgorithm::Sha256WithRsaEncryption;
        if (key_type == KeyType::EC) != ecdsa {
            let detail = format!("it is of type {key_type}");
            let algorithm = digest.algorithm;
            return Err(SignerError::Unsuitable { key: Box::new(key.clone()), algorithm, detail }.into());
        }
        if ecdsa {
            let raw = self.session.sign(&Mechanism::Ecdsa, handle, &digest.value)?;
            // A P-384 key asked for a P-256 signature, or the reverse, is seen by the length.
            encoding::ecdsa_sig_value(digest.algorithm, &raw).ok_or_else(|| malformed(key, "its signature"))
        } else {
            let info = encoding::digest_info(&digest.value).ok_or_else(|| malformed(key, "its digest"))?;
            Ok(self.session.sign(&Mechanism::RsaPkcs, handle, &info)?)
        }
    }

    /// By the class of the key nothing that signs for an authority is reached from here, nor the other way round.
    fn mac(&self, key: &KeyReference, message: &[u8]) -> Result<Mac, Failure> {
        let handle = self.only_object(ObjectClass::SECRET_KEY, key)?;
        let code = self.session.sign(&Mechanism::Sha256Hmac, handle, message)?;
        code.try_into().map_err(|_| malformed(key, "its code"))
    }

    fn public_key(&self, key: &KeyReference) -> Result<Vec<u8>, Failure> {
        let object = self.only_object(ObjectClass::PUBLIC_KEY, key)?;
        public_key::read(&self.session, object)?.ok_or_else(|| malformed(key, "its public key"))
    }

    fn private_key(&mut self, key: &KeyReference) -> Result<&PrivateKey, Failure> {
        if !self.keys.contains_key(&key.id) {
            let found = self.find(key)?;
            self.keys.insert(key.id.clone(), found);
        }
        Ok(&self.keys[&key.id])
    }

    fn find(&self, key: &KeyReference) -> Result<PrivateKey, Failure> {
        let handle = self.only_object(ObjectClass::PRIVATE_KEY, key)?;
        let attributes = self.session.get_attributes(handle, &[AttributeType::KeyType])?;
        let key_type = match attributes.first() {
            Some(Attribute::KeyType(key_type)) if [KeyType::EC, KeyType::RSA].contains(key_type) => *key_type,
            _ => return Err(malformed(key, "its key type")),
        };
        Ok(PrivateKey { handle, key_type, public_key: self.public_key(key)? })
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
