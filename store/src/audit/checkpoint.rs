//! The signed head of the tree: a C2SP `tlog-checkpoint`, which is a C2SP `signed-note` whose text is exact.
//!
//! ```text
//! <origin>                 which log
//! <size>                   how many leaves, decimal
//! <root>                   RFC 6962 root over them, base64
//! igc-signed-at <millis>   our extension line: when, milliseconds since 1970-01-01T00:00:00Z
//!
//! — <key name> <base64 of key ID, 4 octets, and signature>
//! ```
//!
//! Every line ends with a line feed. The signature is over the text up to the empty line, which is not part of it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use diesel::prelude::*;
use thiserror::Error;

use crate::schema::audit_checkpoints;
use crate::{Database, Timestamp};

use super::tree::Hash;

/// Longest note that is read, in octets: `signed-note` wants room for 16 signatures.
pub const NOTE_BOUND: usize = 16 * 1024;

const TIME_LINE: &str = "igc-signed-at ";

/// A head of the tree, as it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, by a unique name without spaces and plus signs; also the name of its key.
    pub origin: String,
    /// How many leaves the tree has.
    pub size: u64,
    /// The RFC 6962 root over them.
    pub root: Hash,
    /// When the head was made.
    pub at: Timestamp,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, size, root, at } = self;
        format!("{origin}\n{size}\n{}\n{TIME_LINE}{}\n", STANDARD.encode(root), at.millis())
    }
}

/// A signature line of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    /// The name of the key.
    pub key_name: String,
    /// Its identifier: with the name it says which key and which algorithm.
    pub key_id: [u8; 4],
    /// The signature over the text, as the key's algorithm encodes it.
    pub signature: Vec<u8>,
}

/// A checkpoint with its signatures, none of which this type has verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// What is signed.
    pub checkpoint: Checkpoint,
    /// By whom: the log first; witnesses may have added theirs.
    pub signatures: Vec<NoteSignature>,
}

/// Bytes that are no checkpoint of ours.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {rule}")]
pub struct NotACheckpoint {
    /// Which line of the note, from one.
    pub line: usize,
    /// What stands there in a checkpoint.
    pub rule: &'static str,
}

impl fmt::Display for SignedCheckpoint {
    /// The note.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.checkpoint.text())?;
        for NoteSignature { key_name, key_id, signature } in &self.signatures {
            writeln!(f, "\u{2014} {key_name} {}", STANDARD.encode([key_id.as_slice(), signature].concat()))?;
        }
        Ok(())
    }
}

impl FromStr for SignedCheckpoint {
    type Err = NotACheckpoint;

    /// Reads one note, whole; what it would not write so is refused.
    fn from_str(note: &str) -> Result<Self, NotACheckpoint> {
        let refused = |line, rule| NotACheckpoint { line, rule };
        if note.len() > NOTE_BOUND {
            return Err(refused(1, "a note has 16 KiB at most"));
        }
        let mut lines = note.lines();
        let mut next = |line, rule| lines.next().filter(|text| !text.is_empty()).ok_or(refused(line, rule));
        let origin = next(1, "the origin of the log")?.to_owned();
        let size =
            next(2, "the size of the tree")?.parse().map_err(|_| refused(2, "the size of the tree"))?;
        let root = next(3, "the root, base64")?;
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let root = root.ok_or(refused(3, "the root, 32 octets in base64"))?;
        let rule = "igc-signed-at and milliseconds since 1970";
        let at = next(4, rule)?.strip_prefix(TIME_LINE).and_then(|millis| millis.parse().ok());
        let at = Timestamp::from_millis(at.ok_or(refused(4, rule))?);
        if lines.next() != Some("") {
            return Err(refused(5, "an empty line"));
        }
        let signatures: Option<Vec<_>> = lines.map(signature_line).collect();
        let signatures = signatures
            .filter(|signatures| !signatures.is_empty())
            .ok_or(refused(6, "signature lines: em dash, key name, base64"))?;
        let read = Self { checkpoint: Checkpoint { origin, size, root, at }, signatures };
        if read.to_string() == note {
            Ok(read)
        } else {
            Err(refused(1, "a note has one form for one content"))
        }
    }
}

fn signature_line(line: &str) -> Option<NoteSignature> {
    let (key_name, encoded) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (key_id, signature) = bytes.split_first_chunk::<4>()?;
    Some(NoteSignature { key_name: key_name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
}

/// The newest checkpoint in the database, if there is one. `origin` is the log's.
pub fn newest(db: &mut Database, origin: &str) -> QueryResult<Option<SignedCheckpoint>> {
    let row = audit_checkpoints::table
        .order(audit_checkpoints::tree_size.desc())
        .select(Row::as_select())
        .first(db)
        .optional()?;
    Ok(row.map(|row: Row| row.signed(origin)))
}

/// The checkpoint of this tree size, where one was signed.
pub fn of_size(db: &mut Database, origin: &str, size: u64) -> QueryResult<Option<SignedCheckpoint>> {
    let row = audit_checkpoints::table.find(size as i64).select(Row::as_select()).first(db).optional()?;
    Ok(row.map(|row: Row| row.signed(origin)))
}

/// The checkpoints of more than `after` leaves, the smallest first, at most `limit`.
pub fn list(db: &mut Database, origin: &str, after: u64, limit: i64) -> QueryResult<Vec<SignedCheckpoint>> {
    Ok(rows(db, after, limit)?.into_iter().map(|row| row.signed(origin)).collect())
}

pub(super) fn rows(db: &mut Database, after: u64, limit: i64) -> QueryResult<Vec<Row>> {
    audit_checkpoints::table
        .filter(audit_checkpoints::tree_size.gt(after as i64))
        .order(audit_checkpoints::tree_size)
        .limit(limit)
        .select(Row::as_select())
        .load(db)
}

/// A row of `audit_checkpoints`: the note without its origin, and the right edge of the tree.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = audit_checkpoints)]
pub(super) struct Row {
    pub(super) tree_size: i64,
    root_hash: Vec<u8>,
    pub(super) frontier: Vec<u8>,
    signed_at: Timestamp,
    /// Eight hexadecimal digits: the key ID of the signature line.
    key_id: String,
    signature: Vec<u8>,
}

impl Row {
    /// The row of a checkpoint that was just signed, by the log first.
    pub(super) fn of(signed: &SignedCheckpoint, frontier: Vec<u8>) -> Self {
        let log = signed.signatures.first().expect("who signs a checkpoint gives a signature");
        Self {
            tree_size: signed.checkpoint.size as i64,
            root_hash: signed.checkpoint.root.to_vec(),
            frontier,
            signed_at: signed.checkpoint.at,
            key_id: hex::encode(log.key_id),
            signature: log.signature.clone(),
        }
    }

    /// The note. A row that was altered gives a note whose signature does not verify.
    pub(super) fn signed(&self, origin: &str) -> SignedCheckpoint {
        let mut key_id = [0; 4];
        // Another length leaves zeros: a key that nobody has.
        let _ = hex::decode_to_slice(&self.key_id, &mut key_id);
        SignedCheckpoint {
            checkpoint: Checkpoint {
                origin: origin.to_owned(),
                size: self.tree_size as u64,
                root: self.root_hash.clone().try_into().unwrap_or_default(),
                at: self.signed_at,
            },
            signatures: vec![NoteSignature {
                key_name: origin.to_owned(),
                key_id,
                signature: self.signature.clone(),
            }],
        }
    }
}
