use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use professional_registry::{Profession, TechnicalStructureId};

use super::OfficerError;

/// Most professions and structures of one scope.
const ITEMS_BOUND: usize = 50;

/// For which orders an officer is there (*périmètre*): those for some professions, those of who practises at some structures, or
/// both at once. Without either, for all.
///
/// As stored and as signed: `profession:10 profession:60 structure:F0B0193488`, in this order; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    professions: BTreeSet<&'static str>,
    structures: BTreeSet<String>,
}

/// What something that is decided on is about, as far as scopes go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One person's exercise of a profession, wherever the register says that he practises.
    Exercise {
        /// Which profession.
        profession: Profession,
        /// The technical identifiers of the places.
        structures: Vec<String>,
    },
    /// One structure, by its technical identifier.
    Structure(String),
    /// Every order: a feed of the register, a plan.
    Everything,
}

impl Scope {
    /// Orders for one of these professions, of who practises at one of these structures; none of either: all.
    pub fn new(
        professions: impl IntoIterator<Item = Profession>,
        structures: impl IntoIterator<Item = TechnicalStructureId>,
    ) -> Result<Self, OfficerError> {
        let scope = Self {
            professions: professions.into_iter().map(|profession| profession.code()).collect(),
            structures: structures.into_iter().map(|structure| structure.to_string()).collect(),
        };
        if scope.professions.len() + scope.structures.len() > ITEMS_BOUND {
            return Err(invalid());
        }
        Ok(scope)
    }

    /// Whether it keeps nothing out.
    pub fn is_everything(&self) -> bool {
        self.professions.is_empty() && self.structures.is_empty()
    }

    /// The codes of its professions; none: all.
    pub fn professions(&self) -> impl Iterator<Item = &'static str> {
        self.professions.iter().copied()
    }

    /// The technical identifiers of its structures; none: all.
    pub fn structures(&self) -> impl Iterator<Item = &str> {
        self.structures.iter().map(String::as_str)
    }

    /// Whether an officer of this scope is there for it.
    pub fn covers(&self, reach: &Reach) -> bool {
        let (professions, structures) = (&self.professions, &self.structures);
        match reach {
            Reach::Exercise { profession, structures: places } => {
                (professions.is_empty() || professions.contains(profession.code()))
                    && (structures.is_empty() || places.iter().any(|place| structures.contains(place)))
            }
            Reach::Structure(place) => {
                professions.is_empty() && (structures.is_empty() || structures.contains(place))
            }
            Reach::Everything => self.is_everything(),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let professions = self.professions.iter().map(|code| format!("profession:{code}"));
        let structures = self.structures.iter().map(|place| format!("structure:{place}"));
        f.write_str(&professions.chain(structures).collect::<Vec<_>>().join(" "))
    }
}

impl FromStr for Scope {
    type Err = OfficerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut professions, mut structures) = (Vec::new(), Vec::new());
        for item in text.split_ascii_whitespace() {
            match item.split_once(':') {
                Some(("profession", code)) => {
                    professions.push(Profession::from_code(code).ok_or_else(invalid)?)
                }
                Some(("structure", place)) => structures.push(place.parse().map_err(|_| invalid())?),
                _ => return Err(invalid()),
            }
        }
        Self::new(professions, structures)
    }
}

fn invalid() -> OfficerError {
    let rule =
        "`profession:` and a code of TRE_G15, `structure:` and a technical identifier, 50 of them at most";
    OfficerError::Field { field: "scope", rule }
}
