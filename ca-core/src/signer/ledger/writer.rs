//! Writing: by one signer process at a time, each going on where the last one stopped.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::{Timestamp, crash_point};

use super::line::Head;
use super::open_file::Open;
use super::{Entry, LedgerError, LedgerFault, opening};
use crate::signer::KeyReference;

/// What a line costs before its signature may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Durability {
    /// It is on the disk: a signature that anyone saw is in the ledger, power cut or not. The file
    /// is kept whole.
    BeforeAnswer,
    /// It is written, not forced to the disk; the file is put aside when it is full, and only the
    /// one before is kept. For answers, of which there may be thousands a second. Relying parties are answered
    /// also while the disk is full: what cannot be written then is written later.
    Lazy,
}

/// A ledger that is put aside when full is at most this long, octets.
pub(super) const FULL: u64 = 64 * 1024 * 1024;

/// There is no secret in a ledger, and whoever holds it against the database may be another user of the same group.
const MODE: u32 = 0o640;

/// How many lines are owed at most to a disk that takes none; the oldest are dropped, and it is said.
pub(super) const MOST_OWED: usize = 10_000;

/// A signature to be written down.
#[derive(Debug)]
pub(crate) struct Signed {
    /// The key that signed.
    pub(crate) key: KeyReference,
    /// The digest.
    pub(crate) digest: Vec<u8>,
    /// What it is for.
    pub(crate) subject: String,
}

/// Appends to a ledger; makes it, and its folder, where there is none.
#[derive(Debug)]
pub(crate) struct LedgerWriter {
    path: PathBuf,
    durability: Durability,
    /// The identifier of a ledger that has to be made.
    new_id: [u8; 16],
    open: Option<Open>,
    /// What is not written yet.
    owed: Vec<(Signed, Timestamp)>,
    /// Why lines were not forced to the disk once. The system tells of that once and forgets it: whether they are there
    /// after a power cut nobody knows, and this process signs nothing more.
    unforced: Option<String>,
}

impl LedgerWriter {
    pub(crate) fn new(path: PathBuf, durability: Durability, new_id: [u8; 16]) -> Self {
        Self { path, durability, new_id, open: None, owed: Vec::new(), unforced: None }
    }

    /// Writes a line for each signature, and has them on the disk before it returns where the ledger is durable. After
    /// an error nothing may leave.
    pub(crate) fn record(&mut self, signed: Vec<Signed>, at: Timestamp) -> Result<(), LedgerError> {
        self.append(signed, at)?;
        let Some(lines) = self.lines_to_force()? else { return Ok(()) };
        let forced = lines.force();
        self.forced(&forced);
        forced
    }

