use ca_core::service_key::{self, Purpose};
use ca_core::signer::{SignatureAlgorithm, Signer};
use serde_json::{Value, json};
use store::Act;
use store::audit::sequencer::{self, HeadSignature, Sequenced, TreeHead};

use super::Worker;
use crate::faults;
use crate::problem::Problem;

pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    sequence(worker, act).map(|done| json!(done))
}

/// Orders every waiting audit event and signs the head of the tree.
pub fn sequence(worker: &mut Worker, act: &Act) -> Result<Sequenced, Problem> {
    let keys = service_key::of_purpose(&mut worker.db, Purpose::Audit)?;
    let key = keys
        .last()
        .ok_or_else(|| Problem::new(faults::AUDIT_KEY_MISSING, "the ceremony left no audit key"))?;
    let algorithm = SignatureAlgorithm::of_key(&key.public_key)
        .map_err(|error| Problem::new(faults::AUDIT_KEY_MISSING, error.to_string()))?;
    let signer = &mut worker.signer;
    let mut sign = |head: &TreeHead| -> Result<HeadSignature, Problem> {
        let signature = signer.sign(&key.key, &algorithm.digest(&head.signed_bytes()))?;
        Ok(HeadSignature { key_id: key.key.to_string(), signature })
    };
    sequencer::run(&mut worker.db, &mut sign, act)
}
