use serde::Serialize;

use super::difference::Change;
use super::survey::Survey;
use super::{Difference, Excess, ImportError, Warning};

/// When a feed changes too much at once to be believed, by share of the living that the register knows from its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Brakes {
    /// What ends, changes, merges or brings back more than this, in percent of them, is imported with a warning.
    pub warning_percent: u8,
    /// What ends, changes or brings back more than this, in percent of them, is put aside; what has more of its rows refused is refused whole.
    /// Nothing of either is written into the register.
    pub refusal_percent: u8,
}

impl Default for Brakes {
    fn default() -> Self {
        Self { warning_percent: 5, refusal_percent: 20 }
    }
}

/// Fewer than this are never too many: a small register changes as it likes.
const FEW: u64 = 10;

impl Brakes {
    /// Refuses a feed that would lose too many of its rows.
    pub(super) fn rows(self, survey: &Survey) -> Result<(), ImportError> {
        match &survey.first_rejection {
            Some(first) if too_many(survey.rows_rejected, survey.rows_read, self.refusal_percent) => {
                Err(ImportError::MassRejection {
                    rejected: survey.rows_rejected,
                    rows: survey.rows_read,
                    line: first.line,
                    column: first.column,
                })
            }
            _ => Ok(()),
        }
    }

    /// Stops a feed that would end, change or bring back too many.
    pub(super) fn change(self, change: &Change) -> Result<(), ImportError> {
        let (ceased, living) = (change.difference.ceased, change.living);
        if too_many(ceased, living, self.refusal_percent) {
            return Err(ImportError::MassCeasing { ceased, living });
        }
        // All are counted together: a feed that is wrong about several at once is no better for it. Who comes back is one of
        // them: an old extract under a new date brings back whoever was struck off since.
        let touched = change.difference.touched();
        if too_many(touched, living, self.refusal_percent) {
            return Err(ImportError::MassChange { touched, living });
        }
        Ok(())
    }

    /// Whether that part of a whole stops a feed.
    pub(crate) fn is_too_many(self, part: u64, whole: u64) -> bool {
        too_many(part, whole, self.refusal_percent)
    }

    /// Whether that part of a whole is worth a warning.
    pub(crate) fn is_many(self, part: u64, whole: u64) -> bool {
        too_many(part, whole, self.warning_percent)
    }

    /// What of a difference is worth a warning, against so many living.
    pub(super) fn warnings(self, difference: &Difference, of: u64) -> Vec<Warning> {
        let Difference { ceased, changed, merged, reappeared, .. } = *difference;
        let is_many = |part: &u64| self.is_many(*part, of);
        let mut parts = vec![
            (Excess::Ceased, ceased),
            (Excess::Changed, changed),
            (Excess::Merged, merged),
            (Excess::Reappeared, reappeared),
        ];
        parts.retain(|(_, part)| is_many(part));
        if parts.is_empty() {
            let touched = Some(difference.touched()).filter(is_many);
            parts.extend(touched.map(|touched| (Excess::Touched, touched)));
        }
        parts.into_iter().map(|(what, part)| Warning { what, part, of }).collect()
    }
}

fn too_many(part: u64, whole: u64, percent: u8) -> bool {
    part > FEW && part.saturating_mul(100) > whole.saturating_mul(u64::from(percent))
}
