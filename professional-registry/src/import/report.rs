use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Timestamp;
use store::audit::Event;

use super::survey::Survey;
use crate::extract::{Form, RowError};

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Whether anything was written.
    pub outcome: Outcome,
    /// SHA-256 of the file, in hex: the feed's name, and the evidence that records point to.
    pub feed: String,
    /// The feed's place among all feeds; none after a dry run.
    pub sequence: Option<i64>,
    /// Which of the extracts it is: `register_feeds.source`.
    pub source: &'static str,
    /// The file's name.
    pub file_name: String,
    /// When the extract was made.
    pub extracted_at: Timestamp,
    /// What the file was called when it was imported, where that was before and under another name: whoever fetches it day by day has
    /// got the same octets for another day, and that day's feed is still to come.
    pub played_again: Option<String>,
    /// Whether an import that had been interrupted was taken up: the difference, and its warnings, are those that it began with.
    pub resumed: bool,
    /// Lines after the header.
    pub rows_read: u64,
    /// Lines that were refused.
    pub rows_rejected: u64,
    /// Those of them of which not even the person, or the mailbox, can be read. While there is one, nobody ceases, unless that
    /// was accepted.
    pub rows_unidentified: u64,
    /// Cells that were left out of lines that stand.
    pub values_dropped: u64,
    /// The first hundred refused lines and dropped cells.
    pub errors: Vec<RowError>,
    /// The first fifty codes that no table of this program has, whatever became of their lines.
    pub unknown_codes: Vec<UnknownCodes>,
    /// Persons the feed names; mailboxes, where it is theirs.
    pub persons: u64,
    /// What changes.
    pub difference: Difference,
    /// What of it is more than one day usually brings.
    pub warnings: Vec<Warning>,
    /// The first hundred of those whose own row in the register cannot be read: it stands as it was, whatever the feed says.
    pub unreadable: Vec<String>,
    /// The officers who released it, where it had been put aside.
    pub released_by: Option<[String; 2]>,
}

/// A code that no table of this program has: the nomenclature has gone on, or the file is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownCodes {
    /// The table: `TRE_R02-SecteurActivite`.
    pub table: &'static str,
    /// The code; none where what stands there has not the form of one.
    pub code: Option<String>,
    /// In how many lines.
    pub rows: u64,
}

/// That many cease, change, are merged or reappear at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// What they do.
    pub what: Excess,
    /// How many.
    pub part: u64,
    /// Of how many living.
    pub of: u64,
}

/// Of what there is more than one day usually brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Excess {
    /// Of those who are no longer named.
    #[serde(rename = "ceased")]
    Ceased,
    /// Of those who are named otherwise.
    #[serde(rename = "changed")]
    Changed,
    /// Of those whose number became another.
    #[serde(rename = "merged")]
    Merged,
    /// Of those who are named again.
    #[serde(rename = "reappeared")]
    Reappeared,
    /// Of these together, but for the merged, where there is not of any alone.
    #[serde(rename = "ceased, changed or reappeared")]
    Touched,
}

impl Excess {
    /// As reports say it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ceased => "ceased",
            Self::Changed => "changed",
            Self::Merged => "merged",
            Self::Reappeared => "reappeared",
            Self::Touched => "ceased, changed or reappeared",
        }
    }

    /// Whether it makes doubtful who has left: a file that was cut names fewer, and fewer exercises of somebody. Who comes back, or goes
    /// over to another number, has not left.
    pub(super) const fn is_of_who_leaves(self) -> bool {
        matches!(self, Self::Ceased | Self::Changed | Self::Touched)
    }
}

/// Whether anything was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The feed is in the register.
    Imported,
    /// It was already.
    AlreadyImported,
    /// Nothing was written, on demand.
    DryRun,
}

/// How many persons a feed changes, or mailboxes. Each counts in one line only. Who of those that cease was struck off or died no
/// file says; the directory may (decision 46).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Never seen before.
    pub new: u64,
    /// In the register, with other lines than before.
    pub changed: u64,
    /// No longer named.
    pub ceased: u64,
    /// No longer named by an ADELI number, and named by the RPPS number that it became.
    pub merged: u64,
    /// Not named, and left as they are: a line of which the person cannot be read may be theirs.
    pub held: u64,
    /// Had left, and are named again.
    pub reappeared: u64,
    /// Of those above, whose own row in the register cannot be read, so that nothing came of it.
    #[serde(default)]
    pub unreadable: u64,
}

impl Difference {
    /// How many of those whom the register knows become what they were not on the word of this feed alone: who ceases, who
    /// changes, and who comes back. Not who is new, so a first feed touches nobody; and not who is merged, whose other number
    /// the publisher's correspondence has told before.
    pub(super) fn touched(&self) -> u64 {
        self.ceased + self.changed + self.reappeared
    }

    /// What the whole feed changes, where it began so and `left` is what was still to be done when it was taken up. What it began with
    /// stands, but for those whom it does not name: the operator may have said otherwise than before whether they cease.
    pub(super) fn taken_up(self, left: &Self, ceases: bool) -> Self {
        if ceases && self.held > 0 {
            return Self {
                ceased: self.ceased + left.ceased,
                merged: self.merged + left.merged,
                held: 0,
                ..self
            };
        }
        if !ceases && self.held == 0 {
            return Self { ceased: self.ceased.saturating_sub(left.held), held: left.held, ..self };
        }
        self
    }
}

impl ImportReport {
    pub(super) fn new(form: &Form, survey: &Survey, file_name: &str, extracted_at: Timestamp) -> Self {
        Self {
            outcome: Outcome::Imported,
            feed: survey.digest.clone(),
            sequence: None,
            source: form.source,
            file_name: file_name.to_owned(),
            extracted_at,
            played_again: None,
            resumed: false,
            rows_read: survey.rows_read,
            rows_rejected: survey.rows_rejected,
            rows_unidentified: survey.rows_unidentified,
            values_dropped: survey.values_dropped,
            errors: survey.errors.clone(),
            unknown_codes: survey.unknown_codes(),
            persons: survey.persons(),
            difference: Difference::default(),
            warnings: Vec::new(),
            unreadable: Vec::new(),
            released_by: None,
        }
    }

    /// The event that puts the feed's digest into the audit trail.
    pub(super) fn event(&self) -> Event {
        Event {
            action: "register.imported",
            subject: format!("feed {}", self.feed),
            payload: json!({
                "source": self.source,
                "file_name": self.file_name,
                "extracted_at": self.extracted_at,
                "sequence": self.sequence,
                "resumed": self.resumed,
                "rows_read": self.rows_read,
                "rows_rejected": self.rows_rejected,
                "rows_unidentified": self.rows_unidentified,
                "values_dropped": self.values_dropped,
                "unknown_codes": self.unknown_codes,
                "persons": self.persons,
                "difference": self.difference,
                "warnings": self.warnings,
                "released_by": self.released_by,
            }),
        }
    }
}
