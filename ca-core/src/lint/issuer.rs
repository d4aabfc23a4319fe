//! The issuer's certificate, read with the same reader, and what the TBS must take from it.

use super::certificate::Tbs;
use super::expectations::{self, Expectation, Role};
use super::extensions::{basic_constraints, key_identifiers, key_usage};
use super::finding::{Finding, Findings};
use super::oids::extension;
use super::public_key::{self, KeyKind};
use super::reader::{Element, tag};
use super::structure;
use super::validity::{self, Validity};

/// An issuer's certificate as the lint reads it: once, for all the certificates that it is held against. Where it
/// cannot be read, nothing under it passes.
#[derive(Clone, Debug)]
pub struct IssuerCertificate(Result<Issuer, Finding>);

impl IssuerCertificate {
    /// Reads a DER Certificate (RFC 5280 §4.1).
    pub fn read(der: &[u8]) -> Self {
        Self(Issuer::read(der))
    }

    pub(super) fn issuer(&self) -> Result<&Issuer, Finding> {
        self.0.as_ref().map_err(Finding::clone)
    }
}

/// What the rules take from the issuer's certificate.
#[derive(Clone, Debug)]
pub(super) struct Issuer {
    /// The name, DER.
    pub(super) subject: Vec<u8>,
    pub(super) self_issued: bool,
    pub(super) key: Option<KeyKind>,
    pub(super) key_identifier: Option<Vec<u8>>,
    pub(super) validity: Validity,
    /// CA:TRUE, and the path length.
    authority: Option<Option<u8>>,
    key_usage: u16,
}

impl Issuer {
    /// Whether it is an authority's, with this bit in its key usage.
    pub(super) fn may(&self, bit: u16) -> bool {
        self.authority.is_some() && self.key_usage & bit != 0
    }

    /// Reads a DER Certificate (RFC 5280 §4.1).
    pub(super) fn read(certificate: &[u8]) -> Result<Self, Finding> {
        Self::cut(certificate).map_err(|finding| {
            let message = format!("issuer's certificate: {finding}");
            Finding::new("igc-lint-issuer-unreadable", 0, message)
        })
    }

    fn cut(certificate: &[u8]) -> Result<Self, Finding> {
        let whole = Element::only(certificate, "Certificate")?.must_be(tag::SEQUENCE, "Certificate")?;
        structure::check(&whole)?;
        let mut fields = whole.reader();
        let tbs = fields.expect(tag::SEQUENCE, "tbsCertificate")?;
        let mut findings = Findings::default();
        let tbs = Tbs::read(tbs, &mut findings)?;
        let key = public_key::read(&tbs.public_key, &mut findings).and_then(|key| key.kind);
        if let Some(first) = findings.into_vec().into_iter().next() {
            return Err(first);
        }
        let value = |id| tbs.extension(id).map(|extension| extension.value);
        Ok(Self {
            subject: tbs.subject.whole.to_vec(),
            self_issued: tbs.subject.whole == tbs.issuer.whole,
            key,
            key_identifier: value(extension::SUBJECT_KEY_IDENTIFIER)
                .map(|value| key_identifiers::subject(&value).map(<[u8]>::to_vec))
                .transpose()?,
            validity: validity::read(&tbs.validity)?,
            authority: match value(extension::BASIC_CONSTRAINTS) {
                Some(value) => basic_constraints::read(&value)?,
                None => None,
            },
            key_usage: value(extension::KEY_USAGE).map_or(Ok(0), |value| key_usage::read(&value))?,
        })
    }
}

/// May `issuer` issue this at all, and does the TBS carry its name (RFC 5280 §4.1.2.4, §6.1)?
pub(super) fn check(tbs: &Tbs<'_>, expectation: &Expectation, issuer: &Issuer, findings: &mut Findings) {
    let offset = tbs.issuer.offset;
    let mut add = |rule, message: &str| findings.add(rule, offset, message);
    if tbs.issuer.whole != issuer.subject {
        add(
            "rfc5280-4.1.2.4-issuer-name",
            "issuer: not byte for byte the subject of the issuer's certificate",
        );
    }
    let Some(path_length) = issuer.authority else {
        add("rfc5280-4.2.1.9-issuer-is-ca", "issuer: its certificate does not say CA:TRUE");
        return;
    };
    if !issuer.may(expectations::KEY_CERT_SIGN) {
        add("rfc5280-4.2.1.3-issuer-key-usage", "issuer: its key usage lacks keyCertSign");
    }
    if expectation.role == Role::Issuing && path_length == Some(0) {
        add("rfc5280-4.2.1.9-issuer-path-length", "issuer: its path length forbids an authority below");
    }
    // §1.1: roots issue authorities, issuing authorities issue the rest.
    if expectation.role == Role::EndEntity && issuer.self_issued {
        add("igc-1.1-issuer-not-root", "issuer: a root issues no end entity");
    }
}

/// A root names itself (RFC 5280 §3.2).
pub(super) fn check_self_issued(tbs: &Tbs<'_>, findings: &mut Findings) {
    if tbs.issuer.whole != tbs.subject.whole {
        findings.add(
            "rfc5280-3.2-root-self-issued",
            tbs.issuer.offset,
            "issuer: a root's issuer is its subject",
        );
    }
}
