//! Every `http` address in a sample of the issued certificates: it answers, with the thing it was given for.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use const_oid::db::rfc5280::{ID_AD_CA_ISSUERS, ID_AD_OCSP};
use der::Decode as _;
use x509_cert::Certificate;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName};
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, CrlDistributionPoints, FreshestCrl};

use super::ocsp::NEWEST;
use super::{Checks, LOG};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::fetch::{HttpUrl, LARGEST_ANSWER, LARGEST_FILE};
use crate::logged;
use crate::readers::crl::Crl;
use crate::readers::ocsp::Status;
use crate::recorded::{self, CrlKind};
use crate::scope::Scope;

/// How long a cache may keep an OCSP answer: the status role says a minute. Where somebody on the way says more, a revocation
/// is seen so much later.
const KEPT: Duration = Duration::from_secs(300);

/// What an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum LeadsTo {
    /// cRLDistributionPoints: to a complete CRL.
    Crl,
    /// freshestCRL: to a delta.
    Delta,
    /// id-ad-caIssuers: to the issuer's certificate.
    Issuer,
    /// id-ad-ocsp: to a responder.
    Ocsp,
}

impl Checks<'_> {
    pub(super) fn addresses(&mut self) -> Result<(), LookError> {
        // Each address once, with a certificate that names it, and the names of a CRL which that one has there.
        let mut named: BTreeMap<(String, LeadsTo, String), (String, Vec<String>)> = BTreeMap::new();
        for (issuer, serial) in &self.sample.certificates {
            let Some((_, Some(der))) = recorded::certificate(self.db, issuer, serial)? else { continue };
            let Ok(certificate) = Certificate::from_der(&der) else {
                let subject = format!("{issuer} {serial}");
                self.differences.add(
                    Face::Database,
                    "certificates",
                    Kind::Unreadable,
                    subject,
                    "is no certificate",
                );
                continue;
            };
            for Named { leads, url, scopes } in addresses(&certificate) {
                named.entry((issuer.clone(), leads, url)).or_insert_with(|| (serial.clone(), scopes));
            }
        }
        for ((issuer, leads, url), (serial, scopes)) in named {
            // An LDAP address is a directory's.
            let Some(http) = HttpUrl::parse(&url) else { continue };
            self.addresses += 1;
            if !self.fetcher.connects_to(&http.host) {
                self.hosts_not_asked.insert(http.host.clone());
            }
            match leads {
                LeadsTo::Crl | LeadsTo::Delta => self.leads_to_crl(&issuer, &url, (&http, leads), &scopes)?,
                LeadsTo::Issuer => self.leads_to_issuer(&issuer, &url, &http),
                LeadsTo::Ocsp => self.leads_to_ocsp(&issuer, &serial, &url, &http)?,
            }
        }
        Ok(())
    }

    fn leads_to_crl(
        &mut self,
        issuer: &str,
        url: &str,
        (http, leads): (&HttpUrl, LeadsTo),
        scopes: &[String],
    ) -> Result<(), LookError> {
        let Some(octets) = self.fetch_url(url, http, LARGEST_FILE) else { return Ok(()) };
        let crl = match Crl::read(&octets) {
            Ok(crl) => crl,
            Err(malformed) => {
                self.differences.add(Face::Address, url, Kind::Unreadable, issuer, malformed.to_string());
                return Ok(());
            }
        };
        if !self.certificate_of(issuer).is_some_and(|certificate| crl.is_of(&certificate)) {
            self.differences.add(Face::Address, url, Kind::NotOurs, issuer, "is not signed by the issuer");
            return Ok(());
        }
        if crl.base_number.is_some() != (leads == LeadsTo::Delta) {
            let found = if crl.base_number.is_some() { "is a delta" } else { "is no delta" };
            self.differences.add(Face::Address, url, Kind::Differs, issuer, found);
        }
        let is_named = |name: &String| scopes.contains(name);
        if crl.distribution_points.as_ref().is_some_and(|names| !names.iter().any(is_named)) {
            let found = format!("its scope is {:?}", crl.distribution_points);
            self.differences.add(Face::Address, url, Kind::WrongScope, issuer, found);
        }
        self.dates_of_crl(Face::Address, url, issuer, &crl);
        self.is_a_recorded_one(issuer, url, &crl)
    }

    /// The one of its number in the database, and none that was replaced a while ago, however long it lasts.
    fn is_a_recorded_one(&mut self, issuer: &str, url: &str, crl: &Crl<'_>) -> Result<(), LookError> {
        let place = (Face::Address, url);
        let kind = if crl.base_number.is_some() { CrlKind::Delta } else { CrlKind::Full };
        let stated = crl.distribution_points.as_deref();
        let scopes = Scope::of_authority(self.db, issuer)?;
        let scope = scopes.iter().find(|scope| match (scope.distribution_point(), stated) {
            (None, None) => true,
            (Some(own), Some([one])) => own == one,
            _ => false,
        });
        let Some(scope) = scope else {
            let found = format!("no CRLs are made of its scope, {stated:?}");
            self.differences.add(Face::Address, url, Kind::WrongScope, issuer, found);
            return Ok(());
        };
        let number = i64::try_from(crl.number).unwrap_or(i64::MAX);
        let Some(recorded) = recorded::crl(self.db, scope, kind, number)? else {
            let found = format!("number {number} was never recorded");
            self.differences.add(Face::Address, url, Kind::Unrecorded, issuer, found);
            return Ok(());
        };
        self.is_as_recorded(place, crl, &recorded);
        self.is_newest(place, scope, kind, &recorded)
    }

    fn leads_to_issuer(&mut self, issuer: &str, url: &str, http: &HttpUrl) {
        let Some(octets) = self.fetch_url(url, http, LARGEST_ANSWER) else { return };
        let known = self.authorities.iter().find(|one| one.authority.short_name == issuer);
        if known.is_none_or(|one| one.authority.certificate != octets) {
            self.differences.add(
                Face::Address,
                url,
                Kind::NotOurs,
                issuer,
                "is not the issuer's certificate",
            );
        }
    }

    /// By GET under the address, as several relying parties do: about a certificate that names it, and about the one of
    /// which the log has spoken last.
    fn leads_to_ocsp(
        &mut self,
        issuer: &str,
        serial: &str,
        url: &str,
        http: &HttpUrl,
    ) -> Result<(), LookError> {
        let known = self.authorities.iter().find(|one| one.authority.short_name == issuer);
        if known.is_some_and(|one| !one.is_answered_for) {
            return Ok(());
        }
        let Some(certificate) = self.certificate_of(issuer) else { return Ok(()) };
        let mut newest = logged::newest(self.db, NEWEST)?.into_iter();
        let newest = newest.find(|event| event.issuer == issuer).map(|event| event.serial);
        let newest = newest.filter(|newest| newest != serial);
        for serial in std::iter::once(serial).chain(newest.as_deref()) {
            let mut kept = Duration::ZERO;
            let answer = self.question(&certificate, issuer, serial, url, |fetcher, request| {
                let escaped =
                    STANDARD.encode(request).replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
                let path = format!("{}/{escaped}", http.path.trim_end_matches('/'));
                let answered = fetcher.get_ocsp(&HttpUrl { path, ..http.clone() })?;
                kept = answered.1;
                Ok(answered.0)
            })?;
            let Some(answer) = answer else { continue };
            if kept > KEPT {
                let found = format!("may be kept by caches for {} s", kept.as_secs());
                self.differences.add(Face::Address, url, Kind::Differs, format!("{issuer} {serial}"), found);
            }
            if answer.status == Status::Unknown {
                let found = "says unknown of a certificate that was issued";
                self.differences.add(Face::Address, url, Kind::Missing, format!("{issuer} {serial}"), found);
            } else {
                self.agrees(&answer, (issuer, serial), url, LOG + kept.min(KEPT))?;
            }
        }
        Ok(())
    }

    fn fetch_url(&mut self, url: &str, http: &HttpUrl, limit: u64) -> Option<Vec<u8>> {
        let fetcher = self.fetcher;
        let ask = || fetcher.get_url(http, limit);
        match self.silence.breaks(Face::Address, fetcher.destination(http), ask) {
            Ok(octets) => Some(octets),
            Err(error) => {
                self.differences.add(Face::Address, url, Kind::Unreachable, "", error.to_string());
                None
            }
        }
    }

    fn certificate_of(&self, issuer: &str) -> Option<openssl::x509::X509> {
        let known = self.authorities.iter().find(|one| one.authority.short_name == issuer)?;
        Some(known.certificate.clone())
    }
}

