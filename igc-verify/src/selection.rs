//! A selection of the log: events, each with its way to one signed head (docs/audit.md, "A selection").

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::arguments::Arguments;
use crate::bundle::{Unreadable, text};
use crate::findings::Findings;
use crate::key::base64;
use crate::log::{Event, parent};
use crate::note::{LogKey, Note, Notes};

const FORMAT: &str = "igc-audit-selection-v1";
const LONGEST_KEY: u64 = 1 << 20;
/// An event without its payload, and 64 hashes.
const LONGEST_LINE: u64 = 1 << 20;

/// The first line.
#[derive(Deserialize)]
struct Head {
    format: String,
    key: String,
    checkpoint: String,
    events: u64,
}

/// Each other line.
#[derive(Deserialize)]
struct Proven {
    event: Event,
    index: u64,
    path: Vec<String>,
}

/// Reads the file, all of it, and says what in it does not hold.
pub fn verify(arguments: &Arguments) -> Result<Findings, Unreadable> {
    let path = &arguments.bundle;
    let file = File::open(path).map_err(|error| Unreadable(format!("{}: {error}", path.display())))?;
    let mut reader = BufReader::new(file);
    let head: Head = line(&mut reader, path, 1)?
        .ok_or_else(|| Unreadable(format!("{}: it has no line", path.display())))?;
    if head.format != FORMAT {
        let what = format!("line 1: format {}, and {FORMAT} is what is known here", head.format);
        return Err(Unreadable(what));
    }
    let (key, trusted) = match &arguments.key {
        Some(path) => (text(path, LONGEST_KEY)?, Vec::new()),
        None => (head.key.clone(), vec!["log key of the selection itself".to_owned()]),
    };
    let key = LogKey::read(&key).ok_or_else(|| Unreadable("no verifier key".to_owned()))?;
    let mut findings = Findings::trusting(trusted);
    let note = head_of(&head, &key, &mut findings);
    let mut last: Option<u64> = None;
    for n in 2.. {
        let Some(proven) = line::<Proven>(&mut reader, path, n)? else { break };
        findings.events += 1;
        if let Some(note) = &note {
            check(&proven, note, &mut findings);
        }
        if last.is_some_and(|last| last <= proven.index) {
            findings.contradiction(format!("line {n}"), "is no older than the line before");
        }
        last = Some(proven.index);
    }
    if findings.events != head.events {
        let what = format!("says {} events, and {} are there", head.events, findings.events);
        findings.contradiction("line 1", what);
    }
    Ok(findings)
}

/// The one checkpoint, where it reads and is the log's.
fn head_of(head: &Head, key: &LogKey, findings: &mut Findings) -> Option<Note> {
    // Of memory: reading it does not fail.
    let notes = Notes::of(head.checkpoint.as_bytes()).flatten();
    match notes.collect::<Result<Vec<_>, _>>().ok().as_mut().map(Vec::pop) {
        Some(Some(note)) if key.signed(&note) => {
            findings.checkpoints = 1;
            Some(note)
        }
        Some(Some(note)) => {
            findings.contradiction(format!("checkpoint {}", note.size), "its signature is not the log key's");
            None
        }
        _ => {
            findings.contradiction("checkpoint", "is no checkpoint");
            None
        }
    }
}

fn check(proven: &Proven, note: &Note, findings: &mut Findings) {
    let leaf = proven.event.check(findings);
    let row = || format!("event {}", proven.event.id);
    if proven.event.sequence != Some(proven.index) {
        findings.contradiction(row(), "its place is not the one that is proven");
    }
    let path: Option<Vec<[u8; 32]>> = proven.path.iter().map(|hash| base64(hash)?.try_into().ok()).collect();
    let root = path.and_then(|path| root(leaf, proven.index, note.size, &path));
    if root != Some(note.root) {
        findings.contradiction(row(), "does not stand in the tree that was signed");
    }
}

/// The root that a path leads to (RFC 9162 §2.1.3.2); nothing where it is too long or too short.
fn root(leaf: [u8; 32], index: u64, size: u64, path: &[[u8; 32]]) -> Option<[u8; 32]> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut node) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if place % 2 == 1 || place == last {
            node = parent(sibling, &node);
            while place % 2 == 0 && place != 0 {
                (place, last) = (place / 2, last / 2);
            }
        } else {
            node = parent(&node, sibling);
        }
        (place, last) = (place / 2, last / 2);
    }
    (last == 0).then_some(node)
}

/// The next line; none at the end.
fn line<T: DeserializeOwned>(
    reader: &mut BufReader<File>,
    path: &Path,
    n: usize,
) -> Result<Option<T>, Unreadable> {
    let failed = |what: &dyn std::fmt::Display| Unreadable(format!("{} line {n}: {what}", path.display()));
    let mut line = Vec::new();
    let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
    if read.map_err(|error| failed(&error))? == 0 {
        return Ok(None);
    }
    serde_json::from_slice(&line).map(Some).map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::sha256;

    /// RFC 6962 §2.1 word for word.
    fn naive(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                parent(&naive(left), &naive(right))
            }
        }
    }

    fn path(index: usize, leaves: &[[u8; 32]]) -> Vec<[u8; 32]> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
        let (mut rest, sibling) = match index < left.len() {
            true => (path(index, left), naive(right)),
            false => (path(index - left.len(), right), naive(left)),
        };
        rest.push(sibling);
        rest
    }

    #[test]
    fn every_leaf_leads_to_the_root_and_none_does_from_another_place() {
        for size in 1..20_u8 {
            let leaves: Vec<_> = (0..size).map(|n| sha256(&[n])).collect();
            for index in 0..size {
                let path = path(index.into(), &leaves);
                let to = |leaf, index: u64, path: &[[u8; 32]]| root(leaf, index, size.into(), path);
                let leaf = leaves[usize::from(index)];
                assert_eq!(to(leaf, index.into(), &path), Some(naive(&leaves)), "{index} of {size}");
                assert_ne!(to(sha256(b"other"), index.into(), &path), Some(naive(&leaves)));
                if size > 1 {
                    let other = u64::from((index + 1) % size);
                    assert_ne!(to(leaf, other, &path), Some(naive(&leaves)), "{index} of {size}");
                    assert_ne!(to(leaf, index.into(), &path[1..]), Some(naive(&leaves)), "too short");
                }
                let long = [path.as_slice(), &[[0; 32]]].concat();
                assert_ne!(to(leaf, index.into(), &long), Some(naive(&leaves)), "too long");
            }
        }
    }
}
