//! authorityInfoAccess (RFC 5280 §4.2.2.1): OCSP, then the issuer's certificate (§1.5).

use super::super::finding::Finding;
use super::super::oids::value;
use super::super::reader::{Element, tag};
use super::url;

/// Exactly two AccessDescriptions, both of HTTP.
pub(super) fn check(access: &Element<'_>) -> Result<(), Finding> {
    const WHAT: &str = "authorityInfoAccess";
    let mut methods = Vec::new();
    let mut reader = access.must_be(tag::SEQUENCE, WHAT)?.reader();
    while !reader.at_end() {
        let mut fields = reader.expect(tag::SEQUENCE, "AccessDescription")?.reader();
        methods.push(fields.expect(tag::OID, "accessMethod")?.content);
        let location = fields.next("accessLocation")?;
        fields.finish("AccessDescription")?;
        url::general_name(&location, &["http"], WHAT)?;
    }
    if methods == [value::OCSP, value::CA_ISSUERS] {
        return Ok(());
    }
    let message = "authorityInfoAccess: OCSP, then caIssuers, and nothing else";
    Err(Finding::new("igc-1.5-authority-info-access", access.offset, message))
}
