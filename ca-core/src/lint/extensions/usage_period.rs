//! PrivateKeyUsagePeriod (RFC 3280 §4.2.1.4; RFC 5280 leaves it to the profiles): signature certificates.

use super::super::finding::Finding;
use super::super::reader::{Element, tag};
use super::super::time;
use super::super::validity::Validity;

/// Both dates, in order, and those of the validity (§1.8).
pub(super) fn check(value: &Element<'_>, validity: Option<Validity>) -> Result<(), Finding> {
    let mut fields = value.must_be(tag::SEQUENCE, "privateKeyUsagePeriod")?.reader();
    let from = fields.expect(tag::implicit(0), "privateKeyUsagePeriod.notBefore")?;
    let to = fields.expect(tag::implicit(1), "privateKeyUsagePeriod.notAfter")?;
    fields.finish("privateKeyUsagePeriod")?;
    let from = time::generalized(&from, "privateKeyUsagePeriod.notBefore")?;
    let to = time::generalized(&to, "privateKeyUsagePeriod.notAfter")?;
    let fail = |rule, message: &str| Err(Finding::new(rule, value.offset, message));
    if from >= to {
        return fail(
            "rfc3280-4.2.1.4-period-order",
            "privateKeyUsagePeriod: notBefore is not before notAfter",
        );
    }
    if validity.is_some_and(|validity| (from, to) != (validity.not_before, validity.not_after)) {
        return fail("igc-1.8-period-is-validity", "privateKeyUsagePeriod: not the dates of the validity");
    }
    Ok(())
}
