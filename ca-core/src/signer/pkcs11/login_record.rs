//! What became of each PIN that was tried, kept beside the ledgers: what one process has tried in vain, no other tries again.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::signer::SignerError;
use crate::signer::pin::Edition;
use crate::signer::tokens::Token;

/// How often a PIN is tried over which its token does not answer, or takes its process down. It may be a wrong one, which the
/// token has counted each time; most lock themselves at the third.
const UNANSWERED_AT_MOST: u32 = 2;

/// The longest record.
const LONGEST: u64 = 4096;

/// Where the records are: a file a token. Nowhere, where nobody said.
#[derive(Debug)]
pub(super) struct LoginRecords(Option<PathBuf>);

/// What is written of the last login, while it is under way and where it came to nothing; an empty file where it succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// Of the file that held the PIN.
    edition: Edition,
    /// How many logins have begun and were never answered.
    unanswered: u32,
    /// Whether the token refused the PIN.
    refused: bool,
}

/// A login that is tried now. While it stands no other process tries a PIN of this token.
pub(super) struct Attempt {
    /// Nothing where it cannot be written: then what this process knows must do.
    file: Option<File>,
    before: Record,
}

impl LoginRecords {
    pub(super) const fn new(folder: Option<PathBuf>) -> Self {
        Self(folder)
    }

    /// Writes down that this PIN is about to be tried; refused where it was tried in vain before.
    pub(super) fn begin(&self, token: &Token, edition: Edition) -> Result<Attempt, SignerError> {
        let nothing = Record { edition, unanswered: 0, refused: false };
        let Some(folder) = &self.0 else { return Ok(Attempt { file: None, before: nothing }) };
        match begun(folder, token, nothing) {
            Ok((_, before)) if before.refused => {
                Err(SignerError::PinRefused { token: token.name.clone(), edition: Some(Box::new(edition)) })
            }
            Ok((_, before)) if before.unanswered >= UNANSWERED_AT_MOST => {
                Err(SignerError::LoginUnanswered { token: token.name.clone(), times: before.unanswered })
            }
            Ok((file, before)) => Ok(Attempt { file: Some(file), before }),
            // Signing goes on: on a full disk a token must be opened too.
            Err(error) => {
                tracing::warn!(token = token.name, %error, "what becomes of a login cannot be written down");
                Ok(Attempt { file: None, before: nothing })
            }
        }
    }
}

/// The record of this edition as it stood before, and its file, where it says by now that a login has begun.
fn begun(folder: &Path, token: &Token, nothing: Record) -> io::Result<(File, Record)> {
    fs::create_dir_all(folder)?;
    let path = folder.join(format!("login-{}.json", token.name));
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
    flock(&file, FlockOperation::LockExclusive)?;
    let mut text = String::new();
    Read::by_ref(&mut file).take(LONGEST).read_to_string(&mut text)?;
    // One that is torn was written by somebody who died before he tried.
    let before = serde_json::from_str(&text).ok().filter(|record: &Record| record.edition == nothing.edition);
    let before = before.unwrap_or(nothing);
    if !before.refused && before.unanswered < UNANSWERED_AT_MOST {
        write(&mut file, Some(Record { unanswered: before.unanswered + 1, ..before }))?;
    }
    Ok((file, before))
}

fn write(file: &mut File, record: Option<Record>) -> io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    if let Some(record) = record {
        file.write_all(serde_json::to_string(&record)?.as_bytes())?;
    }
    file.sync_all()
}

impl Attempt {
    /// The token is open.
    pub(super) fn succeeded(self) {
        self.conclude(None);
    }

    /// The token refused the PIN.
    pub(super) fn refused(self) {
        let refused = Record { refused: true, ..self.before };
        self.conclude(Some(refused));
    }

    /// The token answered something else: it has not counted this one.
    pub(super) fn answered_otherwise(self) {
        let before = (self.before.unanswered > 0).then_some(self.before);
        self.conclude(before);
    }

    fn conclude(self, record: Option<Record>) {
        let Some(mut file) = self.file else { return };
        if let Err(error) = write(&mut file, record) {
            tracing::warn!(%error, "what became of a login cannot be written down");
        }
    }
}
