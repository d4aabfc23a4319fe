use super::error::{IdentifierError, check_digit, digit_or_department_letter, form};
use super::{checked_text, luhn};

/// A person's number in the register that RPPS replaces: department (two characters), profession,
/// five digits of order, key (domain.md §2.3, form \[M\]).
///
/// Where all nine characters are digits the Luhn key must hold. Where the department carries a letter
/// (`2A`, `2B`, test ranges such as `0B`) no rule for the key is known, and it is not checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Adeli(String);

checked_text!(Adeli, check_adeli);

/// A practice of a person known by ADELI: the ADELI number and two digits of rank, eleven characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdeliRank(String);

checked_text!(AdeliRank, check_rank);

fn check_adeli(text: &str) -> Result<(), IdentifierError> {
    form("ADELI", text, 9, digit_or_department_letter)?;
    check_key("ADELI", text)
}

fn check_rank(text: &str) -> Result<(), IdentifierError> {
    form("ADELI-rang", text, 11, digit_or_department_letter)?;
    check_key("ADELI-rang", &text[..9])
}

fn check_key(identifier: &'static str, adeli: &str) -> Result<(), IdentifierError> {
    check_digit(identifier, has_department_letter(adeli) || luhn::holds(adeli))
}

/// Whether the second character is a letter: then the key is not checked.
pub(super) fn has_department_letter(text: &str) -> bool {
    text.as_bytes().get(1).is_some_and(u8::is_ascii_uppercase)
}
