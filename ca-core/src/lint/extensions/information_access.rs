//! authorityInfoAccess (RFC 5280 §4.2.2.1): OCSP, then the issuer's certificate (§1.5).

use super::super::declared::Declarations;
use super::super::finding::Finding;
use super::super::oids::value;
use super::super::reader::{Element, tag};
use super::url;

/// Exactly two AccessDescriptions, both of HTTP and where they are declared.
pub(super) fn check(access: &Element<'_>, declared: Option<&Declarations>) -> Result<(), Finding> {
    const WHAT: &str = "authorityInfoAccess";
    let (mut methods, mut locations) = (Vec::new(), Vec::new());
    let mut reader = access.must_be(tag::SEQUENCE, WHAT)?.reader();
    while !reader.at_end() {
        let mut fields = reader.expect(tag::SEQUENCE, "AccessDescription")?.reader();
        methods.push(fields.expect(tag::OID, "accessMethod")?.content);
        let location = fields.next("accessLocation")?;
        fields.finish("AccessDescription")?;
        locations.push((location.offset, url::general_name(&location, &["http"], WHAT)?));
    }
    if methods != [value::OCSP, value::CA_ISSUERS] {
        let message = "authorityInfoAccess: OCSP, then caIssuers, and nothing else";
        return Err(Finding::new("igc-1.5-authority-info-access", access.offset, message));
    }
    let Some(declared) = declared else { return Ok(()) };
    let rules = [
        ("igc-1.5-ocsp-address", &declared.ocsp),
        ("igc-1.5-issuer-certificate-address", &declared.issuer_certificate),
    ];
    for ((rule, declared), (offset, location)) in rules.into_iter().zip(locations) {
        if location != declared {
            let message = format!("{WHAT}: {location}, where {declared} is declared");
            return Err(Finding::new(rule, offset, message));
        }
    }
    Ok(())
}
