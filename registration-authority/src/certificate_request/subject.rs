use professional_registry::Profession;
use professional_registry::identifiers::{IdNatPs, TechnicalStructureId};

use crate::order::Tie;

/// Whose certificate a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A structure, or a server or service of it (offers ORG and SERV).
    Structure(TechnicalStructureId),
    /// A person (offers PS and PRO).
    Person(Person),
}

/// A person, as the certificate will name him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// IdNat_PS, the commonName of the certificate.
    pub holder: IdNatPs,
    /// *Nom d'exercice*, or as the structure's agent declared it.
    pub family_name: String,
    /// *Prénom d'exercice*, likewise.
    pub given_name: String,
    /// The exercise of a profession (PS), or the staff of a structure (PRO): never a person alone, as for a card.
    pub tie: Tie,
}

/// For whom somebody asks; the names are looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A structure.
    Structure(TechnicalStructureId),
    /// A professional, for the exercise of a profession.
    Professional {
        /// IdNat_PS.
        holder: IdNatPs,
        /// Which profession.
        profession: Profession,
    },
    /// One of the staff of a structure.
    Member {
        /// Which structure.
        structure: TechnicalStructureId,
        /// The local number under which its agent declared him.
        local_id: String,
    },
}

impl Subject {
    /// The person; none of a structure's.
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Structure(_) => None,
            Self::Person(person) => Some(person),
        }
    }

    /// The structure whose certificate it is, or of whose staff the person is; none of a professional's.
    pub fn structure(&self) -> Option<&TechnicalStructureId> {
        match self {
            Self::Structure(structure) => Some(structure),
            Self::Person(person) => person.tie.staff().map(|staff| &staff.structure),
        }
    }
}
