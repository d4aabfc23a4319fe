use std::fmt;
use std::str::FromStr;

use professional_registry::fhir::EndCause;
use serde::Deserialize;
use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// Why a card may no longer be used (*motif*). Kept with the declaration, never published: what the CRL says of it instead stands in the table
/// of oppositions ([`OppositionTable::reason`](super::OppositionTable::reason)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ground {
    /// *Perte* \[S\].
    Lost,
    /// *Vol* \[S\].
    Stolen,
    /// The PIN or the unblocking code is known to another.
    CodesDisclosed,
    /// *Non-réception de la carte* \[S\].
    CardNotReceived,
    /// *Non-réception des codes* \[S\].
    CodesNotReceived,
    /// *Dysfonctionnement* \[S\].
    Defective,
    /// Another card takes its place.
    Replaced,
    /// Its successor is active.
    Renewed,
    /// The structure has changed.
    StructureChanged,
    /// Something certified has changed.
    DataChanged,
    /// The exercise has ended.
    EndOfActivity,
    /// The holder has retired.
    Retired,
    /// The holder has died.
    Deceased,
    /// The professional council struck the holder off.
    StruckOff,
    /// A sanction forbids the exercise.
    Sanction,
    /// The terms of use were broken.
    BreachOfTerms,
}

impl Ground {
    /// That of somebody whom the directory says to have left the register for this reason.
    pub(crate) const fn of_cause(cause: EndCause) -> Self {
        match cause {
            EndCause::Deceased => Self::Deceased,
            EndCause::Retired => Self::Retired,
            EndCause::StruckOff => Self::StruckOff,
        }
    }

    /// Every ground, in the order of the declarer's list.
    pub const ALL: [Self; 16] = [
        Self::Lost,
        Self::Stolen,
        Self::CodesDisclosed,
        Self::CardNotReceived,
        Self::CodesNotReceived,
        Self::Defective,
        Self::Replaced,
        Self::Renewed,
        Self::StructureChanged,
        Self::DataChanged,
        Self::EndOfActivity,
        Self::Retired,
        Self::Deceased,
        Self::StruckOff,
        Self::Sanction,
        Self::BreachOfTerms,
    ];

    /// What is asked for in the place of a ground, and is none: a hold, which the table of oppositions speaks of.
    pub const HOLD: &str = "suspended";

    /// As stored and as given at the command line: `stolen`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::CodesDisclosed => "codes-disclosed",
            Self::CardNotReceived => "card-not-received",
            Self::CodesNotReceived => "codes-not-received",
            Self::Defective => "defective",
            Self::Replaced => "replaced",
            Self::Renewed => "renewed",
            Self::StructureChanged => "structure-changed",
            Self::DataChanged => "data-changed",
            Self::EndOfActivity => "end-of-activity",
            Self::Retired => "retired",
            Self::Deceased => "deceased",
            Self::StruckOff => "struck-off",
            Self::Sanction => "sanction",
            Self::BreachOfTerms => "breach-of-terms",
        }
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no ground.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum GroundError {
    /// Not on the list.
    #[error("ground: must be one of {}", known())]
    Unknown,
    /// A suspension, which the policy does not know.
    #[error("ground: an opposition is definitive; this policy allows no hold")]
    HoldNotAllowed,
}

impl Fault for GroundError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown => faults::OPPOSITION_GROUND_UNKNOWN,
            Self::HoldNotAllowed => faults::OPPOSITION_HOLD_NOT_ALLOWED,
        }
    }
}

impl FromStr for Ground {
    type Err = GroundError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == Self::HOLD {
            return Err(GroundError::HoldNotAllowed);
        }
        Self::ALL.into_iter().find(|ground| ground.as_str() == text).ok_or(GroundError::Unknown)
    }
}

fn known() -> String {
    Ground::ALL.map(Ground::as_str).join(", ")
}
