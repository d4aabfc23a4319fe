//! How alike two texts are, for the eye of an officer: a help to read, never a decision.

use registration_authority::names;

use crate::messages::Key;

/// What an officer reads between the two columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Likeness {
    /// Letter for letter.
    Same,
    /// The same but for case, accents, hyphens, apostrophes and spaces.
    Near,
    /// Something else.
    Different,
    /// The register says nothing.
    Absent,
}

impl Likeness {
    /// Of what the order says and what the register says.
    pub(crate) fn of(order: &str, register: Option<&str>) -> Self {
        match register {
            None => Self::Absent,
            Some(register) if register == order => Self::Same,
            Some(register) if folded(register) == folded(order) => Self::Near,
            Some(_) => Self::Different,
        }
    }

    /// The sign.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Same => "=",
            Self::Near => "≈",
            Self::Different | Self::Absent => "≠",
        }
    }

    /// The word beside the sign.
    pub(crate) fn word(self) -> Key {
        Key::of(match self {
            Self::Same => "likeness-same",
            Self::Near => "likeness-near",
            Self::Different => "likeness-different",
            Self::Absent => "likeness-absent",
        })
    }

    /// The class of its row.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Near => "near",
            Self::Different | Self::Absent => "different",
        }
    }
}

/// Where a name is parted makes no difference to the eye: `LE GOFF`, `LEGOFF`.
fn folded(name: &str) -> String {
    names::folded(name).replace(' ', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_hyphens_make_near_and_letters_make_different() {
        assert_eq!(Likeness::of("LE GOFF", Some("LE GOFF")), Likeness::Same);
        assert_eq!(Likeness::of("LEFEVRE-D'OR", Some("Lefèvre d’Or")), Likeness::Near);
        assert_eq!(Likeness::of("LEGOFF", Some("Le Goff")), Likeness::Near);
        assert_eq!(Likeness::of("COEUR", Some("Cœur")), Likeness::Near);
        assert_eq!(Likeness::of("DURAND", Some("DURANT")), Likeness::Different);
        assert_eq!(Likeness::of("DURAND", None), Likeness::Absent);
    }
}
