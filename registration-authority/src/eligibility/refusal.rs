use std::fmt;

use store::fault::BrokenRule;
use store::{Code, Fault};
use thiserror::Error;

use super::BadRules;
use super::rulebook::Rule;
use crate::certificate_request::NameError;
use crate::faults;
use crate::mandate::MandateError;
use crate::staff::StaffError;

/// A rule that is broken, and by what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Which.
    pub rule: Rule,
    /// What is not as it asks, in English, for the log.
    pub detail: String,
}

impl Refusal {
    /// The rule is broken.
    pub(super) fn new(rule: &Rule, detail: String) -> Self {
        Self { rule: rule.clone(), detail }
    }

    /// The stable code.
    pub fn code(&self) -> Code {
        self.rule.code
    }

    /// For whoever is told.
    pub(crate) fn told(&self) -> BrokenRule {
        BrokenRule {
            rule: self.rule.id.clone(),
            code: self.code().name,
            sentence: self.rule.sentence.clone(),
            helper: self.rule.helper.clone(),
        }
    }
}

/// Every rule that something breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusals(pub(super) Vec<Refusal>);

impl Refusals {
    /// Each of them, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = &Refusal> {
        self.0.iter()
    }
}

impl fmt::Display for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, refusal) in self.0.iter().enumerate() {
            let before = if place == 0 { "" } else { "; " };
            write!(f, "{before}{}: {}", refusal.rule.id, refusal.detail)?;
        }
        Ok(())
    }
}

/// Why somebody may not have something.
#[derive(Debug, Error)]
pub enum NotEligible {
    /// Rules forbid it.
    #[error("{0}")]
    Refused(Refusals),
    /// The card is for no staff of a structure.
    #[error("a {0} is not for the staff of a structure")]
    NotOfStaff(card::CardKind),
    /// The mandate cannot be had.
    #[error(transparent)]
    Mandate(#[from] MandateError),
    /// The staff cannot be had.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The tables of rules cannot be read.
    #[error(transparent)]
    Rules(#[from] BadRules),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] professional_registry::RegistryError),
    /// A card's row cannot be read.
    #[error("card {0}: its row cannot be read")]
    CardUnreadable(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl NotEligible {
    /// Of these; there is one at least.
    pub(super) fn of(refusals: Vec<Refusal>) -> Self {
        Self::Refused(Refusals(refusals))
    }
}

impl Fault for NotEligible {
    fn code(&self) -> Code {
        match self {
            // The first of the table: what keeps the others from being asked comes before them.
            Self::Refused(refusals) => refusals.0.first().map_or(faults::ELIGIBILITY_RULES, Refusal::code),
            Self::NotOfStaff(_) => faults::ORDER_KIND_NOT_OFFERED,
            Self::Mandate(error) => error.code(),
            Self::Staff(error) => error.code(),
            Self::Name(error) => error.code(),
            Self::Rules(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::CardUnreadable(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::Refused(refusals) => refusals.iter().map(Refusal::told).collect(),
            _ => Vec::new(),
        }
    }
}
