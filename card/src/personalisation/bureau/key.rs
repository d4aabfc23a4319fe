use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::x509::extension::{BasicConstraints, KeyUsage as KeyUsageExtension, SubjectKeyIdentifier};
use openssl::x509::{X509, X509NameBuilder};
use store::{Code, CryptoRng, Fault, Timestamp};
use thiserror::Error;

use crate::faults;
use crate::personalisation::attestation::MadeKey;
use crate::personalisation::{BureauName, signature};

use super::chip::ChipKey;

const KEY_FILE: &str = "bureau-key.pem";
const CERTIFICATE_FILE: &str = "bureau-certificate.pem";

/// The key with which a bureau signs its return files and attests each key in them, and its self-signed
/// certificate, which is pinned where the files are read and the keys certified.
pub struct BureauKey {
    name: BureauName,
    key: PKey<Private>,
    certificate: X509,
}

/// Why a bureau has no key.
#[derive(Debug, Error)]
pub enum BureauKeyError {
    /// A file cannot be read or written; a key that stands there is never replaced.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The certificate is not a bureau's, or not of this key.
    #[error("{path}: not the certificate of a bureau with this key")]
    NotItsCertificate {
        /// Which file.
        path: PathBuf,
    },
    /// OpenSSL failed.
    #[error("openssl: {0}")]
    OpenSsl(#[from] ErrorStack),
}

impl Fault for BureauKeyError {
    fn code(&self) -> Code {
        faults::BUREAU_KEY
    }
}

impl BureauKey {
    /// Makes a P-256 key and its certificate in `directory`, which is the bureau's own (made with
    /// mode 0700 if it is not there): `bureau-key.pem` (0600) and `bureau-certificate.pem`. The
    /// certificate has no end that would be waited for (RFC 5280 §4.1.2.5): it holds as long as it
    /// is pinned.
    pub fn create(
        directory: &Path,
        name: BureauName,
        rng: &mut dyn CryptoRng,
        at: Timestamp,
    ) -> Result<Self, BureauKeyError> {
        let key = ChipKey::p256(rng)?.into_inner();
        let certificate = self_signed(&name, &key, rng, at)?;
        let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
        made.map_err(|source| BureauKeyError::File { path: directory.to_owned(), source })?;
        let files = [
            (KEY_FILE, key.private_key_to_pem_pkcs8()?, 0o600),
            (CERTIFICATE_FILE, certificate.to_pem()?, 0o644),
        ];
        for (file, pem, mode) in files {
            let path = directory.join(file);
            write_new(&path, &pem, mode).map_err(|source| BureauKeyError::File { path, source })?;
        }
        Ok(Self { name, key, certificate })
    }

    /// Reads what [`BureauKey::create`] left in `directory`.
    pub fn open(directory: &Path) -> Result<Self, BureauKeyError> {
        let read = |file: &str| {
            let path = directory.join(file);
            fs::read(&path).map_err(|source| BureauKeyError::File { path, source })
        };
        let key = PKey::private_key_from_pem(&read(KEY_FILE)?)?;
        let certificate = X509::from_pem(&read(CERTIFICATE_FILE)?)?;
        let name = bureau_of(&certificate).and_then(|name| name.parse().ok());
        match name {
            Some(name) if certificate.public_key()?.public_eq(&key) => Ok(Self { name, key, certificate }),
            _ => Err(BureauKeyError::NotItsCertificate { path: directory.join(CERTIFICATE_FILE) }),
        }
    }

    /// The bureau's name.
    pub fn name(&self) -> &BureauName {
        &self.name
    }

    /// The certificate to pin.
    pub fn certificate(&self) -> &X509 {
        &self.certificate
    }

    /// CMS SignedData in DER over `content`, which is inside; SHA-256, no certificate: the reader
    /// has it.
    pub(in crate::personalisation) fn sign(&self, content: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let flags = CMSOptions::BINARY | CMSOptions::CMS_NOCERTS | CMSOptions::NOSMIMECAP;
        CmsContentInfo::sign(Some(&self.certificate), Some(&self.key), None, Some(content), flags)?.to_der()
    }

    /// The attestation of a key that was made here, as an `ECDSA-Sig-Value` (RFC 3279 §2.2.3).
    pub(in crate::personalisation) fn attest(&self, made: &MadeKey<'_>) -> Result<Vec<u8>, ErrorStack> {
        signature::sign(&self.key, &made.signed_bytes())
    }
}

/// The common name of a bureau's certificate, where it has exactly one.
pub(in crate::personalisation) fn bureau_of(certificate: &X509) -> Option<String> {
    let mut names = certificate.subject_name().entries_by_nid(Nid::COMMONNAME);
    let name = names.next()?.data().to_string().ok()?;
    names.next().is_none().then_some(name)
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn self_signed(
    name: &BureauName,
    key: &PKey<Private>,
    rng: &mut dyn CryptoRng,
    at: Timestamp,
) -> Result<X509, ErrorStack> {
    let mut subject = X509NameBuilder::new()?;
    subject.append_entry_by_nid(Nid::COMMONNAME, name.as_str())?;
    let subject = subject.build();
    let mut serial = [0; 16];
    rng.fill_bytes(&mut serial);
    // Positive and not zero, 16 octets (RFC 5280 §4.1.2.2).
    serial[0] = serial[0] & 0x7f | 0x40;

    let mut builder = X509::builder()?;
    builder.set_version(2)?;
    builder.set_serial_number(BigNum::from_slice(&serial)?.to_asn1_integer()?.as_ref())?;
    builder.set_subject_name(&subject)?;
    builder.set_issuer_name(&subject)?;
    builder.set_not_before(Asn1Time::from_unix(at.seconds())?.as_ref())?;
    builder.set_not_after(Asn1Time::from_str("99991231235959Z")?.as_ref())?;
    builder.set_pubkey(key)?;
    builder.append_extension(BasicConstraints::new().critical().build()?)?;
    builder.append_extension(KeyUsageExtension::new().critical().digital_signature().build()?)?;
    let key_identifier = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None))?;
    builder.append_extension(key_identifier)?;
    builder.sign(key, MessageDigest::sha256())?;
    Ok(builder.build())
}
