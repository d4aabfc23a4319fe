use sha2::{Digest, Sha256};

use super::authenticator_data::{self, HEAD};
use super::client_data::{self, CLIENT_DATA_BOUND, Ceremony};
use super::{CREDENTIAL_ID_BOUND, PasskeyKey, PasskeyRefused, RelyingParty};

/// Longest ECDSA-Sig-Value on P-256, in octets.
const SIGNATURE_BOUND: usize = 72;

/// What an authenticator answered to a request to sign: `AuthenticatorAssertionResponse` (Level 3 §5.2.2), nothing of it
/// checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Which key, by the authenticator's name for it.
    pub credential_id: Vec<u8>,
    /// What the authenticator says.
    pub authenticator_data: Vec<u8>,
    /// What the browser says, JSON.
    pub client_data: Vec<u8>,
    /// ECDSA-Sig-Value, DER.
    pub signature: Vec<u8>,
}

impl Assertion {
    /// Checks that `key` signed this very challenge for us, and that its owner was there and was verified; gives the
    /// signature counter (Level 3 §7.2).
    ///
    /// A counter refuses nothing: synchronised passkeys have none. The worker keeps it, and tells the trail where it
    /// went back.
    pub fn verify(
        &self,
        key: &PasskeyKey,
        challenge: &[u8; 32],
        relying_party: &RelyingParty,
    ) -> Result<u32, PasskeyRefused> {
        self.check_bounds()?;
        client_data::check(&self.client_data, Ceremony::Get, challenge, relying_party)?;
        let (count, _) = authenticator_data::read(&self.authenticator_data, relying_party, false)?;
        let mut signed = self.authenticator_data.clone();
        signed.extend_from_slice(&Sha256::digest(&self.client_data));
        if key.made(&self.signature, &signed) { Ok(count) } else { Err(PasskeyRefused::Signature) }
    }

    /// No part is longer than any that an authenticator sends.
    pub(crate) fn check_bounds(&self) -> Result<(), PasskeyRefused> {
        let bounds = [
            ("credential identifier", &self.credential_id, CREDENTIAL_ID_BOUND),
            ("authenticator data", &self.authenticator_data, HEAD),
            ("client data", &self.client_data, CLIENT_DATA_BOUND),
            ("signature", &self.signature, SIGNATURE_BOUND),
        ];
        match bounds.into_iter().find(|(_, octets, bound)| octets.len() > *bound) {
            Some((what, ..)) => Err(PasskeyRefused::TooLong(what)),
            None => Ok(()),
        }
    }
}
