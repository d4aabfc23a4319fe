//! Writing: by one signer process at a time, each going on where the last one stopped.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use store::{Timestamp, crash_point};

use super::line::{Chain, Head, LONGEST_LINE};
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
const MOST_OWED: usize = 10_000;

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
}

#[derive(Debug)]
struct Open {
    /// Shared with whoever forces it to the disk while others write.
    file: Arc<File>,
    id: String,
    end: u64,
    sequence: u64,
    chain: Chain,
}

impl LedgerWriter {
    pub(crate) fn new(path: PathBuf, durability: Durability, new_id: [u8; 16]) -> Self {
        Self { path, durability, new_id, open: None, owed: Vec::new() }
    }

    /// Writes a line for each signature, and has them on the disk before it returns where the ledger is durable. After
    /// an error nothing may leave.
    pub(crate) fn record(&mut self, signed: Vec<Signed>, at: Timestamp) -> Result<(), LedgerError> {
        self.append(signed, at)?;
        self.to_force()?.map_or(Ok(()), |lines| lines.force())
    }

    /// Whether there is a ledger that takes lines, asked before anything is signed: what it did not take of before is
    /// written first. Answers do not wait for that.
    pub(crate) fn check(&mut self) -> Result<(), LedgerError> {
        let ready = self.open.is_some() && self.owed.is_empty();
        if ready || self.durability == Durability::Lazy { Ok(()) } else { self.append_owed(true) }
    }

    /// Writes a line for each signature, in one write: they stay where this process ends in this moment, and outlive a
    /// power cut once they were forced to the disk ([`Self::to_force`]). After an error nothing may leave, and the lines
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
            Err(fault) => Err(fault.of(&self.path)),
        }
    }

    /// What forces every line to the disk that is written by now, while others may write more; nothing where answers do
    /// not wait for that.
    pub(crate) fn to_force(&mut self) -> Result<Option<Force>, LedgerError> {
        if self.durability == Durability::Lazy {
            return Ok(None);
        }
        let open = match self.open.take() {
            Some(open) => open,
            // After an error: the file is another one, perhaps, and what was written before it must still stand.
            None => self.open().map_err(|fault| fault.of(&self.path))?,
        };
        let file = Arc::clone(&self.open.insert(open).file);
        Ok(Some(Force { file, path: self.path.clone() }))
    }

    fn write_owed(&self, open: Option<Open>) -> Result<Open, LedgerFault> {
        let mut open = match open {
            Some(open) => open,
            None => self.open()?,
        };
        // Several signer processes of one installation may write: each line under the lock.
        open.file.lock()?;
        if self.durability == Durability::Lazy && !open.stands_at(&self.path)? {
            // Another process has put it aside meanwhile.
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
            // They are owed: what the disk took of them would stand twice.
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

impl Open {
    /// Finds the last line, without reading the whole file: what stands before it was verified by
    /// whoever follows the ledger.
    fn at_end(file: File, path: &Path) -> Result<Self, LedgerFault> {
        let length = file.metadata()?.len();
        let head = read(&file, 0, length.min(LONGEST_LINE as u64))?;
        let (head, _) = head.split_once('\n').ok_or(LedgerFault::NoHead)?;
        let begins = head.len() as u64 + 1;
        let head = Head::parse(head)?;
        let mut open = Self {
            file: Arc::new(file),
            id: head.id,
            end: begins,
            sequence: head.sequence,
            chain: head.chain,
        };
        // Two whole lines, however much a power cut has left after them.
        let mut reach = 4 * LONGEST_LINE as u64;
        let (from, tail) = loop {
            let from = begins.max(length.saturating_sub(reach));
            let tail = read(&open.file, from, length - from)?;
            if from == begins || tail.matches('\n').count() > 2 {
                break (from, tail);
            }
            reach *= 2;
        };
        let whole = tail.rfind('\n').map_or(0, |at| at + 1);
        let mut lines = tail[..whole].lines().rev();
        let (last, before) = (lines.next(), lines.next());
        if let Some(last) = last {
            let broken = LedgerFault::Line { after: open.sequence, rule: "six fields" };
            // The first line is chained to the head.
            let (after, chain) = match before {
                Some(before) => Entry::stated(before).ok_or(broken)?,
                None => (open.sequence, open.chain),
            };
            let (entry, chain) = Entry::parse(last, after, &chain)?;
            (open.sequence, open.chain) = (entry.sequence, chain);
            open.end = from + whole as u64;
        }
        open.set_torn_aside(path)?;
        Ok(open)
    }

    /// Whether this is the file that the path leads to.
    fn stands_at(&self, path: &Path) -> Result<bool, LedgerFault> {
        let own = self.file.metadata()?;
        Ok(fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
    }

    /// Reads what other signer processes have written since, and verifies it.
    fn catch_up(&mut self, path: &Path) -> Result<(), LedgerFault> {
        let length = self.file.metadata()?.len();
        if length < self.end {
            return Err(LedgerFault::Cut { now: length, before: self.end });
        }
        if length == self.end {
            return Ok(());
        }
        let text = read(&self.file, self.end, length - self.end)?;
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let (entry, chain) = Entry::parse(line.trim_end_matches('\n'), self.sequence, &self.chain)?;
            (self.sequence, self.chain) = (entry.sequence, chain);
            self.end += line.len() as u64;
        }
        self.set_torn_aside(path)
    }

    /// A last line without its end was never on the disk before its signature left: nobody has that
    /// signature. It is kept beside the ledger, and said.
    fn set_torn_aside(&mut self, path: &Path) -> Result<(), LedgerFault> {
        let length = self.file.metadata()?.len();
        if length == self.end {
            return Ok(());
        }
        let torn = read_octets(&self.file, self.end, length - self.end)?;
        let aside = path.with_extension("torn");
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&aside)?;
        file.write_all(&torn)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        self.file.set_len(self.end)?;
        self.file.sync_all()?;
        tracing::error!(
            file = %aside.display(),
            "the signing ledger ended in a torn line after sequence {}: set aside in {}",
            self.sequence,
            aside.display()
        );
        Ok(())
    }
}

fn read(file: &File, from: u64, length: u64) -> Result<String, LedgerFault> {
    // What is not text is no line, and is seen as such.
    Ok(String::from_utf8_lossy(&read_octets(file, from, length)?).into_owned())
}

fn read_octets(mut file: &File, from: u64, length: u64) -> Result<Vec<u8>, LedgerFault> {
    let mut octets = Vec::new();
    file.seek(SeekFrom::Start(from))?;
    file.take(length).read_to_end(&mut octets)?;
    Ok(octets)
}
