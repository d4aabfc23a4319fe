//! What a profile may ask about the subject of a certificate, and what a text in a certificate may hold.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Something a profile may ask about a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// An authority's own short name, for its certificate: `ACI-FO-PP`.
    Authority,
    /// The first name, as the register says it.
    GivenName,
    /// The name of exercise, as the register says it.
    FamilyName,
    /// The national identifier of a person, prefix digit first: `899700000123` (domain.md §2.1).
    NationalIdentifier,
    /// What stands in `title`: the label of the profession, `Sage-Femme`, of the training, or of the function.
    Title,
    /// The code of the profession, TRE_G15, in decimal: `60`.
    Profession,
    /// The code of the profession that a student learns, TRE_G16, in decimal: `10`.
    FutureProfession,
    /// What stands in the place of names on the card of a service: `EMPLOYE000000042`.
    Pseudonym,
    /// The number of the card: ten digits.
    CardNumber,
    /// The corporate name of the structure; a profile may cut it.
    OrganisationName,
    /// The national identifier of the structure, prefix digit first: `318751275100020` (domain.md §2.2).
    StructureIdentifier,
    /// The label of the department and its number: `Paris (75)`.
    Department,
    /// The name of a service or server: a host name, or a free name such as `INSI-AUTO`.
    ServiceName,
    /// The host names of a server, its common name among them.
    DnsNames,
    /// An electronic mail address.
    EmailAddress,
}

/// The facts about one subject: the only thing about it that a profile ever sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Facts(BTreeMap<Fact, FactValue>);

/// The value of a fact: one text, or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(untagged)]
pub enum FactValue {
    /// One text.
    One(String),
    /// Several, in the order they are to have.
    Many(Vec<String>),
}

/// Why a text cannot stand in a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadText {
    /// Nothing but spaces.
    #[error("it is empty")]
    Empty,
    /// More characters than allowed.
    #[error("it has {characters} characters; {most} are allowed")]
    TooLong {
        /// How many it has.
        characters: usize,
        /// How many are allowed.
        most: usize,
    },
    /// A character that hides, reorders or ends text.
    #[error("character {position} is {character:?}, which no name holds")]
    Character {
        /// Counted in characters from 1.
        position: usize,
        /// The character.
        character: char,
    },
    /// Not of the form the field has.
    #[error("{0}")]
    Form(&'static str),
}

impl Facts {
    /// No facts.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more fact; a fact that is there already is replaced.
    #[must_use]
    pub fn with(mut self, fact: Fact, value: impl Into<String>) -> Self {
        self.0.insert(fact, FactValue::One(value.into()));
        self
    }

    /// With one more fact of several values.
    #[must_use]
    pub fn with_all(mut self, fact: Fact, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.0.insert(fact, FactValue::Many(values.into_iter().map(Into::into).collect()));
        self
    }

    /// The facts, in the order of [`Fact`].
    pub fn iter(&self) -> impl Iterator<Item = (Fact, &[String])> {
        self.0.iter().map(|(fact, value)| (*fact, value.texts()))
    }

    /// The texts of a fact: none where it is absent.
    pub fn texts(&self, fact: Fact) -> &[String] {
        self.0.get(&fact).map_or(&[], FactValue::texts)
    }

    /// The text of a fact that has exactly one.
    pub fn text(&self, fact: Fact) -> Option<&str> {
        match self.texts(fact) {
            [one] => Some(one),
            _ => None,
        }
    }
}

impl FactValue {
    fn texts(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

impl fmt::Display for Fact {
    /// The name it has in profile files: `given-name`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The most characters of a surname and of given names: ub-surname of X.520 (2001), below the ub-name of RFC 5280.
pub(crate) const PERSON_NAME: usize = 64;

/// Whether a certificate can hold this as a person's surname or given names, as it stands and in capital letters, of which
/// it may have more (`ß`): for who asks before a card is made.
pub fn check_person_name(text: &str) -> Result<(), BadText> {
    name_text(text, PERSON_NAME)?;
    name_text(&text.to_uppercase(), PERSON_NAME).map(drop)
}

/// The text as it may stand in a name: without the spaces around it, which no comparison sees
/// (RFC 5280 §7.1, RFC 4518 §2.6.1), and refused where it is empty, longer than `most` characters, or
/// holds what no name holds.
pub(crate) fn name_text(text: &str, most: usize) -> Result<&str, BadText> {
    // Before anything else walks over it: an input is bounded.
    if text.len() > 4 * 32_768 {
        return Err(BadText::TooLong { characters: text.len(), most });
    }
    let text = text.trim_matches(' ');
    if text.is_empty() {
        return Err(BadText::Empty);
    }
    if let Some((index, character)) = text.chars().enumerate().find(|(_, character)| is_forbidden(*character))
    {
        return Err(BadText::Character { position: index + 1, character });
    }
    let characters = text.chars().count();
    if characters > most {
        return Err(BadText::TooLong { characters, most });
    }
    Ok(text)
}

/// A host name as a certificate may hold it: letters, digits, hyphens and dots, at most 253 octets and 63
/// a label (RFC 1034 §3.5, RFC 5280 §4.2.1.6), no wildcard.
pub(crate) fn check_dns_name(name: &str) -> Result<(), BadText> {
    if name.len() > 253 {
        return Err(BadText::TooLong { characters: name.len(), most: 253 });
    }
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if name.split('.').all(is_label) {
        Ok(())
    } else {
        Err(BadText::Form(
            "a host name is labels of letters, digits and hyphens between dots (RFC 1034 §3.5)",
        ))
    }
}

/// An address `local@host` in ASCII (RFC 5280 §4.2.1.6: rfc822Name is a Mailbox of RFC 2821 §4.1.2);
/// quoted local parts are refused, nobody's address has one.
pub(crate) fn check_email_address(address: &str) -> Result<(), BadText> {
    if address.len() > 254 {
        return Err(BadText::TooLong { characters: address.len(), most: 254 });
    }
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
    };
    match address.rsplit_once('@') {
        Some((local, host)) if local.len() <= 64 && local.split('.').all(is_atom) => check_dns_name(host),
        _ => Err(BadText::Form("an address is local@host in ASCII (RFC 5280 §4.2.1.6)")),
    }
}

/// Controls, NUL first among them; characters that reorder or hide text (a name must read the same to the
/// officer who approves it and to the machine that signs it); separators of lines; what is no character.
fn is_forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFF}'
            | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}'
            | '\u{E0000}'..='\u{10FFFF}')
        || u32::from(character) & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests;
