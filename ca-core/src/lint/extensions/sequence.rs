//! Which extensions stand in a certificate, how often, in which order, and whether they are critical.

use super::super::Reading;
use super::super::certificate::Extension;
use super::super::expectations::ExpectedExtension;
use super::super::finding::Findings;
use super::super::oids::dotted;

/// RFC 5280 §4.2 (no repetition, no unknown critical extension) and §1.5 of the profiles (order, criticality).
pub(super) fn check(reading: &Reading<'_>, findings: &mut Findings) {
    let found = &reading.tbs.extensions;
    let expected = reading.expectation.extensions;
    repeated(found, findings);
    let mut expected_ones = Vec::new();
    for extension in found {
        match expected.iter().position(|expected| expected.id == extension.id) {
            Some(position) => {
                criticality(extension, &expected[position], findings);
                expected_ones.push((position, extension));
            }
            None => unexpected(extension, findings),
        }
    }
    for (position, missing) in expected.iter().enumerate() {
        if !expected_ones.iter().any(|(found, _)| *found == position) {
            let message = format!("extensions: {} is missing", dotted(missing.id));
            findings.add("igc-1.5-extension-missing", reading.tbs.public_key.offset, message);
        }
    }
    if let Some(pair) = expected_ones.windows(2).find(|pair| pair[0].0 > pair[1].0) {
        let (_, extension) = pair[1];
        let message = format!("extensions: {} stands too late", dotted(extension.id));
        findings.add("igc-1.5-extension-order", extension.offset, message);
    }
}

/// RFC 5280 §4.2 and §5.2: an extension stands once at most.
pub(in crate::lint) fn repeated(found: &[Extension<'_>], findings: &mut Findings) {
    for (index, extension) in found.iter().enumerate() {
        if found[..index].iter().any(|earlier| earlier.id == extension.id) {
            let message = format!("extensions: {} stands twice", dotted(extension.id));
            findings.add("rfc5280-4.2-extension-repeated", extension.offset, message);
        }
    }
}

fn criticality(found: &Extension<'_>, expected: &ExpectedExtension, findings: &mut Findings) {
    if found.critical != expected.critical {
        let must = if expected.critical { "must be" } else { "must not be" };
        let message = format!("extensions: {} {must} critical", dotted(found.id));
        findings.add("igc-1.5-extension-criticality", found.offset, message);
    }
}

fn unexpected(found: &Extension<'_>, findings: &mut Findings) {
    let id = dotted(found.id);
    if found.critical {
        let message = format!("extensions: {id} is critical and no part of the profile");
        findings.add("rfc5280-4.2-extension-critical", found.offset, message);
    } else {
        let message = format!("extensions: {id} is no part of the profile");
        findings.add("igc-1.5-extension-unexpected", found.offset, message);
    }
}
