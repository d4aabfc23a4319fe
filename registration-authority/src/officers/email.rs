use std::fmt;
use std::str::FromStr;

use lettre::Address;

use super::OfficerError;

/// Longest address (RFC 5321 §4.5.3.1.3: a path of 256 octets, without its brackets).
const BOUND: usize = 254;

/// An officer's address of e-mail, as two administrators have signed for it or the configuration pins it. Visible ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficerEmail(String);

impl OfficerEmail {
    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OfficerEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OfficerEmail {
    type Err = OfficerError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fits = (1..=BOUND).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_graphic());
        match fits && text.parse::<Address>().is_ok() {
            true => Ok(Self(text.to_owned())),
            false => Err(OfficerError::Field {
                field: "email",
                rule: "an address of e-mail: visible ASCII, 254 octets at most",
            }),
        }
    }
}
