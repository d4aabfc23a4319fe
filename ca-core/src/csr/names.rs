//! The names in a request, out of their many string types.

use const_oid::db::rfc4519::COMMON_NAME;
use der::asn1::{BmpString, Ia5StringRef, PrintableStringRef, Utf8StringRef};
use der::{Tag, Tagged};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::name::Name;

use super::{CsrRefused, field};
use crate::subject::{check_dns_name, check_email_address};

/// ub-common-name (RFC 5280 appendix A.1), in characters.
const LONGEST_COMMON_NAME: usize = 64;

/// The commonName of a subject. Two of them leave nobody able to say which was meant.
pub(super) fn common_name(subject: &Name) -> Result<Option<String>, CsrRefused> {
    const FIELD: &str = "subject, commonName";
    let mut found = None;
    for attribute in subject.iter().filter(|attribute| attribute.oid == COMMON_NAME) {
        let text = text(attribute)
            .ok_or_else(|| field(FIELD, "must be a UTF8String, PrintableString, IA5String or BMPString"))?;
        if !(1..=LONGEST_COMMON_NAME).contains(&text.chars().count()) {
            return Err(field(FIELD, format!("must have 1 to {LONGEST_COMMON_NAME} characters")));
        }
        if text.chars().any(char::is_control) {
            return Err(field(FIELD, "must hold no control character"));
        }
        if found.replace(text).is_some() {
            return Err(field(FIELD, "must stand once"));
        }
    }
    Ok(found)
}

fn text(attribute: &AttributeTypeAndValue) -> Option<String> {
    let value = &attribute.value;
    match value.tag() {
        Tag::Utf8String => Some(value.decode_as::<Utf8StringRef<'_>>().ok()?.as_str().to_owned()),
        Tag::PrintableString => Some(value.decode_as::<PrintableStringRef<'_>>().ok()?.as_str().to_owned()),
        Tag::Ia5String => Some(value.decode_as::<Ia5StringRef<'_>>().ok()?.as_str().to_owned()),
        Tag::BmpString => Some(value.decode_as::<BmpString>().ok()?.to_string()),
        _ => None,
    }
}

/// A host name in lower case (names compare without case, RFC 4343); the rule it breaks otherwise.
/// A wildcard label is well formed here; whether one is granted is for the registration authority.
pub(super) fn dns_name(name: &str) -> Result<String, String> {
    if !(1..=253).contains(&name.len()) {
        return Err("must have 1 to 253 characters (RFC 1035 section 2.3.4)".to_owned());
    }
    let host = name.strip_prefix("*.").unwrap_or(name);
    check_dns_name(host).map_err(|why| format!("{}: {why}", name.escape_debug()))?;
    Ok(name.to_ascii_lowercase())
}

/// An address, as it was given: what stands before the `@` is its host's to compare (RFC 5321 section 2.4).
pub(super) fn email_address(address: &str) -> Result<String, String> {
    check_email_address(address).map_err(|why| format!("{}: {why}", address.escape_debug()))?;
    Ok(address.to_owned())
}
