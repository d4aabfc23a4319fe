//! A key that stands in a token: found again by its label, described as the token describes it, and
//! destroyed.

use std::collections::BTreeSet;

use cryptoki::object::{Attribute, AttributeType, ObjectClass, ObjectHandle};
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::public_key;
use super::token::Pkcs11Token;
use crate::signer::{KeyId, SignerError};

/// How a private key is protected, in the words of the token itself (PKCS#11 §4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyAttributes {
    /// CKA_PRIVATE: seen after login only.
    pub private: bool,
    /// CKA_SENSITIVE: never shown in clear.
    pub sensitive: bool,
    /// CKA_ALWAYS_SENSITIVE: nor at any time before.
    pub always_sensitive: bool,
    /// CKA_EXTRACTABLE: may be wrapped and carried away.
    pub extractable: bool,
    /// CKA_NEVER_EXTRACTABLE: could not at any time before.
    pub never_extractable: bool,
    /// CKA_LOCAL: made in this token.
    pub local: bool,
}

impl KeyAttributes {
    /// The first attribute that is not what the key of an authority or a service must have.
    pub fn fault(&self) -> Option<&'static str> {
        [
            (self.private, "CKA_PRIVATE"),
            (self.sensitive, "CKA_SENSITIVE"),
            (self.always_sensitive, "CKA_ALWAYS_SENSITIVE"),
            (!self.extractable, "CKA_EXTRACTABLE"),
            (self.never_extractable, "CKA_NEVER_EXTRACTABLE"),
            (self.local, "CKA_LOCAL"),
        ]
        .into_iter()
        .find_map(|(right, name)| (!right).then_some(name))
    }
}

/// A key that was found by its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledKey {
    /// Its `CKA_ID`.
    pub id: KeyId,
    /// The DER of its `SubjectPublicKeyInfo`; none where it is half a pair, or not protected as a key of this PKI
    /// must be ([`KeyAttributes::fault`]).
    pub public_key: Option<Vec<u8>>,
}