/// An address in a certificate.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    leads: LeadsTo,
    url: String,
    /// Of a CRL, the names of which its issuingDistributionPoint has one at least, if it has any.
    scopes: Vec<String>,
}

fn addresses(certificate: &Certificate) -> Vec<Named> {
    let tbs = certificate.tbs_certificate();
    let crls = tbs.get_extension::<CrlDistributionPoints>().ok().flatten().map(|(_, points)| points.0);
    let deltas = tbs.get_extension::<FreshestCrl>().ok().flatten().map(|(_, points)| points.0);
    let mut found = of_points(crls.unwrap_or_default(), deltas.unwrap_or_default());
    if let Ok(Some((_, access))) = tbs.get_extension::<AuthorityInfoAccessSyntax>() {
        for description in access.0 {
            let leads = match description.access_method {
                ID_AD_OCSP => LeadsTo::Ocsp,
                ID_AD_CA_ISSUERS => LeadsTo::Issuer,
                _ => continue,
            };
            let url = uri(description.access_location);
            found.extend(url.map(|url| Named { leads, url, scopes: Vec::new() }));
        }
    }
    found
}

/// One of the names in a CRL is one of those of the distribution point that led to it (RFC 5280 §6.3.3 (b)(2)(i)): whoever comes by
/// another name of the same point finds the same CRL. Those of a delta are the same as its base's (§6.3.3 (c)(2)), and so are not its
/// own address.
fn of_points(crls: Vec<DistributionPoint>, deltas: Vec<DistributionPoint>) -> Vec<Named> {
    let crls: Vec<Vec<String>> = crls.into_iter().map(full_names).collect();
    let deltas = deltas.into_iter().flat_map(full_names);
    let mut found: Vec<Named> =
        deltas.map(|url| Named { leads: LeadsTo::Delta, url, scopes: crls.concat() }).collect();
    for names in crls {
        let named = |url: &String| Named { leads: LeadsTo::Crl, url: url.clone(), scopes: names.clone() };
        found.extend(names.iter().map(named));
    }
    found
}

