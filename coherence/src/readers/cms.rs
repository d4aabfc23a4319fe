//! Detached CMS signatures, verified with OpenSSL.

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::X509;

/// Whether one of these certificates' keys has signed `content`. Certificates that came with the signature do not
/// count, and the signer's own validity is not asked about: the question is whose it is.
pub fn is_signed_by(signers: &[X509], content: &[u8], signature: &[u8]) -> bool {
    let verify = || -> Result<(), ErrorStack> {
        let mut pinned = Stack::new()?;
        signers.iter().try_for_each(|signer| pinned.push(signer.clone()))?;
        let flags = CMSOptions::BINARY | CMSOptions::NOINTERN | CMSOptions::NO_SIGNER_CERT_VERIFY;
        CmsContentInfo::from_der(signature)?.verify(Some(&pinned), None, Some(content), None, flags)
    };
    verify().is_ok()
}
