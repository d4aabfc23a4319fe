//! What is well, what is not, and what to do: one check a subject. `igc doctor` makes every one of them, the diagnostic page
//! those that the web role may.

mod administrators;
mod coherence;
mod crls;
pub mod expiries;
mod jobs;
mod keys;
mod machine;
mod object_store;
mod officers;
mod oppositions;
mod personal_data;
mod register;
mod responders;
mod signer;
mod trail;

use serde::Serialize;
use store::{Database, Timestamp};
use web_admin::{JobPace, Urgency};

use crate::installation::Installation;
use crate::problem::Problem;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Well,
    /// It should be seen to.
    Warning,
    /// It must be.
    Broken,
}

/// What one check found of one thing.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The check, by its stable name: `crls`.
    pub check: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// Of what.
    pub what: String,
    /// In words.
    pub found: String,
    /// What to do; nothing where it is well.
    pub action: &'static str,
}

impl Finding {
    fn new(
        verdict: Verdict,
        what: impl Into<String>,
        found: impl Into<String>,
        action: &'static str,
    ) -> Self {
        Self { check: "", verdict, what: what.into(), found: found.into(), action }
    }

    /// What is well needs no action.
    fn well(what: impl Into<String>, found: impl Into<String>) -> Self {
        Self::new(Verdict::Well, what, found, "")
    }
}

/// What the checks find, one after the other.
#[derive(Default)]
struct Findings {
    check: &'static str,
    found: Vec<Finding>,
}

impl Findings {
    /// For this check from here on.
    fn of(&mut self, check: &'static str) -> &mut Self {
        self.check = check;
        self
    }

    fn push(&mut self, finding: Finding) {
        self.found.push(Finding { check: self.check, ..finding });
    }
}

/// Every check, with the rights of the database's owner and the keys at hand.
pub fn everything(
    installation: &Installation,
    db: &mut Database,
    now: Timestamp,
) -> Result<Vec<Finding>, Problem> {
    let mut findings = Findings::default();
    machine::clocks(db, now, findings.of("clock"))?;
    machine::reserve(db, findings.of("reserve"))?;
    keys::in_their_tokens(installation, db, now, findings.of("keys"))?;
    keys::known_weak(installation, findings.of("weak-keys"));
    keys::compromised(db, findings.of("compromised-keys"))?;
    signer::standing(db, findings.of("signer"))?;
    responders::outlook(db, now, findings.of("responders"))?;
    crls::lists(installation, db, now, findings.of("crls"))?;
    coherence::last_look(installation, db, now, findings.of("coherence"))?;
    object_store::in_step(installation, db, now, findings.of("object-store"));
    register::standing(db, findings.of("register"))?;
    oppositions::waiting(db, now, findings.of("oppositions"))?;
    oppositions::one_time_codes(db, now, findings.of("one-time-codes"))?;
    register::directory(installation, findings.of("directory"));
    officers::decisions(db, now, findings.of("decisions"))?;
    officers::questions(db, now, findings.of("questions"))?;
    officers::addresses(installation, db, findings.of("officers"))?;
    administrators::pinned(installation, db, findings.of("administrators"))?;
    expiries::of_listeners(installation, now, findings.of("tls"));
    expiries::of_authorities(db, now, findings.of("authorities"))?;
    trail::verified(installation, db, findings.of("trail"))?;
    trail::sequencer(db, now, findings.of("sequencer"))?;
    trail::reconciled(installation, db, findings.of("signatures"))?;
    trail::unrecorded(db, now, findings.of("unrecorded"))?;
    trail::rows(db, findings.of("rows"))?;
    personal_data::past_its_time(installation, db, findings.of("personal-data"))?;
    // A worker need not be served where a command looks.
    jobs::troubled(db, &[], now, findings.of("jobs"))?;
    Ok(findings.found)
}

/// The checks that the web role may make while the others are served: none that needs a key, a token, another system, or
/// reads a whole table.
pub fn of_the_pages(
    installation: &Installation,
    db: &mut Database,
    paces: &[JobPace],
    now: Timestamp,
) -> Result<Vec<Finding>, Problem> {
    let mut findings = Findings::default();
    machine::clocks(db, now, findings.of("clock"))?;
    machine::reserve(db, findings.of("reserve"))?;
    keys::compromised(db, findings.of("compromised-keys"))?;
    signer::standing(db, findings.of("signer"))?;
    responders::outlook(db, now, findings.of("responders"))?;
    crls::lists(installation, db, now, findings.of("crls"))?;
    coherence::last_look(installation, db, now, findings.of("coherence"))?;
    register::standing(db, findings.of("register"))?;
    oppositions::waiting(db, now, findings.of("oppositions"))?;
    oppositions::one_time_codes(db, now, findings.of("one-time-codes"))?;
    officers::decisions(db, now, findings.of("decisions"))?;
    officers::questions(db, now, findings.of("questions"))?;
    officers::addresses(installation, db, findings.of("officers"))?;
    expiries::of_listeners(installation, now, findings.of("tls"));
    expiries::of_authorities(db, now, findings.of("authorities"))?;
    trail::sequencer(db, now, findings.of("sequencer"))?;
    trail::alarms(db, findings.of("signatures"))?;
    trail::unrecorded(db, now, findings.of("unrecorded"))?;
    jobs::troubled(db, paces, now, findings.of("jobs"))?;
    Ok(findings.found)
}

impl From<Finding> for web_admin::Finding {
    fn from(finding: Finding) -> Self {
        let Finding { check, verdict, what, found, action } = finding;
        let urgency = match verdict {
            Verdict::Well => Urgency::Well,
            Verdict::Warning => Urgency::Warning,
            Verdict::Broken => Urgency::Alarm,
        };
        Self { check, urgency, what, found, action }
    }
}