fn full_names(point: DistributionPoint) -> Vec<String> {
    match point.distribution_point {
        Some(DistributionPointName::FullName(names)) => names.into_iter().filter_map(uri).collect(),
        Some(DistributionPointName::NameRelativeToCRLIssuer(_)) | None => Vec::new(),
    }
}

fn uri(name: GeneralName) -> Option<String> {
    match name {
        GeneralName::UniformResourceIdentifier(uri) => Some(uri.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use der::asn1::Ia5String;

    use super::*;

    fn point(names: &[&str]) -> DistributionPoint {
        let uri = |name: &&str| GeneralName::UniformResourceIdentifier(Ia5String::new(*name).unwrap());
        let names = DistributionPointName::FullName(names.iter().map(uri).collect());
        DistributionPoint { distribution_point: Some(names), reasons: None, crl_issuer: None }
    }

    #[test]
    fn a_crl_may_bear_any_name_of_the_point_that_leads_to_it_and_none_of_another_point() {
        let (one, two, other, delta) =
            ("http://a/1.crl", "http://b/1.crl", "http://a/2.crl", "http://a/d.crl");
        let found = of_points(vec![point(&[one, two]), point(&[other])], vec![point(&[delta])]);
        let scopes = |url: &str| &found.iter().find(|named| named.url == url).unwrap().scopes;
        assert_eq!(found.len(), 4);
        assert_eq!((scopes(one), scopes(two)), (&vec![one.to_owned(), two.to_owned()], scopes(one)));
        assert_eq!(scopes(other), &[other]);
        assert_eq!(scopes(delta), &[one, two, other]);
    }
}
