use store::Timestamp;

use super::code_as_text;
use super::table::{Day, Embedded, Entry, embedded};

/// A profession of TRE_G15-ProfessionSante (OID 1.2.250.1.71.1.2.7): `60` is *Infirmier*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profession(&'static Entry);

static PROFESSIONS: Embedded = embedded!("TRE_G15-ProfessionSante");

/// TRE_G16-ProfessionFormation (OID 1.2.250.1.71.1.2.8), whose codes are those of the professions.
static TRAININGS: Embedded = embedded!("TRE_G16-ProfessionFormation");

impl Profession {
    pub(super) const TABLE: &'static str = "TRE_G15-ProfessionSante";

    /// The profession with this code, also when it is deprecated.
    pub fn from_code(code: &str) -> Option<Self> {
        PROFESSIONS.find(code).map(Self)
    }

    /// Every profession of the table, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        PROFESSIONS.iter().map(Self)
    }

    /// The code as text: `60`.
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The code as a number: 60.
    pub fn number(self) -> u8 {
        self.0.code.parse().expect("a test reads every code of the table as a number")
    }

    /// The French label.
    pub fn label(self) -> &'static str {
        self.0.label
    }

    /// What who learns it is called, by TRE_G16: `Médecin en formation`; none where no card is for its students.
    pub fn in_training(self) -> Option<&'static str> {
        TRAININGS.find(self.0.code).map(|entry| entry.label)
    }

    /// Whether a card may be ordered for it at `moment`: deprecated professions are not active.
    pub fn is_active(self, moment: Timestamp) -> bool {
        self.0.is_in_force(Day::of(moment))
    }
}

impl PartialOrd for Profession {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Profession {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.code.cmp(other.0.code)
    }
}

impl std::hash::Hash for Profession {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.code.hash(state);
    }
}

code_as_text!(Profession);
