//! The certificates of a report, held against what they are said to be: the lint that stands before every signature reads
//! them again, and the builder says once more whose they must be.

use der::{Decode, Encode};
use openssl::x509::{X509, X509VerifyResult};
use x509_cert::Certificate;

use super::Step;
use super::outcome::KeyMade;
use super::report::CERTIFICATE;
use super::steps::{CeremonyBearer, CertificateStep, ISSUING_PROFILE, ROOT_PROFILE};
use super::verify::{Checker, ReportError, part, sha256};
use super::verify_objects::moment;
use crate::identity::Identity;
use crate::issuance::tbs_within;
use crate::lint::{self, Declared, DeclaredIdentity, IssuerCertificate, LintContext, ShardUrls};
use crate::profile::Profiles;
use crate::serial::SerialNumber;
use crate::shard::{self, Shard};
use crate::signer::SignatureAlgorithm;
use crate::tbs::{self, TbsInput, TbsIssuer};

/// What every certificate of a report is held against.
pub(super) struct Judge {
    identity: Option<(Identity, DeclaredIdentity)>,
    profiles: Profiles,
}

impl Judge {
    /// With the identity that the report brings, which is the one that the ceremony was held with: its SHA-256, as the transcript has it.
    pub(super) fn of(text: Option<&str>, held_with: Option<&String>) -> Result<Self, ReportError> {
        let identity = text.map(|text| {
            if held_with != Some(&sha256(text.as_bytes())) {
                return Err(part(Step::Open, "was held with another identity than the report's"));
            }
            let identity = Identity::parse(text).map_err(|error| part("identity", error.to_string()))?;
            Ok((identity, DeclaredIdentity::read(text)))
        });
        Ok(Self { identity: identity.transpose()?, profiles: Profiles::embedded() })
    }

    /// The shard whose CRL a certificate names, by the identity: an authority may have been given shards before its ceremony had ended.
    fn shard_of(&self, issuer: &str, parent: &str, der: &[u8]) -> Option<Shard> {
        let (identity, _) = self.identity.as_ref()?;
        // From the greatest: the address of shard 1 may be how that of shard 12 begins.
        let shards =
            (1..=shard::MOST).rev().filter_map(|number| shard::declared(identity, issuer, parent, number));
        let names = |shard: &Shard| {
            let address = shard.urls().crl.as_bytes();
            der.windows(address.len()).any(|part| part == address)
        };
        shards.into_iter().find(names)
    }

    /// Whether this is the common name that the identity has for an authority; so where there is none to ask.
    pub(super) fn names_so(&self, authority: &str, common_name: Option<String>) -> bool {
        let identity = self.identity.as_ref();
        identity.is_none_or(|(identity, _)| identity.authorities.common_name(authority) == common_name)
    }

    /// Whether names and addresses can be held.
    pub(super) fn has_identity(&self) -> bool {
        self.identity.is_some()
    }
}

