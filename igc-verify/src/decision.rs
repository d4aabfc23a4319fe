//! What was asked for, and the officers' signed decisions on it (docs/audit.md, "Evidence").

mod asked;
pub mod said;

use crate::bundle::Bundle;
use crate::certified::Wanted;
use crate::der::{Value, sequence};
use crate::key::{sha256, verifies};
use asked::asked;
use said::Said;

/// What a certificate rests on, as it was decided.
#[derive(Debug, Default)]
pub struct Decided {
    /// The order or request: `card order CO-…`, `certificate request CR-…`.
    pub thing: String,
    /// For what there is one certificate of each profile: `thing`, or a card that a plan renews. The order of a plan is signed by nobody.
    pub once: String,
    /// What must stand in the certificate.
    pub wanted: Wanted,
    /// Of a request: the profile. Of a card order: the profile without the use of the key, `fo-pp-cps`.
    pub profile: String,
    /// Of a request: the key, SubjectPublicKeyInfo in DER.
    pub public_key: Option<Vec<u8>>,
    /// Of a card order: SHA-256 of the register's feed, hexadecimal.
    pub register_feed: Option<String>,
    /// Who decided in another's name, and under which delegation.
    pub delegations: Vec<(String, String)>,
    /// Milliseconds: the last decision, and when the first of their proofs expires.
    pub valid: (i64, i64),
    /// What the decisions must be on, and who must not have made them.
    subject: Subject,
}

#[derive(Debug, Default)]
struct Subject {
    kind: &'static str,
    version: i64,
    submitted_by: String,
    /// Milliseconds.
    submitted_at: i64,
}

/// Milliseconds: how far the clocks of an officer's page, of the web and of the worker may be apart.
pub const CLOCKS_APART: i64 = 600_000;

const UNREADABLE: &str = "its evidence does not read";

/// Verifies the decisions of a `DecisionEvidence` over `canonical`, the order or request; or over the renewal plan
/// that the order is of.
pub fn check(bundle: &Bundle, canonical: &[u8], evidence: &[u8]) -> Result<Decided, &'static str> {
    let fields = sequence(evidence).ok_or(UNREADABLE)?;
    let [decided_on, proofs] = fields[..] else { return Err(UNREADABLE) };
    let decided_on = decided_on.octets().ok_or(UNREADABLE)?;
    let mut decided = asked(canonical, decided_on)?;
    decided.thing = thing(canonical).ok_or(UNREADABLE)?;
    if decided.once.is_empty() {
        decided.once.clone_from(&decided.thing);
    }
    let proofs = proofs.sequence().ok_or(UNREADABLE)?;
    if proofs.is_empty() {
        return Err("nobody decided on it");
    }
    decided.valid = (i64::MIN, i64::MAX);
    let mut in_bulk = false;
    for proof in &proofs {
        in_bulk |= check_proof(bundle, decided_on, proof.octets().ok_or(UNREADABLE)?, &mut decided)?;
    }
    if in_bulk && proofs.len() > 1 {
        return Err("two officers decided on it, and one of them in a bulk");
    }
    Ok(decided)
}

/// `DemoProof ::= SEQUENCE { statement, keyId, signature }`, or a `PasskeyProof` of five; whether it is over a bulk.
fn check_proof(
    bundle: &Bundle,
    canonical: &[u8],
    proof: &[u8],
    decided: &mut Decided,
) -> Result<bool, &'static str> {
    let fields = sequence(proof).ok_or(UNREADABLE)?;
    let statement = match fields.len() {
        5 => bundle.officers.signed(&fields, "registration-officer")?,
        _ => signed_by_pinned(bundle, &fields)?,
    };
    let said = Said::read(statement)?;
    let subject = &decided.subject;
    if said.kind != subject.kind {
        return Err("a decision is on a thing of another kind");
    }
    if !said.names(&sha256(canonical), subject.version) {
        return Err("a decision is on another version, or on other content");
    }
    if said.decision != "approve" {
        return Err("an officer refused it");
    }
    if said.officer == subject.submitted_by {
        return Err("it was decided on by who submitted it");
    }
    if said.at.saturating_add(CLOCKS_APART) < subject.submitted_at {
        return Err("a decision is older than what it is on");
    }
    if let Some(delegation) = said.delegation {
        decided.delegations.push((said.officer.to_owned(), delegation.to_owned()));
    }
    decided.valid = (decided.valid.0.max(said.at), decided.valid.1.min(said.until));
    Ok(said.in_bulk)
}

/// The statement in a `DemoProof` that a pinned key has signed.
fn signed_by_pinned<'a>(bundle: &Bundle, proof: &[Value<'a>]) -> Result<&'a [u8], &'static str> {
    let octets: Option<Vec<&'a [u8]>> = proof.iter().map(Value::octets).collect();
    let Some(&[statement, key_id, signature]) = octets.as_deref() else { return Err(UNREADABLE) };
    let key = bundle.approval_keys.iter().find(|(id, _)| id == key_id);
    let (_, key) = key.ok_or("a decision was signed with a key that is not pinned")?;
    match verifies(key, statement, signature) {
        true => Ok(statement),
        false => Err("the signature of a decision does not verify"),
    }
}

/// By its number, which the canonical encoding of either has behind its version.
fn thing(canonical: &[u8]) -> Option<String> {
    let number = sequence(canonical)?.get(1)?.text()?.to_owned();
    Some(if number.starts_with("CR-") {
        format!("certificate request {number}")
    } else {
        format!("card order {number}")
    })
}
