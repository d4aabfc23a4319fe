//! m of n: the PINs of a token, shared among custodians (Shamir, docs/decisions/0014).
//!
//! The PINs are drawn, shared, and forgotten; what stays in the installation is the public
//! [`CustodianSet`]: who holds which share, and a commitment to each, so that a wrong share is named
//! before a wrong PIN is tried.

mod error;
mod polynomial;
mod share;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};
use store::CryptoRng;
use vsss_rs::Gf256;
use zeroize::{Zeroize, Zeroizing};

pub use error::CustodianError;
pub use share::Share;

use crate::signer::TokenPins;
use crate::signer::pin;

/// The most custodians of one token.
pub const MOST: usize = 16;

/// Who holds the shares of a token's PINs. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustodianSet {
    /// The token's name in `tokens.toml`.
    pub token: String,
    /// Which sharing, hexadecimal: shares of two sharings never mix.
    pub set: String,
    /// How many shares open the token.
    pub needed: usize,
    /// The custodians, in the order of their shares, from 1.
    pub custodians: Vec<Custodian>,
}

/// One custodian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Custodian {
    /// As the ceremony file names him.
    pub name: String,
    /// SHA-256 commitment to his share, hexadecimal ([`Share::commitment`]).
    pub commitment: String,
}

impl CustodianSet {
    /// Shares `pins` among `names`, any `needed` of whom open the token.
    pub fn share(
        token: &str,
        pins: &TokenPins,
        needed: usize,
        names: &[String],
        rng: &mut dyn CryptoRng,
    ) -> Result<(Self, Vec<Share>), CustodianError> {
        let secret = Zeroizing::new([pins.user.as_bytes(), pins.security_officer.as_bytes()].concat());
        let mut set = [0; 16];
        rng.fill_bytes(&mut set);
        let values = polynomial::split(needed, names.len(), secret.as_slice(), rng)?;
        let shares: Vec<Share> = values.into_iter().map(|value| Share::new(token, set, value, rng)).collect();
        let custodians = names
            .iter()
            .zip(&shares)
            .map(|(name, share)| Custodian { name: name.clone(), commitment: share.commitment() })
            .collect();
        let public = Self { token: token.to_owned(), set: hex::encode(set), needed, custodians };
        Ok((public, shares))
    }

    /// The PINs, from at least [`Self::needed`] shares in any order. Each share is held against its
    /// commitment first; the error names the custodian whose share is wrong.
    pub fn open(&self, shares: &[Share]) -> Result<TokenPins, CustodianError> {
        let mut seen = Vec::with_capacity(shares.len());
        for share in shares {
            let custodian = self.holder(share)?;
            if seen.contains(&share.number()) {
                return Err(CustodianError::Twice {
                    number: share.number(),
                    custodian: custodian.name.clone(),
                });
            }
            seen.push(share.number());
        }
        if shares.len() < self.needed {
            return Err(CustodianError::TooFew { given: shares.len(), needed: self.needed });
        }
        let mut values: Vec<Vec<u8>> = shares.iter().map(|share| share.value().to_vec()).collect();
        let combined = Gf256::combine_bytes(&values);
        values.iter_mut().for_each(Zeroize::zeroize);
        let secret = Zeroizing::new(combined.map_err(|error| CustodianError::Scheme(error.to_string()))?);
        let half = |octets: &[u8]| Zeroizing::new(octets.iter().copied().map(char::from).collect::<String>());
        match secret.split_at_checked(pin::GENERATED_LENGTH) {
            Some((user, officer)) if officer.len() == pin::GENERATED_LENGTH && secret.is_ascii() => {
                Ok(TokenPins { user: half(user), security_officer: half(officer) })
            }
            _ => Err(CustodianError::Scheme("the shares do not hold two PINs".to_owned())),
        }
    }

    /// Who holds this share; an error that names the custodian where it is not the share he was given.
    pub fn holder(&self, share: &Share) -> Result<&Custodian, CustodianError> {
        let number = share.number();
        if share.set() != self.set || share.token() != self.token {
            return Err(CustodianError::OtherSet { number, token: self.token.clone() });
        }
        let custodian = usize::from(number)
            .checked_sub(1)
            .and_then(|place| self.custodians.get(place))
            .ok_or_else(|| CustodianError::OtherSet { number, token: self.token.clone() })?;
        if share.commitment() == custodian.commitment {
            Ok(custodian)
        } else {
            Err(CustodianError::Wrong { number, custodian: custodian.name.clone() })
        }
    }
}
