use std::collections::BTreeSet;

use serde::Deserialize;
use store::Code;

use crate::{faults, names};

/// How near something is to an officer, the nearest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Near {
    /// It is about him.
    Oneself,
    /// It is about somebody of his family name at a place of his.
    Family,
    /// It is his own structure's.
    OwnStructure,
}

impl Near {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Oneself, Self::Family, Self::OwnStructure];

    /// The stable code of the refusal because of it.
    pub const fn code(self) -> Code {
        match self {
            Self::Oneself => faults::DECISION_ON_ONESELF,
            Self::Family => faults::DECISION_ON_FAMILY,
            Self::OwnStructure => faults::DECISION_ON_OWN_STRUCTURE,
        }
    }
}

/// What ties an officer to others: what is known of him as a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ties {
    /// The words of his name, [folded](names::folded).
    pub names: Vec<String>,
    /// His numbers: of the card that he signs in with, of a mandate of his.
    pub numbers: BTreeSet<String>,
    /// Where he practises or belongs to the staff: technical identifiers of structures.
    pub places: BTreeSet<String>,
    /// For which structures he speaks.
    pub speaks_for: BTreeSet<String>,
}

/// What something to decide on says of whom it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The numbers of the person; none where it is about nobody.
    pub numbers: Vec<String>,
    /// His names, as it bears them; empty where it names nobody.
    pub family_name: String,
    /// Likewise.
    pub given_name: String,
    /// Where the person practises, or the structure that asks.
    pub places: Vec<String>,
    /// Whether it is a structure's own: its certificate, its mandate, a card of its staff.
    pub of_structure: bool,
}

/// How near the subject is to the officer, as far as numbers, names and places tell; none where it is not.
///
/// The same names are the same person: a number that would tell two apart may have been put beside the officer by whoever owns the
/// pages.
pub fn near(officer: &Ties, subject: &Subject) -> Option<Near> {
    let has = |words: &[String]| !words.is_empty() && words.iter().all(|word| officer.names.contains(word));
    let full = names::words(&subject.family_name, &subject.given_name);
    let same_number = subject.numbers.iter().any(|number| officer.numbers.contains(number));
    if same_number || (full.len() >= 2 && has(&full)) {
        return Some(Near::Oneself);
    }
    let speaks = subject.places.iter().any(|place| officer.speaks_for.contains(place));
    let there = subject.places.iter().any(|place| officer.places.contains(place));
    if (speaks || there) && has(&names::words(&subject.family_name, "")) {
        return Some(Near::Family);
    }
    (speaks || (there && subject.of_structure)).then_some(Near::OwnStructure)
}
