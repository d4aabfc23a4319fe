use super::{code_as_text, in_force};

/// TRE_R23-ModeExercice (OID 1.2.250.1.213.1.6.1.18): how an activity is exercised. Labels and dates are data
/// ([`InForce`](super::InForce)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExerciseMode {
    /// S: employed.
    Employed,
    /// L: self-employed, artisan, trader.
    SelfEmployed,
    /// B: volunteer.
    Volunteer,
}

impl ExerciseMode {
    pub(super) const TABLE: &'static str = "TRE_R23-ModeExercice";

    /// From the letter of the table.
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "S" => Some(Self::Employed),
            "L" => Some(Self::SelfEmployed),
            "B" => Some(Self::Volunteer),
            _ => None,
        }
    }

    /// The letter of the table.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Employed => "S",
            Self::SelfEmployed => "L",
            Self::Volunteer => "B",
        }
    }

    /// The French label.
    pub fn label(self) -> &'static str {
        in_force::mode_label(self)
    }
}

code_as_text!(ExerciseMode);
