use std::sync::LazyLock;

use serde::Deserialize;
use store::{Code, Fault};
use thiserror::Error;

use super::Near;
use crate::approval::{BULK_BOUND, SubjectKind};
use crate::faults;

static EMBEDDED: LazyLock<Result<Table, BadTable>> = LazyLock::new(|| read(include_str!("four_eyes.toml")));

/// The table of this program; an error where the data is wrong, which a test finds before a start does.
pub fn table() -> Result<&'static Table, BadTable> {
    EMBEDDED.as_ref().map_err(BadTable::clone)
}

/// The table of `four_eyes.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    /// How many officers say yes.
    #[serde(rename = "decision")]
    pub decisions: Vec<DecisionRule>,
    /// What is looked at after the fact.
    #[serde(rename = "look")]
    pub looks: Vec<LookRule>,
    /// What an officer does not decide on.
    pub keep_off: Vec<KeepOffRule>,
}

/// How many officers say yes to something of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRule {
    /// What they decide on.
    pub on: SubjectKind,
    /// The same, in French.
    pub name: String,
    /// How many of them; 1 or 2.
    pub officers: u8,
    /// How many where a flag, or an officer in doubt, asks for another.
    pub flagged: Option<u8>,
    /// Of what is approved line by line, up to how many lines one officer approves alone; two approve what has more.
    pub alone_up_to: Option<usize>,
    /// How many things one signature covers.
    #[serde(default = "one")]
    pub at_once: usize,
}

const fn one() -> usize {
    1
}

/// What is looked at after the fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LookAt {
    /// That one officer approved an order.
    Approval,
    /// That a holder opposed his card by himself.
    HolderOpposition,
}

impl LookAt {
    /// Every one, in the order of the table.
    pub const ALL: [Self; 2] = [Self::Approval, Self::HolderOpposition];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::HolderOpposition => "holder-opposition",
        }
    }

    /// The one that is stored so.
    pub fn from_stored(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|at| at.as_str() == text)
    }
}

/// When a look stands on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// At once.
    AtOnce,
    /// Since the next day on, in Paris.
    NextDay,
}

/// One line of what is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookRule {
    /// What.
    pub at: LookAt,
    /// How much of it, in hundredths; 1 to 100.
    pub share_percent: u32,
    /// When it stands on the list.
    pub from: Since,
}

/// One rule of what an officer keeps his hands off.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeepOffRule {
    /// `R-4Y-01`: stable, as an error code is.
    pub id: String,
    /// How near it is to him.
    pub near: Near,
    /// What must be so, in French.
    pub sentence: String,
    /// Who can help, in French.
    pub helper: String,
}

impl Table {
    /// The line of what is decided on.
    pub fn decision(&self, on: SubjectKind) -> Option<&DecisionRule> {
        self.decisions.iter().find(|rule| rule.on == on)
    }

    /// The line of what is looked at.
    pub fn look(&self, at: LookAt) -> Option<LookRule> {
        self.looks.iter().copied().find(|look| look.at == at)
    }

    /// The rule of what is so near.
    pub fn keep_off(&self, near: Near) -> Option<&KeepOffRule> {
        self.keep_off.iter().find(|rule| rule.near == near)
    }
}

/// What is wrong with the table.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("four eyes: {0}")]
pub struct BadTable(String);

impl Fault for BadTable {
    fn code(&self) -> Code {
        faults::ELIGIBILITY_RULES
    }
}

impl BadTable {
    /// A line is not there, which [`read`] has made sure of.
    pub(super) fn lacks(line: impl std::fmt::Debug) -> Self {
        Self(format!("no line of {line:?}"))
    }
}

/// Whether two officers approve something of this kind that has so many lines; where the table cannot be read, they do.
pub(crate) fn two_approve_lines(on: SubjectKind, lines: usize) -> bool {
    two_approve(on) || rule(on).is_some_and(|rule| rule.alone_up_to.is_some_and(|alone| lines > alone))
}

/// Whether two officers approve some of what is of this kind.
pub(crate) fn two_may_approve(on: SubjectKind) -> bool {
    two_approve_lines(on, usize::MAX)
}

/// Whether two officers approve whatever is of this kind; where the table cannot be read, they do.
fn two_approve(on: SubjectKind) -> bool {
    rule(on).is_none_or(|rule| rule.officers >= 2)
}

fn rule(on: SubjectKind) -> Option<&'static DecisionRule> {
    table().ok().and_then(|table| table.decision(on))
}

pub(super) fn read(text: &str) -> Result<Table, BadTable> {
    let table: Table = toml::from_str(text).map_err(|error| BadTable(error.to_string()))?;
    if table.decisions.iter().map(|rule| rule.on).ne(SubjectKind::ALL) {
        return Err(BadTable("each kind of decision once, in their order".to_owned()));
    }
    for rule in &table.decisions {
        check_decision(rule).map_err(|reason| BadTable(format!("{}: {reason}", rule.on)))?;
    }
    check_looks(&table).and_then(|()| check_keep_off(&table)).map_err(BadTable)?;
    Ok(table)
}

/// What the triggers of the database count, and which ways of approving there are.
fn check_decision(rule: &DecisionRule) -> Result<(), &'static str> {
    use SubjectKind::{
        CardOrder, OfficerEnrolment, OppositionPlan, RegisterFeed, RenewalPlan, SuspensionLift,
    };
    let counted = matches!(rule.on, RegisterFeed | OppositionPlan | OfficerEnrolment | SuspensionLift);
    let (flagged, at_once) = if rule.on == CardOrder { (Some(2), BULK_BOUND) } else { (None, 1) };
    if rule.officers != if counted { 2 } else { 1 } {
        return Err("two officers where the database counts them, one where a second cannot sign");
    }
    if rule.flagged != flagged || rule.at_once != at_once {
        return Err("two for a flagged card order, and as many of those at once as one signature holds");
    }
    if rule.alone_up_to != (rule.on == RenewalPlan).then_some(BULK_BOUND) {
        return Err("of a renewal plan alone, as many lines for one officer as the database counts");
    }
    if rule.name.is_empty() { Err("a name") } else { Ok(()) }
}

fn check_looks(table: &Table) -> Result<(), String> {
    if table.looks.iter().map(|look| look.at).ne(LookAt::ALL) {
        return Err("each look once, in their order".to_owned());
    }
    match table.looks.iter().find(|look| !(1..=100).contains(&look.share_percent)) {
        Some(look) => Err(format!("{}: a share of 1 to 100 percent", look.at.as_str())),
        None => Ok(()),
    }
}

fn check_keep_off(table: &Table) -> Result<(), String> {
    if table.keep_off.iter().map(|rule| rule.near).ne(Near::ALL) {
        return Err("each rule of what is near once, in their order".to_owned());
    }
    for (place, rule) in table.keep_off.iter().enumerate() {
        if rule.id != format!("R-4Y-{:02}", place + 1) {
            return Err(format!("{}: the identifiers follow each other", rule.id));
        }
        if [&rule.sentence, &rule.helper].iter().any(|text| !text.ends_with('.')) {
            return Err(format!("{}: a sentence ends with a full stop", rule.id));
        }
    }
    Ok(())
}
