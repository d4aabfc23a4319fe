use professional_registry::{Profession, TechnicalStructureId};

/// What a certificate is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateTie {
    /// The exercise of this profession.
    Exercise(Profession),
    /// The staff of this structure.
    Staff(TechnicalStructureId),
    /// This structure, whose own it is.
    Structure(TechnicalStructureId),
}

impl CertificateTie {
    /// The structure, where it rests on one.
    pub fn structure(&self) -> Option<&TechnicalStructureId> {
        match self {
            Self::Exercise(_) => None,
            Self::Staff(structure) | Self::Structure(structure) => Some(structure),
        }
    }

    /// As the columns of a request say it; `None` where they cannot be read.
    pub(super) fn read(profession: Option<&str>, structure: &str, of_staff: bool) -> Option<Self> {
        match (profession, of_staff) {
            (Some(profession), _) => Profession::from_code(profession).map(Self::Exercise),
            (None, true) => structure.parse().ok().map(Self::Staff),
            (None, false) => structure.parse().ok().map(Self::Structure),
        }
    }
}
