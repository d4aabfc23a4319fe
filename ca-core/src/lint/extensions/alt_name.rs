//! subjectAltName (RFC 5280 §4.2.1.6): host names, a UPN or mailboxes, as the profile says.

use super::super::Reading;
use super::super::declared::Declarations;
use super::super::expectations::AltName;
use super::super::finding::Finding;
use super::super::oids::value;
use super::super::reader::{Element, tag};

/// One name at least, all of the profile's kind.
pub(super) fn check(names: &Element<'_>, reading: &Reading<'_>) -> Result<(), Finding> {
    let mut all = Vec::new();
    let mut reader = names.must_be(tag::SEQUENCE, "subjectAltName")?.reader();
    while !reader.at_end() {
        all.push(reader.next("GeneralName")?);
    }
    let required = match reading.expectation.alt_name {
        AltName::Hosts => tag::implicit(2),
        AltName::Mailboxes => tag::implicit(1),
        AltName::Upn | AltName::None => tag::constructed(0),
    };
    if let Some(other) = all.iter().find(|name| name.tag != required) {
        let message = format!("subjectAltName: name of kind {:02X}, {required:02X} is required", other.tag);
        return Err(Finding::new("igc-1.8-alt-name-kind", other.offset, message));
    }
    let Some(first) = all.first() else {
        let message = "subjectAltName: one name at least";
        return Err(Finding::new("rfc5280-4.2.1.6-alt-name-empty", names.offset, message));
    };
    if let Some((_, repeated)) =
        all.iter().enumerate().find(|(index, name)| all[..*index].iter().any(|e| e.content == name.content))
    {
        let message = "subjectAltName: a name stands twice";
        return Err(Finding::new("igc-1.8-alt-name-repeated", repeated.offset, message));
    }
    match reading.expectation.alt_name {
        AltName::Hosts => hosts(names, &all, reading.subject.common_name()),
        AltName::Mailboxes => all.iter().try_for_each(mailbox),
        AltName::Upn | AltName::None if all.len() > 1 => {
            let message = "subjectAltName: one userPrincipalName";
            Err(Finding::new("igc-1.8-upn", all[1].offset, message))
        }
        AltName::Upn | AltName::None => {
            upn(first, reading.subject.common_name(), reading.declared.map(Declarations::upn_suffix))
        }
    }
}

fn hosts(names: &Element<'_>, all: &[Element<'_>], common_name: Option<&str>) -> Result<(), Finding> {
    if let Some(bad) = all.iter().find(|name| !is_host(name.content)) {
        let message = "dNSName: lower-case letters, digits and hyphens, two labels at least, no wildcard";
        return Err(Finding::new("rfc1034-3.5-dns-name", bad.offset, message));
    }
    match common_name {
        Some(cn) if !all.iter().any(|name| name.content == cn.as_bytes()) => {
            let message = "subjectAltName: the CN is not among the dNSNames";
            Err(Finding::new("igc-1.8-common-name-among-hosts", names.offset, message))
        }
        _ => Ok(()),
    }
}

/// The preferred syntax of RFC 1034 §3.5 in lower case, and not the look of an IPv4 address.
fn is_host(name: &[u8]) -> bool {
    let label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && label.iter().all(|octet| matches!(octet, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && label.first() != Some(&b'-')
            && label.last() != Some(&b'-')
    };
    let mut labels = name.split(|octet| *octet == b'.');
    let numeric = labels.clone().next_back().is_some_and(|last| last.iter().all(u8::is_ascii_digit));
    name.len() <= 253 && labels.clone().count() >= 2 && !numeric && labels.all(label)
}

/// OtherName ::= { id-ms-upn, [0] EXPLICIT UTF8String }, `<CN>@<suffix>` (§1.8); the suffix is the one that is declared.
fn upn(name: &Element<'_>, common_name: Option<&str>, declared: Option<&str>) -> Result<(), Finding> {
    let mut fields = name.reader();
    let kind = fields.expect(tag::OID, "otherName")?;
    let wrapper = fields.expect(tag::constructed(0), "otherName value")?;
    fields.finish("otherName")?;
    let fail = |message| Err(Finding::new("igc-1.8-upn", name.offset, message));
    if kind.content != value::UPN {
        return fail("otherName: not a userPrincipalName");
    }
    let text = wrapper.inner("userPrincipalName")?.must_be(tag::UTF8_STRING, "userPrincipalName")?;
    let text = std::str::from_utf8(text.content).unwrap_or("");
    match text.rsplit_once('@') {
        Some((local, suffix)) if is_host(suffix.as_bytes()) => {
            if common_name.is_some_and(|cn| cn != local) {
                return fail("userPrincipalName: its first part is not the CN");
            }
            if let Some(declared) = declared.filter(|declared| *declared != suffix) {
                let message = format!("userPrincipalName: @{declared} is required");
                return Err(Finding::new("igc-1.8-upn-suffix", name.offset, message));
            }
            Ok(())
        }
        _ => fail("userPrincipalName: not `<CN>@<suffix>`"),
    }
}

/// rfc822Name: a Mailbox of RFC 5321 §4.1.2 with a dot-string before the `@` (RFC 5280 §4.2.1.6).
fn mailbox(name: &Element<'_>) -> Result<(), Finding> {
    let text = std::str::from_utf8(name.content).unwrap_or("");
    let atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&octet))
    };
    let well_formed = text.rsplit_once('@').is_some_and(|(local, domain)| {
        local.len() <= 64 && local.split('.').all(atom) && is_host(domain.to_ascii_lowercase().as_bytes())
    });
    if well_formed {
        return Ok(());
    }
    Err(Finding::new("rfc5321-4.1.2-mailbox", name.offset, "rfc822Name: not a mailbox"))
}
