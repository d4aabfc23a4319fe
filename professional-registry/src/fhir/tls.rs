//! Whom the client trusts. TLS is the system's OpenSSL, through `native-tls`, as wherever this house is a client: version 1.2 or later.

use std::fmt;
use std::path::Path;

use openssl::x509::X509;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use super::FhirError;

/// Servers whose certificate these roots vouch for; those of the system, if absent.
pub(super) fn config(roots: Option<&Path>) -> Result<TlsConfig, FhirError> {
    let roots = match roots {
        Some(file) => RootCerts::from(certificates(file)?),
        None => RootCerts::PlatformVerifier,
    };
    Ok(TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(roots).build())
}

/// Read here and now: `native-tls` would pass over what it cannot read.
fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>, FhirError> {
    let refuse = |error: &dyn fmt::Display| FhirError::Settings(format!("TLS: {}: {error}", file.display()));
    let pem = std::fs::read(file).map_err(|error| refuse(&error))?;
    let certificates = X509::stack_from_pem(&pem).map_err(|error| refuse(&error))?;
    if certificates.is_empty() {
        return Err(refuse(&"holds no certificate"));
    }
    let der = certificates.iter().map(|certificate| certificate.to_der()).collect::<Result<Vec<_>, _>>();
    let der = der.map_err(|error| refuse(&error))?;
    Ok(der.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}
