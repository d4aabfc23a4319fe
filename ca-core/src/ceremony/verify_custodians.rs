//! m of n: whether the custodians of a token whose PINs are shared were there wherever it was used.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Step;
use super::custodians::CustodianSet;
use super::outcome::{Acknowledged, KeyMade, Opened};
use super::transcript::EntryEvent;
use super::verify::{Checker, ReportError, is_printable, part};

/// A token whose PINs are shared, and who opened it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SharedToken {
    /// Its name in `tokens.toml`.
    pub token: String,
    /// How many shares open it.
    pub needed: usize,
    /// Who holds them.
    pub custodians: Vec<String>,
    /// Who brought his share in this ceremony, by name; nobody where it was not used, or used by the process alone that
    /// had drawn its PINs.
    pub opened_by: BTreeSet<String>,
}

/// A sharing, as the transcript is followed.
struct Shared {
    set: CustodianSet,
    /// Whether the process of this moment has drawn the PINs itself: then nobody brings a share.
    drawn_here: bool,
    opened_by: BTreeSet<String>,
}

impl Checker<'_> {
    /// The shared tokens of the ceremony, by name. Every line that begins a step with such a token names at least as many
    /// different custodians of it as open it, but where the process that wrote the line has drawn the PINs. None where
    /// the transcript is of a program that did not write down which PINs were shared.
    pub(super) fn shared_tokens(&self, opened: &Opened) -> Result<Option<Vec<SharedToken>>, ReportError> {
        let Some(standing) = &opened.custodians else { return Ok(None) };
        let mut shared = BTreeMap::new();
        for set in standing {
            insert(&mut shared, &Step::Open, set.clone(), false)?;
        }
        for entry in self.entries {
            if entry.detail.get("taken_up_by").is_some() {
                shared.values_mut().for_each(|one: &mut Shared| one.drawn_here = false);
            }
            let Some(step) = self.steps.iter().find(|step| step.to_string() == entry.step) else { continue };
            match (entry.event, step) {
                (EntryEvent::Done, Step::Share(_)) => {
                    insert(&mut shared, step, self.outcome(step)?, true)?;
                }
                (EntryEvent::Begun, step) => {
                    if let Some(token) = self.token_of(step, &entry.detail)?
                        && let Some(one) = shared.get_mut(&token)
                    {
                        one.hold(step, &entry.detail)?;
                    }
                }
                _ => {}
            }
        }
        Ok(Some(shared.into_values().map(SharedToken::from).collect()))
    }

    /// The token a step uses: that of the file, or of the key that was made here, whatever the line says; else the line's
    /// word, because the report does not hold where the key of an authority lies that was made before.
    fn token_of(&self, step: &Step, detail: &serde_json::Value) -> Result<Option<String>, ReportError> {
        let signer = match step {
            Step::Token(name) => return Ok(Some(name.clone())),
            Step::Key(key) => return Ok(Some(key.token.clone())),
            Step::Destroy(authority) => authority.as_str(),
            step => match step.signer() {
                Some(signer) => signer,
                None => return Ok(None),
            },
        };
        let made_here = |other: &&Step| matches!(other, Step::Key(key) if key.label == signer);
        if let Some(key) = self.steps.iter().find(made_here) {
            return Ok(Some(self.outcome::<KeyMade>(key)?.reference.token));
        }
        match detail.get("token").and_then(serde_json::Value::as_str) {
            Some(token) => Ok(Some(token.to_owned())),
            None => Err(part(step, "does not say which token it uses")),
        }
    }

    /// The custodians whose share nobody has read back from where it was written.
    pub(super) fn shares_not_read_back(&self) -> Result<Vec<String>, ReportError> {
        let mut names = Vec::new();
        for step in self.steps.iter().filter(|step| matches!(step, Step::Acknowledge(..))) {
            let said: Acknowledged = self.outcome(step)?;
            names.extend((!said.read_back).then_some(said.custodian));
        }
        Ok(names)
    }
}

fn insert(
    shared: &mut BTreeMap<String, Shared>,
    step: &Step,
    set: CustodianSet,
    drawn_here: bool,
) -> Result<(), ReportError> {
    let names: BTreeSet<&String> = set.custodians.iter().map(|custodian| &custodian.name).collect();
    let several = set.needed >= 2 && set.needed <= names.len() && names.len() == set.custodians.len();
    if !several || !names.iter().all(|name| is_printable(name)) || !is_printable(&set.token) {
        return Err(part(step, "names custodians of whom one alone opens the token, or one twice"));
    }
    shared.insert(set.token.clone(), Shared { set, drawn_here, opened_by: BTreeSet::new() });
    Ok(())
}

impl Shared {
    /// Holds the names on a line that begins a step with this token.
    fn hold(&mut self, step: &Step, detail: &serde_json::Value) -> Result<(), ReportError> {
        if self.drawn_here {
            return Ok(());
        }
        let said = detail.get("opened_by").cloned().unwrap_or_default();
        let names: BTreeSet<String> = serde_json::from_value(said).unwrap_or_default();
        let is_custodian = |name: &String| self.set.custodians.iter().any(|one| one.name == *name);
        if let Some(stranger) = names.iter().find(|name| !is_custodian(name)) {
            let why = format!("{} holds no share of token {}", stranger.escape_debug(), self.set.token);
            return Err(part(step, why));
        }
        if names.len() < self.set.needed {
            let Self { set: CustodianSet { token, needed, custodians, .. }, .. } = self;
            let (found, of) = (names.len(), custodians.len());
            let why = format!("token {token} takes {needed} of its {of} custodians, and {found} opened it");
            return Err(part(step, why));
        }
        self.opened_by.extend(names);
        Ok(())
    }
}

impl From<Shared> for SharedToken {
    fn from(Shared { set, opened_by, .. }: Shared) -> Self {
        let custodians = set.custodians.into_iter().map(|custodian| custodian.name).collect();
        Self { token: set.token, needed: set.needed, custodians, opened_by }
    }
}
