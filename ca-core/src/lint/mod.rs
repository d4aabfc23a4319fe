//! The lint before a signature: reads the DER that is about to be signed, and says every reason why it must not be.
//!
//! It is a second, independent writing of the profiles: its own DER reader, its own tables (`expectations`),
//! no code and no data of the builder. Two writings must agree before a key is used (architecture invariant 3).
//! There are no warnings: any [`Finding`] stops the signature. Section numbers after `igc-` are those of the
//! domain reference from which the profiles were written.

mod algorithm;
mod certificate;
mod crl;
mod declared;
mod expectations;
mod extensions;
mod finding;
mod issuer;
mod names;
mod oids;
mod public_key;
mod reader;
mod serial;
mod structure;
mod time;
mod validity;

#[cfg(test)]
mod tests;

use store::Timestamp;

use certificate::Tbs;
pub use crl::{CrlKind, CrlLintContext, check_crl};
use declared::Declarations;
pub use declared::{Declared, DeclaredIdentity};
use expectations::{Expectation, Role};
pub use extensions::ShardUrls;
pub use finding::Finding;
use finding::Findings;
use issuer::Issuer;
pub use issuer::IssuerCertificate;
use names::Subject;
use public_key::PublicKey;
use reader::Element;
use validity::Validity;

/// What a certificate is held against.
#[derive(Clone, Debug)]
pub struct LintContext<'a> {
    /// Identifier of the profile, as in `fo-pp-cps-auth`.
    pub profile: &'a str,
    /// The issuer's certificate; `None` for a self-signed root.
    pub issuer: Option<IssuerCertificate>,
    /// When the signature would be made.
    pub at: Timestamp,
    /// The first eight octets of every serial number that the issuer gives; none where it is not bound to any.
    pub serial_prefix: Option<[u8; 8]>,
    /// What the identity declares of the certificates of its issuer; of itself, for a root.
    pub declared: &'a Declared,
    /// The short name of the authority whose certificate it is; none for every other certificate.
    pub authority: Option<&'a str>,
    /// Where the shard is published that it must name; none where it is of no shard.
    pub shard: Option<ShardUrls<'a>>,
}

/// Longest TBSCertificate that is read: a server with two hundred names is a fifth of it.
const LONGEST: usize = 64 * 1024;

/// Reads a DER `TBSCertificate` (RFC 5280 §4.1) and holds it against its profile. Empty: it may be signed.
///
/// A fault of the encoding is reported alone, because nothing behind it can be trusted.
pub fn check_certificate(tbs: &[u8], context: &LintContext<'_>) -> Vec<Finding> {
    let mut findings = Findings::default();
    if let Err(finding) = judge(tbs, context, &mut findings) {
        findings.push(finding);
    }
    findings.into_vec()
}

/// Everything the rules of the extensions look at.
struct Reading<'a> {
    tbs: Tbs<'a>,
    expectation: &'static Expectation,
    issuer: Option<&'a Issuer>,
    key: Option<PublicKey<'a>>,
    validity: Option<Validity>,
    profile: &'a str,
    subject: Subject<'a>,
    /// None where it is not at hand.
    declared: Option<&'a Declarations>,
    shard: Option<ShardUrls<'a>>,
}

fn judge(tbs: &[u8], context: &LintContext<'_>, findings: &mut Findings) -> Result<(), Finding> {
    let Some(expectation) = expectations::of(context.profile) else {
        let message = format!("{:?} is not a profile that the lint knows", context.profile);
        return Err(Finding::new("igc-lint-profile-unknown", 0, message));
    };
    if tbs.len() > LONGEST {
        return Err(Finding::new("igc-lint-too-long", 0, format!("{} bytes, {LONGEST} at most", tbs.len())));
    }
    let element = Element::only(tbs, "TBSCertificate")?;
    structure::check(&element)?;
    let tbs = Tbs::read(element, findings)?;
    let issuer = issuer_of(expectation, context)?;
    let declared = context.declared.declarations()?;

    serial::check(&tbs.serial, expectation.role, context.serial_prefix, findings);
    match issuer {
        Some(issuer) => issuer::check(&tbs, expectation, issuer, findings),
        None => issuer::check_self_issued(&tbs, findings),
    }
    let validity = validity::check(&tbs.validity, expectation, issuer, context.at, findings);
    let subject = names::check(&tbs.subject, expectation, findings);
    names::check_declared(&tbs.subject, &subject, expectation.role, declared, context.authority, findings);
    let key = public_key::read(&tbs.public_key, findings);
    let kind = key.as_ref().and_then(|key| key.kind);
    if let Some(kind) = kind.filter(|kind| !expectation.keys.iter().any(|allowed| allowed.admits(*kind))) {
        let message = format!("subjectPublicKeyInfo: {kind} is not a key of this profile");
        findings.add("igc-1.5-key-of-profile", tbs.public_key.offset, message);
    }
    algorithm::check(&tbs.signature, issuer.map_or(kind, |issuer| issuer.key), findings);
    let (profile, shard) = (context.profile, context.shard);
    let reading = Reading { tbs, expectation, issuer, key, validity, profile, subject, declared, shard };
    extensions::check(&reading, findings);
    Ok(())
}

/// A root has no issuer but itself; all others have one.
fn issuer_of<'a>(
    expectation: &Expectation,
    context: &'a LintContext<'_>,
) -> Result<Option<&'a Issuer>, Finding> {
    match (expectation.role, &context.issuer) {
        (Role::Root, None) => Ok(None),
        (Role::Root, Some(_)) => {
            Err(Finding::new("igc-lint-root-has-no-issuer", 0, "a root is signed by itself alone"))
        }
        (_, None) => Err(Finding::new("igc-lint-issuer-required", 0, "the issuer's certificate is required")),
        (_, Some(certificate)) => certificate.issuer().map(Some),
    }
}
