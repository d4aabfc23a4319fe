use super::error::{IdentifierError, Rule};
use super::{Finess, Siret, checked_text};

const NAME: &str = "identifiant technique de la structure";

/// *Identifiant technique de la structure*: how the extracts name a place of practice, by one letter
/// and a number: `F` + FINESS, `C` + SIRET, `R` + a number of the register's own, of 1 to 20 digits
/// (\[S\] domain.md §2.3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TechnicalStructureId(String);

checked_text!(TechnicalStructureId, check);

/// Which register a [`TechnicalStructureId`] points into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TechnicalStructureKind {
    /// `F`.
    Finess(Finess),
    /// `C`.
    Siret(Siret),
    /// `R`: the register's own numbering; no outside number follows from it.
    Internal,
}

impl TechnicalStructureId {
    /// What the letter and the number say.
    pub fn kind(&self) -> TechnicalStructureKind {
        let number = &self.0[1..];
        match self.0.as_bytes()[0] {
            b'F' => TechnicalStructureKind::Finess(number.parse().expect("checked when it was read")),
            b'C' => TechnicalStructureKind::Siret(number.parse().expect("checked when it was read")),
            _ => TechnicalStructureKind::Internal,
        }
    }
}

fn check(text: &str) -> Result<(), IdentifierError> {
    let fail = |rule| Err(IdentifierError { identifier: NAME, rule });
    match text.split_at_checked(1) {
        Some(("F", number)) => Finess::check(number),
        Some(("C", number)) => Siret::check(number),
        Some(("R", number)) => {
            if !(1..=20).contains(&number.len()) {
                return fail(Rule::Length { expected: 20, found: number.len() });
            }
            match number.bytes().position(|byte| !byte.is_ascii_digit()) {
                Some(place) => fail(Rule::Character { position: place + 2, wanted: "a digit" }),
                None => Ok(()),
            }
        }
        _ => fail(Rule::Prefix("F, C, R")),
    }
}
