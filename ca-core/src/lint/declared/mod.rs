//! What an identity declares of the certificates under it, read from its text a second time: names, policies,
//! addresses, numbers. The builder reads the same file with a reader of its own; a slip of either is a difference.

pub(super) mod address;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::finding::Finding;
use address::{Filled, fill};

/// An identity file as the lint reads it: once, for all the authorities under it. Where it cannot be read, nothing
/// under it passes.
#[derive(Clone, Debug)]
pub struct DeclaredIdentity(Result<Arc<File>, Finding>);

/// What the certificates that one authority issues must say. Where the identity does not declare that authority,
/// nothing under it passes.
#[derive(Clone, Debug)]
pub struct Declared(Result<Option<Declarations>, Finding>);

impl DeclaredIdentity {
    /// Reads the text of an identity file (TOML). What the lint has no use for is not looked at: whether the file is
    /// well formed in every part is the question of who opens an installation with it.
    pub fn read(text: &str) -> Self {
        let file = toml::from_str(text).map(Arc::new);
        let unreadable = |error: toml::de::Error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let message = format!("identity, line {line}: {}", error.message());
            Finding::new("igc-lint-identity-unreadable", 0, message)
        };
        Self(file.map_err(unreadable))
    }

    /// Why nothing under it passes: it is no TOML, or what the lint holds certificates against is not in it, in words that
    /// name the line. None where it reads.
    pub fn unreadable(&self) -> Option<&Finding> {
        self.0.as_ref().err()
    }

    /// Of the authority with this short name, under `parent`: its own short name again for a root.
    pub fn of(&self, short_name: &str, parent: &str) -> Declared {
        let declarations = |file: &Arc<File>| Declarations::of(file, short_name, parent);
        Declared(self.0.as_ref().map_err(Finding::clone).and_then(declarations).map(Some))
    }
}

impl Declared {
    /// Nothing is known of what was declared, and nothing of it is held: for who reads what others have signed. Before a
    /// signature it is always known.
    pub fn not_at_hand() -> Self {
        Self(Ok(None))
    }

    pub(super) fn declarations(&self) -> Result<Option<&Declarations>, Finding> {
        self.0.as_ref().map(Option::as_ref).map_err(Finding::clone)
    }
}

/// Everything that is declared, the addresses filled in for one authority.
#[derive(Clone, Debug)]
pub(super) struct Declarations {
    file: Arc<File>,
    pub(super) crl: String,
    pub(super) delta_crl: String,
    pub(super) directory_crl: String,
    pub(super) directory_delta_crl: String,
    pub(super) issuer_certificate: String,
    pub(super) ocsp: String,
    /// The common name of its OCSP responder.
    pub(super) responder: String,
}

impl Declarations {
    fn of(file: &Arc<File>, short_name: &str, parent: &str) -> Result<Self, Finding> {
        let undeclared = || {
            let message = format!("the identity names no authority {short_name:?} under {parent:?}");
            Finding::new("igc-lint-authority-undeclared", 0, message)
        };
        let common_name = file.authorities.common_name(short_name).ok_or_else(undeclared)?;
        let parent_name = file.authorities.common_name(parent).ok_or_else(undeclared)?;
        let names = Filled { id: short_name, cn: &common_name, parent_cn: &parent_name };
        let Publication { crl, delta_crl, ca_certificate, ocsp, ldap } = &file.publication;
        // A root's list, the domain reference's §1.2, has an address of another shape.
        let directory = if short_name == parent { &ldap.root_crl } else { &ldap.crl };
        let responder = file.authorities.responder.replace("{id}", short_name);
        Ok(Self {
            crl: fill(crl, &names),
            delta_crl: fill(delta_crl, &names),
            directory_crl: fill(directory, &names),
            directory_delta_crl: fill(&ldap.delta_crl, &names),
            issuer_certificate: fill(ca_certificate, &names),
            ocsp: fill(ocsp, &names),
            responder: format!("{}{responder}", file.authorities.prefix),
            file: Arc::clone(file),
        })
    }

    /// The policy of a profile of an end entity or of a responder, dotted.
    pub(super) fn policy(&self, profile: &str) -> &str {
        let policies = &self.file.policies;
        policies.by_profile.get(profile).unwrap_or(&policies.default)
    }

    /// Where the practice statement of every policy is read.
    pub(super) fn practice_statement(&self) -> &str {
        &self.file.policies.practice_statement
    }

    /// The values of the name of the authority or responder with this common name, in their order.
    pub(super) fn name(&self, common_name: &str) -> Vec<String> {
        let authorities = &self.file.authorities;
        let above = [&authorities.country, &authorities.organisation].into_iter().chain(&authorities.units);
        // As a name has them: without spaces around them.
        above.map(String::as_str).chain([common_name]).map(|text| text.trim_matches(' ').to_owned()).collect()
    }

    /// The common name of an authority; none where the identity names none such.
    pub(super) fn common_name(&self, short_name: &str) -> Option<String> {
        self.file.authorities.common_name(short_name)
    }

    /// What follows `@` in a userPrincipalName.
    pub(super) fn upn_suffix(&self) -> &str {
        &self.file.cards.upn_suffix
    }

    /// The ten digits of the card issuer.
    pub(super) fn card_issuer(&self) -> &str {
        &self.file.cards.issuer_number
    }

    /// Whether the TEST bit (+0x80) is set in the product category.
    pub(super) fn test_bit(&self) -> bool {
        self.file.cards.test_bit
    }
}

#[derive(Debug, Deserialize)]
struct File {
    authorities: Authorities,
    policies: Policies,
    publication: Publication,
    cards: Cards,
}

#[derive(Debug, Deserialize)]
struct Authorities {
    country: String,
    organisation: String,
    units: Vec<String>,
    #[serde(default)]
    prefix: String,
    responder: String,
    common_names: BTreeMap<String, String>,
}

impl Authorities {
    /// As it is declared, or, for a later generation of a key (`ACI-FO-PP-2`), the first's with the number behind it.
    fn common_name(&self, short_name: &str) -> Option<String> {
        if let Some(name) = self.common_names.get(short_name) {
            return Some(format!("{}{name}", self.prefix));
        }
        let (first, generation) = short_name.rsplit_once('-')?;
        let number = generation.parse::<u32>().ok().filter(|number| *number >= 2)?;
        let name = self.common_names.get(first).filter(|_| generation == number.to_string())?;
        Some(format!("{}{name} {number}", self.prefix))
    }
}

#[derive(Debug, Deserialize)]
struct Policies {
    default: String,
    #[serde(default)]
    by_profile: BTreeMap<String, String>,
    practice_statement: String,
}

#[derive(Debug, Deserialize)]
struct Publication {
    crl: String,
    delta_crl: String,
    ca_certificate: String,
    ocsp: String,
    ldap: Directory,
}

#[derive(Debug, Deserialize)]
struct Directory {
    root_crl: String,
    crl: String,
    delta_crl: String,
}

#[derive(Debug, Deserialize)]
struct Cards {
    issuer_number: String,
    upn_suffix: String,
    test_bit: bool,
}
