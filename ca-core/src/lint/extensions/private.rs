//! The private extensions 1.2.250.1.71.1.2.x (§1.6): product, card, profession.

use super::super::Reading;
use super::super::expectations::{CommonName, Expectation};
use super::super::finding::Finding;
use super::super::reader::{Element, tag};

/// Set in the product category of every certificate of a test identity.
const TEST_BIT: u8 = 0x80;

/// `.5`, TRE_G01: OCTET STRING of one octet.
pub(super) fn check_category(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let category = reading.expectation.category;
    let fail = |rule, message: String| Err(Finding::new(rule, value.offset, message));
    match (value.must_be(tag::OCTET_STRING, "product category")?.content, reading.declared) {
        ([found], _) if found & !TEST_BIT != category => {}
        ([found], Some(declared)) if (found & TEST_BIT != 0) != declared.test_bit() => {
            return fail("igc-1.6-test-bit", format!("product category: {found:02X}, the TEST bit is wrong"));
        }
        ([_], _) => return Ok(()),
        _ => {}
    }
    fail("igc-1.6-product-category", format!("product category: {category:02X} is required"))
}

/// `.2`, TRE_G02: INTEGER.
pub(super) fn check_type(value: &Element<'_>, expectation: &Expectation) -> Result<(), Finding> {
    let integer = value.must_be(tag::INTEGER, "product type")?;
    if integer.content == [expectation.product_type] {
        return Ok(());
    }
    let message = format!("product type: {} is required", expectation.product_type);
    Err(Finding::new("igc-1.6-product-type", value.offset, message))
}

/// `.3`: PrintableString, the ten digits of the card issuer, `/`, ten digits of the card; which are the CN of a
/// certificate that names the card alone.
pub(super) fn check_token(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let text = value.must_be(tag::PRINTABLE_STRING, "token identifier")?.content;
    let ten_digits = |part: &[u8]| part.len() == 10 && part.iter().all(u8::is_ascii_digit);
    let fail = |rule, message: &str| Err(Finding::new(rule, value.offset, message));
    if text.len() != 21 || text[10] != b'/' || !ten_digits(&text[..10]) || !ten_digits(&text[11..]) {
        return fail("igc-1.6-token-identifier", "token identifier: ten digits, `/`, ten digits");
    }
    if reading.declared.is_some_and(|declared| declared.card_issuer().as_bytes() != &text[..10]) {
        return fail("igc-1.6-card-issuer", "token identifier: not the number of the card issuer");
    }
    let named =
        reading.subject.common_name().filter(|_| reading.expectation.common_name == CommonName::CardNumber);
    if named.is_some_and(|name| name.as_bytes() != &text[11..]) {
        return fail("igc-1.8-card-of-token", "token identifier: not the card that the CN names");
    }
    Ok(())
}

/// TRE_G15-ProfessionSante, code and label, the codes no longer given included: whether a profession may still be
/// certified is the register's knowledge, not the certificate's form.
const PROFESSIONS: [(u8, &str); 30] = [
    (10, "Médecin"),
    (21, "Pharmacien"),
    (26, "Audioprothésiste"),
    (28, "Opticien-Lunetier"),
    (31, "Assistant dentaire"),
    (32, "Physicien médical"),
    (35, "Aide-soignant"),
    (36, "Ambulancier"),
    (37, "Auxiliaire de puériculture"),
    (38, "Préparateur en pharmacie"),
    (39, "Préparateur en pharmacie hospitalière"),
    (40, "Chirurgien-Dentiste"),
    (50, "Sage-Femme"),
    (60, "Infirmier"),
    (69, "Infirmier psychiatrique"),
    (70, "Masseur-Kinésithérapeute"),
    (80, "Pédicure-Podologue"),
    (81, "Orthoprothésiste"),
    (82, "Podo-Orthésiste"),
    (83, "Orthopédiste-Orthésiste"),
    (84, "Oculariste"),
    (85, "Epithésiste"),
    (86, "Technicien de laboratoire médical"),
    (91, "Orthophoniste"),
    (92, "Orthoptiste"),
    (93, "Psychologue"),
    (94, "Ergothérapeute"),
    (95, "Diététicien"),
    (96, "Psychomotricien"),
    (98, "Manipulateur ERM"),
];

/// TRE_G16-ProfessionFormation: a CPF is for who learns one of the four medical professions.
const FUTURE_PROFESSIONS: [(u8, &str); 4] = [
    (10, "Médecin en formation"),
    (21, "Pharmacien en formation"),
    (40, "Chirurgien-Dentiste en formation"),
    (50, "Sage-Femme en formation"),
];

/// `.7`, TRE_G15: INTEGER.
pub(super) fn check_profession(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let message = "profession: not a code of TRE_G15";
    let unknown = Finding::new("igc-1.6-profession", value.offset, message);
    check_code(&value.must_be(tag::INTEGER, "profession")?, &PROFESSIONS, unknown, reading)
}

/// `.8`, TRE_G16: INTEGER, as the profession is [M].
pub(super) fn check_future_profession(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let message = "future profession: not a code of TRE_G16";
    let unknown = Finding::new("igc-1.6-future-profession", value.offset, message);
    check_code(&value.must_be(tag::INTEGER, "future profession")?, &FUTURE_PROFESSIONS, unknown, reading)
}

/// A code of `table`, whose label is the title in the subject (§1.7): two words for one profession, of which some read
/// the one and some the other.
fn check_code(
    code: &Element<'_>,
    table: &[(u8, &str)],
    unknown: Finding,
    reading: &Reading<'_>,
) -> Result<(), Finding> {
    let found = table.iter().find(|(known, _)| code.content == [*known]);
    let Some((_, label)) = found else { return Err(unknown) };
    if reading.subject.title().is_some_and(|title| title != *label) {
        let message = format!("title: {label} is required beside this profession");
        return Err(Finding::new("igc-1.7-title-of-profession", code.offset, message));
    }
    Ok(())
}
