/// Why a certificate or a CRL must not be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable name of the rule: `<source>-<clause>-<what>`, for example
    /// `rfc5280-4.1.2.2-serial-positive`. `igc-…` rules come from the profiles of this PKI.
    pub rule: &'static str,
    /// First byte concerned, counted from the start of the to-be-signed structure.
    pub offset: usize,
    /// The field and what is wrong with it, in English. Never a private value longer than a name.
    pub message: String,
}

impl Finding {
    pub(super) fn new(rule: &'static str, offset: usize, message: impl Into<String>) -> Self {
        Self { rule, offset, message: message.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} at byte {}: {}", self.rule, self.offset, self.message)
    }
}

/// A CRL of a million bad entries says so a hundred times, not a million.
const MOST: usize = 100;

/// What was found so far, in the order of discovery.
#[derive(Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, rule: &'static str, offset: usize, message: impl Into<String>) {
        self.push(Finding::new(rule, offset, message));
    }

    pub(super) fn push(&mut self, finding: Finding) {
        if self.0.len() < MOST {
            self.0.push(finding);
        }
    }

    /// Keeps the value, or the finding that replaced it.
    pub(super) fn keep<T>(&mut self, result: Result<T, Finding>) -> Option<T> {
        result.map_err(|finding| self.push(finding)).ok()
    }

    pub(super) fn into_vec(self) -> Vec<Finding> {
        self.0
    }
}
