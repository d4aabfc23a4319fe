//! What a certificate of each profile looks like, written a second time on purpose.
//!
//! The builder's profiles are files, one whole page each; these tables were written from the domain reference
//! (IGC Santé, §1.1 authorities, §1.5–1.9 end entities) without reading them, and composed the other way: who the
//! subject is times what the key is for. So a slip of one hand is not a slip of the other. A line with no mark is
//! seen in real certificates; [M] is from memory, [C] deduced, [?] not known, [ours] chosen here. Change a line here only with the
//! reason in the other writing.
//!
//! What an installation configures stands in none of these tables: names, policies, addresses, the UPN's suffix and the card issuer are read from the
//! identity file. The profiles are part of the program, as these tables are: one that is changed alone is refused, and that is meant.

mod authorities;
mod cards;
mod organisations;
mod software;

use super::oids::{attribute, extension, purpose};
use super::public_key::KeyKind;

/// Everything the rules expect of one profile.
pub(super) struct Expectation {
    pub(super) profile: &'static str,
    pub(super) role: Role,
    /// Sizes and curves a subject may hold.
    pub(super) keys: &'static [AllowedKey],
    /// Longest validity, in days of 86 400 s.
    pub(super) longest_days: i64,
    pub(super) subject: Layout,
    pub(super) common_name: CommonName,
    pub(super) extensions: &'static [ExpectedExtension],
    pub(super) key_usage: KeyUsage,
    pub(super) extended_key_usage: &'static [&'static [u8]],
    pub(super) alt_name: AltName,
    /// TRE_G01, without the TEST bit.
    pub(super) category: u8,
    /// TRE_G02, for cards.
    pub(super) product_type: u8,
}

/// The expectation of a profile identifier.
pub(super) fn of(profile: &str) -> Option<&'static Expectation> {
    ALL.iter().flat_map(|family| family.iter()).find(|expectation| expectation.profile == profile)
}

const ALL: &[&[Expectation]] = &[
    authorities::ALL,
    cards::CPS,
    cards::CPF,
    cards::CPE,
    cards::CPE_OF_A_SERVICE,
    cards::CDE,
    cards::CPA,
    cards::CDA,
    cards::TECHNICAL,
    software::ALL,
    organisations::ALL,
];

/// RDNs in order, each the attribute types of one SET, sorted by type (the SET itself is sorted by encoding).
pub(super) type Layout = &'static [&'static [&'static [u8]]];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Root,
    Issuing,
    Responder,
    EndEntity,
}

impl Role {
    pub(super) fn is_authority(self) -> bool {
        matches!(self, Self::Root | Self::Issuing)
    }
}

#[derive(Clone, Copy)]
pub(super) enum AllowedKey {
    Rsa { from: usize, to: usize },
    P256,
    P384,
}

impl AllowedKey {
    pub(super) fn admits(self, kind: KeyKind) -> bool {
        match (self, kind) {
            (Self::Rsa { from, to }, KeyKind::Rsa { bits }) => (from..=to).contains(&bits),
            (Self::P256, KeyKind::P256) | (Self::P384, KeyKind::P384) => true,
            _ => false,
        }
    }
}

/// The form of the subject's CN.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CommonName {
    /// Free text: an authority, a responder, a service.
    Free,
    /// IdNat_PS of a professional: `8` and an RPPS number, or `0` and an ADELI number.
    Professional,
    /// IdNat_PS of an employee of a health establishment: `3`, FINESS, `/`, local number.
    Employee,
    /// The same of a card that names nobody: `3`, FINESS, `/`, nine digits.
    Service,
    /// IdNat_PS of the staff of another structure: `5`, SIRET, `/`, local number.
    Authorised,
    /// Either of a person attached to a structure.
    Attached,
    /// The number of the card itself.
    CardNumber,
    /// A fully qualified domain name, which is also among the dNSNames.
    Host,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AltName {
    /// The profile has no subjectAltName.
    None,
    /// dNSName only.
    Hosts,
    /// One otherName, the userPrincipalName `<CN>@<suffix>`.
    Upn,
    /// rfc822Name only.
    Mailboxes,
}

/// Bits as RFC 5280 §4.2.1.3 numbers them: bit 0 is the most significant.
#[derive(Clone, Copy)]
pub(super) struct KeyUsage {
    pub(super) rsa: u16,
    pub(super) elliptic: u16,
}

impl KeyUsage {
    const fn same(bits: u16) -> Self {
        Self { rsa: bits, elliptic: bits }
    }
}

