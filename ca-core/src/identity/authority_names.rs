//! How authorities are named: one layout for all of them, and a common name each.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{IdentityError, rule};

/// How authorities are named: `C, O, OU…, CN`, one attribute an RDN (domain.md §1.1 [S-cert]).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthorityNames {
    /// `countryName`: two capital letters (ISO 3166).
    pub country: String,
    /// `organizationName`.
    pub organisation: String,
    /// The `organizationalUnitName`s, in order; the first is the ICD `0002` and the SIREN.
    pub units: Vec<String>,
    /// What stands before every common name: `DEMO `, `TEST `, or nothing.
    #[serde(default)]
    prefix: String,
    /// The common name of an authority's OCSP responder; `{id}` is the authority's short name.
    responder: String,
    /// The common names without the prefix, by short name.
    common_names: BTreeMap<String, String>,
}

impl AuthorityNames {
    /// The common name of an authority.
    ///
    /// A later generation of its key (`ACI-FO-PP-2`, invariant 17) bears the name followed by its number,
    /// unless the file names it: with one name for two keys, a CRL could be taken for the other key's.
    pub fn common_name(&self, short_name: &str) -> Option<String> {
        if let Some(name) = self.common_names.get(short_name) {
            return Some(format!("{}{name}", self.prefix));
        }
        let (first, generation) = split_generation(short_name);
        let name = self.common_names.get(first)?;
        generation.map(|generation| format!("{}{name} {generation}", self.prefix))
    }

    /// The common name of the OCSP responder of an authority.
    pub fn responder_common_name(&self, short_name: &str) -> String {
        format!("{}{}", self.prefix, self.responder.replace("{id}", short_name))
    }

    /// The short names that are named here, in alphabetical order: first generations as a rule.
    pub fn short_names(&self) -> impl Iterator<Item = &str> {
        self.common_names.keys().map(String::as_str)
    }

    pub(super) fn all_begin_with(&self, prefix: &str) -> bool {
        self.prefix.starts_with(prefix)
    }

    pub(super) fn check(&self) -> Result<(), IdentityError> {
        if self.country.len() != 2 || !self.country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return rule("authorities.country", "two capital letters (ISO 3166)");
        }
        check_length("authorities.organisation", &self.organisation)?;
        for (index, unit) in self.units.iter().enumerate() {
            check_length(&format!("authorities.units[{index}]"), unit)?;
        }
        for short_name in self.common_names.keys() {
            let field = format!("authorities.common_names.{short_name}");
            if !is_short_name(short_name) {
                return rule(field, "a short name is capital letters, digits and hyphens, at most 32");
            }
            check_length(&field, &self.common_name(short_name).unwrap_or_default())?;
        }
        check_length("authorities.responder", &self.responder_common_name("ACI-EL-ORG-99"))
    }
}

/// `ACI-FO-PP-2` is generation 2 of `ACI-FO-PP`; a first generation has no number.
pub(crate) fn split_generation(short_name: &str) -> (&str, Option<u32>) {
    match short_name.rsplit_once('-') {
        Some((first, number))
            if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0') =>
        {
            match number.parse() {
                Ok(generation) if generation >= 2 => (first, Some(generation)),
                _ => (short_name, None),
            }
        }
        _ => (short_name, None),
    }
}

fn is_short_name(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
}

/// ub-organization-name, ub-organizational-unit-name and ub-common-name are all 64 (RFC 5280 appendix A.1).
fn check_length(field: &str, text: &str) -> Result<(), IdentityError> {
    if (1..=64).contains(&text.chars().count()) {
        Ok(())
    } else {
        rule(field, "1 to 64 characters (RFC 5280 appendix A.1)")
    }
}
