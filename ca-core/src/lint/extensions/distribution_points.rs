//! cRLDistributionPoints and freshestCRL (RFC 5280 §4.2.1.13, §4.2.1.15): HTTP, then LDAP (§1.5).

use super::super::finding::Finding;
use super::super::reader::{Element, tag};
use super::url;

/// Where a shard of a CRL is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShardUrls<'a> {
    /// Its CRL.
    pub crl: &'a str,
    /// Its delta CRL.
    pub delta_crl: &'a str,
}

/// Exactly two DistributionPoints, each one URL and nothing else; the HTTP one is that of the shard, where there is
/// one, and the LDAP one asks for `attribute`.
pub(in crate::lint) fn check(
    points: &Element<'_>,
    what: &str,
    attribute: &str,
    shard: Option<&str>,
) -> Result<(), Finding> {
    let mut reader = points.must_be(tag::SEQUENCE, what)?.reader();
    let mut names = Vec::new();
    while !reader.at_end() {
        names.push(name(&reader.expect(tag::SEQUENCE, "DistributionPoint")?, what)?);
    }
    let [http, ldap] = names.as_slice() else {
        let message = format!("{what}: {} points, two are required (HTTP, then LDAP)", names.len());
        return Err(Finding::new("igc-1.5-distribution-points", points.offset, message));
    };
    let location = url::general_name(http, &["http"], what)?;
    if let Some(shard) = shard.filter(|shard| *shard != location) {
        let message = format!("{what}: {location}, and its shard is published at {shard}");
        return Err(Finding::new("igc-shard-distribution-point", http.offset, message));
    }
    let location = url::general_name(ldap, &["ldap"], what)?;
    // RFC 4516: ldap://host/dn?attributes?scope?filter
    let asked = location.split('?').nth(1).unwrap_or("");
    if asked.eq_ignore_ascii_case(attribute) {
        return Ok(());
    }
    let message = format!("{what}: the LDAP URL must ask for {attribute}");
    Err(Finding::new("igc-1.2-ldap-attribute", ldap.offset, message))
}

/// DistributionPoint with `distributionPoint [0] { fullName [0] { one GeneralName } }` alone.
fn name<'a>(point: &Element<'a>, what: &str) -> Result<Element<'a>, Finding> {
    let one = |outer: &Element<'a>, number: u8| {
        let mut reader = outer.reader();
        let inner = reader.optional(tag::constructed(number), what)?;
        match inner {
            Some(inner) if reader.at_end() => Ok(inner),
            _ => {
                let message = format!("{what}: a point is one full name, without reasons or issuer");
                Err(Finding::new("igc-1.5-distribution-point-name", outer.offset, message))
            }
        }
    };
    let names = one(&one(point, 0)?, 0)?;
    let mut reader = names.reader();
    let name = reader.next(what)?;
    if reader.at_end() {
        return Ok(name);
    }
    let message = format!("{what}: one name a point");
    Err(Finding::new("igc-1.5-distribution-point-name", names.offset, message))
}
