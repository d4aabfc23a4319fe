//! Detached CMS signatures, verified with OpenSSL.

use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::error::ErrorStack;
use openssl::stack::Stack;
use openssl::x509::X509;

use super::der::{INTEGER, Malformed, OBJECT_IDENTIFIER, Reader, SEQUENCE, SET, UTF8_STRING, context};

/// id-aa-contentHint, 1.2.840.113549.1.9.16.2.4 (RFC 2634 §2.9).
const CONTENT_HINT: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x02, 0x04];

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

/// Whether every signer of a signature says that he signed the file with this name. Asked of one that was verified.
pub fn names(signature: &[u8], name: &str) -> bool {
    signed_names(signature).is_ok_and(|names| !names.is_empty() && names.iter().all(|one| *one == name))
}

/// The name in each signer's contentHint (RFC 5652 §5.1 and §5.3, RFC 2634 §2.9).
fn signed_names(signature: &[u8]) -> Result<Vec<&str>, Malformed> {
    let mut content_info = Reader::of(signature).expect(SEQUENCE, "a ContentInfo")?.inside();
    content_info.expect(OBJECT_IDENTIFIER, "a content type")?;
    let content = content_info.expect(context(0), "a content")?;
    let mut signed = content.inside().expect(SEQUENCE, "SignedData")?.inside();
    signed.expect(INTEGER, "a version")?;
    signed.expect(SET, "digest algorithms")?;
    signed.expect(SEQUENCE, "an encapsulated content")?;
    signed.optional(context(0))?;
    signed.optional(context(1))?;
    let mut infos = signed.expect(SET, "signers")?.inside();
    let mut names = Vec::new();
    while !infos.is_at_end() {
        let mut info = infos.expect(SEQUENCE, "a signer")?.inside();
        info.expect(INTEGER, "a version")?;
        info.any()?;
        info.expect(SEQUENCE, "a digest algorithm")?;
        names.push(hinted(info.expect(context(0), "signed attributes")?.inside())?);
    }
    Ok(names)
}

/// The contentDescription of the one contentHint among these attributes.
fn hinted(mut attributes: Reader<'_>) -> Result<&str, Malformed> {
    let mut found = None;
    while !attributes.is_at_end() {
        let mut attribute = attributes.expect(SEQUENCE, "an attribute")?.inside();
        if attribute.expect(OBJECT_IDENTIFIER, "an attribute type")?.content != CONTENT_HINT {
            continue;
        }
        let values = attribute.expect(SET, "values of an attribute")?;
        let hint = values.inside().expect(SEQUENCE, "a content hint")?;
        let description = hint.inside().expect(UTF8_STRING, "a content description")?.content;
        let name = std::str::from_utf8(description).map_err(|_| Malformed("a content description"))?;
        if found.replace(name).is_some() {
            return Err(Malformed("one content hint"));
        }
    }
    found.ok_or(Malformed("a content hint"))
}
