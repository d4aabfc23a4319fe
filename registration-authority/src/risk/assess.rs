use serde::Serialize;
use store::Timestamp;

use super::table::{Flag, FlagRule, Level};

/// All that the flags look at. What is found is already in French words, because the reason is read by officers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RiskFacts {
    /// When.
    pub at: Timestamp,
    /// Whether the register still supports the order, under whatever name.
    pub supported: bool,
    /// What the register says otherwise: `le nom`.
    pub differs: Vec<&'static str>,
    /// When the newest extract of the register was made; `None` where none was read.
    pub extracted_at: Option<Timestamp>,
    /// The holder's other orders and living cards for the same profession: `la carte 2600000017`.
    pub duplicates: Vec<String>,
    /// Orders of other persons at the same place, with the likeness of the names in hundredths.
    pub neighbours: Vec<(String, i64)>,
    /// Cards and orders of other persons who were born on the same day (`la carte 2600000017`), with the likeness of the
    /// names in hundredths.
    pub born_alike: Vec<(String, i64)>,
    /// When the holder's contact last changed in the register, before or after.
    pub contact_changed_at: Option<Timestamp>,
    /// Orders within an hour for the busiest place of the holder.
    pub of_structure: i64,
    /// Orders within an hour by whoever submitted this one.
    pub of_submitter: i64,
}

impl RiskFacts {
    /// Those of an order that nothing is to be said of.
    pub fn nothing(at: Timestamp) -> Self {
        Self {
            at,
            supported: true,
            differs: Vec::new(),
            extracted_at: Some(at),
            duplicates: Vec::new(),
            neighbours: Vec::new(),
            born_alike: Vec::new(),
            contact_changed_at: None,
            of_structure: 0,
            of_submitter: 0,
        }
    }
}

/// A flag that was raised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RaisedFlag {
    /// Which: `similar-person`.
    pub flag: String,
    /// `orange` or `red`.
    pub level: &'static str,
    /// Whether two officers must approve because of it.
    pub second_officer: bool,
    /// Why, in French.
    pub reason: String,
}

impl RaisedFlag {
    /// How hard to look.
    pub fn level(&self) -> Level {
        Level::from_name(self.level).unwrap_or(Level::Red)
    }
}

/// The flags that these facts raise, in the order of the table.
pub fn assess(rules: &[FlagRule], facts: &RiskFacts) -> Vec<RaisedFlag> {
    rules
        .iter()
        .filter_map(|rule| {
            let detail = found(rule, facts)?;
            let reason =
                rule.sentence.replace("{limit}", &rule.limit.to_string()).replace("{detail}", &detail);
            Some(RaisedFlag {
                flag: rule.flag.as_str().to_owned(),
                level: rule.level.as_str(),
                second_officer: rule.second_officer,
                reason,
            })
        })
        .collect()
}

/// What was found, in French; `None` where nothing was.
fn found(rule: &FlagRule, facts: &RiskFacts) -> Option<String> {
    let some = |found: Vec<String>| (!found.is_empty()).then(|| found.join(", "));
    let more = |count: i64| (count > rule.limit).then(|| count.to_string());
    match rule.flag {
        Flag::RegisterGone => (!facts.supported).then(String::new),
        Flag::RegisterMismatch => some(facts.differs.iter().map(|field| (*field).to_owned()).collect()),
        Flag::SnapshotAge => match facts.extracted_at {
            None => Some("aucun extrait n'a été lu".to_owned()),
            Some(extracted_at) => {
                let hours = (facts.at.millis() - extracted_at.millis()) / 3_600_000;
                (hours >= rule.limit).then(|| format!("il est du {}", day(extracted_at)))
            }
        },
        Flag::Duplicate => some(facts.duplicates.clone()),
        Flag::SimilarPerson => {
            let alike = facts.neighbours.iter().filter(|(_, likeness)| *likeness >= rule.limit);
            some(alike.map(|(order, likeness)| format!("{order} (noms semblables à {likeness} %)")).collect())
        }
        Flag::SamePerson => {
            let alike = facts.born_alike.iter().filter(|(_, likeness)| *likeness >= rule.limit);
            some(alike.map(|(what, likeness)| format!("{what} (noms semblables à {likeness} %)")).collect())
        }
        Flag::ContactChanged => {
            let before = facts.at.millis() - facts.contact_changed_at?.millis();
            // The flag is kept for good: neither when nor what.
            (before <= rule.limit * 86_400_000).then(String::new)
        }
        Flag::RushOfStructure => more(facts.of_structure),
        Flag::RushOfSubmitter => more(facts.of_submitter),
    }
}

/// `26/11/2026`, in UTC as the extracts are dated.
fn day(at: Timestamp) -> String {
    at.to_jiff().strftime("%d/%m/%Y").to_string()
}
