//! How a key is named outside its token.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A private key: the token it lives in and its identifier there.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KeyReference {
    /// The name of the token in `tokens.toml`: `roots`, `issuing`, `status`.
    pub token: String,
    /// The key's `CKA_ID`.
    pub id: KeyId,
}

impl fmt::Display for KeyReference {
    /// `issuing/3f0a…`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.token, self.id)
    }
}

/// The `CKA_ID` of a key pair (PKCS#11 §4.7), 1 to 64 octets. Displayed, stored and serialised as
/// lower-case hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(Vec<u8>);

/// A text that is no key identifier.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key identifier is 1 to 64 octets in hexadecimal")]
pub struct InvalidKeyId;

impl KeyId {
    /// From the octets of a `CKA_ID`.
    pub fn new(octets: impl Into<Vec<u8>>) -> Result<Self, InvalidKeyId> {
        let octets = octets.into();
        if octets.is_empty() || octets.len() > 64 {
            return Err(InvalidKeyId);
        }
        Ok(Self(octets))
    }

    /// The octets of the `CKA_ID`.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > 128 {
            return Err(InvalidKeyId);
        }
        Self::new(hex::decode(text).map_err(|_| InvalidKeyId)?)
    }
}

impl Serialize for KeyId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_identifier_reads_back_what_it_prints_and_is_bounded() {
        let id = KeyId::new([0x0a, 0xff]).unwrap();
        assert_eq!(id.to_string(), "0aff");
        assert_eq!("0aff".parse::<KeyId>().unwrap(), id);
        for wrong in ["", "0", "zz", &"00".repeat(65)] {
            assert_eq!(wrong.parse::<KeyId>(), Err(InvalidKeyId), "{wrong:?}");
        }
    }
}
