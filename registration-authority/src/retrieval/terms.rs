use std::fmt;

use sha2::{Digest, Sha256};

/// Longest text, in octets.
pub const TERMS_TEXT_BOUND: usize = 64 * 1024;

/// Longest name of a version.
const VERSION_BOUND: usize = 64;

/// The terms of use of software certificates, as they are in force: their version's name, and the text that is read before it is
/// accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct CertificateTerms {
    version: String,
    text: String,
    sha256: String,
}

impl CertificateTerms {
    /// A version of 1 to 64 visible ASCII characters, and a text of 1 to [`TERMS_TEXT_BOUND`] octets; which of both is wrong otherwise,
    /// and the rule.
    pub fn new(version: &str, text: &str) -> Result<Self, (&'static str, &'static str)> {
        let visible = version.bytes().all(|byte| byte.is_ascii_graphic());
        if !(1..=VERSION_BOUND).contains(&version.len()) || !visible {
            return Err(("version", "is not 1 to 64 visible ASCII characters"));
        }
        if text.trim().is_empty() || text.len() > TERMS_TEXT_BOUND {
            return Err(("text", "must have words, and 65536 octets at most"));
        }
        let sha256 = hex::encode(Sha256::digest(text));
        Ok(Self { version: version.to_owned(), text: text.to_owned(), sha256 })
    }

    /// The name of the version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What is accepted.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text's octets, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

impl fmt::Debug for CertificateTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertificateTerms({}, {})", self.version, self.sha256)
    }
}