impl Pkcs11Token {
    /// Every key with this label, whole or not, in the order of their identifiers. Destroys nothing: another process
    /// may just be making one.
    pub fn keys_labelled(&self, label: &str) -> Result<Vec<LabelledKey>, SignerError> {
        let found = || -> Result<Vec<LabelledKey>, Failure> {
            let mut ids = BTreeSet::new();
            for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
                for object in self.labelled(class, label)? {
                    ids.insert(self.id_of(object)?);
                }
            }
            ids.into_iter().map(|id| Ok(LabelledKey { public_key: self.whole(&id)?, id })).collect()
        };
        found().map_err(|failure| failure.into_signer_error(&self.name))
    }

    /// The public half of a key that is whole and protected.
    fn whole(&self, id: &KeyId) -> Result<Option<Vec<u8>>, Failure> {
        let ([private], [public]) = (
            &self.with_id(ObjectClass::PRIVATE_KEY, id)?[..],
            &self.with_id(ObjectClass::PUBLIC_KEY, id)?[..],
        ) else {
            return Ok(None);
        };
        if self.attributes_of(*private)?.fault().is_some() {
            return Ok(None);
        }
        Ok(public_key::read(&self.session, *public)?)
    }

    pub(super) fn id_of(&self, object: ObjectHandle) -> Result<KeyId, Failure> {
        match self.session.get_attributes(object, &[AttributeType::Id])?.first() {
            Some(Attribute::Id(id)) => KeyId::new(id.clone())
                .map_err(|_| self.failed("a key without an identifier".to_owned()).into()),
            _ => Err(self.failed("a key without an identifier".to_owned()).into()),
        }
    }

    /// The key pair with this label: its `CKA_ID` and the DER of its `SubjectPublicKeyInfo`.
    ///
    /// Half a pair, which a crash may leave in some tokens, is destroyed and counts as none; with two
    /// pairs under one label nobody can say which is meant.
    pub fn find_key(&self, label: &str) -> Result<Option<(KeyId, Vec<u8>)>, SignerError> {
        self.find(label).map_err(|failure| failure.into_signer_error(&self.name))
    }

    /// How the private key with this identifier is protected.
    pub fn key_attributes(&self, id: &KeyId) -> Result<KeyAttributes, SignerError> {
        let asked = || -> Result<KeyAttributes, Failure> {
            let [private] = self.with_id(ObjectClass::PRIVATE_KEY, id)?[..] else {
                return Err(self.failed(format!("there is not one private key {id}")).into());
            };
            self.attributes_of(private)
        };
        asked().map_err(|failure| failure.into_signer_error(&self.name))
    }

    /// Destroys the key pair with this identifier (`C_DestroyObject`), private half first. What is
    /// gone already is gone.
    pub fn destroy_key(&self, id: &KeyId) -> Result<(), SignerError> {
        let destroy = || -> Result<(), Failure> {
            for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
                for object in self.with_id(class, id)? {
                    self.session.destroy_object(object)?;
                }
            }
            Ok(())
        };
        destroy().map_err(|failure| failure.into_signer_error(&self.name))
    }

    /// How many objects with this identifier a find finds.
    pub fn objects_with(&self, id: &KeyId) -> Result<usize, SignerError> {
        let template = [Attribute::Token(true), Attribute::Id(id.as_bytes().to_vec())];
        let found = self.session.find_objects(&template);
        Ok(found.map_err(|error| Failure::from(error).into_signer_error(&self.name))?.len())
    }

    pub(super) fn attributes_of(&self, private: ObjectHandle) -> Result<KeyAttributes, Failure> {
        let mut said = Vec::with_capacity(6);
        for asked in [
            AttributeType::Private,
            AttributeType::Sensitive,
            AttributeType::AlwaysSensitive,
            AttributeType::Extractable,
            AttributeType::NeverExtractable,
            AttributeType::Local,
        ] {
            said.push(match self.session.get_attributes(private, &[asked])?.first() {
                Some(
                    Attribute::Private(value)
                    | Attribute::Sensitive(value)
                    | Attribute::AlwaysSensitive(value)
                    | Attribute::Extractable(value)
                    | Attribute::NeverExtractable(value)
                    | Attribute::Local(value),
                ) => *value,
                _ => return Err(self.failed(format!("it does not say the {asked} of a key")).into()),
            });
        }
        let [private, sensitive, always_sensitive, extractable, never_extractable, local] = said[..] else {
            return Err(self.failed("it does not say how a key is protected".to_owned()).into());
        };
        Ok(KeyAttributes { private, sensitive, always_sensitive, extractable, never_extractable, local })
    }

    fn find(&self, label: &str) -> Result<Option<(KeyId, Vec<u8>)>, Failure> {
        let private = self.labelled(ObjectClass::PRIVATE_KEY, label)?;
        let public = self.labelled(ObjectClass::PUBLIC_KEY, label)?;
        match (&private[..], &public[..]) {
            ([], []) => Ok(None),
            ([_], [public]) => {
                let (id, spki) = self.identified(*public, label)?;
                if self.with_id(ObjectClass::PRIVATE_KEY, &id)? != private {
                    return Err(self
                        .failed(format!("the halves of key {label:?} do not belong together"))
                        .into());
                }
                Ok(Some((id, spki)))
            }
            ([half], []) | ([], [half]) => {
                self.session.destroy_object(*half)?;
                Ok(None)
            }
            _ => Err(self.failed(format!("several keys have the label {label:?}")).into()),
        }
    }

    fn identified(&self, public: ObjectHandle, label: &str) -> Result<(KeyId, Vec<u8>), Failure> {
        let unreadable =
            || self.failed(format!("the public key {label:?} is not of a form this program knows"));
        let spki = public_key::read(&self.session, public)?.ok_or_else(unreadable)?;
        match self.session.get_attributes(public, &[AttributeType::Id])?.first() {
            Some(Attribute::Id(id)) => Ok((KeyId::new(id.clone()).map_err(|_| unreadable())?, spki)),
            _ => Err(unreadable().into()),
        }
    }

    pub(super) fn labelled(&self, class: ObjectClass, label: &str) -> Result<Vec<ObjectHandle>, Failure> {
        let label = Attribute::Label(label.as_bytes().to_vec());
        Ok(self.session.find_objects(&[Attribute::Class(class), Attribute::Token(true), label])?)
    }

    fn with_id(&self, class: ObjectClass, id: &KeyId) -> Result<Vec<ObjectHandle>, Failure> {
        let id = Attribute::Id(id.as_bytes().to_vec());
        Ok(self.session.find_objects(&[Attribute::Class(class), Attribute::Token(true), id])?)
    }

    pub(super) fn failed(&self, detail: String) -> SignerError {
        SignerError::Failed { token: self.name.clone(), detail }
    }
}

#[cfg(test)]
impl Pkcs11Token {
    /// How many private keys stand in the token.
    pub(crate) fn count_private_keys(&self) -> usize {
        let template = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Token(true)];
        self.session.find_objects(&template).unwrap().len()
    }
}
