use professional_registry::identifiers::IdNatStruct;
use professional_registry::{Exercise, Profession, ProfessionalRecord, StructureRecord};
use serde::Deserialize;
use store::Code;

use super::{ProductRules, StaffNamed};
use crate::certification::structure_identifier;
use crate::faults;
use crate::staff::StaffMember;

/// What may have changed since a card was ordered, in the register and in what the agent of a structure declares, the gravest first of each
/// kind of product.
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
    /// The register no longer names the structure.
    StructureUnknown,
    /// Nobody speaks for the structure any more.
    StructureSilent,
    /// The person, or the service, is no longer declared there.
    MemberLeft,
    /// In another post, which the card is not for: another one is the head now.
    OtherPost,
    /// Under other names.
    MemberRenamed,
    /// The register gives the structure another name, number or department than the certificates carry.
    StructureRenamed,
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
    /// Those that end what is tied to an exercise, whatever a table says of others.
    pub(super) const ENDINGS: &[Self] =
        &[Self::HolderUnknown, Self::HolderLeft, Self::ExerciseAbsent, Self::ExerciseEnded];
    /// The same of what one of the staff of a structure has.
    pub(super) const ENDINGS_OF_STAFF: &[Self] =
        &[Self::StructureUnknown, Self::StructureSilent, Self::MemberLeft, Self::OtherPost];
    /// The same of what a structure has.
    pub(super) const ENDINGS_OF_STRUCTURES: &[Self] = &[Self::StructureUnknown];

    /// The stable code of an end because of it; `None` for what ends nothing.
    pub(crate) const fn code(self) -> Option<Code> {
        match self {
            Self::HolderUnknown => Some(faults::ORDER_HOLDER_UNKNOWN),
            Self::HolderLeft => Some(faults::ORDER_HOLDER_CEASED),
            Self::ExerciseAbsent => Some(faults::ORDER_PROFESSION_NOT_EXERCISED),
            Self::ExerciseEnded => Some(faults::ORDER_PROFESSION_CEASED),
            Self::StructureUnknown => Some(faults::ORDER_STRUCTURE_UNKNOWN),
            Self::StructureSilent => Some(faults::ORDER_NOT_MANDATED),
            Self::MemberLeft => Some(faults::ORDER_MEMBER_UNKNOWN),
            Self::OtherPost => Some(faults::ORDER_POST_REFUSED),
            Self::Renamed
            | Self::OtherCategory
            | Self::OtherKnowHow
            | Self::OtherActivities
            | Self::MemberRenamed
            | Self::StructureRenamed => None,
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

/// What the register and the agent of the structure say now of one of its staff, or of the structure itself.
#[derive(Clone, Copy, Debug)]
pub struct StaffNow<'a> {
    /// What the register says of the structure; `None` where it no longer names it.
    pub structure: Option<&'a StructureRecord>,
    /// Whether somebody speaks for it.
    pub spoken_for: bool,
    /// Who is declared under the local number.
    pub member: Option<&'a StaffMember>,
}

/// What the order of a card said of one of the staff.
#[derive(Clone, Copy, Debug)]
pub struct StaffThen<'a> {
    /// What the register said of the structure; `None` where that cannot be read any more.
    pub structure: Option<&'a StructureRecord>,
    /// How he was named.
    pub named: StaffNamed<'a>,
}

/// What has changed for what one of the staff of a structure has: the gravest change alone.
pub fn change_of_staff<'r>(
    rules: &'r ProductRules,
    then: Option<StaffThen<'_>>,
    now: StaffNow<'_>,
) -> Option<&'r ChangeRule> {
    let of = |change| rules.changes.iter().find(|rule| rule.change == change);
    let Some(structure) = now.structure else { return of(Change::StructureUnknown) };
    if !now.spoken_for {
        return of(Change::StructureSilent);
    }
    let Some(member) = now.member.filter(|member| member.left_at.is_none()) else {
        return of(Change::MemberLeft);
    };
    if rules.staff.as_ref().is_some_and(|staff| !staff.posts.contains(&member.post)) {
        return of(Change::OtherPost);
    }
    let then = then?;
    let renamed = (then.named.family_name, then.named.given_name)
        != (member.family_name.as_str(), member.given_name.as_str());
    let structure_renamed = then.structure.is_some_and(|then| certified(then) != certified(structure));
    let changes = [(Change::MemberRenamed, renamed), (Change::StructureRenamed, structure_renamed)];
    changes.into_iter().find_map(|(change, changed)| of(change).filter(|_| changed))
}

/// What has changed for what a structure itself has.
pub fn change_of_structure<'r>(
    rules: &'r ProductRules,
    now: Option<&StructureRecord>,
) -> Option<&'r ChangeRule> {
    let gone = rules.changes.iter().find(|rule| rule.change == Change::StructureUnknown);
    gone.filter(|_| now.is_none())
}

/// What a certificate carries of a structure.
fn certified(structure: &StructureRecord) -> (&str, Option<IdNatStruct>, &str) {
    (&structure.corporate_name, structure_identifier(structure), &structure.department_label)
}

fn names(exercise: &Exercise) -> (&str, &str) {
    (&exercise.practice_family_name, &exercise.practice_given_name)
}
