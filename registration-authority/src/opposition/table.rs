//! The table of oppositions, as data: grounds with the reason that each publishes, the hold, requesters, and the rules of a refusal.

use std::sync::LazyLock;

use ca_core::revocation::RevocationReason;
use ca_core::status_log::CERTIFICATE_HOLD;
use card::CardKind;
use professional_registry::Sector;
use serde::{Deserialize, Deserializer, de};
use store::{Code, Fault};
use thiserror::Error;

use super::Ground;
use super::requester::Requester;
use crate::faults;

#[cfg(test)]
mod tests;

static EMBEDDED: LazyLock<Result<OppositionTable, BadTable>> =
    LazyLock::new(|| read(include_str!("oppositions.toml")));

/// The table of this program; an error where the data is wrong, which a test finds before a start does.
pub fn table() -> Result<&'static OppositionTable, BadTable> {
    EMBEDDED.as_ref().map_err(BadTable::clone)
}

/// The table of `oppositions.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OppositionTable {
    /// Why a card is opposed, and what is published.
    #[serde(rename = "ground")]
    pub grounds: Vec<GroundRule>,
    /// What may be lifted.
    pub hold: HoldRule,
    /// Who asks for what.
    #[serde(rename = "requester")]
    pub requesters: Vec<RequesterRules>,
    /// The rules that a refusal names, in their order.
    #[serde(rename = "rule")]
    pub rules: Vec<RequesterRule>,
}

/// What is settled about one ground.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroundRule {
    /// Which.
    #[serde(rename = "is")]
    pub ground: Ground,
    /// The same, in French.
    pub name: String,
    /// What the CRL says of the card's certificates.
    #[serde(deserialize_with = "reason")]
    pub reason: RevocationReason,
    /// How it is known that cards are opposed for it.
    pub mark: Mark,
}

/// What is settled about the one hold.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HoldRule {
    /// As it is asked for in the place of a ground: `suspended`.
    pub asked_as: String,
    /// The same, in French.
    pub name: String,
    /// The reason of RFC 5280 §5.3.1: certificateHold, and no other.
    pub reason: String,
    /// Who asks for it.
    pub requesters: Vec<Requester>,
    /// How it is known.
    pub mark: Mark,
}

/// How something is known (docs/domain.md, the marks at its head).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Mark {
    /// Read in a public source.
    S,
    /// From memory: to be checked before it is relied on.
    M,
    /// Chosen by this project; the reference has it otherwise, or not at all.
    #[serde(rename = "ours")]
    Ours,
}

impl Mark {
    /// As the table and docs/domain.md write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::M => "M",
            Self::Ours => "ours",
        }
    }
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

impl OppositionTable {
    /// What this requester asks for.
    pub fn of(&self, who: Requester) -> Option<&RequesterRules> {
        self.requesters.iter().find(|rules| rules.who == who)
    }

    /// What the CRL says of the certificates of a card that is opposed for this ground.
    pub fn reason(&self, ground: Ground) -> Result<RevocationReason, BadTable> {
        let rule = self.grounds.iter().find(|rule| rule.ground == ground);
        rule.map(|rule| rule.reason).ok_or_else(|| BadTable(format!("no line of {ground}")))
    }
}

/// What is wrong with the table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("table of oppositions: {0}")]
pub struct BadTable(String);

impl Fault for BadTable {
    fn code(&self) -> Code {
        faults::ELIGIBILITY_RULES
    }
}

fn read(text: &str) -> Result<OppositionTable, BadTable> {
    let table: OppositionTable = toml::from_str(text).map_err(|error| BadTable(error.to_string()))?;
    check_grounds(&table).and_then(|()| check_requesters(&table)).map_err(BadTable)?;
    Ok(table)
}

fn check_grounds(table: &OppositionTable) -> Result<(), String> {
    if table.grounds.iter().map(|rule| rule.ground).ne(Ground::ALL) {
        return Err("each ground once, in their order".to_owned());
    }
    // A card's certificate is no authority's.
    let of_authority = |rule: &&GroundRule| rule.reason == RevocationReason::CaCompromise;
    if let Some(rule) = table.grounds.iter().find(of_authority) {
        return Err(format!("{}: {} is not said of a card", rule.ground, rule.reason));
    }
    if let Some(rule) = table.grounds.iter().find(|rule| rule.name.is_empty()) {
        return Err(format!("{}: a name", rule.ground));
    }
    let hold = &table.hold;
    if hold.reason != CERTIFICATE_HOLD || hold.name.is_empty() || hold.asked_as != Ground::HOLD {
        return Err(format!("hold: {CERTIFICATE_HOLD}, a name, and asked for as {}", Ground::HOLD));
    }
    // A holder who could stop his card could be made to; the register is read twice, and opposes.
    if hold.requesters != [Requester::Authority] {
        return Err("hold: nobody but the authority asks for one".to_owned());
    }
    Ok(())
}

fn check_requesters(table: &OppositionTable) -> Result<(), String> {
    if table.requesters.iter().map(|rules| rules.who).ne(Requester::ALL) {
        return Err("each requester once, in their order".to_owned());
    }
    for rules in &table.requesters {
        let who = rules.who;
        if rules.cards.is_empty() || rules.grounds.is_empty() || rules.name.is_empty() {
            return Err(format!("{who}: a name, kinds of cards and grounds"));
        }
        if rules.sectors.is_empty() == (who == Requester::EmployingProfessional) {
            return Err(format!("{who}: sectors, of an employing professional and of nobody else"));
        }
    }
    let nobodys = |ground: &&Ground| !table.requesters.iter().any(|rules| rules.grounds.contains(ground));
    if let Some(ground) = Ground::ALL.iter().find(nobodys) {
        return Err(format!("{ground}: nobody asks for it"));
    }
    if table.rules.iter().map(|rule| rule.needs).ne(Needs::ALL) {
        return Err("each rule once, in their order".to_owned());
    }
    for (place, rule) in table.rules.iter().enumerate() {
        if rule.id != format!("R-OPP-{:02}", place + 1) {
            return Err(format!("{}: the identifiers follow each other", rule.id));
        }
        if [&rule.sentence, &rule.helper].iter().any(|text| !text.ends_with('.')) {
            return Err(format!("{}: a sentence ends with a full stop", rule.id));
        }
    }
    Ok(())
}

fn reason<'de, D: Deserializer<'de>>(from: D) -> Result<RevocationReason, D::Error> {
    String::deserialize(from)?.parse().map_err(de::Error::custom)
}
