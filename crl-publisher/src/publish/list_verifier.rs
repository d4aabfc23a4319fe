//! Whether a file of the public folder is the list signer's: somebody else may have put it there.

use ca_core::service_key::{self, Purpose};
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::X509;
use store::Database;

use super::detached_signature;
use super::list_file::ListFile;
use crate::folder::{FolderError, PublicFolder};

/// The certificates of every list signer that the ceremonies made, those before the present one included: what
/// they signed was published.
#[derive(Debug)]
pub(crate) struct ListVerifier {
    signers: Vec<X509>,
}

impl ListVerifier {
    pub(crate) fn load(db: &mut Database) -> diesel::QueryResult<Self> {
        let keys = service_key::of_purpose(db, Purpose::List)?;
        let signers = keys.iter().filter_map(|key| X509::from_der(key.certificate.as_deref()?).ok());
        Ok(Self { signers: signers.collect() })
    }

    /// Whether `signature` is one over `content` as the file of this name below the public folder, by one of them: a
    /// page of the changes reads as a full list does, and is none. Its date and validity are not asked about: the question is whose the file is.
    pub(crate) fn verifies(&self, name: &str, content: &[u8], signature: &[u8]) -> bool {
        let verify = || -> Result<(), ErrorStack> {
            let mut signers = Stack::new()?;
            self.signers.iter().try_for_each(|signer| signers.push(signer.clone()))?;
            // Certificates that came with the signature say nothing: only ours count.
            let flags = CMSOptions::BINARY | CMSOptions::NOINTERN | CMSOptions::NO_SIGNER_CERT_VERIFY;
            CmsContentInfo::from_der(signature)?.verify(Some(&signers), None, Some(content), None, flags)
        };
        verify().is_ok() && detached_signature::names(signature, name)
    }

    /// What a file of the list says, where it is the list signer's; nothing where it is missing, or somebody
    /// else's and must be replaced.
    pub(crate) fn read(&self, folder: &PublicFolder, file: ListFile) -> Result<Option<Vec<u8>>, FolderError> {
        let Some(content) = folder.read(&folder.oppositions_path(&file.name()))? else { return Ok(None) };
        let signature = folder.read(&folder.oppositions_path(&file.signature_name()))?;
        if signature.is_some_and(|signature| self.verifies(&file.signed_name(), &content, &signature)) {
            return Ok(Some(content));
        }
        tracing::error!(
            file = file.name(),
            "oppositions/{} is not signed as such by the list signer",
            file.name()
        );
        Ok(None)
    }
}
