use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many digits a card number has.
pub(crate) const DIGITS: u32 = 10;

/// The number of a card: ten digits, drawn one after the other behind a prefix. No check digit is
/// known \[C\].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CardNumber(u64);

/// The first digits of the numbers an installation draws: one to four digits, "26".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardNumberPrefix {
    value: u64,
    digits: u32,
}

/// Not a card number, or not a prefix of one.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotACardNumber {
    /// Anything but ten digits.
    #[error("card number: expected {DIGITS} digits")]
    Number,
    /// Anything but one to four digits.
    #[error("prefix of card numbers: expected 1 to 4 digits")]
    Prefix,
}

impl CardNumberPrefix {
    /// The `nth` number behind this prefix, from 1; nothing where the digits do not suffice.
    pub(crate) fn number(self, nth: u64) -> Option<CardNumber> {
        let room = 10_u64.pow(DIGITS - self.digits);
        (1..room).contains(&nth).then(|| CardNumber(self.value * room + nth))
    }
}

impl FromStr for CardNumberPrefix {
    type Err = NotACardNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let value = digits(text).filter(|_| (1..=4).contains(&text.len())).ok_or(NotACardNumber::Prefix)?;
        Ok(Self { value, digits: u32::try_from(text.len()).map_err(|_| NotACardNumber::Prefix)? })
    }
}

impl fmt::Display for CardNumberPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.value, width = self.digits as usize)
    }
}

impl FromStr for CardNumber {
    type Err = NotACardNumber;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        digits(text).filter(|_| text.len() == DIGITS as usize).map(Self).ok_or(NotACardNumber::Number)
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$}", self.0, width = DIGITS as usize)
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for CardNumber {
    type Error = NotACardNumber;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CardNumber> for String {
    fn from(number: CardNumber) -> Self {
        number.to_string()
    }
}

/// ASCII digits only: `u64::from_str` alone would take a sign.
fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests;
