//! What the register says of a person and of a structure.

use serde::{Deserialize, Serialize};
use store::Timestamp;

use crate::identifiers::{Finess, IdNatPs, Siren, Siret, TechnicalStructureId};
use crate::nomenclature::{Category, ExerciseMode, KnowHow, Profession, Sector};

/// What the register says of a person. Its JSON form is what an order keeps as its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfessionalRecord {
    /// IdNat_PS.
    pub id: IdNatPs,
    /// Family name. The public extract carries practice names only: this is the one of the first line.
    pub family_name: String,
    /// Given name, from the same line.
    pub given_name: String,
    /// `M`, `MME`, or empty.
    pub civility: String,
    /// One for each profession and category, by profession then category; ceased ones included.
    pub exercises: Vec<Exercise>,
    /// Since when the person is no longer in the register; `None` while he is.
    pub ceased_at: Option<Timestamp>,
    /// SHA-256, in hex, of the feed that said what stands here: the evidence for it. Later ones said the same.
    pub feed: String,
}

/// One profession, exercised by one person under one category: what a card is tied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exercise {
    /// What.
    pub profession: Profession,
    /// Under which status.
    pub category: Category,
    /// *Nom d'exercice*: the name on the card.
    pub practice_family_name: String,
    /// *Prénom d'exercice*: the given name on the card.
    pub practice_given_name: String,
    /// Ordinal speciality, or else the first other know-how by type and code.
    pub know_how: Option<KnowHow>,
    /// Since when the register no longer lists the exercise; `None` while it does.
    pub ceased_at: Option<Timestamp>,
    /// Where and how it takes place now; empty once it has ceased.
    pub activities: Vec<Activity>,
}

/// One line of the extract: where and how an exercise takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Employed, self-employed, volunteer; `None` where the register does not say.
    pub mode: Option<ExerciseMode>,
    /// Sector of activity.
    pub sector: Option<Sector>,
    /// The place.
    pub structure: Option<TechnicalStructureId>,
}

/// What the register says of a structure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructureRecord {
    /// How the extracts name it.
    pub technical_id: TechnicalStructureId,
    /// SIRET of the place.
    pub siret: Option<Siret>,
    /// SIREN of its legal entity.
    pub siren: Option<Siren>,
    /// FINESS of the place (EG).
    pub finess: Option<Finess>,
    /// FINESS of its legal entity (EJ).
    pub finess_legal: Option<Finess>,
    /// *Raison sociale*.
    pub corporate_name: String,
    /// `75`, `2A`, `9A`, …
    pub department_code: String,
    /// As a certificate's `ST` wants it: `Paris (75)`.
    pub department_label: String,
}

impl ProfessionalRecord {
    /// The exercise of `profession` that the register still lists, if the person is still in it too.
    pub fn living_exercise(&self, profession: Profession) -> Option<&Exercise> {
        if self.ceased_at.is_some() {
            return None;
        }
        self.exercises
            .iter()
            .find(|exercise| exercise.profession == profession && exercise.ceased_at.is_none())
    }
}
