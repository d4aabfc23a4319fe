use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

const MOST_LINES: usize = 16;
const LONGEST_NAME: usize = 32;
const LARGEST: usize = 1024;

/// What the bureau prints on the card's body, line by name: names, label of the profession,
/// identifier. Chosen by the registration authority, and opaque here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, String>", into = "BTreeMap<String, String>")]
pub struct Print(BTreeMap<String, String>);

/// Not something a bureau can print.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotPrintable {
    /// Too many lines.
    #[error("print: at most {MOST_LINES} lines")]
    Lines,
    /// A name is not of its form.
    #[error("print: a line's name has 1 to {LONGEST_NAME} lower-case ASCII letters, digits and _")]
    Name,
    /// A control character.
    #[error("print: line {0} has a control character")]
    Control(String),
    /// Too much text.
    #[error("print: at most {LARGEST} bytes, names and texts together")]
    Size,
}

impl Fault for NotPrintable {
    fn code(&self) -> Code {
        faults::PRINT_INVALID
    }
}

impl Print {
    /// The line with this name.
    pub fn line(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The lines by name.
    pub fn lines(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

impl TryFrom<BTreeMap<String, String>> for Print {
    type Error = NotPrintable;

    fn try_from(lines: BTreeMap<String, String>) -> Result<Self, Self::Error> {
        if lines.len() > MOST_LINES {
            return Err(NotPrintable::Lines);
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if !lines.keys().all(|name| (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(plain)) {
            return Err(NotPrintable::Name);
        }
        if let Some((name, _)) = lines.iter().find(|(_, text)| text.chars().any(char::is_control)) {
            return Err(NotPrintable::Control(name.clone()));
        }
        if lines.iter().map(|(name, text)| name.len() + text.len()).sum::<usize>() > LARGEST {
            return Err(NotPrintable::Size);
        }
        Ok(Self(lines))
    }
}

impl From<Print> for BTreeMap<String, String> {
    fn from(print: Print) -> Self {
        print.0
    }
}
