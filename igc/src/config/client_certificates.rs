//! `[client_certificates]`: where officers sign in with their cards, and systems with their certificates.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TlsFiles;

/// `[client_certificates]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificatesSection {
    /// Where the listener that asks for a certificate is.
    pub listen: SocketAddr,
    /// How browsers reach it.
    pub origin: String,
    /// Its own certificate; that of the officers' pages where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_certificate: Option<PathBuf>,
    /// The key of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
}

/// The listener that asks for certificates, as understood.
#[derive(Clone, Debug, Serialize)]
pub struct ClientCertificates {
    /// Where it listens.
    pub listen: SocketAddr,
    /// `https://pki.home.arpa:8444`.
    pub origin: String,
    /// Its own certificate and key.
    pub tls: TlsFiles,
}

impl ClientCertificatesSection {
    /// Understands the section; `pages` are the TLS files of the officers' pages. The error names the key.
    pub(super) fn understand(self, folder: &Path, pages: &TlsFiles) -> Result<ClientCertificates, String> {
        let host = self.origin.strip_prefix("https://").unwrap_or_default();
        if host.is_empty() || host.contains(['/', '@', '?', '#']) {
            return Err(
                "client_certificates.origin: must be https://, a host and perhaps a port, and no path"
                    .to_owned(),
            );
        }
        let tls = match (self.tls_certificate, self.tls_key) {
            (Some(certificate), Some(key)) => {
                TlsFiles { certificate: folder.join(certificate), key: folder.join(key) }
            }
            (None, None) => pages.clone(),
            _ => {
                return Err(
                    "client_certificates.tls_certificate: stands with tls_key, or neither does".to_owned()
                );
            }
        };
        Ok(ClientCertificates { listen: self.listen, origin: self.origin, tls })
    }
}