    /// Whether there is a ledger that takes lines, asked before anything is signed: what it did not take before is
    /// written first, and the disk is asked for room. A ledger that does not stand yet is made with its first line.
    /// Answers do not wait for any of that.
    pub(crate) fn check(&mut self) -> Result<(), LedgerError> {
        if self.durability == Durability::Lazy {
            return Ok(());
        }
        if let Some(why) = &self.unforced {
            let what = format!("lines were not forced to the disk, and nothing more is signed: {why}");
            return Err(LedgerFault::from(io::Error::other(what)).of(&self.path));
        }
        if self.open.is_none() && self.owed.is_empty() && !self.path.exists() {
            return Ok(());
        }
        if self.open.is_none() || !self.owed.is_empty() {
            self.append_owed(true)?;
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        open.reserve().map_err(|fault| fault.of(&self.path))
    }

    /// Writes a line for each signature, in one write: they stay where this process ends in this moment, and outlive a
    /// power cut once they were forced to the disk ([`Self::lines_to_force`]). After an error nothing may leave, and the lines
    /// are owed: the file is looked at again from its end the next time.
    pub(crate) fn append(&mut self, signed: Vec<Signed>, at: Timestamp) -> Result<(), LedgerError> {
        let in_arrears = !self.owed.is_empty();
        self.owed.extend(signed.into_iter().map(|one| (one, at)));
        self.append_owed(in_arrears)
    }

    fn append_owed(&mut self, in_arrears: bool) -> Result<(), LedgerError> {
        let open = self.open.take();
        match self.write_owed(open) {
            Ok(open) => {
                self.open = Some(open);
                self.owed.clear();
                Ok(())
            }
            Err(LedgerFault::File(error)) if self.durability == Durability::Lazy => {
                let lost = self.owed.len().saturating_sub(MOST_OWED);
                self.owed.drain(..lost);
                if lost > 0 || !in_arrears {
                    let file = self.path.display();
                    tracing::error!(%error, %file, lost, "lines of the ledger of answers wait for the disk");
                }
                Ok(())
            }
            Err(fault) => {
                let lost = self.owed.len().saturating_sub(MOST_OWED);
                self.owed.drain(..lost);
                if lost > 0 {
                    tracing::error!(file = %self.path.display(), lost, "a damaged ledger is owed too many lines");
                }
                Err(fault.of(&self.path))
            }
        }
    }

    /// What forces every line to the disk that is written by now, while others may write more; nothing where answers do
    /// not wait for that.
    pub(crate) fn lines_to_force(&mut self) -> Result<Option<Force>, LedgerError> {
        if self.durability == Durability::Lazy {
            return Ok(None);
        }
        let open = match self.open.take() {
            Some(open) => open,
            // After an error.
            None => self.open().map_err(|fault| fault.of(&self.path))?,
        };
        let file = Arc::clone(&self.open.insert(open).file);
        Ok(Some(Force { file, path: self.path.clone() }))
    }

    /// What came of forcing them.
    pub(crate) fn forced(&mut self, outcome: &Result<(), LedgerError>) {
        if let Err(error) = outcome {
            self.unforced = Some(error.what.to_string());
        }
    }

    /// How many lines are not written.
    #[cfg(test)]
    pub(super) fn owed(&self) -> usize {
        self.owed.len()
    }

    fn write_owed(&self, open: Option<Open>) -> Result<Open, LedgerFault> {
        let mut open = match open {
            Some(open) => open,
            None => self.open()?,
        };
        // Several signer processes of one installation may write: each line under the lock.
        open.file.lock()?;
        if !open.stands_at(&self.path)? {
            // Another process has put it aside meanwhile, or somebody has put a copy in its place: what nobody finds there
            // is written nowhere.
            open = self.open()?;
            open.file.lock()?;
        }
        let written = self.write_lines(&mut open);
        if written.is_ok() && self.durability == Durability::Lazy && open.end > FULL {
            match self.put_aside(&open) {
                Ok(next) => return Ok(next),
                // Its lines are written: it grows, and is put aside another time.
                Err(error) => {
                    let file = self.path.display();
                    tracing::error!(%error, %file, "the ledger of answers is full and cannot be put aside");
                }
            }
        }
        // Whoever forces it to the disk holds it open, and with it the lock.
        open.file.unlock()?;
        written.map(|()| open)
    }

    fn write_lines(&self, open: &mut Open) -> Result<(), LedgerFault> {
        open.catch_up(&self.path)?;
        let mut text = String::with_capacity(256 * self.owed.len());
        for (one, at) in &self.owed {
            let Signed { key, digest, subject } = one;
            let at = *at;
            let (key, digest, subject) = (key.clone(), digest.clone(), subject.clone());
            let entry = Entry { sequence: open.sequence + 1, at, key, digest, subject };
            let (line, chain) = entry.encode(&open.chain);
            text += &line;
            (open.sequence, open.chain) = (entry.sequence, chain);
        }
        if let Err(error) = (&*open.file).write_all(text.as_bytes()) {
            // They are owed, and what the disk took of them would stand twice.
            open.file.set_len(open.end)?;
            return Err(error.into());
        }
        open.end += text.len() as u64;
        Ok(())
    }

    fn open(&self) -> Result<Open, LedgerFault> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        if !folder.is_dir() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            folder.parent().map_or(Ok(()), |above| File::open(above)?.sync_all())?;
        }
        if self.durability == Durability::Lazy {
            self.finish_putting_aside()?;
        }
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(MODE)
            .open(&self.path)
            .map_err(|error| opening(error, &self.path))?;
        file.lock()?;
        if file.metadata()?.len() == 0 {
            crash_point("signer.ledger-made");
            (&file).write_all(Head::first(&self.new_id).encode().as_bytes())?;
            file.sync_all()?;
            // The name of a new file is durable with its folder.
            File::open(folder)?.sync_all()?;
        }
        let open = Open::at_end(file, &self.path)?;
        open.file.unlock()?;
        Ok(open)
    }

    /// Under the lock of the full one: of two processes one does it.
    fn put_aside(&self, full: &Open) -> Result<Open, LedgerFault> {
        let next = self.next();
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(&next)?;
        file.write_all(Head::after(&full.id, full.sequence, full.chain).encode().as_bytes())?;
        file.sync_all()?;
        full.file.sync_data()?;
        fs::rename(&self.path, self.path.with_extension("before"))?;
        fs::rename(&next, &self.path)?;
        self.open()
    }

    /// A kill between the two renames of [`Self::put_aside`] leaves no ledger, and the next one beside its place.
    fn finish_putting_aside(&self) -> Result<(), LedgerFault> {
        match fs::exists(&self.path)? || !fs::exists(self.next())? {
            true => Ok(()),
            false => Ok(fs::rename(self.next(), &self.path)?),
        }
    }

    fn next(&self) -> PathBuf {
        self.path.with_extension("next")
    }
}

/// Forces the lines of a ledger to the disk.
#[derive(Debug)]
pub(crate) struct Force {
    file: Arc<File>,
    path: PathBuf,
}

impl Force {
    /// Returns once they are there: their signatures may leave. After an error they may not.
    pub(crate) fn force(&self) -> Result<(), LedgerError> {
        self.file.sync_data().map_err(|error| LedgerFault::from(error).of(&self.path))
    }
}
