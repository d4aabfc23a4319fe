use std::sync::LazyLock;

use serde::Deserialize;
use store::{Code, Fault};
use thiserror::Error;

use crate::faults;

static EMBEDDED: LazyLock<Result<Vec<FlagRule>, BadFlags>> =
    LazyLock::new(|| read(include_str!("flags.toml")));

/// The flags of this program; an error where the data is wrong, which a test finds before a start does.
pub fn flags() -> Result<&'static [FlagRule], BadFlags> {
    EMBEDDED.as_deref().map_err(BadFlags::clone)
}

/// How hard an officer should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Look twice.
    Orange,
    /// Something is wrong, unless it can be explained.
    Red,
}

impl Level {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orange => "orange",
            Self::Red => "red",
        }
    }

    /// The level of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Orange, Self::Red].into_iter().find(|level| level.as_str() == name)
    }
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// The register no longer supports the order.
    RegisterGone,
    /// It names the holder otherwise.
    RegisterMismatch,
    /// What the register says is old.
    SnapshotAge,
    /// The holder has another card or order for the same profession.
    Duplicate,
    /// Somebody of almost the same name at the same place has an order.
    SimilarPerson,
    /// Somebody of almost the same name, born on the same day, has a card or an order: one person may be entered twice. The worker
    /// alone finds it.
    SamePerson,
    /// The holder's telephone or e-mail changed in the register shortly before, or since. The worker alone finds it.
    ContactChanged,
    /// Many orders for one place at once.
    RushOfStructure,
    /// Many orders by one officer at once.
    RushOfSubmitter,
}

impl Flag {
    /// Every flag, in the order of the table.
    pub const ALL: [Self; 9] = [
        Self::RegisterGone,
        Self::RegisterMismatch,
        Self::SnapshotAge,
        Self::Duplicate,
        Self::SimilarPerson,
        Self::SamePerson,
        Self::ContactChanged,
        Self::RushOfStructure,
        Self::RushOfSubmitter,
    ];

    /// As stored: `similar-person`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RegisterGone => "register-gone",
            Self::RegisterMismatch => "register-mismatch",
            Self::SnapshotAge => "snapshot-age",
            Self::Duplicate => "duplicate",
            Self::SimilarPerson => "similar-person",
            Self::SamePerson => "same-person",
            Self::ContactChanged => "contact-changed",
            Self::RushOfStructure => "rush-of-structure",
            Self::RushOfSubmitter => "rush-of-submitter",
        }
    }

    /// Whether it may ask for two officers: the worker finds it again, or a rule refuses the order anyhow. Rushes and the age of the
    /// data are of one moment, and are counted over rows that the web role writes.
    const fn may_ask_for_two(self) -> bool {
        !matches!(self, Self::SnapshotAge | Self::RushOfStructure | Self::RushOfSubmitter)
    }

    /// Whether its rule is about a number.
    const fn has_limit(self) -> bool {
        matches!(
            self,
            Self::SnapshotAge
                | Self::SimilarPerson
                | Self::SamePerson
                | Self::ContactChanged
                | Self::RushOfStructure
                | Self::RushOfSubmitter
        )
    }
}

/// What is settled about one flag.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlagRule {
    /// Which.
    #[serde(rename = "name")]
    pub flag: Flag,
    /// How hard to look.
    pub level: Level,
    /// Whether two officers must approve.
    pub second_officer: bool,
    /// Hours, hundredths of likeness, days, or orders in an hour.
    #[serde(default)]
    pub limit: i64,
    /// The reason, in French; `{detail}` and `{limit}` are put in.
    pub sentence: String,
}

/// What is wrong with the table of flags.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("risk flags: {0}")]
pub struct BadFlags(String);

impl Fault for BadFlags {
    fn code(&self) -> Code {
        faults::ELIGIBILITY_RULES
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    flag: Vec<FlagRule>,
}

pub(super) fn read(text: &str) -> Result<Vec<FlagRule>, BadFlags> {
    let file: File = toml::from_str(text).map_err(|error| BadFlags(error.to_string()))?;
    let named: Vec<Flag> = file.flag.iter().map(|rule| rule.flag).collect();
    if named != Flag::ALL {
        return Err(BadFlags("each flag once, in their order".to_owned()));
    }
    if let Some(rule) = file.flag.iter().find(|rule| rule.second_officer && !rule.flag.may_ask_for_two()) {
        let reason = "the worker cannot find it again, so it asks for no second officer";
        return Err(BadFlags(format!("{}: {reason}", rule.flag.as_str())));
    }
    match file.flag.iter().find(|rule| rule.flag.has_limit() != (rule.limit > 0)) {
        Some(rule) => Err(BadFlags(format!("{}: its limit", rule.flag.as_str()))),
        None => Ok(file.flag),
    }
}
