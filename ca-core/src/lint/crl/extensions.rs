//! `crlExtensions` (RFC 5280 §5.2).

use super::super::certificate::Extension;
use super::super::extensions::{distribution_points, key_identifiers, sequence, url};
use super::super::finding::{Finding, Findings};
use super::super::issuer::Issuer;
use super::super::oids::{dotted, extension};
use super::super::reader::{Element, tag};
use super::{CrlKind, CrlLintContext};

/// Key identifier and number in every CRL; the delta indicator, critical, in deltas and only there; a scope,
/// critical, in those of a shard; FreshestCRL in full ones at will; nothing else.
pub(super) fn check(
    list: &Element<'_>,
    context: &CrlLintContext<'_>,
    issuer: &Issuer,
    findings: &mut Findings,
) -> Result<(), Finding> {
    let kind = context.kind;
    let extensions = Extension::read_all(*list)?;
    sequence::repeated(&extensions, findings);
    for found in &extensions {
        check_presence(found, kind, findings);
    }
    let find = |id: &[u8]| extensions.iter().find(|extension| extension.id == id).map(|found| found.value);
    let missing = |what: &str| {
        Finding::new(
            "rfc5280-5.2-extension-missing",
            list.offset,
            format!("crlExtensions: {what} is missing"),
        )
    };
    match find(extension::AUTHORITY_KEY_IDENTIFIER) {
        None => findings.push(missing("authorityKeyIdentifier")),
        Some(value) if Some(key_identifiers::authority(&value)?) != issuer.key_identifier.as_deref() => {
            let message = "authorityKeyIdentifier: not the issuer's subject key identifier";
            findings.add("rfc5280-5.2.1-matches-issuer", value.offset, message);
        }
        Some(_) => (),
    }
    let crl_number = match find(extension::CRL_NUMBER) {
        None => {
            findings.push(missing("cRLNumber"));
            None
        }
        Some(value) => findings.keep(number(&value, "cRLNumber")),
    };
    match find(extension::DELTA_CRL_INDICATOR) {
        None if kind == CrlKind::Delta => findings.push(missing("deltaCRLIndicator")),
        Some(value) => check_base(&value, crl_number, findings),
        None => (),
    }
    match (find(extension::ISSUING_DISTRIBUTION_POINT), context.shard) {
        (Some(value), Some(shard)) => check_scope(&value, shard, findings)?,
        (None, Some(_)) => findings.push(missing("issuingDistributionPoint")),
        (Some(value), None) => {
            let message = "issuingDistributionPoint: it is a CRL of every certificate of its issuer";
            findings.add("igc-crl-scope", value.offset, message);
        }
        (None, None) => (),
    }
    if let Some(value) = find(extension::FRESHEST_CRL) {
        distribution_points::read(&value, "freshestCRL", "deltarevocationlist;binary")?;
    }
    Ok(())
}

fn check_presence(found: &Extension<'_>, kind: CrlKind, findings: &mut Findings) {
    let critical = match found.id {
        extension::AUTHORITY_KEY_IDENTIFIER | extension::CRL_NUMBER => false,
        extension::FRESHEST_CRL if kind == CrlKind::Full => false,
        extension::DELTA_CRL_INDICATOR if kind == CrlKind::Delta => true,
        extension::ISSUING_DISTRIBUTION_POINT => true,
        other => {
            let message = format!("crlExtensions: {} does not belong here", dotted(other));
            findings.add("rfc5280-5.2-extension-unexpected", found.offset, message);
            return;
        }
    };
    if found.critical != critical {
        let must = if critical { "must be" } else { "must not be" };
        let message = format!("crlExtensions: {} {must} critical", dotted(found.id));
        findings.add("rfc5280-5.2-extension-criticality", found.offset, message);
    }
}

/// The magnitude of a CRL number, which grows and so compares by length, then by octets.
fn number<'a>(value: &Element<'a>, what: &str) -> Result<(usize, &'a [u8]), Finding> {
    let content = value.must_be(tag::INTEGER, what)?.content;
    match content {
        [0x80..=0xFF, ..] | [] => {
            Err(Finding::new("rfc5280-5.2.3-number", value.offset, format!("{what}: negative")))
        }
        long if long.len() > 20 => {
            Err(Finding::new("rfc5280-5.2.3-number", value.offset, format!("{what}: more than 20 octets")))
        }
        _ => Ok((content.len(), content)),
    }
}

/// A delta is never older than its base (RFC 5280 §5.2.4).
fn check_base(value: &Element<'_>, crl_number: Option<(usize, &[u8])>, findings: &mut Findings) {
    let base = findings.keep(number(value, "deltaCRLIndicator"));
    if let (Some(base), Some(crl_number)) = (base, crl_number)
        && base > crl_number
    {
        let message = "deltaCRLIndicator: the base is newer than the delta";
        findings.add("rfc5280-5.2.4-base-number", value.offset, message);
    }
}

/// IssuingDistributionPoint (RFC 5280 §5.2.5): the address of the shard, byte for byte as its certificates name it, and
/// no other limit.
fn check_scope(value: &Element<'_>, shard: &str, findings: &mut Findings) -> Result<(), Finding> {
    const WHAT: &str = "issuingDistributionPoint";
    let mut fields = value.must_be(tag::SEQUENCE, WHAT)?.reader();
    let point = fields.expect(tag::constructed(0), WHAT)?;
    let name = point.inner(WHAT)?.must_be(tag::constructed(0), WHAT)?.inner(WHAT)?;
    if !fields.at_end() {
        let message = "issuingDistributionPoint: limits beside the address of the shard";
        findings.add("igc-crl-scope", value.offset, message);
    }
    let location = url::general_name(&name, &["http"], WHAT)?;
    if location != shard {
        let message = format!("issuingDistributionPoint: {location}, and the shard is published at {shard}");
        findings.add("igc-shard-distribution-point", name.offset, message);
    }
    Ok(())
}
