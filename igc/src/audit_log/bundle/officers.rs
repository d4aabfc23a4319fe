use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use registration_authority::approval::ProofKind;
use registration_authority::decision;
use registration_authority::enrolment;
use serde_json::{Value, json};
use store::Database;

use crate::config::Passkeys;
use crate::problem::Problem;

/// The roots of the officers' keys, as the configuration pins them: `officers.json`.
pub fn roots(passkeys: &Passkeys) -> Value {
    let roots = passkeys.roots.iter().map(|root| {
        json!({
            "login": root.login,
            "credential_id": hex::encode(&root.credential_id),
            "public_key": hex::encode(root.key.spki()),
        })
    });
    json!({
        "origin": passkeys.relying_party.origin(),
        "rp_id": passkeys.relying_party.id(),
        "roots": roots.collect::<Vec<_>>(),
    })
}

/// Gives each enrolment in the order of the chain, with the passkeys' proofs that the worker has received: the lines of
/// `enrolments.jsonl`.
pub fn enrolments(
    db: &mut Database,
    each: &mut dyn FnMut(Value) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for enrolment in enrolment::all(db)? {
        let mut proofs = Vec::new();
        for decision in &enrolment.decisions {
            let held = decision::receipt(db, decision)?.is_some_and(|receipt| receipt.refusal.is_none());
            if held && decision.proof_kind == ProofKind::Passkey.as_str() {
                proofs.push(STANDARD.encode(&decision.proof));
            }
        }
        let canonical = STANDARD.encode(enrolment.decidable().canonical);
        each(json!({ "canonical": canonical, "proofs": proofs }))?;
    }
    Ok(())
}
