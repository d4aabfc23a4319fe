//! The revocations of a report: held against the file, against the CRLs that the same ceremony signed, and against the certificates
//! that were revoked.

use std::collections::BTreeSet;
use std::time::Duration;

use const_oid::AssociatedOid;
use der::Decode;
use openssl::nid::Nid;
use openssl::x509::{X509, X509VerifyResult};
use x509_cert::certificate::{CertificateInner, Rfc5280};
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::{BasicConstraints, CrlReason};

use super::Step;
use super::outcome::{CertificateMade, CertificatesRevoked, RevokedCertificate, Spared, SparedCertificate};
use super::report::{CERTIFICATE, CRL};
use super::steps::RevokeStep;
use super::verify::{Checker, ReportError, part, sha256};
use super::verify_objects::{Digests, moment};
use crate::revocation::RevocationReason;

/// How far the clock that dates a revocation may be ahead of that of the CRLs.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(600);

const UNLISTED: &str = "its root has not put it on the CRL of this ceremony";

impl Checker<'_> {
    /// An authority's certificate stands on the CRL of its root in the report, as the transcript says. Those of responders stand on a CRL
    /// that the worker signs afterwards, and here by their numbers alone.
    pub(super) fn revoked(&self, step: &Step, wanted: &RevokeStep) -> Result<(), ReportError> {
        let said: CertificatesRevoked = self.outcome(step)?;
        if said.authority != wanted.authority || said.reason != wanted.reason {
            return Err(part(step, "is not the revocation that the file asks for"));
        }
        if wanted.but_responder.is_some() {
            return self.responders_revoked(step, wanted, &said);
        }
        let [one] = &said.certificates[..] else {
            return Err(part(step, "does not name one certificate"));
        };
        self.listed(step, said.reason, one)?;
        match self.revoked_authority(&wanted.authority) {
            Some(its) => self.is_that_of(step, &its?, one),
            None => Ok(()),
        }
    }

    /// Those that were revoked and those that stay are its authority's, each in one place, and the one that was made here is not revoked.
    fn responders_revoked(
        &self,
        step: &Step,
        wanted: &RevokeStep,
        said: &CertificatesRevoked,
    ) -> Result<(), ReportError> {
        let spared = said.spared.as_deref().unwrap_or_default();
        let revoked = said.certificates.iter().map(|one| (&one.issuer, &one.serial));
        let all: Vec<_> =
            revoked.clone().chain(spared.iter().map(|one| (&one.issuer, &one.serial))).collect();
        let of_another = all.iter().any(|(issuer, _)| **issuer != wanted.authority);
        self.must(step, !of_another, "names a certificate that another authority gave")?;
        let each: BTreeSet<_> = all.iter().collect();
        self.must(
            step,
            each.len() == all.len(),
            "names a certificate twice, or as revoked and as one that stays",
        )?;
        let made_here = self.steps.iter().find(
            |made| matches!(made, Step::Certificate(of) if Some(&of.label) == wanted.but_responder.as_ref()),
        );
        let made_here: Option<CertificateMade> = made_here.map(|made| self.outcome(made)).transpose()?;
        let kept = made_here.is_some_and(|made| revoked.clone().all(|(_, serial)| *serial != made.serial));
        self.must(step, kept, "revokes the responder that this ceremony has made")?;
        let as_own = spared.iter().filter(|one| one.because == Spared::Own);
        self.must(step, as_own.count() <= 1, "says of several responders that this ceremony has made them")
    }

    /// The responders that were spared when earlier ones were revoked.
    pub(super) fn spared(&self) -> Result<Vec<SparedCertificate>, ReportError> {
        let mut spared = Vec::new();
        for step in self.steps {
            if let Step::Revoke(_) = step {
                let said: CertificatesRevoked = self.outcome(step)?;
                spared.extend(said.spared.unwrap_or_default());
            }
        }
        Ok(spared)
    }

    /// The entry of the CRL says what the transcript does.
    fn listed(
        &self,
        step: &Step,
        reason: RevocationReason,
        revoked: &RevokedCertificate,
    ) -> Result<(), ReportError> {
        let crl = self.report.crls.iter().find(|crl| crl.name == revoked.issuer);
        let der = crl.and_then(|crl| crl.der(CRL)).ok_or_else(|| part(step, UNLISTED))?;
        let list = CertificateList::<Rfc5280>::from_der(&der).map_err(|_| part(step, UNLISTED))?;
        let list = list.tbs_cert_list;
        let entry = entry_of(&list, &revoked.serial).ok_or_else(|| part(step, UNLISTED))?;
        // A CRL bears no date after its thisUpdate, whatever clock has dated the revocation; and of a clock that was ahead an entry keeps the
        // date of the CRL that showed it first, which may be another ceremony's (docs/decisions/0012).
        let said = revoked.revoked_at.whole_second();
        let dated = moment(&entry.revocation_date);
        if dated > said || dated.plus(CLOCK_TOLERANCE) < said.min(moment(&list.this_update)) {
            let why = format!(
                "its root dates it {dated} on the CRL, and the transcript says {}",
                revoked.revoked_at
            );
            return Err(part(step, why));
        }
        self.must(
            step,
            reason_of(entry) == Some(reason),
            "its root gives another reason on the CRL than the transcript says",
        )
    }

    /// The certificate was given by the authority that revoked it, has the number that was revoked, and is an authority's.
    fn is_that_of(&self, step: &Step, its: &X509, revoked: &RevokedCertificate) -> Result<(), ReportError> {
        let root = self.certificate_of(step, &revoked.issuer)?;
        let signed = root.issued(its) == X509VerifyResult::OK
            && root.public_key().and_then(|key| its.verify(&key)).unwrap_or(false);
        self.must(step, signed, "another authority than the one that revoked it gave its certificate")?;
        let serial = its.serial_number().to_bn().map(|serial| serial.to_vec()).unwrap_or_default();
        let same = bare(&serial) == bare(&hex::decode(&revoked.serial).unwrap_or_default());
        self.must(step, same, "its certificate has another serial number than the one that was revoked")?;
        // Its profile is not asked: an authority may be revoked for the very reason that it breaks a rule.
        let issues = its.to_der().is_ok_and(|der| is_an_authority(&der));
        self.must(step, issues, "its certificate is no authority's")
    }

    /// The certificates of the authorities that were revoked here, by name and digest: those and no others, each once.
    pub(super) fn revoked_authorities(&self) -> Result<Digests, ReportError> {
        let (mut names, mut digests) = (BTreeSet::new(), BTreeSet::new());
        let held = self.report.revoked.iter().map(|one| {
            let name = one.name.escape_debug();
            if !self.own_certificates().any(|step| step.authority == one.name) {
                return Err(part(name, "is in the report as revoked, and no step revokes it"));
            }
            let der =
                one.der(CERTIFICATE).ok_or_else(|| part(one.name.escape_debug(), "does not read as PEM"))?;
            let digest = sha256(&der);
            match names.insert(one.name.clone()) && digests.insert(digest.clone()) {
                true => Ok((one.name.clone(), digest)),
                false => Err(part(name, "stands twice in the report as revoked")),
            }
        });
        held.collect()
    }

    /// What the report leaves open of them, in words.
    pub(super) fn revocations_not_proven(&self) -> Vec<String> {
        let open = self.own_certificates().filter_map(|step| {
            let why = match self.revoked_authority(&step.authority).transpose().ok()? {
                None => "the report does not bring it",
                Some(its) if !self.judge.names_so(&step.authority, common_name(&its)) => {
                    "the identity of the ceremony has another name for it"
                }
                Some(_) => return None,
            };
            Some(format!(
                "that it is the certificate of {} that was revoked under this name: {why}",
                step.authority
            ))
        });
        let not_written = self.steps.iter().filter_map(|step| match step {
            Step::Revoke(of) if of.but_responder.is_some() => {
                let said: CertificatesRevoked = self.outcome(step).ok()?;
                said.spared.is_none().then(|| {
                    format!(
                        "which responders of {} stay beside the one that was made here: the transcript is of a program \
                         that did not write it down",
                        of.authority
                    )
                })
            }
            _ => None,
        });
        open.chain(not_written).collect()
    }

    /// The steps that revoke an authority's own certificate.
    fn own_certificates(&self) -> impl Iterator<Item = &RevokeStep> {
        self.steps.iter().filter_map(|step| match step {
            Step::Revoke(step) if step.but_responder.is_none() => Some(step),
            _ => None,
        })
    }

    fn revoked_authority(&self, name: &str) -> Option<Result<X509, ReportError>> {
        let pem = self.report.revoked.iter().find(|one| one.name == name)?;
        let read = pem.der(CERTIFICATE).and_then(|der| X509::from_der(&der).ok());
        Some(read.ok_or_else(|| part(name, "its certificate does not read")))
    }
}

