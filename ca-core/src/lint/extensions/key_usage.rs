//! KeyUsage and ExtKeyUsage (RFC 5280 §4.2.1.3, §4.2.1.12; RFC 8813; EN 319 412-2).

use super::super::Reading;
use super::super::expectations::{
    DATA_ENCIPHERMENT, Expectation, KEY_AGREEMENT, KEY_ENCIPHERMENT, NON_REPUDIATION,
};
use super::super::finding::Finding;
use super::super::oids::dotted;
use super::super::reader::{Element, tag};

/// The named bits, bit 0 the most significant.
pub(in crate::lint) fn read(value: &Element<'_>) -> Result<u16, Finding> {
    let fail = |message| Err(Finding::new("x690-11.2.2-named-bits", value.offset, message));
    let (unused, bits) = match value.must_be(tag::BIT_STRING, "keyUsage")?.content {
        [unused, first] => (*unused, u16::from(*first) << 8),
        [unused, first, second] => (*unused, u16::from_be_bytes([*first, *second])),
        _ => return fail("keyUsage: one or two octets of bits"),
    };
    let last = value.content.last().copied().unwrap_or(0);
    if last == 0 || last.trailing_zeros() != u32::from(unused) {
        return fail("keyUsage: zero bits stand at the end");
    }
    Ok(bits)
}

/// Exactly the bits of the profile and of the kind of key.
pub(super) fn check(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let bits = read(value)?;
    let Some(kind) = reading.key.as_ref().and_then(|key| key.kind) else { return Ok(()) };
    let fail = |rule, message: String| Err(Finding::new(rule, value.offset, message));
    if kind.is_elliptic() && bits & KEY_ENCIPHERMENT != 0 {
        return fail("rfc8813-3-key-encipherment", "keyUsage: an EC key enciphers no keys".into());
    }
    if kind.is_elliptic() && bits & DATA_ENCIPHERMENT != 0 {
        return fail("rfc8813-3-data-encipherment", "keyUsage: an EC key enciphers no data".into());
    }
    // Types A and B of its table alone: who consents with a key does not open letters with it.
    if bits & NON_REPUDIATION != 0 && bits & (KEY_ENCIPHERMENT | DATA_ENCIPHERMENT | KEY_AGREEMENT) != 0 {
        let message = "keyUsage: nonRepudiation stands with neither encipherment nor agreement";
        return fail("en319412-2-4.3.2-key-usage", message.into());
    }
    let usage = reading.expectation.key_usage;
    let expected = if kind.is_elliptic() { usage.elliptic } else { usage.rsa };
    if bits != expected {
        return fail("igc-1.8-key-usage", format!("keyUsage: bits {bits:04X}, {expected:04X} are required"));
    }
    Ok(())
}

/// Exactly the purposes of the profile, in its order.
pub(super) fn check_extended(value: &Element<'_>, expectation: &Expectation) -> Result<(), Finding> {
    let mut purposes = Vec::new();
    let mut reader = value.must_be(tag::SEQUENCE, "extKeyUsage")?.reader();
    while !reader.at_end() {
        purposes.push(reader.expect(tag::OID, "KeyPurposeId")?.content);
    }
    if purposes == expectation.extended_key_usage {
        return Ok(());
    }
    let names = purposes.iter().map(|purpose| dotted(purpose)).collect::<Vec<_>>().join(", ");
    let message = format!("extKeyUsage: {names} are not the purposes of the profile");
    Err(Finding::new("igc-1.8-extended-key-usage", value.offset, message))
}