pub(super) const DIGITAL_SIGNATURE: u16 = 1 << 15;
pub(super) const NON_REPUDIATION: u16 = 1 << 14;
pub(super) const KEY_ENCIPHERMENT: u16 = 1 << 13;
pub(super) const DATA_ENCIPHERMENT: u16 = 1 << 12;
pub(super) const KEY_AGREEMENT: u16 = 1 << 11;
pub(super) const KEY_CERT_SIGN: u16 = 1 << 10;
pub(super) const CRL_SIGN: u16 = 1 << 9;

#[derive(Clone, Copy)]
pub(super) struct ExpectedExtension {
    pub(super) id: &'static [u8],
    pub(super) critical: bool,
}

const fn critical(id: &'static [u8]) -> ExpectedExtension {
    ExpectedExtension { id, critical: true }
}

const fn plain(id: &'static [u8]) -> ExpectedExtension {
    ExpectedExtension { id, critical: false }
}

use attribute::{COMMON_NAME, COUNTRY, GIVEN_NAME, ORGANIZATION, ORGANIZATIONAL_UNIT, STATE, SURNAME, TITLE};

/// §1.7: no structure, because the identity is national; one RDN of three attributes.
const PROFESSIONAL: Layout = &[&[COUNTRY], &[TITLE], PERSON];
const EMPLOYEE: Layout = &[&[COUNTRY], &[STATE], &[ORGANIZATION], &[ORGANIZATIONAL_UNIT], &[TITLE], PERSON];
const PERSON: &[&[u8]] = &[COMMON_NAME, SURNAME, GIVEN_NAME];

/// RSA of 2048 bits is seen; P-256 [ours].
const CARD_KEYS: &[AllowedKey] = &[AllowedKey::P256, AllowedKey::Rsa { from: 2048, to: 2048 }];
/// RSA of 2048 bits is seen; more, and P-256 [ours].
const SOFTWARE_KEYS: &[AllowedKey] = &[AllowedKey::P256, AllowedKey::Rsa { from: 2048, to: 4096 }];

/// Three years to the second, a leap day included (§1.5).
const END_ENTITY_DAYS: i64 = 3 * 365 + 1;

/// The common part of §1.5 with what a profile adds: after the extended key usage, and at the end.
macro_rules! end_entity_extensions {
    ([$($middle:expr),*], [$($last:expr),*]) => {
        &[
            plain(extension::BASIC_CONSTRAINTS),
            plain(extension::SUBJECT_KEY_IDENTIFIER),
            plain(extension::AUTHORITY_KEY_IDENTIFIER),
            critical(extension::KEY_USAGE),
            plain(extension::CERTIFICATE_POLICIES),
            plain(extension::EXTENDED_KEY_USAGE),
            $(plain($middle),)*
            plain(extension::CRL_DISTRIBUTION_POINTS),
            plain(extension::FRESHEST_CRL),
            plain(extension::AUTHORITY_INFO_ACCESS),
            plain(extension::PRODUCT_CATEGORY),
            $(plain($last),)*
        ]
    };
}
use end_entity_extensions;

const PERIOD: &[u8] = extension::PRIVATE_KEY_USAGE_PERIOD;
const ALT_NAME: &[u8] = extension::SUBJECT_ALT_NAME;
const PROFESSION: &[u8] = extension::PROFESSION;

const AUTHENTICATION: KeyUsage = KeyUsage::same(DIGITAL_SIGNATURE);
/// Never with another usage: whoever relies on it as consent may (EN 319 412-2 §4.3.2, type A).
const CONSENT: KeyUsage = KeyUsage::same(NON_REPUDIATION);
/// [M]/[?] (§1.8); RFC 8813 §3 [ours]: an EC key agrees on keys, it enciphers nothing.
const CONFIDENTIALITY: KeyUsage =
    KeyUsage { rsa: KEY_ENCIPHERMENT | DATA_ENCIPHERMENT, elliptic: KEY_AGREEMENT };
const MAIL: &[&[u8]] = &[purpose::EMAIL_PROTECTION];

/// What most profiles share; each fills in its own over it.
const BASE: Expectation = Expectation {
    profile: "",
    role: Role::EndEntity,
    keys: SOFTWARE_KEYS,
    longest_days: END_ENTITY_DAYS,
    subject: &[],
    common_name: CommonName::Free,
    extensions: &[],
    key_usage: AUTHENTICATION,
    extended_key_usage: &[],
    alt_name: AltName::None,
    // TRE_G01: a software certificate.
    category: 0x03,
    product_type: 0,
};
