//! What a certificate of each profile looks like, written a second time on purpose.
//!
//! The builder's profiles are data of its own; this table was written from the domain reference
//! (IGC Santé, §1.1 authorities, §1.5–1.8 end entities) without reading them. A line with no mark is seen in
//! real certificates; [M] is from memory, [C] deduced. Change a line here only with the reason in the other writing.

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
    /// RDNs in order, each the attribute types of one SET. Any of the layouts will do.
    pub(super) subject: &'static [Layout],
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

/// A sequence of RDNs, each the attribute types of one SET.
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

/// The expectation of a profile identifier.
pub(super) fn of(profile: &str) -> Option<&'static Expectation> {
    ALL.iter().find(|expectation| expectation.profile == profile)
}

use attribute::{COMMON_NAME, COUNTRY, GIVEN_NAME, ORGANIZATION, ORGANIZATIONAL_UNIT, STATE, SURNAME, TITLE};

/// §1.1: one RDN per attribute.
const AUTHORITY: Layout =
    &[&[COUNTRY], &[ORGANIZATION], &[ORGANIZATIONAL_UNIT], &[ORGANIZATIONAL_UNIT], &[COMMON_NAME]];
/// §1.7: no structure, because the identity is national; one RDN of three attributes.
const PROFESSIONAL: Layout = &[&[COUNTRY], &[TITLE], PERSON];
const EMPLOYEE: Layout = &[&[COUNTRY], &[STATE], &[ORGANIZATION], &[ORGANIZATIONAL_UNIT], &[TITLE], PERSON];
const ORGANISATION: Layout = &[&[COUNTRY], &[STATE], &[ORGANIZATION], &[ORGANIZATIONAL_UNIT], &[COMMON_NAME]];
/// Sorted by type here; the SET itself is sorted by its encoding.
const PERSON: &[&[u8]] = &[COMMON_NAME, SURNAME, GIVEN_NAME];

const ROOT_KEYS: &[AllowedKey] = &[AllowedKey::P384, AllowedKey::Rsa { from: 4096, to: 4096 }];
const ISSUING_KEYS: &[AllowedKey] =
    &[AllowedKey::P256, AllowedKey::P384, AllowedKey::Rsa { from: 4096, to: 4096 }];
const CARD_KEYS: &[AllowedKey] = &[AllowedKey::P256, AllowedKey::Rsa { from: 2048, to: 2048 }];
const SOFTWARE_KEYS: &[AllowedKey] = &[AllowedKey::P256, AllowedKey::Rsa { from: 2048, to: 4096 }];

/// Twenty years of at most five leap days.
const AUTHORITY_DAYS: i64 = 20 * 365 + 5;
/// Three years to the second, a leap day included (§1.5).
const END_ENTITY_DAYS: i64 = 3 * 365 + 1;
/// No revocation is looked up for a responder (id-pkix-ocsp-nocheck), so its life is short (RFC 6960 §4.2.2.2.1).
const RESPONDER_DAYS: i64 = 90;

const ROOT_EXTENSIONS: &[ExpectedExtension] = &[
    critical(extension::BASIC_CONSTRAINTS),
    critical(extension::KEY_USAGE),
    plain(extension::CERTIFICATE_POLICIES),
    plain(extension::SUBJECT_KEY_IDENTIFIER),
    plain(extension::AUTHORITY_KEY_IDENTIFIER),
];
const ISSUING_EXTENSIONS: &[ExpectedExtension] = &[
    critical(extension::BASIC_CONSTRAINTS),
    critical(extension::KEY_USAGE),
    plain(extension::CERTIFICATE_POLICIES),
    plain(extension::CRL_DISTRIBUTION_POINTS),
    plain(extension::SUBJECT_KEY_IDENTIFIER),
    plain(extension::AUTHORITY_KEY_IDENTIFIER),
];
/// The real responders' profile is not public: the common part, and what RFC 6960 §4.2.2.2 asks.
const RESPONDER_EXTENSIONS: &[ExpectedExtension] = &[
    plain(extension::BASIC_CONSTRAINTS),
    plain(extension::SUBJECT_KEY_IDENTIFIER),
    plain(extension::AUTHORITY_KEY_IDENTIFIER),
    critical(extension::KEY_USAGE),
    plain(extension::CERTIFICATE_POLICIES),
    plain(extension::EXTENDED_KEY_USAGE),
    plain(extension::OCSP_NO_CHECK),
];

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

const PERIOD: &[u8] = extension::PRIVATE_KEY_USAGE_PERIOD;
const ALT_NAME: &[u8] = extension::SUBJECT_ALT_NAME;
const TYPE: &[u8] = extension::PRODUCT_TYPE;
const TOKEN: &[u8] = extension::TOKEN_IDENTIFIER;
const PROFESSION: &[u8] = extension::PROFESSION;

/// TRE_G01: a CPx card; a software certificate.
const CARD: u8 = 0x00;
const SOFTWARE: u8 = 0x03;
/// TRE_G02: CPS; CPE.
const CPS: u8 = 0;
const CPE: u8 = 2;

