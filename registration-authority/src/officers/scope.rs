use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use card::CardKind;
use diesel::QueryResult;
use professional_registry::{Department, Profession, TechnicalStructureId, departments_of};
use store::Database;

use super::OfficerError;

/// Most items of one scope.
const ITEMS_BOUND: usize = 50;

/// For which orders an officer is there (*périmètre*): those for some professions, of who practises at some structures, or in some departments,
/// for some kinds of cards, or all of these at once. Without any, for all.
///
/// As stored and as signed: `profession:10 profession:60 structure:F0B0193488 department:2A card:CPS`, in this order; empty for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    professions: BTreeSet<&'static str>,
    structures: BTreeSet<String>,
    departments: BTreeSet<Department>,
    kinds: BTreeSet<CardKind>,
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
        /// The card, where it is one.
        kind: Option<CardKind>,
    },
    /// One structure.
    Structure {
        /// Its technical identifier.
        structure: String,
        /// The card, where it is one.
        kind: Option<CardKind>,
    },
    /// Every order: a feed of the register, a plan.
    Everything,
    /// All that an officer of this scope is there for: a delegation.
    Scope(Scope),
}

/// Whether an officer is there for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Covered {
    /// He is.
    Yes,
    /// He is not.
    No,
    /// He is there for some departments, and the register knows none of it: he is not.
    PlaceUnknown,
}

impl Reach {
    /// A structure as such: its staff, its mandates.
    pub(crate) fn structure(structure: &TechnicalStructureId) -> Self {
        Self::Structure { structure: structure.to_string(), kind: None }
    }

    fn structures(&self) -> &[String] {
        match self {
            Self::Exercise { structures, .. } => structures,
            Self::Structure { structure, .. } => std::slice::from_ref(structure),
            Self::Everything | Self::Scope(_) => &[],
        }
    }

    /// Whether it is one case of one person or structure, which is what can be delegated.
    pub(crate) fn is_of_one_case(&self) -> bool {
        matches!(self, Self::Exercise { .. } | Self::Structure { .. })
    }

    fn kind(&self) -> Option<CardKind> {
        match self {
            Self::Exercise { kind, .. } | Self::Structure { kind, .. } => *kind,
            Self::Everything | Self::Scope(_) => None,
        }
    }
}

impl Scope {
    /// Orders for one of these professions, of who practises at one of these structures; none of either: all.
    pub fn new(
        professions: impl IntoIterator<Item = Profession>,
        structures: impl IntoIterator<Item = TechnicalStructureId>,
    ) -> Result<Self, OfficerError> {
        Self {
            professions: professions.into_iter().map(|profession| profession.code()).collect(),
            structures: structures.into_iter().map(|structure| structure.to_string()).collect(),
            ..Self::default()
        }
        .bounded()
    }

    /// Of those, the ones of who practises in one of these departments, and for one of these kinds of cards; none of either: all.
    pub fn confined(
        self,
        departments: impl IntoIterator<Item = Department>,
        kinds: impl IntoIterator<Item = CardKind>,
    ) -> Result<Self, OfficerError> {
        Self { departments: departments.into_iter().collect(), kinds: kinds.into_iter().collect(), ..self }
            .bounded()
    }

    fn bounded(self) -> Result<Self, OfficerError> {
        let items =
            self.professions.len() + self.structures.len() + self.departments.len() + self.kinds.len();
        if items > ITEMS_BOUND { Err(invalid()) } else { Ok(self) }
    }

    /// Whether it is never wider than this one: every limit of this one is a limit of it, as narrow or narrower.
    pub fn contains(&self, other: &Self) -> bool {
        fn limits<T: Ord>(ours: &BTreeSet<T>, theirs: &BTreeSet<T>) -> bool {
            ours.is_empty() || (!theirs.is_empty() && theirs.is_subset(ours))
        }
        limits(&self.professions, &other.professions)
            && limits(&self.structures, &other.structures)
            && limits(&self.departments, &other.departments)
            && limits(&self.kinds, &other.kinds)
    }

