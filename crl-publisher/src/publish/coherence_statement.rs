//! The statement that every public face agrees, or where not: signed as the opposition lists are, published beside them.
//!
//! What it says is not this crate's: whoever looks shares no code with what is looked at.

use std::time::Duration;

use ca_core::signer::Signer;
use store::{Act, Code, Database, Fault, fault};
use thiserror::Error;

use super::detached_signature::{ListSigner, SignatureError};
use super::list_verifier::ListVerifier;
use super::opposition_list::signature_code;
use crate::folder::{FolderError, PublicFolder};

/// `coherence/statement.json`.
pub(crate) const STATEMENT: &str = "statement.json";
/// Its detached signature.
pub(crate) const STATEMENT_SIGNATURE: &str = "statement.json.p7s";

/// Two files are replaced one after the other, and whoever reads may not be allowed to hold the folder still.
const ATTEMPTS: u32 = 3;
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(50);

/// A statement that is not published, or not read.
#[derive(Debug, Error)]
pub enum CoherenceStatementError {
    /// It could not be signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The public folder cannot be read or written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CoherenceStatementError {
    fn code(&self) -> Code {
        match self {
            Self::Signature(error) => signature_code(error),
            Self::Folder(error) => error.code(),
            Self::Database(_) => fault::DATABASE,
        }
    }
}

/// The name that its signature says, below the public folder.
const SIGNED_NAME: &str = "coherence/statement.json";

/// Has a statement signed by the list signer, and puts it before the world.
pub fn publish_coherence_statement(
    db: &mut Database,
    signer: &mut dyn Signer,
    folder: &PublicFolder,
    statement: &[u8],
    act: &Act,
) -> Result<(), CoherenceStatementError> {
    let subject = format!("coherence-statement {}", act.at);
    let signature =
        ListSigner::load(db, act.at)?.sign(db, signer, &subject, (SIGNED_NAME, statement), act)?;
    let turn = folder.turn()?;
    turn.replace(&folder.coherence_path(STATEMENT), statement)?;
    turn.replace(&folder.coherence_path(STATEMENT_SIGNATURE), &signature)?;
    Ok(())
}

/// The published statement, where it is the list signer's; nothing where there is none.
pub fn published_coherence_statement(
    db: &mut Database,
    folder: &PublicFolder,
) -> Result<Option<Vec<u8>>, CoherenceStatementError> {
    Ok(verified_coherence_statement(&ListVerifier::load(db)?, folder)?)
}

/// The same, where it is known who signs it.
pub(crate) fn verified_coherence_statement(
    verifier: &ListVerifier,
    folder: &PublicFolder,
) -> Result<Option<Vec<u8>>, FolderError> {
    for _ in 0..ATTEMPTS {
        let statement = folder.read(&folder.coherence_path(STATEMENT))?;
        let signature = folder.read(&folder.coherence_path(STATEMENT_SIGNATURE))?;
        let (Some(statement), Some(signature)) = (statement, signature) else { return Ok(None) };
        if verifier.verifies(SIGNED_NAME, &statement, &signature) {
            return Ok(Some(statement));
        }
        std::thread::sleep(BETWEEN_ATTEMPTS);
    }
    tracing::error!("coherence/{STATEMENT} is not signed by the list signer");
    Ok(None)
}
