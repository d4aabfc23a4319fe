//! Whether the tokens answer, and how the signer's process works, written down for the operations page: on a thread of its own where
//! the worker is served, since an HSM that hangs may make nobody wait.

use ca_core::signer::process::LedgerKind;
use ca_core::signer::{ProcessSigner, Signer, SignerError};
use ca_core::signer_standing::{self, SignerStanding};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Act, Database, Fault};

use super::Worker;
use crate::installation::Installation;
use crate::problem::Problem;

/// What a run found.
#[derive(Debug, Serialize)]
pub struct Asked {
    /// Tokens that hold the key that they should.
    pub answered: Vec<String>,
    /// Tokens that do not, with the code and a sentence.
    pub failed: Vec<(String, &'static str, String)>,
}

pub fn run(worker: &mut Worker, _: &Act) -> Result<Value, Problem> {
    let Worker { installation, db, signer, .. } = worker;
    Ok(json!(ask_with(installation, db, signer)?))
}

/// Asks each token of normal running for the public half of one of its keys, and writes down how the signer's process works.
pub fn ask_with(
    installation: &Installation,
    db: &mut Database,
    signer: &mut ProcessSigner,
) -> Result<Asked, Problem> {
    let keys = signer_standing::keys_in_use(db)?;
    let mut asked = Asked { answered: Vec::new(), failed: Vec::new() };
    for (key, public_key) in &keys {
        let answer = match signer.public_key(key) {
            Ok(found) if found == *public_key => Ok(()),
            Ok(_) => Err(SignerError::OtherKey { key: key.clone() }),
            Err(error) => Err(error),
        };
        match answer {
            Ok(()) => asked.answered.push(key.token.clone()),
            Err(error) => asked.failed.push((key.token.clone(), error.code().name, error.to_string())),
        }
    }
    let process = installation.signer_process(LedgerKind::Issuing)?;
    let now = installation.clock.now();
    let mut standing = SignerStanding::of(&process.figures(), now);
    // A ceremony in the same process asks the roots' token too, which is unplugged since.
    standing.tokens.retain(|token| keys.iter().any(|(key, _)| key.token == token.token));
    for token in &mut standing.tokens {
        // It answers, and with another key.
        let failed = asked.failed.iter().find(|(name, ..)| *name == token.token);
        token.trouble = token.trouble.take().or(failed.map(|(_, code, _)| ((*code).to_owned(), now)));
    }
    signer_standing::record(db, LedgerKind::Issuing, &standing)?;
    Ok(asked)
}
