//! A token at a ceremony: it is initialised, and makes keys that never leave it.

use const_oid::db::rfc5912::{SECP_256_R_1, SECP_384_R_1};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::{Session, UserType};
use cryptoki::types::{AuthPin, Ulong};
use der::Encode;
use der::asn1::ObjectIdentifier;

use super::failure::Failure;
use super::module::{Access, Pkcs11Module};
use super::public_key;
use crate::profile::KeyKind;
use crate::signer::{KeyId, SignerError, tokens::Token};

/// A read-write session with a token, logged in as its user.
#[derive(Debug)]
pub struct Pkcs11Token {
    pub(super) session: Session,
    pub(super) name: String,
}

impl Pkcs11Module {
    /// Whether the token called `name` stands initialised in the HSM, its user PIN set.
    pub fn is_initialised(&self, name: &str) -> Result<bool, SignerError> {
        let token = self.tokens().named(name)?;
        let standing = || -> Result<bool, Failure> {
            let Some(slot) = self.slot_of(token)? else { return Ok(false) };
            Ok(self.library().get_token_info(slot)?.user_pin_initialized())
        };
        standing().map_err(|failure| failure.into_signer_error(name))
    }

    /// Initialises an empty token as the one called `name`: its label, its security officer's PIN
    /// and its user PIN, brought by custodians or read from their files. A token that stands already
    /// is refused; one that has its label and no user PIN was left so by a crash, and is begun again.
    pub fn initialise(&self, name: &str) -> Result<(), SignerError> {
        let token = self.tokens().named(name)?;
        if self.is_initialised(name)? {
            let label = token.label.clone();
            return Err(SignerError::AlreadyInitialised { token: name.to_owned(), label });
        }
        self.initialise_empty(token).map_err(|failure| failure.into_signer_error(name))
    }

    /// Opens the token called `name` to make keys in it.
    pub fn token(&self, name: &str) -> Result<Pkcs11Token, SignerError> {
        let token = self.tokens().named(name)?;
        let session =
            self.open(token, Access::MakeKeys).map_err(|failure| failure.into_signer_error(name))?;
        Ok(Pkcs11Token { session, name: name.to_owned() })
    }

    fn initialise_empty(&self, token: &Token) -> Result<(), Failure> {
        let pins = self.pins_of(token)?;
        let so_pin = AuthPin::from(pins.security_officer.as_str().to_owned());
        let user_pin = AuthPin::from(pins.user.as_str().to_owned());
        let mut empty = self.slot_of(token)?;
        for slot in self.library().get_slots_with_token()? {
            if empty.is_none() && !self.library().get_token_info(slot)?.token_initialized() {
                empty = Some(slot);
            }
        }
        let slot = empty.ok_or_else(|| SignerError::Unavailable {
            token: token.name.clone(),
            detail: "no slot holds an uninitialised token".to_owned(),
        })?;
        self.logins().forget(token);
        self.library().init_token(slot, &so_pin, &token.label)?;
        let session = self.library().open_rw_session(slot)?;
        session.login(UserType::So, Some(&so_pin))?;
        session.init_pin(&user_pin)?;
        session.logout()?;
        Ok(())
    }
}

impl Pkcs11Token {
    /// Makes a key pair in the token (RSA with the exponent 65537) and returns its `CKA_ID`, drawn by the token, with the DER of
    /// its `SubjectPublicKeyInfo`.
    ///
    /// The private key is permanent, private, sensitive, not extractable, and signs; it does
    /// nothing else. The token is asked afterwards whether it was ever otherwise; a key that is not
    /// as asked is destroyed and refused.
    pub fn generate_key(&self, kind: KeyKind, label: &str) -> Result<(KeyId, Vec<u8>), SignerError> {
        self.generate(kind, label).map_err(|failure| failure.into_signer_error(&self.name))
    }

    /// Whether no key stands in the token.
    pub fn is_empty(&self) -> Result<bool, SignerError> {
        let keys = self
            .session
            .find_objects(&[Attribute::Token(true), Attribute::Private(true)])
            .map_err(|error| Failure::from(error).into_signer_error(&self.name))?;
        Ok(keys.is_empty())
    }

    fn generate(&self, kind: KeyKind, label: &str) -> Result<(KeyId, Vec<u8>), Failure> {
        let id = self.session.generate_random_vec(16)?;
        let mut public = vec![
            Attribute::Token(true),
            Attribute::Private(false),
            Attribute::Verify(true),
            Attribute::Id(id.clone()),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        public.extend(public_attributes(kind));
        let private = [
            Attribute::Token(true),
            Attribute::Private(true),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
            Attribute::Sign(true),
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::Derive(false),
            Attribute::Id(id.clone()),
            Attribute::Label(label.as_bytes().to_vec()),
        ];
        let (public, private) = self.session.generate_key_pair(&mechanism(kind), &public, &private)?;
        if let Some(attribute) = self.attributes_of(private)?.fault() {
            self.session.destroy_object(private)?;
            self.session.destroy_object(public)?;
            return Err(SignerError::KeyNotProtected {
                token: self.name.clone(),
                attribute: attribute.to_owned(),
            }
            .into());
        }
        let failed =
            |detail: &str| SignerError::Failed { token: self.name.clone(), detail: detail.to_owned() };
        let spki = public_key::read(&self.session, public)?
            .ok_or_else(|| failed("the public key it made is not of a form this program knows"))?;
        Ok((KeyId::new(id).map_err(|_| failed("no identifier"))?, spki))
    }
}

fn mechanism(kind: KeyKind) -> Mechanism<'static> {
    if kind.is_rsa() { Mechanism::RsaPkcsKeyPairGen } else { Mechanism::EccKeyPairGen }
}

fn public_attributes(kind: KeyKind) -> Vec<Attribute> {
    let curve = |oid: ObjectIdentifier| {
        vec![Attribute::EcParams(oid.to_der().expect("an object identifier has a DER form"))]
    };
    let rsa = |bits: Ulong| vec![Attribute::ModulusBits(bits), Attribute::PublicExponent(vec![1, 0, 1])];
    match kind {
        KeyKind::P256 => curve(SECP_256_R_1),
        KeyKind::P384 => curve(SECP_384_R_1),
        KeyKind::Rsa2048 => rsa(2048.into()),
        KeyKind::Rsa3072 => rsa(3072.into()),
        KeyKind::Rsa4096 => rsa(4096.into()),
    }
}
