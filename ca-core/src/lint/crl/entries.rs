//! `revokedCertificates`, one entry after the other.

use std::collections::HashSet;

use super::super::certificate::Extension;
use super::super::extensions::sequence;
use super::super::finding::{Finding, Findings};
use super::super::oids::{dotted, extension};
use super::super::reader::{Element, tag};
use super::super::time;
use super::CrlKind;

/// Present means not empty (RFC 5280 §5.1.2.6); no serial twice; nothing revoked after `this_update`, in
/// seconds since 1970 (architecture invariant 5).
pub(super) fn check(
    revoked: &Element<'_>,
    this_update: i64,
    kind: CrlKind,
    findings: &mut Findings,
) -> Result<(), Finding> {
    let mut reader = revoked.reader();
    if reader.at_end() {
        let message = "revokedCertificates: an empty list is left out";
        findings.add("rfc5280-5.1.2.6-empty-list", revoked.offset, message);
    }
    let (mut last, mut ascending): (&[u8], bool) = (&[], true);
    while !reader.at_end() {
        let entry = reader.expect(tag::SEQUENCE, "revokedCertificate")?;
        let mut fields = entry.reader();
        let serial = fields.expect(tag::INTEGER, "userCertificate")?;
        if serial.content.len() > 20 || matches!(serial.content, [] | [0] | [0x80..=0xFF, ..]) {
            let message = "userCertificate: above zero, 20 octets at most";
            findings.add("rfc5280-5.3-serial", serial.offset, message);
        }
        ascending &= (last.len(), last) < (serial.content.len(), serial.content);
        last = serial.content;
        let date = fields.next("revocationDate")?;
        if time::read(&date, "revocationDate")? > this_update {
            let message = "revocationDate: later than thisUpdate";
            findings.add("igc-crl-revoked-after-this-update", date.offset, message);
        }
        if let Some(extensions) = fields.optional(tag::SEQUENCE, "crlEntryExtensions")? {
            let extensions = Extension::read_all(extensions)?;
            sequence::repeated(&extensions, findings);
            extensions.iter().try_for_each(|extension| check_extension(extension, kind, findings))?;
        }
        fields.finish("revokedCertificate")?;
    }
    // Where each is greater than the one before, none stands twice: a set of a million takes as much memory as the list.
    if ascending { Ok(()) } else { check_repeated(revoked, findings) }
}

fn check_repeated(revoked: &Element<'_>, findings: &mut Findings) -> Result<(), Finding> {
    let (mut reader, mut serials) = (revoked.reader(), HashSet::new());
    while !reader.at_end() {
        let entry = reader.expect(tag::SEQUENCE, "revokedCertificate")?;
        let serial = entry.reader().expect(tag::INTEGER, "userCertificate")?;
        if !serials.insert(serial.content) {
            findings.add("igc-crl-serial-repeated", serial.offset, "userCertificate: stands twice");
        }
    }
    Ok(())
}

/// reasonCode and invalidityDate, neither critical (RFC 5280 §5.3.1, §5.3.2).
fn check_extension(found: &Extension<'_>, kind: CrlKind, findings: &mut Findings) -> Result<(), Finding> {
    let known = matches!(found.id, extension::REASON_CODE | extension::INVALIDITY_DATE);
    if found.critical || !known {
        let message = format!("crlEntryExtensions: {} is unknown or critical", dotted(found.id));
        findings.add("rfc5280-5.3-entry-extension", found.offset, message);
    } else if found.id == extension::REASON_CODE {
        check_reason(&found.value, kind, findings)?;
    } else {
        let date = found.value.must_be(tag::GENERALIZED_TIME, "invalidityDate")?;
        time::generalized(&date, "invalidityDate")?;
    }
    Ok(())
}

/// CRLReason ::= ENUMERATED: 1 to 6, 9, 10; 8 in deltas alone; 0 is said by leaving the extension out; 7 is unused.
fn check_reason(value: &Element<'_>, kind: CrlKind, findings: &mut Findings) -> Result<(), Finding> {
    let mut add = |rule, message| findings.add(rule, value.offset, message);
    match value.must_be(tag::ENUMERATED, "reasonCode")?.content {
        [0] => add("rfc5280-5.3.1-reason-unspecified", "reasonCode: unspecified is left out"),
        [1..=6 | 9 | 10] => (),
        [8] if kind == CrlKind::Delta => (),
        [8] => add("rfc5280-5.3.1-remove-from-crl", "reasonCode: removeFromCRL stands in deltas alone"),
        _ => add("rfc5280-5.3.1-reason", "reasonCode: not a CRLReason"),
    }
    Ok(())
}
