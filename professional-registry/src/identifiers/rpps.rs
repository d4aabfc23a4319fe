use super::error::{IdentifierError, check_digit, digit, form};
use super::{checked_text, luhn};

/// A person's number in the *Répertoire partagé des professionnels de santé*: eleven digits, ten of
/// order and a Luhn key (\[S\] domain.md §2.3). It says nothing about the person. `997…` are test numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rpps(String);

checked_text!(Rpps, check_rpps);

/// A practice of a person: RPPS, two digits of rank, and a Luhn key over all of it, fourteen digits
/// (\[S\] domain.md §2.3).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RppsRank(String);

checked_text!(RppsRank, check_rank);

impl Rpps {
    /// Whether the number lies in the test range `997…`, given to nobody.
    pub fn is_test(&self) -> bool {
        self.0.starts_with("997")
    }
}

fn check_rpps(text: &str) -> Result<(), IdentifierError> {
    form("RPPS", text, 11, digit)?;
    check_digit("RPPS", luhn::holds(text))
}

fn check_rank(text: &str) -> Result<(), IdentifierError> {
    form("RPPS-rang", text, 14, digit)?;
    check_digit("RPPS-rang", luhn::holds(text))?;
    check_digit("RPPS-rang", luhn::holds(&text[..11]))
}
