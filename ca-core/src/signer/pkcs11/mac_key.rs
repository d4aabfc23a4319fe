//! The secret key of message authentication codes: made in its token, found again by its label.

use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, ObjectClass, ObjectHandle};
use cryptoki::types::Ulong;

use super::failure::Failure;
use super::token::Pkcs11Token;
use crate::signer::{KeyId, SignerError};

/// As long as what it makes (RFC 2104 §3).
const OCTETS: u64 = 32;

impl Pkcs11Token {
    /// The secret key with this label; one that the token draws where there is none. It is permanent, private, sensitive,
    /// not extractable, and makes codes; it does nothing else.
    pub fn mac_key(&self, label: &str) -> Result<KeyId, SignerError> {
        let found = || -> Result<KeyId, Failure> {
            match self.labelled(ObjectClass::SECRET_KEY, label)?[..] {
                [] => self.make_mac_key(label),
                [one] => {
                    self.refuse_unprotected(one)?;
                    self.id_of(one)
                }
                _ => Err(self.failed(format!("several secret keys have the label {label:?}")).into()),
            }
        };
        found().map_err(|failure| failure.into_signer_error(&self.name))
    }

    fn make_mac_key(&self, label: &str) -> Result<KeyId, Failure> {
        let id = self.session.generate_random_vec(16)?;
        let template = [
            Attribute::Class(ObjectClass::SECRET_KEY),
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Encrypt(false),
            Attribute::Decrypt(false),
            Attribute::Wrap(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
            Attribute::ValueLen(Ulong::from(OCTETS)),
            Attribute::Id(id.clone()),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        let made = self.session.generate_key(&Mechanism::GenericSecretKeyGen, &template)?;
        if let Err(refused) = self.refuse_unprotected(made) {
            self.session.destroy_object(made)?;
            return Err(refused);
        }
        KeyId::new(id).map_err(|_| self.failed("no identifier".to_owned()).into())
    }

    fn refuse_unprotected(&self, key: ObjectHandle) -> Result<(), Failure> {
        match self.attributes_of(key)?.fault() {
            None => Ok(()),
            Some(attribute) => {
                let (token, attribute) = (self.name.clone(), attribute.to_owned());
                Err(SignerError::KeyNotProtected { token, attribute }.into())
            }
        }
    }
}

#[cfg(test)]
impl Pkcs11Token {
    /// Puts a secret key beside what the program makes, as a careless administrator would.
    pub(crate) fn plant_secret_key(&self, label: &str, sensitive: bool) {
        let template = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(sensitive),
            Attribute::Extractable(!sensitive),
            Attribute::Sign(true),
            Attribute::ValueLen(Ulong::from(OCTETS)),
            Attribute::Id(label.as_bytes().iter().rev().copied().collect()),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        self.session.generate_key(&Mechanism::GenericSecretKeyGen, &template).unwrap();
    }
}
