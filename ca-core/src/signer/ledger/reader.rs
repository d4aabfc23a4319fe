//! Following a ledger from where one stood, verifying each line.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::line::{Chain, Head, LONGEST_LINE, TOO_LONG};
use super::{Entry, LedgerError, LedgerFault, opening};

/// How far a ledger was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Which ledger: the identifier of its head.
    pub ledger: String,
    /// The octets before the next line.
    pub offset: u64,
    /// The sequence of the last line.
    pub sequence: u64,
    /// The link of the last line.
    pub chain: [u8; 32],
}

/// What stands after a position.
#[derive(Clone, Debug)]
pub struct Followed {
    /// Where they begin: the position that was given, or the head.
    pub from: Position,
    /// The lines, each chained to the one before.
    pub entries: Vec<Entry>,
    /// Where to go on.
    pub position: Position,
}

/// Which ledger stands at `path`; nothing where nothing was signed yet.
pub fn identify(path: &Path) -> Result<Option<String>, LedgerError> {
    let Some(file) = open(path)? else { return Ok(None) };
    let head = || -> Result<Head, LedgerFault> {
        file.lock_shared()?;
        Head::parse(&line(&mut BufReader::new(file), 0)?.ok_or(LedgerFault::NoHead)?)
    };
    head().map(|head| Some(head.id)).map_err(|fault| fault.of(path))
}

/// Reads at most `limit` lines after `from`; from the head where there is no position, or where it is of
/// another ledger: [`Follower::after`], once.
pub fn follow(path: &Path, from: Option<&Position>, limit: usize) -> Result<Option<Followed>, LedgerError> {
    Follower::new(path).after(from, limit)
}

/// Reads a ledger part by part, to where it ended when it was begun.
#[derive(Debug)]
pub struct Follower<'a> {
    path: &'a Path,
    forced: Option<u64>,
}

impl<'a> Follower<'a> {
    /// Reads nothing yet.
    pub fn new(path: &'a Path) -> Self {
        Self { path, forced: None }
    }

    /// Reads what is written, on the disk or not, for who only asks whether something is there.
    pub fn unforced(path: &'a Path) -> Self {
        Self { path, forced: Some(u64::MAX) }
    }

    /// Reads at most `limit` lines after `from`; from the head where there is no position, or where it is of
    /// another ledger. Every line is verified against the one before. Nothing comes back that is not on the disk: what
    /// is written is forced to it before the first line is read, so that a power cut takes no line that anybody was told
    /// of. Nothing comes back where there is no file.
    pub fn after(&mut self, from: Option<&Position>, limit: usize) -> Result<Option<Followed>, LedgerError> {
        let Some(file) = open(self.path)? else { return Ok(None) };
        let read = || {
            let forced = self.forced.map_or_else(|| force(&file), Ok)?;
            self.forced = Some(forced);
            read(file, from, limit, forced)
        };
        read().map(Some).map_err(|fault| fault.of(self.path))
    }
}

fn open(path: &Path) -> Result<Option<File>, LedgerError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(LedgerFault::from(opening(error, path)).of(path)),
    }
}

fn read(file: File, from: Option<&Position>, limit: usize, forced: u64) -> Result<Followed, LedgerFault> {
    file.lock_shared()?;
    let length = file.metadata()?.len();
    let mut reader = BufReader::new(file);
    let head_line = line(&mut reader, 0)?.ok_or(LedgerFault::NoHead)?;
    let head = Head::parse(&head_line)?;
    let from = from.filter(|position| position.ledger == head.id);
    let mut position = from.cloned().unwrap_or(Position {
        offset: head_line.len() as u64 + 1,
        sequence: head.sequence,
        chain: head.chain,
        ledger: head.id,
    });
    if length < position.offset {
        return Err(LedgerFault::Cut { now: length, before: position.offset });
    }
    reader.seek(SeekFrom::Start(position.offset))?;
    let (from, mut entries) = (position.clone(), Vec::new());
    while entries.len() < limit
        && let Some(text) = line(&mut reader, position.sequence)?
        // What was written since is not forced to the disk yet.
        && position.offset + (text.len() as u64) < forced
    {
        let (entry, chain): (Entry, Chain) = Entry::parse(&text, position.sequence, &position.chain)?;
        position.offset += text.len() as u64 + 1;
        (position.sequence, position.chain) = (entry.sequence, chain);
        entries.push(entry);
    }
    Ok(Followed { from, entries, position })
}

/// How long it is, all of it on the disk. Nobody who signs waits for that: the lock is not held meanwhile.
fn force(file: &File) -> Result<u64, LedgerFault> {
    file.lock_shared()?;
    let length = file.metadata()?.len();
    file.unlock()?;
    match file.sync_data() {
        // A copy on a file system that never writes.
        Err(error) if error.kind() == ErrorKind::InvalidInput => {}
        forced => forced?,
    }
    Ok(length)
}

/// The next line that has its end. One that is longer than any line is none: whoever took it for the end of the file would follow
/// this ledger no further, for good.
fn line(reader: &mut BufReader<File>, after: u64) -> Result<Option<String>, LedgerFault> {
    let mut octets = Vec::new();
    reader.by_ref().take(LONGEST_LINE as u64).read_until(b'\n', &mut octets)?;
    if octets.last() == Some(&b'\n') {
        octets.pop();
        let text = String::from_utf8(octets).map_err(|_| LedgerFault::Line { after, rule: "is text" })?;
        return Ok(Some(text));
    }
    // What a power cut left has no end, however long it is: whoever writes next sets it aside.
    if octets.len() == LONGEST_LINE && reader.skip_until(b'\n')? > 0 && ended(reader)? {
        return Err(LedgerFault::Line { after, rule: TOO_LONG });
    }
    Ok(None)
}

/// Whether the octet before this place is a line feed.
fn ended(reader: &mut BufReader<File>) -> Result<bool, LedgerFault> {
    let mut octet = [0];
    reader.seek(SeekFrom::Current(-1))?;
    reader.read_exact(&mut octet)?;
    Ok(octet == *b"\n")
}
