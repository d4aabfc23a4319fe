//! A certificate and a CRL of a report, held against what the ceremony file asks for.

use const_oid::AssociatedOid;
use der::{Decode, Encode};
use openssl::x509::{X509, X509Crl};
use store::Timestamp;
use x509_cert::certificate::Rfc5280;
use x509_cert::crl::CertificateList;
use x509_cert::ext::pkix::CrlNumber;
use x509_cert::time::Time;

use super::outcome::{CertificateMade, CrlMade, KeyMade};
use super::steps::{CeremonyBearer, CertificateStep, CrlReach, CrlStep};

const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

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

fn moment(time: &Time) -> Timestamp {
    Timestamp::from_seconds(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or_default())
}
