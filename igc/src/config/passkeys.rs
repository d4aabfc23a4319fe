//! `[passkeys]`: where officers' keys sign, and the administrators' keys that the chain of enrolments begins with.

use std::collections::BTreeMap;

use registration_authority::approval::passkey::{PasskeyKey, RelyingParty};
use registration_authority::enrolment::{PinnedRoots, Root};
use registration_authority::officers::OfficerEmail;
use serde::{Deserialize, Serialize, Serializer};

/// `[passkeys]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeysSection {
    /// Where browsers reach the officers' pages.
    pub origin: String,
    /// The host of the origin, or a domain that it is in.
    pub rp_id: String,
    /// The roots.
    #[serde(default, rename = "root")]
    pub roots: Vec<RootSection>,
}

/// `[[passkeys.root]]`: an administrator's key, as `/ra/cle` shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootSection {
    /// Whose.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// Where he is written to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The authenticator's name for the key, in hexadecimal.
    pub credential_id: String,
    /// SubjectPublicKeyInfo in DER, in hexadecimal.
    pub public_key: String,
}

/// Officers' passkeys, as understood.
#[derive(Clone, Debug, Serialize)]
pub struct Passkeys {
    /// For whom they sign.
    pub relying_party: RelyingParty,
    /// The roots of the chain; none before the first administrators have made their keys, and then no passkey counts.
    #[serde(serialize_with = "fingerprints")]
    pub roots: Vec<Root>,
    /// Where those of the roots who have an address are written to, by login: no enrolment says otherwise.
    #[serde(serialize_with = "logins")]
    pub addresses: BTreeMap<String, OfficerEmail>,
}

/// Who has one; which is nobody's business.
fn logins<S: Serializer>(
    addresses: &BTreeMap<String, OfficerEmail>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(addresses.keys())
}

/// As people compare them.
fn fingerprints<S: Serializer>(roots: &[Root], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Shown<'a> {
        login: &'a str,
        display_name: &'a str,
        fingerprint: String,
    }
    serializer.collect_seq(roots.iter().map(|Root { login, display_name, key, .. }| Shown {
        login,
        display_name,
        fingerprint: key.fingerprint(),
    }))
}

impl PasskeysSection {
    /// Understands the section. The error names the key.
    pub(super) fn understand(self) -> Result<Passkeys, String> {
        let relying_party =
            RelyingParty::new(&self.origin, &self.rp_id).map_err(|rule| format!("passkeys.{rule}"))?;
        let mut addresses = BTreeMap::new();
        for root in &self.roots {
            let Some(email) = &root.email else { continue };
            let email: OfficerEmail = email.parse().map_err(|error| format!("passkeys.root.{error}"))?;
            if addresses.insert(root.login.clone(), email.clone()).is_some_and(|other| other != email) {
                return Err(format!("passkeys.root.email: {} has two", root.login));
            }
        }
        let roots: Vec<Root> =
            self.roots.into_iter().map(RootSection::understand).collect::<Result<_, _>>()?;
        if !roots.is_empty() {
            PinnedRoots::new(roots.clone()).map_err(|rule| format!("passkeys.root: {rule}"))?;
        }
        Ok(Passkeys { relying_party, roots, addresses })
    }
}

impl RootSection {
    fn understand(self) -> Result<Root, String> {
        let octets = |key: &str, text: &str| {
            hex::decode(text).map_err(|_| format!("passkeys.root.{key}: must be hexadecimal"))
        };
        let public_key = octets("public_key", &self.public_key)?;
        Ok(Root {
            key: PasskeyKey::from_spki(&public_key)
                .map_err(|error| format!("passkeys.root.public_key: {error}"))?,
            credential_id: octets("credential_id", &self.credential_id)?,
            login: self.login,
            display_name: self.display_name,
        })
    }
}
