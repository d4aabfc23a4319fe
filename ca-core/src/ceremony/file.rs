//! The ceremony file.

use serde::Deserialize;
use store::Timestamp;
use toml::Spanned;

use super::CeremonyError;
use crate::identity::IdentityKind;
use crate::profile::KeyKind;
use crate::subject::Facts;

const LONGEST_FILE: usize = 64 * 1024;
const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);

/// A key ceremony, as its file describes it. Well formed; [`super::check()`] knows the rules.
#[derive(Clone, Debug)]
pub struct Ceremony {
    pub(super) text: String,
    pub(super) plan: Plan,
}

impl Ceremony {
    /// Reads the text of a ceremony file, at most 64 KiB. Unknown keys are refused with their line.
    pub fn parse(text: &str) -> Result<Self, CeremonyError> {
        if text.len() > LONGEST_FILE {
            return Err(CeremonyError::Malformed(format!("longer than {LONGEST_FILE} octets")));
        }
        let plan = toml::from_str(text).map_err(|error| CeremonyError::Malformed(error.to_string()))?;
        Ok(Self { text: text.to_owned(), plan })
    }

    /// Its name: `demo`.
    pub fn name(&self) -> &str {
        self.plan.name.get_ref()
    }

    /// Its title, for people.
    pub fn title(&self) -> &str {
        &self.plan.title
    }

    /// The line that `spanned` begins at, counted from 1.
    pub(super) fn line<T>(&self, spanned: &Spanned<T>) -> usize {
        self.text[..spanned.span().start].matches('\n').count() + 1
    }
}

/// What the file says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Plan {
    pub(super) name: Spanned<String>,
    pub(super) title: String,
    /// The kind of identity it is meant for, so that a demo's file never makes an operator's keys.
    pub(super) identity: Spanned<IdentityKind>,
    pub(super) pins: Pins,
    /// The tokens that it initialises, by their names in `tokens.toml`.
    pub(super) tokens: Vec<Spanned<String>>,
    pub(super) root: Vec<Root>,
    pub(super) issuing: Vec<Issuing>,
    pub(super) list_signer: ListSigner,
    pub(super) audit: ServiceKey,
}

/// Where the PINs of the tokens come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Pins {
    /// Drawn at the ceremony and written to the PIN files, which must not exist.
    Generate,
    /// Brought by their keepers: the PIN files must exist.
    Existing,
}

/// A self-signed authority.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Root {
    pub(super) short_name: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    pub(super) validity: Spanned<Validity>,
}

/// An authority below a root, with its OCSP responder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issuing {
    pub(super) short_name: Spanned<String>,
    pub(super) parent: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    pub(super) validity: Spanned<Validity>,
    pub(super) responder: ServiceKey,
}

/// The key that signs opposition lists, with its certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListSigner {
    pub(super) authority: Spanned<String>,
    pub(super) profile: Spanned<String>,
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
    pub(super) facts: Facts,
}

/// A key of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceKey {
    pub(super) token: Spanned<String>,
    pub(super) key: Spanned<KeyKind>,
}

/// How long an authority lives: calendar years, less some days.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Validity {
    pub(super) years: u8,
    #[serde(default)]
    pub(super) less_days: u8,
}

impl Validity {
    /// The last second of a certificate that begins at `not_before`.
    pub(super) fn end(self, not_before: Timestamp) -> Timestamp {
        not_before.whole_second().plus_years(i32::from(self.years)).minus(DAY * u32::from(self.less_days))
    }
}
