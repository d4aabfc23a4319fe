use ca_core::service_key::{self, Purpose};
use ca_core::signing::{IntendedSignature, sign_intended};
use serde_json::{Value, json};
use store::audit::sequencer::{self, HeadSignature, Sequenced, TreeHead};
use store::{Act, Database};

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
    let signer = &mut worker.signer;
    let mut sign = |db: &mut Database, head: &TreeHead| -> Result<HeadSignature, Problem> {
        let wanted = IntendedSignature {
            key: &key.key,
            public_key: &key.public_key,
            subject: &format!("audit-checkpoint {}", head.size),
            message: &head.signed_bytes(),
        };
        let signature = sign_intended(db, signer, &wanted, act)?;
        Ok(HeadSignature { key_id: key.key.to_string(), signature })
    };
    sequencer::run(&mut worker.db, &mut sign, act)
}
