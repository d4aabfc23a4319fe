//! The files between registration authority and bureau: each side reads what the other wrote.

use card::personalisation::{BatchFile, MOST_CARDS, ReturnFileError, verify_return_file};
use openssl::cms::{CMSOptions, CmsContentInfo};
use openssl::x509::X509;

use crate::software_key::{Keyed, Use, keyed};

/// What reads is within its bounds, and reads the same once it is written again.
pub(crate) fn batch_file(octets: &[u8]) -> bool {
    let Ok(file) = BatchFile::read(octets) else { return false };
    assert!((1..=MOST_CARDS).contains(&file.cards.len()));
    assert_eq!(BatchFile::read(&file.to_json()).expect("what was read can be written and read"), file);
    true
}

/// The certificate of the bureau that signed the return file of the corpus.
const BUREAU: &[u8] = include_bytes!("../fixtures/bureau.cer");

thread_local! {
    static BUREAU_OF_THE_DEMONSTRATION: X509 = X509::from_der(BUREAU).expect("a fixture is a certificate");
    static BUREAU_HERE: Keyed = keyed("Bureau A", "0B", None, Use::Bureau);
}

/// As it comes: CMS around what the bureau signed.
pub(crate) fn return_file(octets: &[u8]) -> bool {
    BUREAU_OF_THE_DEMONSTRATION
        .with(|bureau| verify_return_file(octets, std::slice::from_ref(bureau)).is_ok())
}

/// What a bureau signs, that is pinned and has gone wrong: no key passes without its chip's proof and an attestation,
/// and nobody in this process has made one.
pub(crate) fn return_file_content(octets: &[u8]) -> bool {
    BUREAU_HERE.with(|bureau| {
        let flags = CMSOptions::BINARY | CMSOptions::CMS_NOCERTS | CMSOptions::NOSMIMECAP;
        let signed =
            CmsContentInfo::sign(Some(&bureau.certificate), Some(&bureau.key), None, Some(octets), flags)
                .and_then(|cms| cms.to_der())
                .expect("OpenSSL signs");
        let refused = verify_return_file(&signed, std::slice::from_ref(&bureau.certificate)).err();
        let refused = refused.expect("a key passes that nobody here has attested");
        !matches!(refused, ReturnFileError::Json(_))
    })
}
