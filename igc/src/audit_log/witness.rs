//! What the worker keeps of the log outside the database: every checkpoint it signed, and the key.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use store::audit::checkpoint::{NOTE_BOUND, SignedCheckpoint};
use store::crash_point;

use crate::faults;
use crate::problem::Problem;
use crate::setup::{file_problem, make_dir, read_text, sync_folder_of, write_file};

const DIR_MODE: u32 = 0o750;
const FILE_MODE: u32 = 0o640;
const SIGNATURE_MARK: &str = "\u{2014} ";

/// The folder: `checkpoints`, notes one after the other, and `key`, the log's verifier key.
#[derive(Clone, Debug)]
pub struct Witness {
    folder: PathBuf,
}

/// The end of the file.
struct Tail {
    last: Option<SignedCheckpoint>,
    /// Octets up to the end of the last note that reads.
    whole: u64,
}

impl Witness {
    /// The witness in this folder, made when something is first kept.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The log's verifier key, as it was when the first checkpoint was signed.
    pub fn pinned_key(&self) -> Result<Option<String>, Problem> {
        let path = self.folder.join("key");
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(read_text(&path, NOTE_BOUND as u64)?.trim_end().to_owned()))
    }

    /// Keeps the log's key, the first time; refuses another one ever after.
    pub fn pin(&self, verifier_key: &str) -> Result<(), Problem> {
        match self.pinned_key()? {
            Some(pinned) if pinned == verifier_key => Ok(()),
            Some(_) => {
                let what = "the database names another audit key than the one that signed until now";
                Err(Problem::new(faults::AUDIT_KEY_CHANGED, what))
            }
            None => {
                self.make_folder()?;
                // Renamed into its place when it is whole: half a key would be another one for ever.
                let (path, beside) = (self.folder.join("key"), self.folder.join("key.new"));
                let _ = fs::remove_file(&beside);
                write_file(&beside, FILE_MODE, format!("{verifier_key}\n").as_bytes())?;
                crash_point("audit.key-written");
                fs::rename(&beside, &path).map_err(|error| file_problem(&path, &error))?;
                sync_folder_of(&path)
            }
        }
    }

    /// The newest checkpoint that is kept.
    pub fn last(&self) -> Result<Option<SignedCheckpoint>, Problem> {
        Ok(self.tail()?.last)
    }

    /// Keeps a checkpoint, durably, behind those that are kept, unless it is there or a larger one is: another
    /// worker was quicker. What a crash left half written is cut off first.
    pub fn append(&self, signed: &SignedCheckpoint) -> Result<(), Problem> {
        let path = self.path();
        let failed = |error: io::Error| file_problem(&path, &error);
        self.make_folder()?;
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(FILE_MODE)
            .open(&path)
            .map_err(failed)?;
        // The worker and `igc job run audit` may be here at once; let go when the file is closed.
        file.lock().map_err(failed)?;
        let Tail { last, whole } = self.tail()?;
        if last.is_some_and(|last| last == *signed || last.checkpoint.size > signed.checkpoint.size) {
            return Ok(());
        }
        let mut write = || -> io::Result<()> {
            if file.metadata()?.len() != whole {
                tracing::warn!(kept.octets = whole, "a checkpoint that was half written is cut off");
                file.set_len(whole)?;
            }
            file.seek(SeekFrom::Start(whole))?;
            file.write_all(signed.to_string().as_bytes())?;
            file.sync_all()
        };
        write().map_err(failed)?;
        if whole == 0 {
            sync_folder_of(&path)?;
        }
        Ok(())
    }

    /// Every checkpoint that is kept, in the order of the file; what does not read, with its line.
    pub fn checkpoints(
        &self,
    ) -> Result<impl Iterator<Item = Result<SignedCheckpoint, String>> + 'static, Problem> {
        let file = match File::open(self.path()) {
            Ok(file) => Some(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(file_problem(&self.path(), &error)),
        };
        Ok(file.into_iter().flat_map(|file| notes_in(BufReader::new(file))))
    }

    /// Copies every note that is kept, also what does not read, but for what is half written at the end; how many, and the newest that
    /// reads.
    pub fn copy(
        &self,
        put: &mut dyn FnMut(&str) -> Result<(), Problem>,
    ) -> Result<(u64, Option<SignedCheckpoint>), Problem> {
        let file = match File::open(self.path()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((0, None)),
            Err(error) => return Err(file_problem(&self.path(), &error)),
        };
        let mut notes = Notes::of(BufReader::new(file));
        let (mut copied, mut last) = (0, None);
        let mut doubtful: Option<String> = None;
        while let Some(note) = notes.next_note().map_err(|error| file_problem(&self.path(), &error))? {
            if let Some(before) = doubtful.take() {
                copied += 1;
                put(&before)?;
            }
            match note.parse() {
                Ok(signed) => {
                    copied += 1;
                    put(&note)?;
                    last = Some(signed);
                }
                Err(_) => doubtful = Some(note),
            }
        }
        Ok((copied, last))
    }

    fn path(&self) -> PathBuf {
        self.folder.join("checkpoints")
    }

    fn make_folder(&self) -> Result<(), Problem> {
        make_dir(&self.folder, DIR_MODE)
    }

    /// Reads the last few notes only, however long the file is.
    fn tail(&self) -> Result<Tail, Problem> {
        let path = self.path();
        let read = || -> io::Result<Tail> {
            let mut file = match File::open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Ok(Tail { last: None, whole: 0 });
                }
                Err(error) => return Err(error),
            };
            let length = file.metadata()?.len();
            let begin = length.saturating_sub(2 * NOTE_BOUND as u64);
            file.seek(SeekFrom::Start(begin))?;
            let mut notes = Notes::of(BufReader::new(file));
            if begin > 0 {
                // In the middle of a note: what it is cut to does not read, and is not looked at.
                notes.next_note()?;
            }
            let mut tail = Tail { last: None, whole: begin + notes.octets };
            while let Some(note) = notes.next_note()? {
                if let Ok(signed) = note.parse() {
                    tail = Tail { last: Some(signed), whole: begin + notes.octets };
                }
            }
            Ok(tail)
        };
        read().map_err(|error| file_problem(&path, &error))
    }
}

