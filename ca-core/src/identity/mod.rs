//! Whose PKI is it: names, policies, addresses and numbers, in one file apart from the profiles.
//!
//! Three kinds exist. The *demo* identity ships with the program. The *reference* identity is that of
//! the real IGC Santé; it serves tests that rebuild real certificates, and nothing else. The *operator's*
//! own is what a real installation runs with. Profiles are the same under all three.

mod authority_names;
mod oid;
mod url_template;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use store::{Code, Fault};
use thiserror::Error;

pub use authority_names::AuthorityNames;
pub use oid::{BadOid, Oid};
pub use url_template::{BadUrlTemplate, UrlTemplate};

pub(crate) use authority_names::split_generation;
pub(crate) use url_template::AuthorityInUrl;

use crate::faults;
use crate::profile::ProfileId;
use crate::subject::check_dns_name;

/// Whose PKI is it. Read with [`Identity::parse`]; unknown keys are refused with their line.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Which of the three kinds.
    pub kind: IdentityKind,
    /// How the authorities are named.
    pub authorities: AuthorityNames,
    /// Certificate policies.
    pub policies: Policies,
    /// Where certificates say that status and issuers are found.
    pub publication: Publication,
    /// Numbers and suffixes of cards and their holders.
    pub cards: Cards,
    /// The eight first octets of the serials of each issuing authority, by short name; an authority that
    /// is absent draws its own at the ceremony.
    #[serde(default)]
    serial_prefixes: BTreeMap<String, SerialPrefix>,
    /// What it was read from.
    #[serde(skip)]
    text: String,
}

/// The three kinds of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum IdentityKind {
    /// Ships with the program; every certificate says it is a demo.
    Demo,
    /// The real IGC Santé's, for tests that compare with its certificates; refused everywhere else.
    Reference,
    /// The operator's own.
    Operator,
}

/// Certificate policies (RFC 5280 §4.2.1.4).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policies {
    /// The policy of every end-entity profile that [`Policies::of`] finds no other for.
    default: Oid,
    /// The policy of a profile.
    #[serde(default)]
    by_profile: BTreeMap<ProfileId, Oid>,
    /// Where the practice statement is read: the `id-qt-cps` qualifier of every policy.
    pub practice_statement: UrlTemplate,
}

/// Where certificates say that status and issuers are found. `{id}` stands for an authority's short name.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publication {
    /// The full CRL of an authority, over HTTP.
    pub crl: UrlTemplate,
    /// Its delta CRL, over HTTP.
    pub delta_crl: UrlTemplate,
    /// The CRL of one of its shards, over HTTP; `{shard}` stands for its number. Needed where an authority has
    /// shards.
    #[serde(default)]
    pub shard_crl: Option<UrlTemplate>,
    /// The delta CRL of that shard, over HTTP.
    #[serde(default)]
    pub shard_delta_crl: Option<UrlTemplate>,
    /// Its certificate (DER), over HTTP.
    pub ca_certificate: UrlTemplate,
    /// The OCSP responder.
    pub ocsp: UrlTemplate,
    /// The same in the directory.
    pub ldap: Ldap,
}

/// Where the directory holds CRLs. The name of an authority's entry is *not* its subject name: an issuing
/// authority's entry hangs below an `ou` that stands for its root, and the case of attribute names differs
/// between roots and issuing authorities (domain.md §1.2 [S-cert]). So these are templates, not rules.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// The CRL of a root.
    pub root_crl: UrlTemplate,
    /// The CRL of an issuing authority.
    pub crl: UrlTemplate,
    /// The delta CRL of an issuing authority.
    pub delta_crl: UrlTemplate,
}

/// Numbers and suffixes of cards and their holders.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cards {
    /// The card issuer's number (ISO/IEC 7812), ten digits: `8025000001` is the ANS's, `8025099999` the demo's.
    pub issuer_number: IssuerNumber,
    /// What follows `@` in the user principal name of a card's authentication certificate.
    pub upn_suffix: String,
    /// Whether the product category carries the test bit, +0x80 (domain.md §1.6 [S-cert]).
    pub test_bit: bool,
}

/// Ten digits.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct IssuerNumber(String);

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
struct SerialPrefix([u8; 8]);

/// An identity file that is not what it must be.
#[derive(Debug, Error)]
pub enum IdentityError {
    /// Not TOML, an unknown key, a value out of form; says the line.
    #[error("identity: {0}")]
    Malformed(#[from] toml::de::Error),
    /// A rule between two fields.
    #[error("identity: {field}: {rule}")]
    Rule {
        /// The field, dotted.
        field: String,
        /// The rule it breaks.
        rule: &'static str,
    },
    /// The reference identity was about to be used outside a test.
    #[error("the reference identity is the real IGC Santé's: no installation may bear it")]
    Reference,
}

impl Fault for IdentityError {
    fn code(&self) -> Code {
        match self {
            Self::Malformed(_) | Self::Rule { .. } => faults::IDENTITY_INVALID,
            Self::Reference => faults::IDENTITY_REFERENCE,
        }
    }
}

impl Identity {
    /// The text of the demo identity: `hsm-config/identities/demo.toml`.
    pub const DEMO: &'static str = include_str!("../../../hsm-config/identities/demo.toml");

