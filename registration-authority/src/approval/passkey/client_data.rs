//! What the browser says it asked the authenticator for: `CollectedClientData` (Level 3 §5.8.1).

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::{PasskeyRefused, RelyingParty};

/// Longest client data, in octets: browsers send two hundred.
pub(super) const CLIENT_DATA_BOUND: usize = 1024;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ceremony {
    /// A new key.
    Create,
    /// A signature.
    Get,
}

/// Checks that the client data is of this ceremony, over this challenge, in a page of ours that stands in no frame of
/// another's. Members that the specification may add later are let be; none stands twice.
pub(super) fn check(
    json: &[u8],
    ceremony: Ceremony,
    challenge: &[u8; 32],
    relying_party: &RelyingParty,
) -> Result<(), PasskeyRefused> {
    if json.len() > CLIENT_DATA_BOUND {
        return Err(PasskeyRefused::TooLong("client data"));
    }
    let Members(members) = serde_json::from_slice(json).map_err(|_| PasskeyRefused::ClientData)?;
    let is = |name: &'static str, value: &str| match members.get(name).and_then(Value::as_str) {
        Some(text) if text == value => Ok(()),
        _ => Err(PasskeyRefused::Member(name)),
    };
    is("type", if ceremony == Ceremony::Create { "webauthn.create" } else { "webauthn.get" })?;
    is("challenge", &URL_SAFE_NO_PAD.encode(challenge))?;
    is("origin", &relying_party.origin)?;
    if !members.get("crossOrigin").is_none_or(|value| *value == Value::Bool(false)) {
        return Err(PasskeyRefused::Member("crossOrigin"));
    }
    match members.contains_key("topOrigin") {
        true => Err(PasskeyRefused::Member("topOrigin")),
        false => Ok(()),
    }
}

/// The members of an object, each of which stands once.
struct Members(BTreeMap<String, Value>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Once)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object, each of its members once")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Members, M::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if members.insert(name, value).is_some() {
                return Err(M::Error::custom("a member stands twice"));
            }
        }
        Ok(Members(members))
    }
}
