//! The transcript: an append-only file of what was done, each line bound to the one before by SHA-256.
//!
//! One JSON object a line. `previous` of a line is the SHA-256 of the octets of the line before it,
//! without its line feed; of the first line, that of the ceremony file. So the hash of the last line, the
//! *head*, stands for everything before it; it is recorded in the audit trail with each line.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{Code, Fault, Timestamp};
use thiserror::Error;

use super::Step;
use crate::faults;

const LONGEST_FILE: u64 = 16 * 1024 * 1024;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// From 1, without a gap.
    pub number: u64,
    /// SHA-256 of the line before, lower-case hexadecimal.
    pub previous: String,
    /// When.
    pub at: Timestamp,
    /// The step's name.
    pub step: String,
    /// Whether the step begins or is done.
    pub event: EntryEvent,
    /// What the step was given, or what it gave.
    pub detail: Value,
}

/// What a line says of its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryEvent {
    /// It begins; after a crash, once more.
    Begun,
    /// It is done, once.
    Done,
}

/// A transcript that cannot be used.
#[derive(Debug, Error)]
pub enum TranscriptError {
    /// Another process writes it.
    #[error("{}: another process holds this ceremony", .0.display())]
    Locked(PathBuf),
    /// It cannot be read or written.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The first line belongs to another ceremony file.
    #[error("the transcript was begun with another ceremony file")]
    OtherFile,
    /// A line does not read, or is not bound to the line before.
    #[error("transcript, line {line}: {why}")]
    Broken {
        /// From 1.
        line: usize,
        /// What is wrong.
        why: &'static str,
    },
}

impl Fault for TranscriptError {
    fn code(&self) -> Code {
        match self {
            Self::Locked(_) => faults::CEREMONY_UNDER_WAY,
            Self::File { .. } => faults::CEREMONY_TRANSCRIPT_FILE,
            Self::OtherFile => faults::CEREMONY_OTHER_FILE,
            Self::Broken { .. } => faults::CEREMONY_TRANSCRIPT,
        }
    }
}

/// Reads the lines of a transcript that was begun with the file of this SHA-256, and follows their chain.
pub fn read_chain(text: &str, file_sha256: &str) -> Result<Vec<Entry>, TranscriptError> {
    let mut previous = file_sha256.to_owned();
    let mut entries = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let broken = |why| TranscriptError::Broken { line, why };
        let entry: Entry = serde_json::from_str(text).map_err(|_| broken("it does not read"))?;
        if entry.previous != previous {
            let first = line == 1;
            return Err(if first {
                TranscriptError::OtherFile
            } else {
                broken("it does not follow the line before")
            });
        }
        if entry.number != line as u64 {
            return Err(broken("its number is not the next one"));
        }
        previous = hex::encode(Sha256::digest(text));
        entries.push(entry);
    }
    Ok(entries)
}

/// A transcript that is being written: by this process alone, as long as it lives.
#[derive(Debug)]
pub(super) struct Transcript {
    path: PathBuf,
    file: File,
    entries: Vec<Entry>,
    head: String,
}

impl Transcript {
    /// Opens or begins the transcript at `path`. A last line that a crash cut off was never acted on, and
    /// is dropped.
    pub(super) fn open(path: &Path, file_sha256: &str) -> Result<Self, TranscriptError> {
        let failed = |source| TranscriptError::File { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        let options = options.read(true).write(true).create(true).truncate(false).mode(0o640);
        let mut file = options.open(path).map_err(failed)?;
        if file.try_lock().is_err() {
            return Err(TranscriptError::Locked(path.to_owned()));
        }
        if file.metadata().map_err(failed)?.len() == 0 {
            // The name of a new file is durable with its folder.
            let folder = path.parent().unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        let mut octets = Vec::new();
        (&mut file).take(LONGEST_FILE + 1).read_to_end(&mut octets).map_err(failed)?;
        if octets.len() as u64 > LONGEST_FILE {
            return Err(failed(std::io::ErrorKind::FileTooLarge.into()));
        }
        // Octets, not yet text: a crash cuts names in the middle of a letter, too.
        let whole = octets.iter().rposition(|octet| *octet == b'\n').map_or(0, |end| end + 1);
        if whole < octets.len() {
            file.set_len(whole as u64).map_err(failed)?;
            octets.truncate(whole);
        }
        let text = String::from_utf8(octets)
            .map_err(|_| TranscriptError::Broken { line: 1, why: "the file is no text" })?;
        file.seek(SeekFrom::End(0)).map_err(failed)?;
        let entries = read_chain(&text, file_sha256)?;
        let head =
            text.lines().last().map_or(file_sha256.to_owned(), |line| hex::encode(Sha256::digest(line)));
        Ok(Self { path: path.to_owned(), file, entries, head })
    }

    /// SHA-256 of the last line.
    pub(super) fn head(&self) -> &str {
        &self.head
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the step gave, where it is done.
    pub(super) fn outcome_of(&self, step: &Step) -> Option<&Value> {
        self.last(step, EntryEvent::Done).map(|entry| &entry.detail)
    }

    /// When the step was begun first.
    pub(super) fn begun_at(&self, step: &Step) -> Option<Timestamp> {
        let name = step.to_string();
        self.entries.iter().find(|entry| entry.step == name).map(|entry| entry.at)
    }

    fn last(&self, step: &Step, event: EntryEvent) -> Option<&Entry> {
        let name = step.to_string();
        self.entries.iter().rev().find(|entry| entry.step == name && entry.event == event)
    }

    /// Appends a line, durably.
    pub(super) fn append(
        &mut self,
        step: &Step,
        event: EntryEvent,
        detail: Value,
        at: Timestamp,
    ) -> Result<(), TranscriptError> {
        let entry = Entry {
            number: self.entries.len() as u64 + 1,
            previous: self.head.clone(),
            at,
            step: step.to_string(),
            event,
            detail,
        };
        let line = serde_json::to_string(&entry).expect("an entry is plain data");
        self.file
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| self.file.sync_all())
            .map_err(|source| TranscriptError::File { path: self.path.clone(), source })?;
        self.head = hex::encode(Sha256::digest(&line));
        self.entries.push(entry);
        Ok(())
    }
}
