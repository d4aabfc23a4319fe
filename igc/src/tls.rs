//! The TLS certificate an installation begins with: self-signed, for the machine itself. An operator
//! puts his own files in its place.

use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use store::Timestamp;

use crate::faults;
use crate::problem::Problem;

const DAYS: u64 = 397;

/// A certificate and its key, PEM.
pub struct BootstrapTls {
    /// The self-signed certificate.
    pub certificate: String,
    /// Its private key, PKCS#8.
    pub key: String,
}

/// Makes a certificate for `localhost` that is valid for 397 days from `now`.
pub fn bootstrap(now: Timestamp) -> Result<BootstrapTls, Problem> {
    let made = || -> Result<BootstrapTls, rcgen::Error> {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        params.subject_alt_names.push(SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()));
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.not_before = date(now);
        params.not_after = date(now.plus(std::time::Duration::from_secs(DAYS * 86_400)));
        let certificate = params.self_signed(&key)?;
        Ok(BootstrapTls { certificate: certificate.pem(), key: key.serialize_pem() })
    };
    made().map_err(|error| {
        Problem::new(faults::TOOL, format!("the TLS certificate could not be made: {error}"))
    })
}

fn date(moment: Timestamp) -> time::OffsetDateTime {
    time::OffsetDateTime::from_unix_timestamp(moment.seconds()).unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
}
