//! Cards: who holds one (§1.7), times what its keys are for (§1.8).

use super::super::oids::{attribute, extension, purpose};
use super::{
    ALT_NAME, AltName, BASE, CARD_KEYS, CONFIDENTIALITY, CONSENT, CommonName, EMPLOYEE, Expectation, Layout,
    MAIL, PERIOD, PROFESSION, PROFESSIONAL, critical, end_entity_extensions, plain,
};

/// The three certificates of a holder: authentication (seen of a CPE; of the other kinds [C]), signature (seen of a CPS; of the others [C]),
/// confidentiality ([M]; that a card has it [?]).
macro_rules! card {
    ($name:literal, $holder:expr, [$($last:expr),*]) => {
        &[
            Expectation {
                profile: concat!($name, "-auth"),
                extensions: end_entity_extensions!([ALT_NAME], [TYPE, TOKEN $(, $last)*]),
                extended_key_usage: &[purpose::CLIENT_AUTH, purpose::SMARTCARD_LOGON],
                alt_name: AltName::Upn,
                ..$holder
            },
            Expectation {
                profile: concat!($name, "-sign"),
                extensions: end_entity_extensions!([PERIOD], [TYPE, TOKEN $(, $last)*]),
                key_usage: CONSENT,
                extended_key_usage: MAIL,
                ..$holder
            },
            Expectation {
                profile: concat!($name, "-conf"),
                extensions: end_entity_extensions!([], [TYPE, TOKEN $(, $last)*]),
                key_usage: CONFIDENTIALITY,
                extended_key_usage: MAIL,
                ..$holder
            },
        ]
    };
}

pub(super) const CPS: &[Expectation] = card!("fo-pp-cps", PROFESSIONALS, [PROFESSION]);
/// [C] from the CPS, no CPF was seen [?]; the extension of the future profession [M].
pub(super) const CPF: &[Expectation] = card!("fo-pp-cpf", STUDENTS, [extension::FUTURE_PROFESSION]);
pub(super) const CPE: &[Expectation] = card!("st-pp-cpe", EMPLOYEES, []);
pub(super) const CPE_OF_A_SERVICE: &[Expectation] = card!("st-pp-cpe-service", SERVICES, []);
/// [C]: as the CPE; no CDE was seen [?].
pub(super) const CDE: &[Expectation] = card!("st-pp-cde", EMPLOYEES, []);
pub(super) const CPA: &[Expectation] = card!("st-pp-cpa", AUTHORISED, []);
/// [C]: as the CPA; no CDA was seen [?].
pub(super) const CDA: &[Expectation] = card!("st-pp-cda", AUTHORISED, []);

/// The contactless certificate of each kind of card: it says which card it is, and nothing of its holder [?].
pub(super) const TECHNICAL: &[Expectation] = &[
    Expectation { profile: "fo-pp-cps-tech", product_type: CPS_TYPE, ..CONTACTLESS },
    Expectation { profile: "fo-pp-cpf-tech", product_type: CPF_TYPE, ..CONTACTLESS },
    Expectation { profile: "st-pp-cpe-tech", product_type: ESTABLISHMENT_TYPE, ..CONTACTLESS },
    Expectation { profile: "st-pp-cde-tech", product_type: ESTABLISHMENT_TYPE, ..CONTACTLESS },
    Expectation { profile: "st-pp-cpa-tech", product_type: AUTHORISED_TYPE, ..CONTACTLESS },
    Expectation { profile: "st-pp-cda-tech", product_type: AUTHORISED_TYPE, ..CONTACTLESS },
];

/// That there is such a key, without a PIN and never to sign, is known; its subject, usages and extensions are not [?].
const CONTACTLESS: Expectation = Expectation {
    subject: &[&[attribute::COUNTRY], &[attribute::COMMON_NAME]],
    common_name: CommonName::CardNumber,
    extensions: end_entity_extensions!([], [TYPE, TOKEN]),
    extended_key_usage: &[purpose::CLIENT_AUTH],
    ..ANY_CARD
};

const PROFESSIONALS: Expectation = Expectation {
    subject: PROFESSIONAL,
    common_name: CommonName::Professional,
    product_type: CPS_TYPE,
    ..ANY_CARD
};
const STUDENTS: Expectation = Expectation { product_type: CPF_TYPE, ..PROFESSIONALS };
const EMPLOYEES: Expectation = Expectation {
    subject: EMPLOYEE,
    common_name: CommonName::Employee,
    product_type: ESTABLISHMENT_TYPE,
    ..ANY_CARD
};
const SERVICES: Expectation = Expectation { subject: SERVICE, common_name: CommonName::Service, ..EMPLOYEES };
const AUTHORISED: Expectation =
    Expectation { common_name: CommonName::Authorised, product_type: AUTHORISED_TYPE, ..EMPLOYEES };

/// TRE_G01: a CPx card.
const ANY_CARD: Expectation = Expectation { keys: CARD_KEYS, category: 0x00, ..BASE };

/// TRE_G02.
const CPS_TYPE: u8 = 0;
const CPF_TYPE: u8 = 1;
const ESTABLISHMENT_TYPE: u8 = 2;
const AUTHORISED_TYPE: u8 = 3;

/// A pseudonym where the nominative card has names; one RDN for each attribute [C].
const SERVICE: Layout = &[
    &[attribute::COUNTRY],
    &[attribute::STATE],
    &[attribute::ORGANIZATION],
    &[attribute::ORGANIZATIONAL_UNIT],
    &[attribute::TITLE],
    &[attribute::PSEUDONYM],
    &[attribute::COMMON_NAME],
];

const TYPE: &[u8] = extension::PRODUCT_TYPE;
const TOKEN: &[u8] = extension::TOKEN_IDENTIFIER;
