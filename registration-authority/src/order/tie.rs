use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::{Category, Profession};

/// What the card of an order, or the software certificate of a person, is tied to: never to a person alone (\[S\] domain.md §1.7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tie {
    /// The exercise of a profession.
    Exercise {
        /// Of which.
        profession: Profession,
        /// Under which category.
        category: Category,
    },
    /// The staff of a structure.
    Structure(StaffTie),
}

/// Why somebody of the staff of a structure may have a card of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffTie {
    /// Which structure.
    pub structure: TechnicalStructureId,
    /// What stands in `title` of his certificates.
    pub title: String,
    /// The number of the mandate by which the agent asked.
    pub mandate: String,
}

impl Tie {
    /// The profession, of an exercise.
    pub fn profession(&self) -> Option<Profession> {
        match self {
            Self::Exercise { profession, .. } => Some(*profession),
            Self::Structure(_) => None,
        }
    }

    /// The category, of an exercise.
    pub fn category(&self) -> Option<Category> {
        match self {
            Self::Exercise { category, .. } => Some(*category),
            Self::Structure(_) => None,
        }
    }

    /// The staff's, of no exercise.
    pub fn staff(&self) -> Option<&StaffTie> {
        match self {
            Self::Exercise { .. } => None,
            Self::Structure(staff) => Some(staff),
        }
    }

    /// What a person reads: the label of the profession, or the title.
    pub fn label(&self) -> &str {
        match self {
            Self::Exercise { profession, .. } => profession.label(),
            Self::Structure(staff) => &staff.title,
        }
    }

    /// As the card's row says it: `profession:60`, `structure:F0B0193488`.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Exercise { profession, .. } => exercise_key(*profession),
            Self::Structure(staff) => structure_key(&staff.structure),
        }
    }
}

/// The key of an exercise.
pub(crate) fn exercise_key(profession: Profession) -> String {
    format!("profession:{}", profession.code())
}

/// The key of the staff of a structure.
pub(crate) fn structure_key(structure: &TechnicalStructureId) -> String {
    format!("structure:{structure}")
}
