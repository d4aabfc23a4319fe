//! The private extensions 1.2.250.1.71.1.2.x (§1.6): product, card, profession.

use super::super::Reading;
use super::super::expectations::{CommonName, Expectation};
use super::super::finding::Finding;
use super::super::reader::{Element, tag};

/// Set in the product category of every certificate of a test identity.
const TEST_BIT: u8 = 0x80;

/// `.5`, TRE_G01: OCTET STRING of one octet.
pub(super) fn check_category(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let expected = reading.expectation.category | if reading.test_bit { TEST_BIT } else { 0 };
    let fail = |rule, message: String| Err(Finding::new(rule, value.offset, message));
    match value.must_be(tag::OCTET_STRING, "product category")?.content {
        [found] if *found == expected => Ok(()),
        [found] if found ^ expected == TEST_BIT => {
            fail("igc-1.6-test-bit", format!("product category: {found:02X}, the TEST bit is wrong"))
        }
        _ => fail("igc-1.6-product-category", format!("product category: {expected:02X} is required")),
    }
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

/// `.3`: PrintableString, ten digits of the card issuer, `/`, ten digits of the card; which are the CN of a
/// certificate that names the card alone.
pub(super) fn check_token(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let text = value.must_be(tag::PRINTABLE_STRING, "token identifier")?.content;
    let ten_digits = |part: &[u8]| part.len() == 10 && part.iter().all(u8::is_ascii_digit);
    let fail = |rule, message: &str| Err(Finding::new(rule, value.offset, message));
    if text.len() != 21 || text[10] != b'/' || !ten_digits(&text[..10]) || !ten_digits(&text[11..]) {
        return fail("igc-1.6-token-identifier", "token identifier: ten digits, `/`, ten digits");
    }
    let named = reading.common_name.filter(|_| reading.expectation.common_name == CommonName::CardNumber);
    if named.is_some_and(|name| name.as_bytes() != &text[11..]) {
        return fail("igc-1.8-card-of-token", "token identifier: not the card that the CN names");
    }
    Ok(())
}

/// TRE_G15-ProfessionSante, the codes no longer given included: whether a profession may still be certified
/// is the register's knowledge, not the certificate's form.
const PROFESSIONS: [u8; 30] = [
    10, 21, 26, 28, 31, 32, 35, 36, 37, 38, 39, 40, 50, 60, 69, 70, 80, 81, 82, 83, 84, 85, 86, 91, 92, 93,
    94, 95, 96, 98,
];

/// `.7`, TRE_G15: INTEGER.
pub(super) fn check_profession(value: &Element<'_>) -> Result<(), Finding> {
    match value.must_be(tag::INTEGER, "profession")?.content {
        [code] if PROFESSIONS.contains(code) => Ok(()),
        _ => Err(Finding::new("igc-1.6-profession", value.offset, "profession: not a code of TRE_G15")),
    }
}

/// TRE_G16-ProfessionFormation: a CPF is for who learns one of the four medical professions.
const FUTURE_PROFESSIONS: [u8; 4] = [10, 21, 40, 50];

/// `.8`, TRE_G16: INTEGER, as the profession is [M].
pub(super) fn check_future_profession(value: &Element<'_>) -> Result<(), Finding> {
    match value.must_be(tag::INTEGER, "future profession")?.content {
        [code] if FUTURE_PROFESSIONS.contains(code) => Ok(()),
        _ => {
            let message = "future profession: not a code of TRE_G16";
            Err(Finding::new("igc-1.6-future-profession", value.offset, message))
        }
    }
}
