//! Persons with a key in software (§1.8; the offers PS and PRO of §1.9).

use super::super::oids::{extension, purpose};
use super::{
    ALT_NAME, AltName, BASE, CONFIDENTIALITY, CONSENT, CommonName, EMPLOYEE, Expectation, MAIL, PERIOD,
    PROFESSION, PROFESSIONAL, critical, end_entity_extensions, plain,
};

pub(super) const ALL: &[Expectation] = &[
    Expectation {
        // [C]: no sample [?]; the authentication of §1.8 without what only a card has.
        profile: "el-pp-soft-auth",
        extensions: end_entity_extensions!([], [PROFESSION]),
        extended_key_usage: &[purpose::CLIENT_AUTH],
        ..PROFESSIONALS
    },
    Expectation {
        profile: "el-pp-soft-sign",
        extensions: end_entity_extensions!([PERIOD, ALT_NAME], [PROFESSION]),
        key_usage: CONSENT,
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..PROFESSIONALS
    },
    Expectation {
        // [M]/[?] (§1.8).
        profile: "el-pp-soft-conf",
        extensions: end_entity_extensions!([ALT_NAME], [PROFESSION]),
        key_usage: CONFIDENTIALITY,
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..PROFESSIONALS
    },
    Expectation {
        // [C] from the two lines above it and the employee of §1.7, as all of this offer; no such certificate was seen [?].
        profile: "el-pp-pro-auth",
        extensions: end_entity_extensions!([], []),
        extended_key_usage: &[purpose::CLIENT_AUTH],
        ..ATTACHED
    },
    Expectation {
        profile: "el-pp-pro-sign",
        extensions: end_entity_extensions!([PERIOD, ALT_NAME], []),
        key_usage: CONSENT,
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..ATTACHED
    },
    Expectation {
        // [M], and [C] as the others of this offer.
        profile: "el-pp-pro-conf",
        extensions: end_entity_extensions!([ALT_NAME], []),
        key_usage: CONFIDENTIALITY,
        extended_key_usage: MAIL,
        alt_name: AltName::Mailboxes,
        ..ATTACHED
    },
];

const PROFESSIONALS: Expectation =
    Expectation { subject: PROFESSIONAL, common_name: CommonName::Professional, ..BASE };
const ATTACHED: Expectation = Expectation { subject: EMPLOYEE, common_name: CommonName::Attached, ..BASE };
