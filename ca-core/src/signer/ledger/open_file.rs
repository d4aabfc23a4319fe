//! The file that a writer has open: where it ends, and what another process has written since.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::line::{Chain, Head, LONGEST_LINE};
use super::{Entry, LedgerFault};

/// How much room the disk is asked for at a time, octets: some 250 lines.
const RESERVED: u64 = 64 * 1024;

/// A ledger that is open, and what stands at its end.
#[derive(Debug)]
pub(super) struct Open {
    /// Shared with whoever forces it to the disk while others write.
    pub(super) file: Arc<File>,
    pub(super) id: String,
    pub(super) end: u64,
    pub(super) sequence: u64,
    pub(super) chain: Chain,
    /// Up to where the disk has room for it.
    reserved: u64,
}

impl Open {
    /// Finds the last line, without reading the whole file: what stands before it was verified by
    /// whoever follows the ledger.
    pub(super) fn at_end(file: File, path: &Path) -> Result<Self, LedgerFault> {
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
            reserved: 0,
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

    /// Has the disk keep room for the lines that come next, so that a full one refuses before anything is signed. Where the file
    /// system cannot, it refuses afterwards.
    pub(super) fn reserve(&mut self) -> Result<(), LedgerFault> {
        if self.end + RESERVED / 2 <= self.reserved {
            return Ok(());
        }
        match fallocate(&*self.file, FallocateFlags::KEEP_SIZE, self.end, RESERVED) {
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            kept => kept.map_err(io::Error::from)?,
        }
        self.reserved = self.end + RESERVED;
        Ok(())
    }

    /// Whether this is the file that the path leads to.
    pub(super) fn stands_at(&self, path: &Path) -> Result<bool, LedgerFault> {
        let own = self.file.metadata()?;
        Ok(fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (own.dev(), own.ino())))
    }

    /// Reads what other signer processes have written since, and verifies it.
    pub(super) fn catch_up(&mut self, path: &Path) -> Result<(), LedgerFault> {
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
