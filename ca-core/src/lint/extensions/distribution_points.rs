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

/// Where one kind of list must be looked for.
pub(super) struct Declared<'a> {
    /// The attribute of the directory.
    pub(super) attribute: &'a str,
    /// Over HTTP: of the shard, where there is one.
    pub(super) shard: Option<&'a str>,
    /// Over HTTP and in the directory, of the whole authority; none where it is not at hand.
    pub(super) whole: Option<(&'a str, &'a str)>,
}

/// The HTTP one is that of the shard, where there is one, or of the issuer; the LDAP one is the issuer's. A certificate
/// that names another authority's list is never found revoked.
pub(super) fn check(points: &Element<'_>, what: &str, declared: &Declared<'_>) -> Result<(), Finding> {
    let [http, ldap] = read(points, what, declared.attribute)?;
    let (of_whole, entry) = declared.whole.unzip();
    let (rule, publisher, address) = match declared.shard {
        Some(shard) => ("igc-shard-distribution-point", "shard", Some(shard)),
        None => ("igc-1.2-crl-address", "issuer", of_whole),
    };
    if let Some(address) = address.filter(|address| *address != http.url) {
        let message = format!("{what}: {}, and its {publisher} publishes at {address}", http.url);
        return Err(Finding::new(rule, http.offset, message));
    }
    if let Some(entry) = entry.filter(|entry| *entry != ldap.url) {
        let message = format!("{what}: {}, and its issuer publishes at {entry}", ldap.url);
        return Err(Finding::new("igc-1.2-crl-address", ldap.offset, message));
    }
    Ok(())
}

/// One point's URL, and where it stands.
pub(in crate::lint) struct Point<'a> {
    offset: usize,
    url: &'a str,
}

/// Exactly two DistributionPoints, each one URL and nothing else; the LDAP one asks for `attribute`.
pub(in crate::lint) fn read<'a>(
    points: &Element<'a>,
    what: &str,
    attribute: &str,
) -> Result<[Point<'a>; 2], Finding> {
    let mut reader = points.must_be(tag::SEQUENCE, what)?.reader();
    let mut names = Vec::new();
    while !reader.at_end() {
        names.push(name(&reader.expect(tag::SEQUENCE, "DistributionPoint")?, what)?);
    }
    let [http, ldap] = names.as_slice() else {
        let message = format!("{what}: {} points, two are required (HTTP, then LDAP)", names.len());
        return Err(Finding::new("igc-1.5-distribution-points", points.offset, message));
    };
    let http = Point { offset: http.offset, url: url::general_name(http, &["http"], what)? };
    let ldap = Point { offset: ldap.offset, url: url::general_name(ldap, &["ldap"], what)? };
    // RFC 4516: ldap://host/dn?attributes?scope?filter
    let asked = ldap.url.split('?').nth(1).unwrap_or("");
    if asked.eq_ignore_ascii_case(attribute) {
        return Ok([http, ldap]);
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
