//! What was found, and what was taken on trust.

use std::collections::BTreeSet;
use std::fmt::{Display, Write as _};

use serde_json::json;

use crate::bundle::{Bundle, Head};

/// More are counted, and not listed.
const MOST_LISTED: usize = 10_000;

/// What was read, what was taken on trust, and what does not hold.
#[derive(Debug, Default)]
pub struct Findings {
    /// How many events.
    pub events: u64,
    /// Leaves that no checkpoint covers yet, and events that wait for their place.
    pub unsigned: u64,
    /// Payloads that are gone, and an event says so.
    pub erased: u64,
    /// How many checkpoints the bundle has.
    pub checkpoints: u64,
    /// How many were kept beside the log.
    pub witnessed: u64,
    /// How many were kept from an earlier time.
    pub since: u64,
    /// How many certificates.
    pub certificates: u64,
    /// What was decided in another's name: of which certificate, by whom, under which delegation.
    delegations: Vec<(String, String, String)>,
    /// Structures that are certified under an identifier by the register's word alone.
    structures: BTreeSet<(String, String)>,
    /// Where the bundle itself says whom to trust.
    trusted: Vec<String>,
    contradictions: Vec<(String, String)>,
    more: u64,
}

impl Findings {
    pub(crate) fn of(bundle: &Bundle) -> Self {
        Self { trusted: bundle.trusted(), ..Self::default() }
    }

    /// Of what is no bundle.
    pub(crate) fn trusting(trusted: Vec<String>) -> Self {
        Self { trusted, ..Self::default() }
    }

    /// What `row` rests on was decided by this officer in another's name.
    pub(crate) fn by_delegation(&mut self, row: &str, (officer, delegation): (String, String)) {
        if self.delegations.len() < MOST_LISTED {
            self.delegations.push((row.to_owned(), officer, delegation));
        }
    }

    /// A structure is certified as this, and nothing that anybody signed says it.
    pub(crate) fn by_register(&mut self, structure: (String, String)) {
        if self.structures.len() < MOST_LISTED {
            self.structures.insert(structure);
        }
    }

    /// `row` does not hold, because of `what`.
    pub(crate) fn contradiction(&mut self, row: impl Display, what: impl Display) {
        if self.contradictions.len() < MOST_LISTED {
            self.contradictions.push((row.to_string(), what.to_string()));
        } else {
            self.more += 1;
        }
    }

    /// Whether there is as much as `bundle.json` says, of the log that it names.
    pub(crate) fn count(&mut self, said: &Head, log: &str) {
        if said.origin != log {
            self.contradiction("bundle.json", format!("is of the log {}, and the key of {log}", said.origin));
        }
        let found = [self.events, self.certificates, self.checkpoints, self.witnessed];
        let said = [said.events, said.certificates, said.checkpoints, said.witnessed];
        for (what, (found, said)) in ["events", "certificates", "checkpoints", "heads kept beside the log"]
            .iter()
            .zip(found.iter().zip(said))
        {
            if *found != said {
                self.contradiction("bundle.json", format!("says {said} {what}, and {found} are there"));
            }
        }
    }

    /// Whether nothing was found.
    pub fn hold(&self) -> bool {
        self.contradictions.is_empty()
    }

    /// For a person, a line each.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{} events ({} not under a checkpoint yet, {} payloads erased), {} checkpoints, {} kept beside the log, {} kept from earlier, {} certificates\n",
            self.events,
            self.unsigned,
            self.erased,
            self.checkpoints,
            self.witnessed,
            self.since,
            self.certificates
        );
        for line in &self.trusted {
            let _ = writeln!(text, "TRUSTED {line}");
        }
        for (row, officer, delegation) in &self.delegations {
            let _ = writeln!(text, "DELEGATED {row}: decided by {officer} under {delegation}");
        }
        for (structure, identifier) in &self.structures {
            let _ = writeln!(text, "REGISTER structure {structure}: certified as {identifier}");
        }
        for (row, what) in &self.contradictions {
            let _ = writeln!(text, "BROKEN {row}: {what}");
        }
        if self.more > 0 {
            let _ = writeln!(text, "BROKEN and {} more", self.more);
        }
        text + if self.hold() { "HOLDS\n" } else { "DOES NOT HOLD\n" }
    }

    /// For a program (docs/audit.md, "Commands").
    pub fn json(&self) -> String {
        let broken: Vec<_> =
            self.contradictions.iter().map(|(row, what)| json!({ "row": row, "what": what })).collect();
        let delegations: Vec<_> = self
            .delegations
            .iter()
            .map(|(row, officer, delegation)| json!({ "row": row, "officer": officer, "delegation": delegation }))
            .collect();
        let structures: Vec<_> = self
            .structures
            .iter()
            .map(|(structure, identifier)| json!({ "structure": structure, "identifier": identifier }))
            .collect();
        let document = json!({
            "ok": self.hold(),
            "events": self.events,
            "unsigned": self.unsigned,
            "erased_payloads": self.erased,
            "checkpoints": self.checkpoints,
            "witnessed": self.witnessed,
            "kept_checkpoints": self.since,
            "certificates": self.certificates,
            "trusted": self.trusted,
            "delegations": delegations,
            "by_register": structures,
            "contradictions": broken,
            "not_listed": self.more,
        });
        format!("{document:#}\n")
    }
}
