//! The revocations of a report: held against the file, and against the CRLs that the same ceremony signed.

use der::Decode;
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::CertificateList;

use super::Step;
use super::outcome::{CertificatesRevoked, RevokedCertificate};
use super::report::CRL;
use super::steps::RevokeStep;
use super::verify::{Checker, ReportError, part};

impl Checker<'_> {
    /// An authority's certificate stands on the CRL of its root in the report. Those of responders stand on a CRL that the worker
    /// signs afterwards, and here by their numbers alone.
    pub(super) fn revoked(&self, step: &Step, wanted: &RevokeStep) -> Result<(), ReportError> {
        let said: CertificatesRevoked = self.outcome(step)?;
        if said.authority != wanted.authority || said.reason != wanted.reason {
            return Err(part(step, "is not the revocation that the file asks for"));
        }
        if wanted.but_responder.is_some() {
            let of_another = said.certificates.iter().any(|one| one.issuer != wanted.authority);
            return match of_another {
                true => Err(part(step, "names a certificate that another authority gave")),
                false => Ok(()),
            };
        }
        match &said.certificates[..] {
            [one] if self.lists(one) => Ok(()),
            [_] => Err(part(step, "its root has not put it on the CRL of this ceremony")),
            _ => Err(part(step, "does not name one certificate")),
        }
    }

    fn lists(&self, revoked: &RevokedCertificate) -> bool {
        let crl = self.report.crls.iter().find(|crl| crl.name == revoked.issuer);
        let der = crl.and_then(|crl| crl.der(CRL)).unwrap_or_default();
        let Ok(crl) = CertificateList::<Rfc5280>::from_der(&der) else { return false };
        let serial = hex::decode(&revoked.serial).unwrap_or_default();
        let bare =
            |octets: &[u8]| octets.iter().copied().skip_while(|octet| *octet == 0).collect::<Vec<u8>>();
        let entries = crl.tbs_cert_list.revoked_certificates.iter().flatten();
        entries.into_iter().any(|entry| bare(entry.serial_number.as_bytes()) == bare(&serial))
    }
}
