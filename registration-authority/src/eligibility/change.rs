use professional_registry::{Exercise, Profession, ProfessionalRecord};
use serde::Deserialize;
use store::Code;

use super::ProductRules;
use crate::faults;

/// What may have changed in the register since a card was ordered, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// The register does not know the holder.
    HolderUnknown,
    /// The holder has left it.
    HolderLeft,
    /// It no longer lists the profession for him, in a category that the card is for.
    ExerciseAbsent,
    /// It lists the exercise as ended.
    ExerciseEnded,
    /// It names him otherwise.
    Renamed,
    /// He exercises in another category that the card is for.
    OtherCategory,
    /// Another speciality.
    OtherKnowHow,
    /// Other places, or in another mode.
    OtherActivities,
}

/// What a change leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Consequence {
    /// The card ends.
    End,
    /// A card that replaces it is asked for.
    NewCard,
    /// What the card carries beside its certificates is brought up to date.
    Update,
}

/// What one change leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRule {
    /// `R-CPS-C3`.
    pub id: String,
    /// What changed.
    pub change: Change,
    /// What follows.
    pub leads_to: Consequence,
    /// The same in French.
    pub sentence: String,
}

impl Change {
    /// Those that end a card, whatever a table says of others.
    pub(super) const ENDINGS: [Self; 4] =
        [Self::HolderUnknown, Self::HolderLeft, Self::ExerciseAbsent, Self::ExerciseEnded];

    /// The stable code of a card's end because of it; `None` for what ends none.
    pub(crate) const fn code(self) -> Option<Code> {
        match self {
            Self::HolderUnknown => Some(faults::ORDER_HOLDER_UNKNOWN),
            Self::HolderLeft => Some(faults::ORDER_HOLDER_CEASED),
            Self::ExerciseAbsent => Some(faults::ORDER_PROFESSION_NOT_EXERCISED),
            Self::ExerciseEnded => Some(faults::ORDER_PROFESSION_CEASED),
            Self::Renamed | Self::OtherCategory | Self::OtherKnowHow | Self::OtherActivities => None,
        }
    }
}

/// What has changed for a card that is tied to the exercise of `profession`: `then` as it was when the card was ordered, where
/// that is known, and `now` what the register says, `None` where it knows nobody. The gravest change alone; however the
/// nomenclature has changed meanwhile.
pub fn change<'r>(
    rules: &'r ProductRules,
    profession: Profession,
    then: Option<&Exercise>,
    now: Option<&ProfessionalRecord>,
) -> Option<&'r ChangeRule> {
    let of = |change| rules.changes.iter().find(|rule| rule.change == change);
    let Some(record) = now else { return of(Change::HolderUnknown) };
    if record.ceased_at.is_some() {
        return of(Change::HolderLeft);
    }
    let fits = |one: &&Exercise| one.profession == profession && rules.categories.contains(&one.category);
    let mut fitting = record.exercises.iter().filter(fits).peekable();
    if fitting.peek().is_none() {
        return of(Change::ExerciseAbsent);
    }
    let Some(now) = fitting.find(|one| one.ceased_at.is_none()) else { return of(Change::ExerciseEnded) };
    let then = then?;
    let changes = [
        (Change::Renamed, names(then) != names(now)),
        (Change::OtherCategory, then.category != now.category),
        (Change::OtherKnowHow, then.know_how != now.know_how),
        (Change::OtherActivities, then.activities != now.activities),
    ];
    changes.into_iter().find_map(|(change, changed)| of(change).filter(|_| changed))
}

fn names(exercise: &Exercise) -> (&str, &str) {
    (&exercise.practice_family_name, &exercise.practice_given_name)
}
