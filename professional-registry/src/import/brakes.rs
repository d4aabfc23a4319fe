use serde::Serialize;

use super::difference::Change;
use super::survey::Survey;
use super::{ImportError, Warning};

/// When a feed changes too much at once to be believed, by share of the living that the register knows from its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Brakes {
    /// What ceases or changes more of them than this, in percent, is imported with a warning.
    pub warning_percent: u8,
    /// What ceases or changes more than this, in percent, is put aside; what has more of its rows refused is refused whole.
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

    /// Stops a feed that would end or change too many.
    pub(super) fn change(self, change: &Change) -> Result<(), ImportError> {
        let (ceased, changed, living) = (change.difference.ceased, change.difference.changed, change.living);
        if too_many(ceased, living, self.refusal_percent) {
            return Err(ImportError::MassCeasing { ceased, living });
        }
        // Who leaves and who changes are counted together: a feed that is wrong about both at once is no better for it.
        let touched = ceased + changed;
        if too_many(touched, living, self.refusal_percent) {
            return Err(ImportError::MassChange { touched, living });
        }
        Ok(())
    }

    /// What is worth a warning.
    pub(super) fn warnings(self, change: &Change) -> Vec<Warning> {
        let of = change.living;
        let (ceased, changed) = (change.difference.ceased, change.difference.changed);
        let is_many = |part: &u64| too_many(*part, of, self.warning_percent);
        let mut parts = vec![("ceased", ceased), ("changed", changed)];
        parts.retain(|(_, part)| is_many(part));
        if parts.is_empty() {
            parts
                .extend(Some(ceased + changed).filter(is_many).map(|touched| ("ceased or changed", touched)));
        }
        parts.into_iter().map(|(what, part)| Warning { what, part, of }).collect()
    }
}

fn too_many(part: u64, whole: u64, percent: u8) -> bool {
    part > FEW && part.saturating_mul(100) > whole.saturating_mul(u64::from(percent))
}
