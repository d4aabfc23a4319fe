//! The certificates of the authorities, for whoever builds a path.

use ca_core::authority::{self, AuthorityError, Readable};
use ca_core::certs_only::certs_only;
use der::pem::LineEnding;
use store::{Code, Database, Fault};
use thiserror::Error;

use crate::faults;
use crate::folder::{FolderError, PublicFolder};

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificatesReport {
    /// The files that are new or changed; empty on a second run.
    pub written: Vec<String>,
}

/// Certificates that could not be published.
#[derive(Debug, Error)]
pub enum CertificatesError {
    /// The authorities do not load.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// A certificate does not fit into the bundle.
    #[error("the chain cannot be written: {0}")]
    Chain(#[from] der::Error),
    /// The public folder cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
}

impl Fault for CertificatesError {
    fn code(&self) -> Code {
        match self {
            Self::Authority(error) => error.code(),
            Self::Chain(_) => faults::AUTHORITY_CERTIFICATE,
            Self::Folder(error) => error.code(),
        }
    }
}

/// Publishes `ca/<ID>.cer` (DER, RFC 2585), `ca/chain.pem` (issuing authorities first, roots
/// last) and `ca/chain.p7b` (certs-only CMS); a revoked authority's certificate stands in neither chain. Writes only what differs. Where an authority's record does not read, the
/// chains stay as they are.
pub fn publish_certificates(
    db: &mut Database,
    folder: &PublicFolder,
) -> Result<CertificatesReport, CertificatesError> {
    let Readable { authorities, unreadable } = authority::readable(db).map_err(AuthorityError::from)?;
    let mut report = CertificatesReport::default();
    if authorities.is_empty() {
        return Ok(report);
    }
    let mut pem = String::new();
    for authority in &authorities {
        replace_if_changed(
            folder,
            &format!("{}.cer", authority.short_name),
            &authority.certificate,
            &mut report,
        )?;
        if authority.revoked_at.is_some() {
            continue;
        }
        pem += &der::pem::encode_string("CERTIFICATE", LineEnding::LF, &authority.certificate)
            .map_err(der::Error::from)?;
    }
    if let Some((short_name, error)) = unreadable.first() {
        // A chain without it would take its certificates from those who follow the link.
        tracing::error!(authority = short_name, %error, "the chain that stands is left: {error}");
        return Ok(report);
    }
    let chain = authorities.iter().filter(|authority| authority.revoked_at.is_none());
    let bundle = certs_only(chain.map(|authority| authority.certificate.as_slice()))?;
    replace_if_changed(folder, "chain.pem", pem.as_bytes(), &mut report)?;
    replace_if_changed(folder, "chain.p7b", &bundle, &mut report)?;
    Ok(report)
}

fn replace_if_changed(
    folder: &PublicFolder,
    name: &str,
    bytes: &[u8],
    report: &mut CertificatesReport,
) -> Result<(), FolderError> {
    let path = folder.ca_path(name);
    if folder.read(&path)?.as_deref() != Some(bytes) {
        folder.turn()?.replace(&path, bytes)?;
        report.written.push(name.to_owned());
    }
    Ok(())
}
