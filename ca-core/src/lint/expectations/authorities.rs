//! Roots, issuing authorities and their OCSP responders (§1.1, §1.2).

use super::super::oids::{attribute, extension, purpose};
use super::{
    AllowedKey, BASE, CRL_SIGN, Expectation, ExpectedExtension, KEY_CERT_SIGN, KeyUsage, Layout, Role,
    critical, plain,
};

pub(super) const ALL: &[Expectation] = &[
    Expectation {
        profile: "root",
        role: Role::Root,
        keys: &[AllowedKey::P384, RSA_4096],
        longest_days: AUTHORITY_DAYS,
        subject: AUTHORITY,
        extensions: ROOT_EXTENSIONS,
        key_usage: CERTIFICATE_AUTHORITY,
        ..BASE
    },
    Expectation {
        profile: "issuing",
        role: Role::Issuing,
        keys: &[AllowedKey::P256, AllowedKey::P384, RSA_4096],
        longest_days: AUTHORITY_DAYS,
        subject: AUTHORITY,
        extensions: ISSUING_EXTENSIONS,
        key_usage: CERTIFICATE_AUTHORITY,
        ..BASE
    },
    Expectation {
        // Layout, keys and usages [ours]; the real ones [?].
        profile: "ocsp-responder",
        role: Role::Responder,
        longest_days: RESPONDER_DAYS,
        subject: AUTHORITY,
        extensions: RESPONDER_EXTENSIONS,
        extended_key_usage: &[purpose::OCSP_SIGNING],
        ..BASE
    },
];

/// One RDN per attribute.
const AUTHORITY: Layout = &[
    &[attribute::COUNTRY],
    &[attribute::ORGANIZATION],
    &[attribute::ORGANIZATIONAL_UNIT],
    &[attribute::ORGANIZATIONAL_UNIT],
    &[attribute::COMMON_NAME],
];

const RSA_4096: AllowedKey = AllowedKey::Rsa { from: 4096, to: 4096 };

const CERTIFICATE_AUTHORITY: KeyUsage = KeyUsage::same(KEY_CERT_SIGN | CRL_SIGN);

/// Twenty years of at most five leap days.
const AUTHORITY_DAYS: i64 = 20 * 365 + 5;
/// [ours], the real ones [?]. No revocation is looked up for a responder (id-pkix-ocsp-nocheck), so its life is short (RFC 6960 §4.2.2.2.1).
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
/// The real responders' profile is not public [?]: the common part, and what RFC 6960 §4.2.2.2 asks.
const RESPONDER_EXTENSIONS: &[ExpectedExtension] = &[
    plain(extension::BASIC_CONSTRAINTS),
    plain(extension::SUBJECT_KEY_IDENTIFIER),
    plain(extension::AUTHORITY_KEY_IDENTIFIER),
    critical(extension::KEY_USAGE),
    plain(extension::CERTIFICATE_POLICIES),
    plain(extension::EXTENDED_KEY_USAGE),
    plain(extension::OCSP_NO_CHECK),
];
