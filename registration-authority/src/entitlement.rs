//! Who may have which card: what the register says, and whether such a card can be made; asked at
//! submission, at decision, at certification and at renewal, never remembered.

use ca_core::subject::{BadText, check_person_name};
use card::CardKind;
use professional_registry::identifiers::IdNatPs;
use professional_registry::{Category, Exercise, Profession, ProfessionalRecord, Registry, RegistryError};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

use crate::faults;

/// What is claimed.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// A card of this kind,
    pub kind: CardKind,
    /// for this person,
    pub holder: &'a IdNatPs,
    /// for the exercise of this profession: a card is tied to an exercise, not to a person
    /// (\[S\] domain.md §1.7).
    pub profession: Profession,
}

/// What the register says that supports a claim. Made by [`check`] alone.
#[derive(Clone, Debug)]
pub struct Entitlement {
    record: ProfessionalRecord,
    exercise: Exercise,
}

impl Entitlement {
    /// All that the register says of the person.
    pub fn record(&self) -> &ProfessionalRecord {
        &self.record
    }

    /// The exercise the card is tied to.
    pub fn exercise(&self) -> &Exercise {
        &self.exercise
    }
}

/// Why there is no entitlement.
#[derive(Debug, Error)]
pub enum NotEntitled {
    /// The register does not know the person.
    #[error("the register knows no {0}")]
    HolderUnknown(IdNatPs),
    /// The person has left the register.
    #[error("{0} has not been in the register since {1}")]
    HolderCeased(IdNatPs, Timestamp),
    /// The person does not exercise this profession.
    #[error("{0} does not exercise profession {1}")]
    NotExercised(IdNatPs, &'static str),
    /// The exercise has ended.
    #[error("{0} has not exercised profession {1} since {2}")]
    ProfessionCeased(IdNatPs, &'static str, Timestamp),
    /// The profession is not one of the nomenclature at this date.
    #[error("profession {0} is not active in TRE_G15")]
    ProfessionInactive(&'static str),
    /// The exercise is of a category that this kind of card is not for.
    #[error("profession {1} of {0} is exercised in category {2}, which has no {3}")]
    CategoryRefused(IdNatPs, &'static str, Category, CardKind),
    /// No certificate can hold the name.
    #[error("the register's {1} of {0} cannot stand in a certificate: {2}")]
    NameUncertifiable(IdNatPs, &'static str, BadText),
    /// No card is for who learns this profession.
    #[error("a CPF is for who learns a profession of TRE_G16; {0} is none")]
    TrainingRefused(&'static str),
    /// Cards of this kind are not for professionals of the register.
    #[error("a {0} is not ordered from the register of professionals")]
    KindNotOffered(CardKind),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl Fault for NotEntitled {
    fn code(&self) -> Code {
        match self {
            Self::HolderUnknown(_) => faults::ORDER_HOLDER_UNKNOWN,
            Self::HolderCeased(..) => faults::ORDER_HOLDER_CEASED,
            Self::NotExercised(..) => faults::ORDER_PROFESSION_NOT_EXERCISED,
            Self::ProfessionCeased(..) => faults::ORDER_PROFESSION_CEASED,
            Self::ProfessionInactive(_) => faults::ORDER_PROFESSION_INACTIVE,
            Self::CategoryRefused(..) => faults::ORDER_CATEGORY_REFUSED,
            Self::NameUncertifiable(..) => faults::ORDER_NAME_UNCERTIFIABLE,
            Self::TrainingRefused(_) => faults::ORDER_TRAINING_REFUSED,
            Self::KindNotOffered(_) => faults::ORDER_KIND_NOT_OFFERED,
            Self::Registry(error) => error.code(),
        }
    }
}

/// Asks the register whether `claim` holds at `at`.
pub fn check(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: Claim<'_>,
    at: Timestamp,
) -> Result<Entitlement, NotEntitled> {
    let categories = categories_of(claim.kind).ok_or(NotEntitled::KindNotOffered(claim.kind))?;
    let code = claim.profession.code();
    if !claim.profession.is_active(at) {
        return Err(NotEntitled::ProfessionInactive(code));
    }
    let holder = || claim.holder.clone();
    let record =
        registry.professional(db, claim.holder)?.ok_or_else(|| NotEntitled::HolderUnknown(holder()))?;
    if let Some(since) = record.ceased_at {
        return Err(NotEntitled::HolderCeased(holder(), since));
    }
    let exercised: Vec<&Exercise> =
        record.exercises.iter().filter(|exercise| exercise.profession == claim.profession).collect();
    let first = exercised.first().ok_or_else(|| NotEntitled::NotExercised(holder(), code))?;
    let fitting: Vec<&&Exercise> =
        exercised.iter().filter(|exercise| categories.contains(&exercise.category)).collect();
    if fitting.is_empty() {
        return Err(NotEntitled::CategoryRefused(holder(), code, first.category, claim.kind));
    }
    if claim.kind == CardKind::Cpf && claim.profession.in_training().is_none() {
        return Err(NotEntitled::TrainingRefused(code));
    }
    let living = fitting.iter().find(|exercise| exercise.ceased_at.is_none());
    let Some(exercise) = living else {
        let since = fitting.iter().filter_map(|exercise| exercise.ceased_at).max().unwrap_or(at);
        return Err(NotEntitled::ProfessionCeased(holder(), code, since));
    };
    let names =
        [("family name", &exercise.practice_family_name), ("given name", &exercise.practice_given_name)];
    for (field, name) in names {
        check_person_name(name).map_err(|why| NotEntitled::NameUncertifiable(holder(), field, why))?;
    }
    let exercise = Exercise::clone(exercise);
    Ok(Entitlement { record, exercise })
}

/// Why a card that was made for `claim` has lost what it is tied to, however the nomenclature has changed since; `None`
/// where the register still lists it, and for cards that are not for professionals of the register.
pub(crate) fn ended(
    db: &mut Database,
    registry: &mut dyn Registry,
    claim: Claim<'_>,
) -> Result<Option<Code>, RegistryError> {
    let Some(categories) = categories_of(claim.kind) else { return Ok(None) };
    let Some(record) = registry.professional(db, claim.holder)? else {
        return Ok(Some(faults::ORDER_HOLDER_UNKNOWN));
    };
    if record.ceased_at.is_some() {
        return Ok(Some(faults::ORDER_HOLDER_CEASED));
    }
    let fits = |one: &&Exercise| one.profession == claim.profession && categories.contains(&one.category);
    let fitting: Vec<&Exercise> = record.exercises.iter().filter(fits).collect();
    Ok(if fitting.is_empty() {
        Some(faults::ORDER_PROFESSION_NOT_EXERCISED)
    } else if fitting.iter().all(|one| one.ceased_at.is_some()) {
        Some(faults::ORDER_PROFESSION_CEASED)
    } else {
        None
    })
}

/// CPS for who practises as a civilian or in the armed forces, CPF for who trains (\[S\] domain.md §4.1).
fn categories_of(kind: CardKind) -> Option<&'static [Category]> {
    match kind {
        CardKind::Cps => Some(&[Category::Civil, Category::Military]),
        CardKind::Cpf => Some(&[Category::Student]),
        CardKind::Cpe | CardKind::Cde | CardKind::Cpa | CardKind::Cda => None,
    }
}
