//! The lines of the officers' enrolments, beside the leaves that the log has of them: none is missing, altered or invented, and
//! none has lost a decision. What they are worth is worked out in `passkey`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use crate::decision::said::Said;
use crate::der::sequence;
use crate::findings::Findings;
use crate::key::{base64, hex, sha256};
use crate::passkey::Enrolment;

/// A leaf about an enrolment.
#[derive(Default, Deserialize)]
struct Payload {
    /// Of a proposal; absent where it was written before it said so.
    canonical_sha256: Option<String>,
    /// Of a decision that the worker received: SHA-256 of its proof.
    proof: Option<String>,
}

struct Line {
    /// SHA-256 of the canonical encoding.
    canonical: String,
    proposed: bool,
    /// SHA-256 of each proof of which no leaf has told yet.
    proofs: HashSet<String>,
    /// Leaves of decisions whose payload was erased.
    erased: usize,
}

/// By the subject of their leaves: `enrolment EN-2026-000001`.
#[derive(Default)]
pub struct Enrolments {
    lines: BTreeMap<String, Line>,
}

impl Enrolments {
    pub fn check(&mut self, n: usize, enrolment: &Enrolment, findings: &mut Findings) {
        let place = format!("enrolments.jsonl line {n}");
        let canonical = base64(&enrolment.canonical).unwrap_or_default();
        let number = sequence(&canonical).and_then(|fields| fields.get(1)?.text().map(str::to_owned));
        let Some(number) = number else { return findings.contradiction(place, "is no enrolment") };
        let subject = format!("enrolment {number}");
        if self.lines.last_key_value().is_some_and(|(last, _)| *last >= subject) {
            return findings.contradiction(place, format!("{subject} stands behind a later one"));
        }
        let digest = sha256(&canonical);
        let mut proofs = HashSet::new();
        for proof in &enrolment.proofs {
            let proof = base64(proof).unwrap_or_default();
            if !is_on(&proof, &digest).unwrap_or(false) {
                findings.contradiction(&subject, "a decision on it is on other content");
            }
            proofs.insert(hex(&sha256(&proof)));
        }
        if proofs.len() < enrolment.proofs.len() {
            findings.contradiction(&subject, "a decision on it stands twice");
        }
        self.lines.insert(subject, Line { canonical: hex(&digest), proposed: false, proofs, erased: 0 });
    }

    /// A leaf of the log; `payload` is absent where it was erased.
    pub fn leaf(&mut self, action: &str, subject: &str, payload: Option<&str>, findings: &mut Findings) {
        let proposed = action == "officer.enrolment-proposed";
        if !proposed && (action != "decision.received" || !subject.starts_with("enrolment ")) {
            return;
        }
        let Some(line) = self.lines.get_mut(subject) else {
            return findings.contradiction(
                subject,
                format!("has a leaf {action}, and does not stand in enrolments.jsonl"),
            );
        };
        let said: Payload = payload.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        if proposed {
            line.proposed = true;
            if said.canonical_sha256.is_some_and(|digest| digest != line.canonical) {
                findings.contradiction(subject, "is not what was proposed");
            }
        } else if let Some(proof) = said.proof {
            if !line.proofs.remove(&proof) {
                findings
                    .contradiction(subject, "a decision that the worker received does not stand in its line");
            }
        } else {
            line.erased += 1;
        }
    }

    /// After the last leaf.
    pub fn conclude(self, findings: &mut Findings) {
        for (subject, line) in self.lines {
            if !line.proposed {
                findings.contradiction(&subject, "no leaf says that it was proposed");
            }
            let (there, told) = (line.proofs.len(), line.erased);
            if there != told {
                let what = format!(
                    "{there} decisions stand in its line of which no payload tells, and {told} were erased"
                );
                findings.contradiction(&subject, what);
            }
        }
    }
}

/// Whether the statement in a `PasskeyProof` is a decision on an enrolment of this digest.
fn is_on(proof: &[u8], digest: &[u8]) -> Option<bool> {
    let statement = sequence(proof)?.first()?.octets()?;
    let said = Said::read(statement).ok()?;
    Some(said.kind == "officer-enrolment" && said.names(digest, 1))
}