impl Checker<'_> {
    /// A certificate that was made here: its profile, and its subject.
    pub(super) fn judge(
        &self,
        step: &Step,
        wanted: &CertificateStep,
        key: &KeyMade,
        der: &[u8],
    ) -> Result<(), ReportError> {
        let root = matches!(wanted.bearer, CeremonyBearer::Authority { root: true, .. });
        let issuer = (!root).then(|| self.certificate_of(step, &wanted.issuer)).transpose()?;
        let issuer =
            issuer.map(|issuer| issuer.to_der()).transpose().map_err(|_| part(step, "does not read"))?;
        let parent = if root { wanted.issuer.clone() } else { self.parent_of(&wanted.issuer)? };
        let declared = match &self.judge.identity {
            Some((_, declared)) => declared.of(&wanted.issuer, &parent),
            None => Declared::not_at_hand(),
        };
        let authority =
            matches!(wanted.bearer, CeremonyBearer::Authority { .. }).then_some(wanted.label.as_str());
        // An authority is on the CRL of a root, which has no shards.
        let shard = match authority {
            Some(_) => None,
            None => self.judge.shard_of(&wanted.issuer, &parent, der),
        };
        let shard = shard.as_ref().map(Shard::urls);
        lint(step, &wanted.profile, der, (issuer.as_deref(), shard), &declared, authority)?;
        match &self.judge.identity {
            Some((identity, _)) => {
                self.hold_subject(step, wanted, key, der, issuer.as_deref(), (identity, &parent))
            }
            None => Ok(()),
        }
    }

    /// The subject is what the builder makes of the file and the identity, octet for octet.
    fn hold_subject(
        &self,
        step: &Step,
        wanted: &CertificateStep,
        key: &KeyMade,
        der: &[u8],
        issuer: Option<&[u8]>,
        (identity, parent): (&Identity, &str),
    ) -> Result<(), ReportError> {
        let unknown =
            |error: &dyn std::fmt::Display| part(step, format!("its subject cannot be told: {error}"));
        let profile = self.judge.profiles.get(&wanted.profile).ok_or_else(|| part(step, "has no profile"))?;
        let issuer = issuer
            .map(|issuer| TbsIssuer::of_certificate(&wanted.issuer, parent, issuer))
            .transpose()
            .map_err(|error| unknown(&error))?;
        let public_key = hex::decode(&key.public_key).map_err(|error| unknown(&error))?;
        let signing = issuer.as_ref().map_or(&public_key, |issuer| &issuer.public_key);
        let certificate = Certificate::from_der(der).map_err(|error| unknown(&error))?;
        let read = certificate.tbs_certificate();
        let expected = tbs::build(&TbsInput {
            profile,
            identity,
            issuer: issuer.as_ref(),
            shard: None,
            facts: &wanted.facts(),
            public_key: &public_key,
            serial: &SerialNumber::from_octets(read.serial_number().as_bytes())
                .map_err(|error| unknown(&error))?,
            not_before: moment(&read.validity().not_before),
            not_after: moment(&read.validity().not_after),
            algorithm: SignatureAlgorithm::of_key(signing).map_err(|error| unknown(&error))?,
        });
        let expected = expected.and_then(|tbs| tbs::subject_of(&tbs)).map_err(|error| unknown(&error))?;
        let subject = read.subject().to_der().map_err(|error| unknown(&error))?;
        self.must(step, subject == expected, "bears another name than the file asks for")
    }

    /// An authority that signed and was not made here: it is one, by its profile. Under which identity it was made is its
    /// own ceremony's question.
    pub(super) fn judge_issuer(&self, name: &str, issuer: &X509, above: &X509) -> Result<(), ReportError> {
        let octets = |one: &X509| one.to_der().map_err(|_| part(name, "does not read"));
        let (der, above) = (octets(issuer)?, octets(above)?);
        let root = above == der;
        let profile = if root { ROOT_PROFILE } else { ISSUING_PROFILE };
        let above = (!root).then_some(above.as_slice());
        lint(name, profile, &der, (above, None), &Declared::not_at_hand(), None)
    }

    /// The short name of who stands above an authority: its own, above a root.
    fn parent_of(&self, short_name: &str) -> Result<String, ReportError> {
        let made_here = self.steps.iter().find_map(|step| match step {
            Step::Certificate(made) if made.label == short_name => Some(made.issuer.clone()),
            _ => None,
        });
        if let Some(parent) = made_here {
            return Ok(parent);
        }
        let read = |name: &str| {
            let mut all = self.report.certificates.iter().chain(&self.report.issuers);
            all.find(|one| one.name == name).and_then(|one| X509::from_der(&one.der(CERTIFICATE)?).ok())
        };
        let unknown = || part(short_name, "who stands above it is not in the report");
        let below = read(short_name).ok_or_else(unknown)?;
        let mut names = self.report.certificates.iter().chain(&self.report.issuers).map(|one| &one.name);
        let parent =
            names.find(|name| read(name).is_some_and(|above| above.issued(&below) == X509VerifyResult::OK));
        parent.cloned().ok_or_else(unknown)
    }
}

/// Not at the moment it is verified: a certificate does not fall for having grown old.
fn lint(
    what: impl ToString,
    profile: &str,
    der: &[u8],
    (issuer, shard): (Option<&[u8]>, Option<ShardUrls<'_>>),
    declared: &Declared,
    authority: Option<&str>,
) -> Result<(), ReportError> {
    let what = what.to_string();
    let certificate = Certificate::from_der(der).map_err(|_| part(&what, "is no certificate"))?;
    let at = moment(&certificate.tbs_certificate().validity().not_before);
    let tbs = tbs_within(der).ok_or_else(|| part(&what, "is no certificate"))?;
    let context = LintContext {
        profile,
        issuer: issuer.map(IssuerCertificate::read),
        at,
        serial_prefix: None,
        declared,
        authority,
        shard,
    };
    match lint::check_certificate(tbs, &context).first() {
        None => Ok(()),
        Some(finding) => Err(part(&what, format!("is not of profile {profile}: {finding}"))),
    }
}
