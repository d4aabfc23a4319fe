//! The lines of the officers' enrolments, beside the leaves that the log has of them: none is missing, altered or invented, and
//! none has lost a decision. What a decision says is held against the digest in its leaf or, where that was erased, against the key
//! that made it. What they are worth is worked out in `passkey`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;

use crate::decision::said::Said;
use crate::der::sequence;
use crate::findings::Findings;
use crate::key::{base64, hex, sha256};
use crate::passkey::{Enrolment, Officers};

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
    /// SHA-256 of each proof of which no leaf has told yet, and what does not hold of it without one.
    proofs: HashMap<String, Result<(), &'static str>>,
    /// Leaves of decisions whose payload was erased.
    erased: usize,
}

/// By the subject of their leaves: `enrolment EN-2026-000001`.
#[derive(Default)]
pub struct Enrolments {
    lines: BTreeMap<String, Line>,
}

impl Enrolments {
    /// A line; `officers` are those of the whole chain, since somebody who was enrolled later may have decided on an earlier one.
    pub fn check(&mut self, n: usize, enrolment: &Enrolment, officers: &Officers, findings: &mut Findings) {
        let place = format!("enrolments.jsonl line {n}");
        let canonical = base64(&enrolment.canonical).unwrap_or_default();
        let number = sequence(&canonical).and_then(|fields| fields.get(1)?.text().map(str::to_owned));
        let Some(number) = number else { return findings.contradiction(place, "is no enrolment") };
        let subject = format!("enrolment {number}");
        if self.lines.last_key_value().is_some_and(|(last, _)| *last >= subject) {
            return findings.contradiction(place, format!("{subject} stands behind a later one"));
        }
        let digest = sha256(&canonical);
        let (mut proofs, mut deciders) = (HashMap::new(), HashSet::new());
        for proof in &enrolment.proofs {
            let proof = base64(proof).unwrap_or_default();
            match decider(&proof, &digest) {
                None => findings.contradiction(&subject, "a decision on it is on other content"),
                // By the officer: one signature of his can be written in more than one way.
                Some(officer) if !deciders.insert(officer.clone()) => {
                    findings.contradiction(&subject, format!("a decision of {officer} on it stands twice"));
                }
                Some(_) => {}
            }
            let fields = sequence(&proof).unwrap_or_default();
            let genuine = officers.signed(&fields, "administrator").map(drop);
            proofs.insert(hex(&sha256(&proof)), genuine);
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
            if line.proofs.remove(&proof).is_none() {
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
            for what in line.proofs.into_values().filter_map(Result::err) {
                findings.contradiction(&subject, format!("of a decision no payload tells, and {what}"));
            }
        }
    }
}

/// Who made a decision on an enrolment of this digest; none where the statement in a `PasskeyProof` is no such decision.
fn decider(proof: &[u8], digest: &[u8]) -> Option<String> {
    let statement = sequence(proof)?.first()?.octets()?;
    let said = Said::read(statement).ok()?;
    (said.kind == "officer-enrolment" && said.names(digest, 1)).then(|| said.officer.to_owned())
}
