//! Organisations and their servers (§1.8; the offers ORG and SERV of §1.9).

use super::super::oids::{attribute, extension, purpose};
use super::{
    ALT_NAME, AllowedKey, AltName, BASE, CONFIDENTIALITY, CommonName, DIGITAL_SIGNATURE, Expectation,
    KEY_AGREEMENT, KEY_ENCIPHERMENT, KeyUsage, MAIL, NON_REPUDIATION, PERIOD, critical,
    end_entity_extensions, plain,
};

pub(super) const ALL: &[Expectation] = &[
    Expectation {
        // [M]: no sample was found.
        profile: "el-org-auth-cli",
        extensions: end_entity_extensions!([], []),
        extended_key_usage: &[purpose::CLIENT_AUTH],
        ..ORGANISATION
    },
    Expectation {
        profile: "el-org-sign",
        extensions: end_entity_extensions!([PERIOD], []),
        key_usage: KeyUsage::same(DIGITAL_SIGNATURE | NON_REPUDIATION),
        extended_key_usage: MAIL,
        ..ORGANISATION
    },
    Expectation {
        // [M]/[?] (§1.8).
        profile: "el-org-conf",
        extensions: end_entity_extensions!([ALT_NAME], []),
        key_usage: CONFIDENTIALITY,
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..ORGANISATION
    },
    Expectation {
        profile: "el-org-serv-ssl",
        common_name: CommonName::Host,
        extensions: end_entity_extensions!([ALT_NAME], []),
        // RFC 8813 §3: an EC key agrees on keys, it does not encipher them.
        key_usage: KeyUsage {
            rsa: DIGITAL_SIGNATURE | KEY_ENCIPHERMENT,
            elliptic: DIGITAL_SIGNATURE | KEY_AGREEMENT,
        },
        extended_key_usage: &[purpose::SERVER_AUTH, purpose::CLIENT_AUTH],
        alt_name: AltName::Hosts,
        ..ORGANISATION
    },
    Expectation {
        // [M]/[?]; mail enciphers a key, never data, with the recipient's.
        profile: "el-org-serv-smime",
        extensions: end_entity_extensions!([ALT_NAME], []),
        key_usage: KeyUsage { rsa: KEY_ENCIPHERMENT, elliptic: KEY_AGREEMENT },
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..ORGANISATION
    },
    Expectation { profile: "el-org-test", longest_days: 90, ..TEST },
    Expectation { profile: "el-org-test-short", longest_days: 1, ..TEST },
];

/// What relying systems test with; nobody keeps its key [ours].
const TEST: Expectation = Expectation {
    keys: &[AllowedKey::P256],
    extensions: end_entity_extensions!([], []),
    extended_key_usage: &[purpose::CLIENT_AUTH],
    ..ORGANISATION
};

const ORGANISATION: Expectation = Expectation {
    subject: &[
        &[attribute::COUNTRY],
        &[attribute::STATE],
        &[attribute::ORGANIZATION],
        &[attribute::ORGANIZATIONAL_UNIT],
        &[attribute::COMMON_NAME],
    ],
    ..BASE
};
