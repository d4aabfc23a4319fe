//! What became of each PIN that was tried, kept beside the ledgers: what one process has tried in vain, no other tries again.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use crate::signer::SignerError;
use crate::signer::pin::Edition;
use crate::signer::tokens::Token;

/// How often a PIN is tried that has never opened its token, where the token does not answer or takes its process down. It may be
/// a wrong one, which the token has counted each time; most lock themselves at the third.
const UNANSWERED_AT_MOST: u32 = 2;

/// How long another process is waited for that tries a PIN of the same token for the first time.
const PATIENCE: Duration = Duration::from_secs(1);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);

/// The longest record.
const LONGEST: u64 = 4096;

/// Where the records are: a file a token. Nowhere, where nobody said.
#[derive(Debug)]
pub(super) struct LoginRecords(Option<PathBuf>);

/// What is known of one edition of a PIN file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    edition: Edition,
    /// Whether its PIN has opened the token: then a login that is not answered says nothing about the PIN.
    opened: bool,
    /// How many logins have begun before that, and were never answered.
    unanswered: u32,
    /// Whether the token refused it.
    refused: bool,
}

/// A login that is tried now.
pub(super) struct Attempt {
    /// Nothing where it cannot be written: then what this process knows must do. While it is open no other process tries a PIN
    /// that has never opened this token.
    file: Option<File>,
    before: Record,
}

impl LoginRecords {
    pub(super) const fn new(folder: Option<PathBuf>) -> Self {
        Self(folder)
    }

    /// Looks whether this PIN may be tried, and writes down that it is, where it has never opened the token; refused where it was
    /// tried in vain before.
    pub(super) fn begin(&self, token: &Token, edition: Edition) -> Result<Attempt, SignerError> {
        let nothing = Record { edition, opened: false, unanswered: 0, refused: false };
        let Some(folder) = &self.0 else { return Ok(Attempt { file: None, before: nothing }) };
        let name = token.name.clone();
        match begun(&path(folder, token), nothing) {
            Ok((_, before)) if before.refused => {
                Err(SignerError::PinRefused { token: name, edition: Some(Box::new(edition)) })
            }
            Ok((_, before)) if before.is_given_up() => {
                Err(SignerError::LoginUnanswered { token: name, times: before.unanswered })
            }
            Ok((file, before)) => Ok(Attempt { file: Some(file), before }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(SignerError::Unavailable {
                token: name,
                detail: "another process tries its PIN, and has not come back".to_owned(),
            }),
            // Signing goes on: on a full disk a token must be opened too.
            Err(error) => {
                tracing::warn!(token = token.name, %error, "what becomes of a login cannot be written down");
                Ok(Attempt { file: None, before: nothing })
            }
        }
    }

    /// The token is made anew: what its PIN was worth before says nothing.
    pub(super) fn forget(&self, token: &Token) {
        let Some(folder) = &self.0 else { return };
        match std::fs::remove_file(path(folder, token)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!(token = token.name, %error, "what became of its logins cannot be forgotten");
            }
            _ => {}
        }
    }
}

impl Record {
    const fn is_given_up(&self) -> bool {
        !self.opened && self.unanswered >= UNANSWERED_AT_MOST
    }
}

fn path(folder: &Path, token: &Token) -> PathBuf {
    folder.join(format!("login-{}.json", token.name))
}

/// The record of this edition as it stood before, and its file, where it says by now that a login has begun.
fn begun(path: &Path, nothing: Record) -> io::Result<(File, Record)> {
    let mut file = opened(path)?;
    let before = read(&mut file, nothing)?;
    if before.opened || before.refused {
        return Ok((file, before));
    }
    lock(&file)?;
    // Somebody may have tried it meanwhile.
    let before = read(&mut file, nothing)?;
    if before.opened || before.refused {
        // Nothing is counted any more: whoever waits need not wait for this login too.
        flock(&file, FlockOperation::Unlock)?;
    } else if !before.is_given_up() {
        write(&mut file, Record { unanswered: before.unanswered + 1, ..before })?;
    }
    Ok((file, before))
}

/// The file, which is durable with its name from the first moment.
fn opened(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    if !folder.exists() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if let Some(parent) = folder.parent() {
            File::open(parent)?.sync_all()?;
        }
    }
    let file = options.create(true).truncate(false).mode(0o600).open(path)?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

fn lock(file: &File) -> io::Result<()> {
    let began = Instant::now();
    loop {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Err(error) if error == rustix::io::Errno::WOULDBLOCK && began.elapsed() < PATIENCE => {
                thread::sleep(BETWEEN_LOOKS);
            }
            locked => return Ok(locked?),
        }
    }
}

/// What it says of this edition. One that is torn was written by somebody who died before he tried.
fn read(file: &mut File, nothing: Record) -> io::Result<Record> {
    Ok(read_any(file)?.filter(|record| record.edition == nothing.edition).unwrap_or(nothing))
}

fn read_any(file: &mut File) -> io::Result<Option<Record>> {
    let mut text = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    Read::by_ref(file).take(LONGEST).read_to_end(&mut text)?;
    Ok(serde_json::from_slice(&text).ok())
}

/// Over what was there, and then cut: on a full disk what was known stays.
fn write(file: &mut File, record: Record) -> io::Result<()> {
    let text = serde_json::to_string(&record)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_all()
}

impl Attempt {
    /// The token is open.
    pub(super) fn succeeded(self) {
        if !self.before.opened {
            let opened = Record { opened: true, unanswered: 0, ..self.before };
            self.conclude(opened);
        }
    }

    /// Whether the PIN has opened the token before.
    pub(super) const fn has_opened(&self) -> bool {
        self.before.opened
    }

    /// The token refused the PIN.
    pub(super) fn refused(self) {
        let refused = Record { refused: true, ..self.before };
        self.conclude(refused);
    }

    /// The token answered something else: it has not counted this one.
    pub(super) fn answered_otherwise(self) {
        if !self.before.opened {
            let before = self.before;
            self.conclude(before);
        }
    }

    fn conclude(self, record: Record) {
        let Some(mut file) = self.file else { return };
        // Of a PIN that has opened the token the file is not held: somebody may have begun with another edition.
        let stands = |file: &mut File| -> io::Result<bool> {
            lock(file)?;
            Ok(read_any(file)?.is_none_or(|now| now.edition == record.edition))
        };
        let written = match self.before.opened {
            true => {
                stands(&mut file).and_then(|stands| if stands { write(&mut file, record) } else { Ok(()) })
            }
            false => write(&mut file, record),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "what became of a login cannot be written down");
        }
    }
}
