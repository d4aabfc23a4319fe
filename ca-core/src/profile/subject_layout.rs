//! The subject of a profile: which attributes, in which order, of which string type, from where.

use const_oid::ObjectIdentifier;
use const_oid::db::rfc4519::{
    COMMON_NAME, COUNTRY_NAME, GIVEN_NAME, ORGANIZATION_NAME, ORGANIZATIONAL_UNIT_NAME, ST, SURNAME, TITLE,
};
use serde::{Deserialize, Serialize};

use crate::subject::{Fact, PERSON_NAME};

/// RFC 5280 appendix A.1: `id-at-pseudonym`.
const PSEUDONYM: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.65");

/// One attribute of the subject (RFC 5280 §4.1.2.4 `AttributeTypeAndValue`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its type.
    #[serde(rename = "type")]
    pub attribute_type: AttributeType,
    /// Its string type.
    #[serde(default)]
    pub string: StringType,
    /// Where its value comes from.
    pub value: Source,
    /// Longer values are cut to this many characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<usize>,
    /// What is done about the case of letters.
    #[serde(default)]
    pub case: Case,
}

/// The attribute types that names of this PKI have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum AttributeType {
    /// `C`.
    CountryName,
    /// `ST`.
    StateOrProvinceName,
    /// `O`.
    OrganizationName,
    /// `OU`.
    OrganizationalUnitName,
    /// `CN`.
    CommonName,
    /// `title`.
    Title,
    /// `GN`.
    GivenName,
    /// `SN`.
    Surname,
    /// `pseudonym`, on the cards of a service.
    Pseudonym,
}

/// The string types that names of this PKI have: `countryName` is a PrintableString, all else UTF8String
/// (domain.md §1.1 [S-cert]; RFC 5280 §4.1.2.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum StringType {
    /// UTF8String.
    #[default]
    #[serde(rename = "UTF8String")]
    Utf8,
    /// PrintableString.
    #[serde(rename = "PrintableString")]
    Printable,
}

/// Where the value of an attribute comes from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The same in every certificate.
    Fixed(String),
    /// A fact about the subject.
    Fact(Fact),
    /// A field of the names of authorities in the identity.
    Authority(AuthorityField),
}

/// The fields of the names of authorities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityField {
    /// The country.
    Country,
    /// The organisation.
    Organisation,
    /// The units: one RDN each.
    Units,
    /// The common name of the authority that the fact `authority` names.
    CommonName,
    /// The common name of the OCSP responder of the issuing authority.
    ResponderCommonName,
}

/// What is done about the case of letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Case {
    /// Nothing.
    #[default]
    Kept,
    /// Capitals.
    Upper,
}

impl AttributeType {
    /// The name RFC 4519 §2 gives it; of the pseudonym, X.520.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CountryName => "countryName",
            Self::StateOrProvinceName => "stateOrProvinceName",
            Self::OrganizationName => "organizationName",
            Self::OrganizationalUnitName => "organizationalUnitName",
            Self::CommonName => "commonName",
            Self::Title => "title",
            Self::GivenName => "givenName",
            Self::Surname => "surname",
            Self::Pseudonym => "pseudonym",
        }
    }

    /// The object identifier (RFC 4519 §2; RFC 5280 appendix A.1).
    pub const fn oid(self) -> ObjectIdentifier {
        match self {
            Self::CountryName => COUNTRY_NAME,
            Self::StateOrProvinceName => ST,
            Self::OrganizationName => ORGANIZATION_NAME,
            Self::OrganizationalUnitName => ORGANIZATIONAL_UNIT_NAME,
            Self::CommonName => COMMON_NAME,
            Self::Title => TITLE,
            Self::GivenName => GIVEN_NAME,
            Self::Surname => SURNAME,
            Self::Pseudonym => PSEUDONYM,
        }
    }

    /// The most characters a value may have: the upper bounds of RFC 5280 appendix A.1. Given names and
    /// surnames, which it bounds by ub-name = 32768, are held to the 64 of X.520 (2001), ub-surname.
    pub const fn upper_bound(self) -> usize {
        match self {
            Self::CountryName => 2,
            Self::StateOrProvinceName | Self::Pseudonym => 128,
            Self::OrganizationName | Self::OrganizationalUnitName | Self::CommonName | Self::Title => 64,
            Self::GivenName | Self::Surname => PERSON_NAME,
        }
    }
}