    /// Reads an identity file.
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let identity: Self = toml::from_str(text)?;
        identity.check()?;
        Ok(Self { text: text.to_owned(), ..identity })
    }

    /// The demo identity.
    pub fn demo() -> Self {
        Self::parse(Self::DEMO).expect("the demo identity of this program is well formed: a test reads it")
    }

    /// Refuses the reference identity: `igc init` and the ceremony call this before anything is made.
    pub fn refuse_reference(&self) -> Result<(), IdentityError> {
        match self.kind {
            IdentityKind::Reference => Err(IdentityError::Reference),
            IdentityKind::Demo | IdentityKind::Operator => Ok(()),
        }
    }

    /// The file, as it was read: for who reads it again with a reader of his own.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether certificates carry the test bit in their product category.
    pub fn test_bit(&self) -> bool {
        self.cards.test_bit
    }

    /// The serial prefix laid down for an authority; none where it is drawn at the ceremony.
    pub fn serial_prefix(&self, short_name: &str) -> Option<[u8; 8]> {
        self.serial_prefixes.get(short_name).map(|prefix| prefix.0)
    }

    fn check(&self) -> Result<(), IdentityError> {
        self.authorities.check()?;
        self.publication.check()?;
        for (short_name, prefix) in &self.serial_prefixes {
            if self.authorities.common_name(short_name).is_none() {
                return rule(format!("serial_prefixes.{short_name}"), "no such authority");
            }
            if self.serial_prefixes.values().filter(|other| other.0 == prefix.0).count() > 1 {
                return rule(format!("serial_prefixes.{short_name}"), "another authority has it too");
            }
        }
        if check_dns_name(&self.cards.upn_suffix).is_err() {
            return rule("cards.upn_suffix", "a host name: letters, digits, hyphens and dots");
        }
        if self.kind == IdentityKind::Demo {
            if !self.cards.test_bit {
                return rule("cards.test_bit", "a demo's certificates carry the test bit");
            }
            if !self.authorities.all_begin_with("DEMO ") {
                return rule("authorities.prefix", "the name of every demo authority begins with \"DEMO \"");
            }
        }
        Ok(())
    }
}

impl Publication {
    /// The number of the shard stands in the addresses of shards, and in no other: one address would be that of
    /// several CRLs.
    fn check(&self) -> Result<(), IdentityError> {
        for (field, template) in [("shard_crl", &self.shard_crl), ("shard_delta_crl", &self.shard_delta_crl)]
        {
            if template
                .as_ref()
                .is_some_and(|template| !template.names_authority() || !template.names_shard())
            {
                return rule(format!("publication.{field}"), "holds {id} and {shard}");
            }
        }
        let one_alone = self.shard_crl.is_some() != self.shard_delta_crl.is_some();
        if one_alone || self.shard_crl.is_some() && self.shard_crl == self.shard_delta_crl {
            return rule("publication.shard_delta_crl", "stands beside shard_crl, and is another address");
        }
        for (field, template) in [
            ("crl", &self.crl),
            ("delta_crl", &self.delta_crl),
            ("ca_certificate", &self.ca_certificate),
            ("ocsp", &self.ocsp),
            ("ldap.root_crl", &self.ldap.root_crl),
            ("ldap.crl", &self.ldap.crl),
            ("ldap.delta_crl", &self.ldap.delta_crl),
        ] {
            if template.names_shard() {
                return rule(format!("publication.{field}"), "is not the address of a shard: no {shard}");
            }
        }
        Ok(())
    }
}

impl Policies {
    /// The policy of a profile.
    pub fn of(&self, profile: &ProfileId) -> &Oid {
        self.by_profile.get(profile).unwrap_or(&self.default)
    }
}

impl fmt::Display for IssuerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for IssuerNumber {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let ten_digits = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        if ten_digits { Ok(Self(text)) } else { Err("an issuer number has ten digits") }
    }
}

impl From<IssuerNumber> for String {
    fn from(number: IssuerNumber) -> Self {
        number.0
    }
}

impl TryFrom<String> for SerialPrefix {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let octets = hex::decode(&text).map_err(|_| "a serial prefix is hexadecimal")?;
        let octets: [u8; 8] = octets.try_into().map_err(|_| "a serial prefix has eight octets")?;
        if (0x01..=0x7F).contains(&octets[0]) {
            Ok(Self(octets))
        } else {
            Err("a serial prefix begins with 01 to 7F, so that the serial is positive (RFC 5280 §4.1.2.2)")
        }
    }
}

fn rule<T>(field: impl Into<String>, rule: &'static str) -> Result<T, IdentityError> {
    Err(IdentityError::Rule { field: field.into(), rule })
}

#[cfg(test)]
mod tests;
