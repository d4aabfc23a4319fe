//! The audit trail as a transparency log: its name, its key, and what is kept of it outside the database.

pub mod bundle;
mod key;
pub mod proof;
pub mod selection;
mod witness;

use std::path::Path;

use ca_core::service_key::{self, Purpose};
use ca_core::signer::Signer;
use ca_core::signing::{IntendedSignature, sign_intended};
use store::audit::checkpoint::{Checkpoint, NoteSignature, SignedCheckpoint};
use store::audit::sequencer;
use store::audit::verify::Outside;
use store::{Act, Database};

use key::LogKey;

pub use witness::{Witness, notes_in};

use crate::faults;
use crate::problem::Problem;

/// The log of an installation.
pub struct AuditLog {
    origin: String,
    /// Oldest first; the newest signs.
    keys: Vec<LogKey>,
}

impl AuditLog {
    /// The log whose keys the ceremony recorded. It has the name of its first key, so that two installations
    /// never have one name and no configuration can change it.
    pub fn of(db: &mut Database) -> Result<Self, Problem> {
        let missing = |what: String| Problem::new(faults::AUDIT_KEY_MISSING, what);
        let recorded = service_key::of_purpose(db, Purpose::Audit)?;
        let first = recorded.first().ok_or_else(|| missing("the ceremony left no audit key".to_owned()))?;
        let origin = key::origin(&first.public_key);
        let keys: Result<Vec<_>, _> =
            recorded.into_iter().map(|recorded| LogKey::of(&origin, recorded)).collect();
        Ok(Self { keys: keys.map_err(|error| missing(error.to_string()))?, origin })
    }

    /// The log's name: the first line of its checkpoints.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// What an auditor pins: name, key ID and public key in one line.
    pub fn verifier_key(&self) -> String {
        self.newest().verifier_key(&self.origin)
    }

    /// Whether the checkpoint carries the log's name and a signature of one of its keys that verifies.
    pub fn is_ours(&self, signed: &SignedCheckpoint) -> bool {
        let text = signed.checkpoint.text();
        signed.checkpoint.origin == self.origin
            && signed.signatures.iter().any(|line| {
                line.key_name == self.origin
                    && self
                        .keys
                        .iter()
                        .any(|key| key.id == line.key_id && key.verifies(&text, &line.signature))
            })
    }

    /// Writes down that a checkpoint is to be signed, has it signed, and verifies what came back.
    pub fn sign(
        &self,
        db: &mut Database,
        signer: &mut dyn Signer,
        checkpoint: Checkpoint,
        act: &Act,
    ) -> Result<SignedCheckpoint, Problem> {
        let key = self.newest();
        let (subject, text) = (format!("audit-checkpoint {}", checkpoint.size), checkpoint.text());
        let wanted = IntendedSignature {
            key: &key.reference,
            public_key: &key.public_key,
            subject: &subject,
            message: text.as_bytes(),
        };
        let signature = sign_intended(db, signer, &wanted, act)?;
        let line = NoteSignature { key_name: self.origin.clone(), key_id: key.id, signature };
        Ok(SignedCheckpoint { checkpoint, signatures: vec![line] })
    }

    /// Refuses to go on where the tree no longer begins with the one of `kept`: a log never signs two histories.
    pub fn refuse_rollback(&self, db: &mut Database, kept: &SignedCheckpoint) -> Result<(), Problem> {
        let Checkpoint { size, root, at, .. } = &kept.checkpoint;
        let rolled_back = |what: String| Err(Problem::new(faults::AUDIT_ROLLED_BACK, what));
        if !self.is_ours(kept) {
            return rolled_back(format!("the checkpoint kept outside over {size} leaves is another log's"));
        }
        match sequencer::root_at(db, *size)? {
            Some(found) if found == *root => Ok(()),
            Some(_) => rolled_back(format!("the first {size} leaves are not those that were signed on {at}")),
            None => rolled_back(format!("{size} leaves were signed on {at}, and the database has fewer")),
        }
    }

    fn newest(&self) -> &LogKey {
        self.keys.last().expect("a log has a key")
    }
}

/// What is kept of the log outside the database: what the worker appended, what is published, and `given`.
pub fn outside<'a>(
    witness: &Witness,
    published: Option<Vec<u8>>,
    given: Option<&Path>,
) -> Result<Vec<Outside<'a>>, Problem> {
    let mut sources =
        vec![Outside { name: "witness".to_owned(), checkpoints: Box::new(witness.checkpoints()?) }];
    if let Some(note) = published {
        let checkpoints = Box::new(notes_in(std::io::Cursor::new(note)));
        sources.push(Outside { name: "published".to_owned(), checkpoints });
    }
    if let Some(path) = given {
        let file = std::fs::File::open(path).map_err(|error| crate::setup::file_problem(path, &error))?;
        let checkpoints = Box::new(notes_in(std::io::BufReader::new(file)));
        sources.push(Outside { name: path.display().to_string(), checkpoints });
    }
    Ok(sources)
}