    /// Whether it keeps nothing out.
    pub fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// The codes of its professions; none: all.
    pub fn professions(&self) -> impl Iterator<Item = &'static str> {
        self.professions.iter().copied()
    }

    /// The technical identifiers of its structures; none: all.
    pub fn structures(&self) -> impl Iterator<Item = &str> {
        self.structures.iter().map(String::as_str)
    }

    /// Its departments; none: all.
    pub fn departments(&self) -> impl Iterator<Item = &Department> {
        self.departments.iter()
    }

    /// Its kinds of cards; none: all.
    pub fn kinds(&self) -> impl Iterator<Item = CardKind> {
        self.kinds.iter().copied()
    }

    /// Whether an officer of this scope is there for it. Where it names departments, the register says in which the places are, now.
    pub fn judge(&self, db: &mut Database, reach: &Reach) -> QueryResult<Covered> {
        let departments = match self.departments.is_empty() {
            true => Vec::new(),
            false => departments_of(db, reach.structures())?,
        };
        Ok(self.judge_in(reach, &departments))
    }

    /// Whether it [covers](Self::judge) it, and nothing else.
    pub fn covers(&self, db: &mut Database, reach: &Reach) -> QueryResult<bool> {
        Ok(self.judge(db, reach)? == Covered::Yes)
    }

    /// The same, whichever departments it names: of something whose place was settled before.
    pub(crate) fn covers_wherever(&self, reach: &Reach) -> bool {
        if let Reach::Scope(scope) = reach {
            return self.contains(scope);
        }
        Self { departments: BTreeSet::new(), ..self.clone() }.judge_in(reach, &[]) == Covered::Yes
    }

    /// The same of what takes place in these departments.
    pub(super) fn judge_in(&self, reach: &Reach, departments: &[Department]) -> Covered {
        if self.is_everything() {
            return Covered::Yes;
        }
        if let Reach::Scope(scope) = reach {
            return if self.contains(scope) { Covered::Yes } else { Covered::No };
        }
        let (professions, structures) = (&self.professions, &self.structures);
        let of_profession = match reach {
            Reach::Exercise { profession, .. } => professions.contains(profession.code()),
            Reach::Structure { .. } | Reach::Everything | Reach::Scope(_) => false,
        };
        let there = structures.is_empty() || reach.structures().iter().any(|one| structures.contains(one));
        let of_kind = self.kinds.is_empty() || reach.kind().is_some_and(|kind| self.kinds.contains(&kind));
        let covered = (professions.is_empty() || of_profession) && there && of_kind;
        let near =
            self.departments.is_empty() || departments.iter().any(|one| self.departments.contains(one));
        match (reach, covered, near) {
            (Reach::Everything, _, _) | (_, false, _) => Covered::No,
            (_, true, true) => Covered::Yes,
            (_, true, false) if departments.is_empty() => Covered::PlaceUnknown,
            (_, true, false) => Covered::No,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let professions = self.professions.iter().map(|code| format!("profession:{code}"));
        let structures = self.structures.iter().map(|place| format!("structure:{place}"));
        let departments = self.departments.iter().map(|one| format!("department:{one}"));
        let kinds = self.kinds.iter().map(|kind| format!("card:{kind}"));
        let items = professions.chain(structures).chain(departments).chain(kinds);
        f.write_str(&items.collect::<Vec<_>>().join(" "))
    }
}

impl FromStr for Scope {
    type Err = OfficerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (mut professions, mut structures) = (Vec::new(), Vec::new());
        let (mut departments, mut kinds) = (Vec::new(), Vec::new());
        for item in text.split_ascii_whitespace() {
            match item.split_once(':') {
                Some(("profession", code)) => {
                    professions.push(Profession::from_code(code).ok_or_else(invalid)?)
                }
                Some(("structure", place)) => structures.push(place.parse().map_err(|_| invalid())?),
                // One spelling: what is signed reads back as it was signed.
                Some(("department", code)) => {
                    let department = Department::from_code(code).filter(|one| one.code() == code);
                    departments.push(department.ok_or_else(invalid)?);
                }
                Some(("card", letters)) => kinds.push(letters.parse().map_err(|_| invalid())?),
                _ => return Err(invalid()),
            }
        }
        Self::new(professions, structures)?.confined(departments, kinds)
    }
}

fn invalid() -> OfficerError {
    let rule = "`profession:` and a code of TRE_G15, `structure:` and a technical identifier, `department:` and an INSEE code, `card:` and its \
                letters, 50 of them at most";
    OfficerError::Field { field: "scope", rule }
}
