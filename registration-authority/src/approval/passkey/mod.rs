//! A decision signed by an officer's passkey (Web Authentication Level 3, W3C): the challenge that his authenticator signs is the
//! SHA-256 of the [`Statement`](super::Statement), so what the browser showed proves nothing and what was signed does.
//!
//! One algorithm, ES256, which every authenticator has; no attestation, since the chain of enrolments says whose a key
//! is. Every octet is bounded and read strictly: what is not exactly what a browser sends is refused.

mod assertion;
mod authenticator_data;
mod client_data;
mod public_key;
mod registration;

#[cfg(test)]
mod tests;

use serde::Serialize;
use store::{Code, Fault};
use thiserror::Error;

pub use assertion::Assertion;
pub use public_key::PasskeyKey;
pub use registration::{NewPasskey, REGISTRATION_BOUND};

use crate::faults;

/// Longest identifier of a credential, in octets (Level 3 §4, "Credential ID").
pub const CREDENTIAL_ID_BOUND: usize = 1023;

/// For whom the authenticator signs: where the officers' pages are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RelyingParty {
    origin: String,
    id: String,
}

impl RelyingParty {
    /// The pages at `origin` (`https://localhost:8443`), whose keys are made for `id` (`localhost`): the host of the
    /// origin, or a domain that it is in. The error is the rule that is not kept.
    pub fn new(origin: &str, id: &str) -> Result<Self, &'static str> {
        let host = origin.strip_prefix("https://").ok_or("origin: must begin with https://")?;
        if host.is_empty() || host.contains(['/', '@', '?', '#']) || host != host.to_ascii_lowercase() {
            return Err("origin: must be https://, a host in small letters and perhaps a port, and no path");
        }
        let host = host.split(':').next().unwrap_or_default();
        let within = host.strip_suffix(id).is_some_and(|before| before.is_empty() || before.ends_with('.'));
        if id.is_empty() || !within || id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err("rp_id: must be the host of the origin, or a domain that it is in, and no address");
        }
        Ok(Self { origin: origin.to_owned(), id: id.to_owned() })
    }

    /// `https://localhost:8443`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `localhost`.
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// What is wrong with what an authenticator or a browser sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasskeyRefused {
    /// A part is longer than it may be.
    #[error("{0}: longer than it may be")]
    TooLong(&'static str),
    /// The client data is not one JSON object, each of its members once.
    #[error("the client data is not one JSON object, each member once")]
    ClientData,
    /// A member of the client data is not what it must be: its name.
    #[error("the client data: {0} is not what it must be")]
    Member(&'static str),
    /// The authenticator data has not the form of its ceremony.
    #[error("the authenticator data: {0}")]
    AuthenticatorData(&'static str),
    /// The attestation object is not the one of a passkey without attestation.
    #[error("the attestation object: {0}")]
    AttestationObject(&'static str),
    /// The public key is not one of ES256, in its one encoding.
    #[error("the public key: {0}")]
    PublicKey(&'static str),
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
}

impl Fault for PasskeyRefused {
    fn code(&self) -> Code {
        faults::PASSKEY_REFUSED
    }
}
