//! Keys that are made when a target is first called: what stands behind a signature cannot be mutated, so the target
//! signs its input itself, and no private key lies in the repository.

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectKeyIdentifier};
use openssl::x509::{X509, X509Builder, X509NameBuilder};

/// A P-256 key and its certificate.
pub(crate) struct Keyed {
    pub(crate) key: PKey<Private>,
    pub(crate) certificate: X509,
}

/// What a certificate is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Authority,
    OcspResponder,
    Bureau,
}

/// A key of `name`, certified by `issuer`, or by itself.
pub(crate) fn keyed(name: &str, serial: &str, issuer: Option<&Keyed>, what: Use) -> Keyed {
    make(name, serial, issuer, what).expect("OpenSSL makes a key and its certificate")
}

fn make(name: &str, serial: &str, issuer: Option<&Keyed>, what: Use) -> Result<Keyed, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_text("CN", name)?;
    let subject = subject.build();
    let mut builder = X509Builder::new()?;
    builder.set_version(2)?;
    builder.set_serial_number(&*Asn1Integer::from_bn(&*BigNum::from_hex_str(serial)?)?)?;
    builder.set_subject_name(&subject)?;
    builder.set_issuer_name(issuer.map_or(&subject, |issuer| issuer.certificate.subject_name()))?;
    builder.set_pubkey(&key)?;
    builder.set_not_before(&*Asn1Time::from_unix(0)?)?;
    builder.set_not_after(&*Asn1Time::days_from_now(3650)?)?;
    let digital_signature = || KeyUsage::new().critical().digital_signature().build();
    match what {
        Use::Authority => {
            builder.append_extension(BasicConstraints::new().critical().ca().build()?)?;
            builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        }
        Use::OcspResponder => {
            builder.append_extension(digital_signature()?)?;
            builder.append_extension(ExtendedKeyUsage::new().other("OCSPSigning").build()?)?;
        }
        Use::Bureau => builder.append_extension(digital_signature()?)?,
    }
    let context = builder.x509v3_context(issuer.map(|issuer| &*issuer.certificate), None);
    let identifier = SubjectKeyIdentifier::new().build(&context)?;
    builder.append_extension(identifier)?;
    builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256())?;
    Ok(Keyed { certificate: builder.build(), key })
}