/// The notes of a text, one after the other; what does not read, with its first line's number.
pub fn notes_in(reader: impl BufRead + 'static) -> impl Iterator<Item = Result<SignedCheckpoint, String>> {
    let mut notes = Notes::of(reader);
    std::iter::from_fn(move || {
        let line = notes.lines + 1;
        match notes.next_note() {
            Ok(Some(note)) => Some(note.parse().map_err(|error| format!("note of line {line}: {error}"))),
            Ok(None) => None,
            Err(error) => Some(Err(format!("line {line}: {error}"))),
        }
    })
    .fuse()
}

/// Cuts a text into notes: one ends where a line follows its signature lines that is none.
struct Notes<R> {
    reader: R,
    ahead: Option<String>,
    lines: usize,
    /// Of the notes given so far.
    octets: u64,
}

impl<R: BufRead> Notes<R> {
    fn of(reader: R) -> Self {
        Self { reader, ahead: None, lines: 0, octets: 0 }
    }

    fn next_note(&mut self) -> io::Result<Option<String>> {
        let mut note = String::new();
        let mut signed = false;
        loop {
            let line = match self.ahead.take() {
                Some(line) => line,
                None => self.line()?,
            };
            let is_signature = line.starts_with(SIGNATURE_MARK);
            if line.is_empty() || (signed && !is_signature) || note.len() > NOTE_BOUND {
                self.ahead = Some(line).filter(|line| !line.is_empty());
                break;
            }
            signed |= is_signature;
            self.lines += 1;
            note += &line;
        }
        self.octets += note.len() as u64;
        Ok(Some(note).filter(|note| !note.is_empty()))
    }

    /// With its line feed; empty at the end.
    fn line(&mut self) -> io::Result<String> {
        let mut line = Vec::new();
        self.reader.by_ref().take(NOTE_BOUND as u64).read_until(b'\n', &mut line)?;
        // A line that is no text keeps its length, and is no line of a note.
        Ok(String::from_utf8(line).unwrap_or_else(|error| "?".repeat(error.as_bytes().len())))
    }
}

#[cfg(test)]
mod tests;
