use std::sync::LazyLock;

use card::CardKind;
use professional_registry::Sector;
use serde::Deserialize;
use store::{Code, Fault};
use thiserror::Error;

use super::Requester;
use crate::faults;
use crate::opposition::Ground;

static EMBEDDED: LazyLock<Result<Requesters, BadRequesters>> =
    LazyLock::new(|| read(include_str!("requesters.toml")));

/// The table of this program; an error where the data is wrong, which a test finds before a start does.
pub fn requesters() -> Result<&'static Requesters, BadRequesters> {
    EMBEDDED.as_ref().map_err(BadRequesters::clone)
}

/// The table of `requesters.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requesters {
    /// Who asks for what.
    #[serde(rename = "requester")]
    pub requesters: Vec<RequesterRules>,
    /// The rules that a refusal names, in their order.
    #[serde(rename = "rule")]
    pub rules: Vec<RequesterRule>,
}

/// What one requester asks for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequesterRules {
    /// Who.
    pub who: Requester,
    /// The same, in French.
    pub name: String,
    /// For which kinds of cards.
    pub cards: Vec<CardKind>,
    /// Whether for cards that name somebody, or for those of services.
    pub naming: Naming,
    /// For which grounds.
    pub grounds: Vec<Ground>,
    /// In structures of which sectors, of an employing professional; of nobody else.
    #[serde(default)]
    pub sectors: Vec<Sector>,
}

/// Whom a card names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Naming {
    /// Its holder.
    Somebody,
    /// A service.
    Nobody,
    /// Either.
    Either,
}

/// What a rule asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Needs {
    /// A kind of card of his.
    Card,
    /// A card that names somebody, or nobody.
    Naming,
    /// A ground of his.
    Ground,
    /// That the card is his own.
    OwnCard,
    /// A mandate for the structure of the card.
    Mandate,
    /// That he practises there on his own account.
    PractisesThere,
    /// That what he exercises there is of a sector of the table.
    Practice,
}

impl Needs {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Card,
        Self::Naming,
        Self::Ground,
        Self::OwnCard,
        Self::Mandate,
        Self::PractisesThere,
        Self::Practice,
    ];
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequesterRule {
    /// `R-OPP-05`: stable, as an error code is.
    pub id: String,
    /// What it asks for.
    pub needs: Needs,
    /// What must be so, in French.
    pub sentence: String,
    /// Who can help, in French.
    pub helper: String,
}

impl Requesters {
    /// What this requester asks for.
    pub fn of(&self, who: Requester) -> Option<&RequesterRules> {
        self.requesters.iter().find(|rules| rules.who == who)
    }
}

/// What is wrong with the table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("requesters of oppositions: {0}")]
pub struct BadRequesters(String);

impl Fault for BadRequesters {
    fn code(&self) -> Code {
        faults::ELIGIBILITY_RULES
    }
}

pub(super) fn read(text: &str) -> Result<Requesters, BadRequesters> {
    let table: Requesters = toml::from_str(text).map_err(|error| BadRequesters(error.to_string()))?;
    let bad = |what: String| Err(BadRequesters(what));
    if table.requesters.iter().map(|rules| rules.who).ne(Requester::ALL) {
        return bad("each requester once, in their order".to_owned());
    }
    for rules in &table.requesters {
        let who = rules.who;
        if rules.cards.is_empty() || rules.grounds.is_empty() || rules.name.is_empty() {
            return bad(format!("{who}: a name, kinds of cards and grounds"));
        }
        if rules.sectors.is_empty() == (who == Requester::EmployingProfessional) {
            return bad(format!("{who}: sectors, of an employing professional and of nobody else"));
        }
    }
    if table.rules.iter().map(|rule| rule.needs).ne(Needs::ALL) {
        return bad("each rule once, in their order".to_owned());
    }
    for (place, rule) in table.rules.iter().enumerate() {
        if rule.id != format!("R-OPP-{:02}", place + 1) {
            return bad(format!("{}: the identifiers follow each other", rule.id));
        }
        if [&rule.sentence, &rule.helper].iter().any(|text| !text.ends_with('.')) {
            return bad(format!("{}: a sentence ends with a full stop", rule.id));
        }
    }
    Ok(table)
}
