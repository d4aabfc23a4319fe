use serde::{Deserialize, Serialize};

/// Most lines of an address, and the longest one in characters.
const LINES: usize = 8;
const LONGEST: usize = 120;

/// `[registration_authority]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegistrationAuthority {
    /// How it is reached, a line each: for whoever a page keeps out (`/accessibilite`).
    pub contact: Vec<String>,
}

impl RegistrationAuthority {
    /// Checks the section. The error names the key.
    pub(super) fn understand(self) -> Result<Self, String> {
        let fits = |line: &String| {
            (1..=LONGEST).contains(&line.chars().count()) && !line.chars().any(char::is_control)
        };
        match self.contact.len() <= LINES && self.contact.iter().all(fits) {
            true => Ok(self),
            false => Err(format!(
                "registration_authority.contact: must be at most {LINES} lines of 1 to {LONGEST} characters, none of them a control"
            )),
        }
    }
}
