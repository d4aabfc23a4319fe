//! What a report that holds leaves open all the same.

use super::verify::{Checker, ReportError};

impl Checker<'_> {
    /// What a reader must not take for verified, in words for a person. `held_with` is the SHA-256 of the identity that the transcript
    /// names.
    pub(super) fn not_proven(
        &self,
        sharings_written_down: bool,
        held_with: Option<String>,
    ) -> Result<Vec<String>, ReportError> {
        let mut words = Vec::new();
        if !sharings_written_down {
            words.push(
                "that custodians opened the tokens whose PINs are shared: the transcript is of a program that did \
                 not write down which they are"
                    .to_owned(),
            );
        }
        if !self.judge.has_identity() && !self.report.certificates.is_empty() {
            let of = match held_with {
                Some(sha256) => format!(" (SHA-256 {sha256})"),
                None => ", and the transcript does not name it".to_owned(),
            };
            words.push(format!(
                "that the certificates bear the names, policies and addresses of the identity: the report does not \
                 bring it{of}"
            ));
        }
        words.extend(self.revocations_not_proven());
        let unread = self.shares_not_read_back()?;
        words.extend(unread.into_iter().map(|name| {
            format!("that the share of {name} can be read: it was not read back from where it was written")
        }));
        Ok(words)
    }
}
