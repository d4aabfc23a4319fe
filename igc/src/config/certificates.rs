//! `[certificates]`: under which terms software certificates are fetched.

use std::path::{Path, PathBuf};
use std::time::Duration;

use registration_authority::retrieval::{CertificateTerms, TERMS_TEXT_BOUND};
use serde::{Deserialize, Serialize};

use crate::faults;
use crate::problem::Problem;
use crate::setup;

/// What is proposed where the file names no text, and its version.
const PROPOSED: (&str, &str) = ("CGU-CERTIFICATS-1", include_str!("certificate_terms.txt"));

/// `[certificates]`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CertificatesSection {
    /// The version of the terms of use in force.
    pub terms: Option<String>,
    /// The file of their text.
    pub terms_text: Option<PathBuf>,
    /// Days after which it is told that nobody has fetched a certificate.
    pub remind_after_days: u32,
}

impl Default for CertificatesSection {
    fn default() -> Self {
        Self { terms: None, terms_text: None, remind_after_days: 14 }
    }
}

/// Under which terms software certificates are fetched, as understood.
#[derive(Clone, Debug, Serialize)]
pub struct Certificates {
    /// After how long it is told that nobody has fetched one.
    pub remind_after: Duration,
    /// The version of the terms and the file of their text; the proposed ones where absent.
    pub terms: Option<(String, PathBuf)>,
}

impl CertificatesSection {
    /// Relative paths begin at `folder`. The text is read when pages are served: nothing else needs it.
    pub(super) fn understand(self, folder: &Path) -> Result<Certificates, String> {
        if !(1..=365).contains(&self.remind_after_days) {
            return Err("certificates.remind_after_days: must be between 1 and 365".to_owned());
        }
        let terms = match (self.terms, self.terms_text) {
            (None, None) => None,
            (Some(version), Some(text)) => {
                CertificateTerms::new(&version, "a text")
                    .map_err(|(_, rule)| format!("certificates.terms: {version:?} {rule}"))?;
                Some((version, folder.join(text)))
            }
            _ => {
                return Err(
                    "certificates.terms and certificates.terms_text stand together: a version names one text"
                        .to_owned(),
                );
            }
        };
        let remind_after = Duration::from_secs(86_400 * u64::from(self.remind_after_days));
        Ok(Certificates { remind_after, terms })
    }
}

impl Certificates {
    /// The terms in force, their text read.
    pub fn read_terms(&self) -> Result<CertificateTerms, Problem> {
        let (version, text) = match &self.terms {
            None => (PROPOSED.0, PROPOSED.1.to_owned()),
            Some((version, file)) => (version.as_str(), setup::read_text(file, TERMS_TEXT_BOUND as u64)?),
        };
        CertificateTerms::new(version, &text).map_err(|(what, rule)| {
            Problem::new(faults::CONFIG_INVALID, format!("certificates.terms, its {what}: {rule}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn understood(text: &str) -> Result<Certificates, String> {
        toml::from_str::<CertificatesSection>(text).unwrap().understand(Path::new("/srv/igc"))
    }

    #[test]
    fn a_version_of_the_terms_and_its_text_stand_together_and_a_text_is_proposed() {
        let proposed = understood("").unwrap();
        assert_eq!(proposed.remind_after, Duration::from_secs(14 * 86_400));
        let terms = proposed.read_terms().unwrap();
        assert!(terms.version() == PROPOSED.0 && terms.text().contains("Une révocation est définitive"));
        for (wrong, named) in [
            ("terms = \"CGU-2\"", "stand together"),
            ("terms_text = \"cgu.txt\"", "stand together"),
            ("terms = \"deux mots\"\nterms_text = \"cgu.txt\"", "certificates.terms"),
            ("remind_after_days = 0", "certificates.remind_after_days"),
            ("remind_after_days = 366", "certificates.remind_after_days"),
        ] {
            let message = understood(wrong).unwrap_err();
            assert!(message.contains(named), "{wrong}: {message}");
        }
        let named = understood("terms = \"CGU-2\"\nterms_text = \"cgu.txt\"").unwrap();
        assert_eq!(named.terms, Some(("CGU-2".to_owned(), PathBuf::from("/srv/igc/cgu.txt"))));
        assert_eq!(named.read_terms().unwrap_err().code().name, "file-failed");
    }

    #[test]
    fn the_text_that_the_file_names_is_what_is_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("cgu.txt");
        std::fs::write(&file, "Nos conditions.\n").unwrap();
        let certificates =
            Certificates { remind_after: Duration::ZERO, terms: Some(("CGU-2".to_owned(), file.clone())) };
        assert_eq!(certificates.read_terms().unwrap().text(), "Nos conditions.\n");
        std::fs::write(&file, b"\xFF").unwrap();
        assert_eq!(certificates.read_terms().unwrap_err().code().name, "file-not-text");
        std::fs::write(&file, "  \n").unwrap();
        assert_eq!(certificates.read_terms().unwrap_err().code().name, "config-invalid");
    }
}
