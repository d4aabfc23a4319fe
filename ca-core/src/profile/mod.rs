//! Certificate profiles (*gabarits*): what each kind of certificate is made of, as data.
//!
//! A profile is one file of `ca-core/profiles/`, whole in itself, so that who reviews it reads one page. It holds
//! no name, no address and no policy: those are the [identity](crate::identity)'s, and what is particular to one
//! subject comes as [`Facts`](crate::subject::Facts). What the domain reference does not know for sure, its marks
//! \[M\] and \[?\], is a value in the file and says so there.

mod catalogue;
mod difference;
mod display;
mod extension;
mod key_kind;
mod subject_layout;
mod validity;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use catalogue::{Profiles, UnknownProfile};
pub use difference::Difference;
pub use extension::{ExtendedUsage, Extension, PolicyChoice, SubjectAltName, Usage};
pub use key_kind::{KeyKind, KeyRule};
pub use subject_layout::{Attribute, AttributeType, AuthorityField, Case, Source, StringType};
pub use validity::{PastIssuer, Term};

use crate::authority::AuthorityKind;
use crate::identity::split_generation;

/// One kind of certificate.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Its identifier: `fo-pp-cps-sign`, also the name of its file.
    pub id: ProfileId,
    /// What it is for, in one line.
    pub title: String,
    /// Issued by its own key: a root.
    #[serde(default)]
    pub self_signed: bool,
    /// The authorities that may issue it, by short name without generation; empty for a root.
    #[serde(default)]
    pub issuers: Vec<String>,
    /// The keys it may certify.
    pub keys: KeyRule,
    /// How long it lives.
    pub term: Term,
    /// The private key must lie in an escrow, because whoever loses it loses what was enciphered for it.
    /// There is no escrow yet, so [`prepare`](crate::issuance::prepare) refuses such a profile.
    #[serde(default)]
    pub key_escrow: bool,
    /// Where each part is known from.
    pub source: Sources,
    /// The subject: RDNs in order, each a SET of attributes.
    pub subject: Vec<Vec<Attribute>>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
}

/// Where each part of a profile is known from: sections and marks of `docs/domain.md`, and `[ours]` where this
/// project chose.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sources {
    /// Of [`Profile::issuers`].
    pub issuers: String,
    /// Of [`Profile::keys`].
    pub keys: String,
    /// Of [`Profile::term`].
    pub term: String,
    /// Of [`Profile::subject`].
    pub subject: String,
    /// Of key usages, purposes, usage period and alternative names.
    pub usages: String,
    /// Of all other extensions, their order and criticality.
    pub extensions: String,
}

/// The identifier of a profile: `<range>-<domain>-<what>-<usage>`, lower-case words and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProfileId(String);

impl Profile {
    /// Whether this authority, of any generation, issues this profile; any root issues its own.
    pub fn issued_by(&self, short_name: &str, kind: AuthorityKind) -> bool {
        (self.self_signed && kind == AuthorityKind::Root) || self.may_be_issued_by(short_name)
    }

    /// Whether this authority, of any generation, issues this profile to others.
    pub(crate) fn may_be_issued_by(&self, short_name: &str) -> bool {
        let (first_generation, _) = split_generation(short_name);
        self.issuers.iter().any(|issuer| issuer == first_generation)
    }

    /// Whether the certificate names where its CRL is.
    pub(crate) fn names_crl(&self) -> bool {
        self.extensions.iter().any(|extension| matches!(extension, Extension::CrlDistributionPoints {}))
    }

    /// Whether the certificate is an authority's.
    pub fn is_authority(&self) -> bool {
        self.extensions
            .iter()
            .any(|extension| matches!(extension, Extension::BasicConstraints { ca: true, .. }))
    }
}

impl ProfileId {
    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProfileId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if text.len() <= 64 && text.split('-').all(is_word) {
            Ok(Self(text))
        } else {
            Err("a profile identifier is lower-case words and hyphens, at most 64 characters")
        }
    }
}

impl std::str::FromStr for ProfileId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::try_from(text.to_owned())
    }
}

impl From<ProfileId> for String {
    fn from(id: ProfileId) -> Self {
        id.0
    }
}

impl fmt::Display for ProfileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
