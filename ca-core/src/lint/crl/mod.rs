//! The same judgement for a CRL, before it is signed (RFC 5280 §5).

mod entries;
mod extensions;

use store::Timestamp;

use super::algorithm;
use super::expectations::CRL_SIGN;
use super::finding::{Finding, Findings};
use super::issuer::Issuer;
use super::reader::{Element, tag};
use super::{structure, time};

/// Full, or only what changed since a full one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrlKind {
    /// Every revoked certificate of its scope.
    Full,
    /// What changed since the CRL that its deltaCRLIndicator names.
    Delta,
}

/// What a CRL is held against.
#[derive(Clone, Copy, Debug)]
pub struct CrlLintContext<'a> {
    /// DER of the certificate of the authority that signs the CRL.
    pub issuer_certificate: &'a [u8],
    /// What the CRL is meant to be.
    pub kind: CrlKind,
    /// When the signature would be made.
    pub at: Timestamp,
}

/// Longest TBSCertList that is read: some ten million entries.
const LONGEST: usize = 512 * 1024 * 1024;

/// Reads a DER `TBSCertList` (RFC 5280 §5.1) and judges it. Empty: it may be signed.
///
/// Entries are read one after the other; only their serials are held, by reference.
pub fn check_crl(tbs_cert_list: &[u8], context: &CrlLintContext<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    if let Err(finding) = judge(tbs_cert_list, context, &mut findings) {
        findings.push(finding);
    }
    findings.into_vec()
}

fn judge(bytes: &[u8], context: &CrlLintContext<'_>, findings: &mut Findings) -> Result<(), Finding> {
    if bytes.len() > LONGEST {
        return Err(Finding::new(
            "igc-lint-too-long",
            0,
            format!("{} bytes, {LONGEST} at most", bytes.len()),
        ));
    }
    let list = Element::only(bytes, "TBSCertList")?.must_be(tag::SEQUENCE, "TBSCertList")?;
    structure::check(&list)?;
    let issuer = Issuer::read(context.issuer_certificate)?;

    let mut fields = list.reader();
    let version = fields.optional(tag::INTEGER, "version")?;
    if version.is_none_or(|version| version.content != [1]) {
        findings.add("rfc5280-5.1.2.1-version", list.content_offset(), "version: v2 (1) is required");
    }
    let signature = fields.expect(tag::SEQUENCE, "signature")?;
    algorithm::check(&signature, issuer.key, findings);
    check_issuer(&fields.expect(tag::SEQUENCE, "issuer")?, &issuer, findings);
    let this_update = fields.next("thisUpdate")?;
    let next_update = match fields.optional(tag::UTC_TIME, "nextUpdate")? {
        Some(next) => Some(next),
        None => fields.optional(tag::GENERALIZED_TIME, "nextUpdate")?,
    };
    let from = check_updates(&this_update, next_update.as_ref(), context.at, findings)?;
    if let Some(revoked) = fields.optional(tag::SEQUENCE, "revokedCertificates")? {
        entries::check(&revoked, from, context.kind, findings)?;
    }
    let wrapper = fields.expect(tag::constructed(0), "crlExtensions")?;
    fields.finish("TBSCertList")?;
    extensions::check(&wrapper.inner("crlExtensions")?, context.kind, &issuer, findings)
}

fn check_issuer(name: &Element<'_>, issuer: &Issuer, findings: &mut Findings) {
    if name.whole != issuer.subject {
        let message = "issuer: not byte for byte the subject of the issuer's certificate";
        findings.add("rfc5280-5.1.2.3-issuer-name", name.offset, message);
    }
    if !issuer.may(CRL_SIGN) {
        let message = "issuer: its certificate is no authority's with cRLSign";
        findings.add("rfc5280-4.2.1.3-issuer-crl-sign", name.offset, message);
    }
}

/// Gives back thisUpdate. nextUpdate is required (RFC 5280 §5.1.2.5).
fn check_updates(
    this_update: &Element<'_>,
    next_update: Option<&Element<'_>>,
    at: Timestamp,
    findings: &mut Findings,
) -> Result<i64, Finding> {
    let from = time::read(this_update, "thisUpdate")?;
    if from > at.seconds() {
        let message = format!("thisUpdate: in the future at {at}");
        findings.add("igc-crl-this-update-future", this_update.offset, message);
    }
    let Some(next_update) = next_update else {
        findings.add("rfc5280-5.1.2.5-next-update", this_update.offset, "nextUpdate: missing");
        return Ok(from);
    };
    let to = time::read(next_update, "nextUpdate")?;
    if to <= from {
        let message = "nextUpdate: not after thisUpdate";
        findings.add("rfc5280-5.1.2.5-update-order", next_update.offset, message);
    } else if to <= at.seconds() {
        let message = format!("nextUpdate: already past at {at}");
        findings.add("igc-crl-stale", next_update.offset, message);
    }
    Ok(from)
}
