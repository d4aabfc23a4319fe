//! Subject and authority key identifiers (RFC 5280 §4.2.1.1, §4.2.1.2).

use super::super::Reading;
use super::super::finding::Finding;
use super::super::reader::{Element, tag};

/// SubjectKeyIdentifier ::= OCTET STRING.
pub(in crate::lint) fn subject<'a>(value: &Element<'a>) -> Result<&'a [u8], Finding> {
    Ok(value.must_be(tag::OCTET_STRING, "subjectKeyIdentifier")?.content)
}

/// AuthorityKeyIdentifier with its `keyIdentifier [0]`, and neither issuer nor serial.
pub(in crate::lint) fn authority<'a>(value: &Element<'a>) -> Result<&'a [u8], Finding> {
    let mut fields = value.must_be(tag::SEQUENCE, "authorityKeyIdentifier")?.reader();
    let identifier = fields.optional(tag::implicit(0), "keyIdentifier")?;
    match identifier {
        Some(identifier) if fields.at_end() => Ok(identifier.content),
        _ => {
            let message = "authorityKeyIdentifier: keyIdentifier and nothing else";
            Err(Finding::new("rfc5280-4.2.1.1-key-identifier-alone", value.offset, message))
        }
    }
}

/// Method (1) of §4.2.1.2: SHA-1 of the bits of subjectPublicKey.
pub(super) fn check_subject(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let identifier = subject(value)?;
    match &reading.key {
        Some(key) if identifier != openssl::sha::sha1(key.bits) => {
            let message = "subjectKeyIdentifier: not the SHA-1 of the key's bits";
            Err(Finding::new("rfc5280-4.2.1.2-subject-key-identifier", value.offset, message))
        }
        _ => Ok(()),
    }
}

/// The issuer's subject key identifier; a root's own.
pub(super) fn check_authority(value: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let identifier = authority(value)?;
    let own = reading.key.as_ref().map(|key| openssl::sha::sha1(key.bits));
    let expected = match &reading.issuer {
        Some(issuer) => issuer.key_identifier.as_deref(),
        None => own.as_ref().map(<[u8; 20]>::as_slice),
    };
    if expected == Some(identifier) {
        return Ok(());
    }
    let message = "authorityKeyIdentifier: not the issuer's subject key identifier";
    Err(Finding::new("rfc5280-4.2.1.1-matches-issuer", value.offset, message))
}
