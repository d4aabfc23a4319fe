use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

/// A text that is not the identifier it should be: which identifier, and which rule it breaks.
///
/// The text itself is not repeated: it may be a person's number, and this message goes to the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{identifier}: {rule}")]
pub struct IdentifierError {
    /// The name of the identifier: `RPPS`, `SIRET`, …
    pub identifier: &'static str,
    /// What it breaks.
    pub rule: Rule,
}

/// What an identifier must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Rule {
    /// The wrong number of characters.
    #[error("must have {expected} characters, has {found}")]
    Length {
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A character that may not stand where it stands; counted from 1.
    #[error("character {position} must be {wanted}")]
    Character {
        /// Which one, counted from 1.
        position: usize,
        /// What may stand there.
        wanted: &'static str,
    },
    /// The last digit is not the key of the others.
    #[error("the check digit is wrong")]
    CheckDigit,
    /// A form that begins in no known way.
    #[error("begins with none of {0}")]
    Prefix(&'static str),
    /// A type of identifier that is closed or was never used (domain.md §2.1).
    #[error("identifiers of type {0} are closed")]
    Closed(char),
    /// A local part that is missing, too long, or not letters and digits.
    #[error("needs `/` and a local identifier of 1 to 20 letters and digits")]
    Local,
}

impl Fault for IdentifierError {
    fn code(&self) -> Code {
        match self.rule {
            Rule::CheckDigit => faults::IDENTIFIER_CHECK_DIGIT,
            _ => faults::IDENTIFIER_FORM,
        }
    }
}

/// Checks that `text` has `length` ASCII characters, each accepted by `wanted` (given its place,
/// counted from 0), which otherwise names what it wants.
pub(super) fn form(
    identifier: &'static str,
    text: &str,
    length: usize,
    wanted: impl Fn(usize, u8) -> Result<(), &'static str>,
) -> Result<(), IdentifierError> {
    let fail = |rule| Err(IdentifierError { identifier, rule });
    let found = text.chars().count();
    if found != length {
        return fail(Rule::Length { expected: length, found });
    }
    for (place, character) in text.chars().enumerate() {
        let byte = u8::try_from(character).unwrap_or(u8::MAX);
        if let Err(wanted) = wanted(place, byte) {
            return fail(Rule::Character { position: place + 1, wanted });
        }
    }
    Ok(())
}

/// A digit at every place.
pub(super) fn digit(_place: usize, byte: u8) -> Result<(), &'static str> {
    if byte.is_ascii_digit() { Ok(()) } else { Err("a digit") }
}

/// Digits, but for the second character, which may be a capital letter: departments 2A and 2B, and
/// the letters of the ANS test ranges (`0B0057881`).
pub(super) fn digit_or_department_letter(place: usize, byte: u8) -> Result<(), &'static str> {
    match place {
        1 if byte.is_ascii_uppercase() => Ok(()),
        1 => digit(place, byte).map_err(|_| "a digit or a capital letter"),
        _ => digit(place, byte),
    }
}

/// Fails with [`Rule::CheckDigit`] unless `holds`.
pub(super) fn check_digit(identifier: &'static str, holds: bool) -> Result<(), IdentifierError> {
    if holds { Ok(()) } else { Err(IdentifierError { identifier, rule: Rule::CheckDigit }) }
}
