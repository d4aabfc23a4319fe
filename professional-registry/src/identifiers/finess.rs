use super::adeli::has_department_letter;
use super::error::{IdentifierError, check_digit, digit_or_department_letter, form};
use super::{checked_text, luhn};

/// A number of the *Fichier national des établissements sanitaires et sociaux*: department (two
/// characters), six digits, key (domain.md §2.3). It does not say whether the legal entity (EJ) or
/// the place (EG) is meant.
///
/// Where all nine characters are digits the Luhn key must hold (\[C\], eight hospitals). Where the
/// department carries a letter (`2A`, `2B` [?], test ranges such as `0B0057881`) it is not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Finess(String);

checked_text!(Finess, check);

fn check(text: &str) -> Result<(), IdentifierError> {
    form("FINESS", text, 9, digit_or_department_letter)?;
    check_digit("FINESS", has_department_letter(text) || luhn::holds(text))
}