const AUTHENTICATION: KeyUsage = KeyUsage::same(DIGITAL_SIGNATURE);
const CERTIFICATE_AUTHORITY: KeyUsage = KeyUsage::same(KEY_CERT_SIGN | CRL_SIGN);
const LOGON: &[&[u8]] = &[purpose::CLIENT_AUTH, purpose::SMARTCARD_LOGON];
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
    category: SOFTWARE,
    product_type: CPS,
};

const ALL: &[Expectation] = &[
    Expectation {
        profile: "root",
        role: Role::Root,
        keys: ROOT_KEYS,
        longest_days: AUTHORITY_DAYS,
        subject: &[AUTHORITY],
        extensions: ROOT_EXTENSIONS,
        key_usage: CERTIFICATE_AUTHORITY,
        ..BASE
    },
    Expectation {
        profile: "issuing",
        role: Role::Issuing,
        keys: ISSUING_KEYS,
        longest_days: AUTHORITY_DAYS,
        subject: &[AUTHORITY],
        extensions: ISSUING_EXTENSIONS,
        key_usage: CERTIFICATE_AUTHORITY,
        ..BASE
    },
    Expectation {
        profile: "ocsp-responder",
        role: Role::Responder,
        longest_days: RESPONDER_DAYS,
        subject: &[AUTHORITY],
        extensions: RESPONDER_EXTENSIONS,
        extended_key_usage: &[purpose::OCSP_SIGNING],
        ..BASE
    },
    Expectation {
        profile: "fo-pp-cps-auth",
        keys: CARD_KEYS,
        subject: &[PROFESSIONAL],
        common_name: CommonName::Professional,
        extensions: end_entity_extensions!([ALT_NAME], [TYPE, TOKEN, PROFESSION]),
        extended_key_usage: LOGON,
        alt_name: AltName::Upn,
        category: CARD,
        ..BASE
    },
    Expectation {
        profile: "fo-pp-cps-sign",
        keys: CARD_KEYS,
        subject: &[PROFESSIONAL],
        common_name: CommonName::Professional,
        extensions: end_entity_extensions!([PERIOD], [TYPE, TOKEN, PROFESSION]),
        key_usage: KeyUsage::same(NON_REPUDIATION),
        extended_key_usage: MAIL,
        category: CARD,
        ..BASE
    },
    Expectation {
        profile: "st-pp-cpe-auth",
        keys: CARD_KEYS,
        subject: &[EMPLOYEE],
        common_name: CommonName::Employee,
        extensions: end_entity_extensions!([ALT_NAME], [TYPE, TOKEN]),
        extended_key_usage: LOGON,
        alt_name: AltName::Upn,
        category: CARD,
        product_type: CPE,
        ..BASE
    },
    Expectation {
        // [C]: the CPE subject of §1.7 with the card signature of §1.8.
        profile: "st-pp-cpe-sign",
        keys: CARD_KEYS,
        subject: &[EMPLOYEE],
        common_name: CommonName::Employee,
        extensions: end_entity_extensions!([PERIOD], [TYPE, TOKEN]),
        key_usage: KeyUsage::same(NON_REPUDIATION),
        extended_key_usage: MAIL,
        category: CARD,
        product_type: CPE,
        ..BASE
    },
    Expectation {
        profile: "el-pp-soft-sign",
        subject: &[PROFESSIONAL],
        common_name: CommonName::Professional,
        extensions: end_entity_extensions!([PERIOD, ALT_NAME], [PROFESSION]),
        key_usage: KeyUsage::same(NON_REPUDIATION),
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..BASE
    },
    Expectation {
        // [C]: no sample; the authentication of §1.8 without what only a card has.
        profile: "el-pp-soft-auth",
        subject: &[PROFESSIONAL],
        common_name: CommonName::Professional,
        extensions: end_entity_extensions!([], [PROFESSION]),
        extended_key_usage: &[purpose::CLIENT_AUTH],
        ..BASE
    },
    Expectation {
        profile: "el-org-serv-ssl",
        subject: &[ORGANISATION],
        common_name: CommonName::Host,
        extensions: end_entity_extensions!([ALT_NAME], []),
        // RFC 8813 §3: an EC key agrees on keys, it does not encipher them.
        key_usage: KeyUsage {
            rsa: DIGITAL_SIGNATURE | KEY_ENCIPHERMENT,
            elliptic: DIGITAL_SIGNATURE | KEY_AGREEMENT,
        },
        extended_key_usage: &[purpose::SERVER_AUTH, purpose::CLIENT_AUTH],
        alt_name: AltName::Hosts,
        ..BASE
    },
    Expectation {
        profile: "el-org-sign",
        subject: &[ORGANISATION],
        extensions: end_entity_extensions!([PERIOD], []),
        key_usage: KeyUsage::same(DIGITAL_SIGNATURE | NON_REPUDIATION),
        extended_key_usage: MAIL,
        ..BASE
    },
    Expectation {
        // [M]: no sample was found.
        profile: "el-org-auth-cli",
        subject: &[ORGANISATION],
        extensions: end_entity_extensions!([], []),
        extended_key_usage: &[purpose::CLIENT_AUTH],
        ..BASE
    },
];
