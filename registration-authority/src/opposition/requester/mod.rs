//! Who asks for the opposition of a card, and whether he may.
//!
//! `oppositions.toml` is the table: requesters × kinds of cards × grounds, and the rules that a refusal names. [`judge`] is the pure
//! function over it. `entitled` finds out what it must know, and makes a [`Requested`], without which no card is opposed.

mod entitled;
mod judge;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use serde::Deserialize;
use store::Act;

pub(crate) use entitled::entitled;
pub use entitled::{Claim, ClaimUnreadable, NotEntitled, RequesterError};
pub use judge::{Bond, OppositionFacts, judge};

/// As what somebody asks for an opposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Requester {
    /// *Porteur*: with his opposition code, or by telephone, an officer having called back.
    Holder,
    /// *Responsable ou mandataire* of a structure, for its staff.
    Structure,
    /// *Personne habilitée*: who speaks for the structure, for a card that names nobody.
    AuthorisedPerson,
    /// *Professionnel employeur*, in a practice, a pharmacy or a laboratory.
    EmployingProfessional,
    /// The registration authority of its own motion: an officer, or the operator.
    Authority,
    /// The register, read twice.
    Register,
}

impl Requester {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 6] = [
        Self::Holder,
        Self::Structure,
        Self::AuthorisedPerson,
        Self::EmployingProfessional,
        Self::Authority,
        Self::Register,
    ];

    /// As stored: `employing-professional`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Structure => "structure",
            Self::AuthorisedPerson => "authorised-person",
            Self::EmployingProfessional => "employing-professional",
            Self::Authority => "authority",
            Self::Register => "register",
        }
    }
}

impl fmt::Display for Requester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Requester {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or("names no requester")
    }
}

/// Who asked, and may: part of the evidence of an opposition. `entitled` makes one of somebody, the functions here of who needs
/// nobody's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requested {
    requester: Requester,
    by: String,
    mandate: Option<String>,
}

impl Requested {
    /// By the registration authority: whoever acts.
    pub(crate) fn by_authority(act: &Act) -> Self {
        Self { requester: Requester::Authority, by: act.actor.to_string(), mandate: None }
    }

    /// By the register, which two readings of it say.
    pub(crate) fn by_register(act: &Act) -> Self {
        Self { requester: Requester::Register, by: act.actor.to_string(), mandate: None }
    }

    /// As the table of declarations has it; nothing where it names no requester.
    pub(super) fn stored(requester: &str, by: String, mandate: Option<String>) -> Option<Self> {
        Some(Self { requester: requester.parse().ok()?, by, mandate })
    }

    /// Whether this is what was asked with such a claim.
    pub(super) fn is_of(&self, claim: &Claim) -> bool {
        match claim {
            Claim::Holder | Claim::Code => self.requester == Requester::Holder,
            Claim::Mandate(number) => self.mandate.as_ref() == Some(number),
            Claim::Employer(id) => {
                self.requester == Requester::EmployingProfessional && self.by == id.to_string()
            }
            Claim::Authority => self.requester == Requester::Authority,
        }
    }

    /// As what he asked.
    pub fn requester(&self) -> Requester {
        self.requester
    }

    /// Who: the IdNat_PS of a holder or an employer, the login of an agent, or an actor as the trail names him.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The mandate by which he spoke for the structure.
    pub fn mandate(&self) -> Option<&str> {
        self.mandate.as_deref()
    }
}
