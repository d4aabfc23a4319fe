//! `validity`: the order of the dates, their length, and the issuer's and the clock's say.

use store::Timestamp;

use super::expectations::Expectation;
use super::finding::{Finding, Findings};
use super::issuer::Issuer;
use super::reader::Element;
use super::time;

/// The two dates, in seconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(super) struct Validity {
    pub(super) not_before: i64,
    pub(super) not_after: i64,
}

/// Reads a Validity (RFC 5280 §4.1.2.5).
pub(super) fn read(element: &Element<'_>) -> Result<Validity, Finding> {
    let mut fields = element.reader();
    let not_before = fields.next("notBefore")?;
    let not_after = fields.next("notAfter")?;
    fields.finish("validity")?;
    Ok(Validity {
        not_before: time::read(&not_before, "notBefore")?,
        not_after: time::read(&not_after, "notAfter")?,
    })
}

/// Reads the dates and judges them.
pub(super) fn check(
    element: &Element<'_>,
    expectation: &Expectation,
    issuer: Option<&Issuer>,
    at: Timestamp,
    findings: &mut Findings,
) -> Option<Validity> {
    let validity = findings.keep(read(element))?;
    let Validity { not_before, not_after } = validity;
    let mut add = |rule, message: String| findings.add(rule, element.offset, message);
    if not_before >= not_after {
        add("rfc5280-4.1.2.5-validity-order", "validity: notBefore is not before notAfter".into());
        return Some(validity);
    }
    if not_after <= at.seconds() {
        add("igc-1.5-validity-expired", format!("notAfter: already past at {at}"));
    }
    let longest = expectation.longest_days * 86_400;
    if not_after - not_before > longest {
        let days = (not_after - not_before) / 86_400;
        add(
            "igc-1.5-validity-length",
            format!("validity: {days} days, {} at most", expectation.longest_days),
        );
    }
    if let Some(issuer) = issuer {
        // Architecture invariant 17: no certificate outlives its issuer.
        if not_after > issuer.validity.not_after {
            add("igc-1.1-outlives-issuer", "notAfter: later than the issuer's".into());
        }
        if not_before < issuer.validity.not_before {
            add("igc-1.1-older-than-issuer", "notBefore: earlier than the issuer's".into());
        }
    }
    Some(validity)
}
