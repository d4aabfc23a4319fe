use sha2::{Digest, Sha256};

use super::Action;
use crate::approval::passkey::{NewPasskey, PasskeyKey};

/// What is enrolled as an officer's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// What he signs in and decides with.
    Passkey(NewPasskey),
    /// What he, or a system, signs in with, and decides nothing.
    Certificate(ClientCertificate),
}

/// A certificate that one of our authorities gave, as an enrolment names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// SHA-256 of its DER: the very certificate, not its holder. The next card is enrolled anew.
    pub fingerprint: [u8; 32],
    /// Its SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
}

impl ClientCertificate {
    /// Names a certificate, given in DER with its SubjectPublicKeyInfo.
    pub(super) fn new(der: &[u8], public_key: Vec<u8>) -> Self {
        Self { fingerprint: Sha256::digest(der).into(), public_key }
    }
}

impl Credential {
    /// What it is found by: the authenticator's name for the key, or the SHA-256 of the certificate.
    pub fn id(&self) -> &[u8] {
        match self {
            Self::Passkey(passkey) => &passkey.credential_id,
            Self::Certificate(certificate) => &certificate.fingerprint,
        }
    }

    /// Its SubjectPublicKeyInfo, DER.
    pub fn public_key(&self) -> &[u8] {
        match self {
            Self::Passkey(passkey) => passkey.key.spki(),
            Self::Certificate(certificate) => &certificate.public_key,
        }
    }

    /// What people compare, in hexadecimal: SHA-256 of a passkey's key, or of the whole certificate.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::Passkey(passkey) => passkey.key.fingerprint(),
            Self::Certificate(certificate) => hex::encode(certificate.fingerprint),
        }
    }

    /// As stored and as signed, with what is done with it: `enrol-certificate`.
    pub(super) fn action(&self, action: Action) -> &'static str {
        match (self, action) {
            (Self::Passkey(_), Action::Enrol) => "enrol",
            (Self::Passkey(_), Action::Revoke) => "revoke",
            (Self::Passkey(_), Action::Readdress) => "readdress",
            (Self::Certificate(_), Action::Enrol) => "enrol-certificate",
            (Self::Certificate(_), Action::Revoke) => "revoke-certificate",
            (Self::Certificate(_), Action::Readdress) => "readdress-certificate",
        }
    }

    /// Reads the stored columns; the error is the one that does not read.
    pub(super) fn read(
        action: &str,
        id: Vec<u8>,
        public_key: Vec<u8>,
    ) -> Result<(Action, Self), &'static str> {
        let which = match action {
            "enrol" | "enrol-certificate" => Action::Enrol,
            "revoke" | "revoke-certificate" => Action::Revoke,
            "readdress" | "readdress-certificate" => Action::Readdress,
            _ => return Err("its action"),
        };
        if action.ends_with("-certificate") {
            let fingerprint = id.try_into().map_err(|_| "its fingerprint")?;
            return Ok((which, Self::Certificate(ClientCertificate { fingerprint, public_key })));
        }
        let key = PasskeyKey::from_spki(&public_key).map_err(|_| "its key")?;
        Ok((which, Self::Passkey(NewPasskey { credential_id: id, key })))
    }
}
