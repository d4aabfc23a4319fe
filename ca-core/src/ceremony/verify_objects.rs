//! The objects of a report: each held against what the ceremony file asks for, and none beside them.

use std::collections::{BTreeMap, BTreeSet};

use const_oid::AssociatedOid;
use der::{Decode, Encode};
use openssl::x509::{X509, X509Crl, X509VerifyResult};
use store::Timestamp;
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::CrlNumber;
use x509_cert::time::Time;

use super::Step;
use super::outcome::{CertificateMade, CrlMade, KeyMade};
use super::report::{CERTIFICATE, NamedPem};
use super::steps::{CeremonyBearer, CertificateStep, CrlReach, CrlStep};
use super::verify::{Checker, ReportError, part, sha256};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// Names, each with the SHA-256 of what bears it.
pub(super) type Digests = Vec<(String, String)>;

impl<'a> Checker<'a> {
    /// The report holds these objects and no others, each under a name of its own; the certificates that were
    /// made here and those of other authorities, by name and digest.
    pub(super) fn objects(&self) -> Result<(Digests, Digests), ReportError> {
        let count = |of: fn(&Step) -> bool| self.steps.iter().filter(|step| of(step)).count();
        let certificates = count(|step| matches!(step, Step::Certificate(_)));
        let crls = count(|step| matches!(step, Step::Crl(_)));
        if self.report.certificates.len() != certificates || self.report.crls.len() != crls {
            return Err(part("report", "holds other certificates or CRLs than its steps made"));
        }
        let mut all: BTreeMap<&str, X509> = BTreeMap::new();
        let mut digests = BTreeSet::new();
        let mut read = |one: &'a NamedPem| {
            let der =
                one.der(CERTIFICATE).ok_or_else(|| part(one.name.escape_debug(), "does not read as PEM"))?;
            let parsed = X509::from_der(&der).map_err(|_| part(&one.name, "is no certificate"))?;
            let digest = sha256(&der);
            if all.insert(&one.name, parsed).is_some() || !digests.insert(digest.clone()) {
                return Err(part(one.name.escape_debug(), "stands twice in the report"));
            }
            Ok((one.name.clone(), digest))
        };
        let made = self.report.certificates.iter().map(&mut read).collect::<Result<Digests, _>>()?;
        let issuers = self.report.issuers.iter().map(&mut read).collect::<Result<Digests, _>>()?;
        // Each was signed by the next, up to a root that signs itself, and each has signed something here.
        let signed_by = |signed: &X509, above: &X509| {
            above.issued(signed) == X509VerifyResult::OK
                && above.public_key().and_then(|key| signed.verify(&key)).unwrap_or(false)
        };
        for (name, _) in &issuers {
            let issuer = &all[name.as_str()];
            let Some(above) = all.values().find(|above| signed_by(issuer, above)) else {
                return Err(part(name, "nobody in the report has signed its certificate"));
            };
            self.judge_issuer(name, issuer, above)?;
            let wanted = self.steps.iter().any(|step| step.signer() == Some(name.as_str()));
            if !wanted && !all.iter().any(|(other, below)| other != name && signed_by(below, issuer)) {
                return Err(part(name.escape_debug(), "is in the report and has signed nothing in it"));
            }
        }
        Ok((made, issuers))
    }
}

/// The certificate is for the key, of the validity of the file, and signed by its issuer.
pub(super) fn check_certificate(
    der: &[u8],
    wanted: &CertificateStep,
    made: &CertificateMade,
    key: &KeyMade,
    issuer: &X509,
) -> Result<(), &'static str> {
    let certificate = x509_cert::Certificate::from_der(der).map_err(|_| "is no certificate")?;
    let tbs = certificate.tbs_certificate();
    let certified = tbs.subject_public_key_info().to_der().map_err(|_| "its key does not read")?;
    if hex::encode(certified) != key.public_key {
        return Err("certifies another key than the one that was made");
    }
    let serial = tbs.serial_number().as_bytes();
    let serial = serial.strip_prefix(&[0]).unwrap_or(serial);
    if hex::encode_upper(serial) != made.serial {
        return Err("has another serial number than the transcript says");
    }
    if let CeremonyBearer::Authority { validity, .. } = &wanted.bearer {
        let (from, to) = (moment(&tbs.validity().not_before), moment(&tbs.validity().not_after));
        if validity.end(from) != to {
            return Err("has another validity than the file asks for");
        }
    }
    let signed = X509::from_der(der).map_err(|_| "does not read")?;
    let named = signed.issuer_name().try_cmp(issuer.subject_name()).is_ok_and(std::cmp::Ordering::is_eq);
    let by_issuer = issuer.public_key().and_then(|key| signed.verify(&key)).unwrap_or(false);
    if named && by_issuer { Ok(()) } else { Err("is not signed by its issuer") }
}

/// The CRL reaches as far as the file asks, and is signed by its authority. `covered` is the end of the last
/// certificate of an authority that ends.
pub(super) fn check_crl(
    der: &[u8],
    wanted: &CrlStep,
    made: &CrlMade,
    covered: Option<Timestamp>,
    issuer: &X509,
) -> Result<(), &'static str> {
    let list = CertificateList::<Rfc5280>::from_der(der).map_err(|_| "is no CRL")?.tbs_cert_list;
    let from = moment(&list.this_update);
    let to = list.next_update.as_ref().map(moment).ok_or("says no nextUpdate")?;
    if (from, to) != (made.this_update, made.next_update) {
        return Err("has other dates than the transcript says");
    }
    let extensions = list.crl_extensions.iter().flatten();
    let number = extensions.into_iter().find(|extension| extension.extn_id == CrlNumber::OID);
    let number = number.and_then(|extension| CrlNumber::from_der(extension.extn_value.as_bytes()).ok());
    let number = number.ok_or("has no CRLNumber")?;
    let octets = number.0.as_bytes();
    if octets.iter().fold(0u64, |value, octet| value << 8 | u64::from(*octet)) != made.number {
        return Err("has another number than the transcript says");
    }
    let reaches = match wanted.reach {
        CrlReach::Days(days) => to == from.plus(DAY * u32::from(days)),
        CrlReach::Last => covered.is_some_and(|covered| to > covered),
    };
    if !reaches {
        return Err("does not reach as far as the file asks");
    }
    let crl = X509Crl::from_der(der).map_err(|_| "does not read")?;
    let named = crl.issuer_name().try_cmp(issuer.subject_name()).is_ok_and(std::cmp::Ordering::is_eq);
    let by_issuer = issuer.public_key().and_then(|key| crl.verify(&key)).unwrap_or(false);
    if named && by_issuer { Ok(()) } else { Err("is not signed by its authority") }
}

pub(super) fn moment(time: &Time) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or_default())
}