fn entry_of<'a>(list: &'a TbsCertList<Rfc5280>, serial: &str) -> Option<&'a RevokedCert<Rfc5280>> {
    let serial = hex::decode(serial).unwrap_or_default();
    let mut entries = list.revoked_certificates.iter().flatten();
    entries.find(|entry| bare(entry.serial_number.as_bytes()) == bare(&serial))
}

/// None where the entry gives no reason, or one that this PKI does not.
fn reason_of(entry: &RevokedCert<Rfc5280>) -> Option<RevocationReason> {
    let mut extensions = entry.crl_entry_extensions.iter().flatten();
    let reason = extensions.find(|extension| extension.extn_id == CrlReason::OID)?;
    let reason = CrlReason::from_der(reason.extn_value.as_bytes()).ok()?;
    RevocationReason::from_code(u8::try_from(reason as u32).ok()?)
}

/// The octets of an INTEGER without its leading zeros.
fn bare(octets: &[u8]) -> &[u8] {
    &octets[octets.iter().take_while(|octet| **octet == 0).count()..]
}

fn common_name(certificate: &X509) -> Option<String> {
    let entry = certificate.subject_name().entries_by_nid(Nid::COMMONNAME).next()?;
    entry.data().to_string().ok()
}

/// RFC 5280 §4.2.1.9.
fn is_an_authority(der: &[u8]) -> bool {
    let Ok(certificate) = CertificateInner::<Rfc5280>::from_der(der) else { return false };
    let constraints = certificate.tbs_certificate().get_extension::<BasicConstraints>();
    matches!(constraints, Ok(Some((_, constraints))) if constraints.ca)
}
