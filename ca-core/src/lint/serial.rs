//! `serialNumber` (RFC 5280 §4.1.2.2).

use super::expectations::Role;
use super::finding::Findings;
use super::reader::Element;

/// Positive and at most 20 octets; 16 octets for end entities (8 of the authority, 8 of chance), room for
/// 64 bits of chance for all others; `prefix` is the authority's.
pub(super) fn check(serial: &Element<'_>, role: Role, prefix: Option<[u8; 8]>, findings: &mut Findings) {
    let content = serial.content;
    if matches!(content, [] | [0] | [0x80..=0xFF, ..]) {
        findings.add("rfc5280-4.1.2.2-serial-positive", serial.offset, "serialNumber: above zero");
        return;
    }
    if content.len() > 20 {
        let message = format!("serialNumber: {} octets, 20 at most", content.len());
        findings.add("rfc5280-4.1.2.2-serial-length", serial.offset, message);
        return;
    }
    let octets = content.len() - usize::from(content[0] == 0);
    if role == Role::EndEntity && octets != 16 {
        let message = format!("serialNumber: {octets} octets, 16 are required of an end entity");
        findings.add("igc-1.5-serial-sixteen-octets", serial.offset, message);
    } else if octets < 8 {
        let message = format!("serialNumber: {octets} octets leave no room for 64 bits of chance");
        findings.add("igc-1.5-serial-room", serial.offset, message);
    } else if prefix.is_some_and(|prefix| !content.starts_with(&prefix)) {
        let message = "serialNumber: does not begin as its authority's do";
        findings.add("igc-1.5-serial-prefix", serial.offset, message);
    }
}
