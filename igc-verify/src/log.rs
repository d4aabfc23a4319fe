//! The log: every leaf computed again, the tree over them, and the checkpoints it must agree with.

use std::collections::HashSet;

use serde::Deserialize;

use crate::bundle::{Bundle, Unreadable};
use crate::certificates::Certificates;
use crate::enrolments::Enrolments;
use crate::findings::Findings;
use crate::key::{hex, sha256, unhex};
use crate::note::Note;

/// A line of `events.jsonl`.
#[derive(Deserialize)]
pub struct Event {
    pub sequence: Option<u64>,
    pub id: String,
    occurred_at: i64,
    actor: String,
    request: String,
    action: String,
    subject: String,
    payload_commitment: String,
    salt: Option<String>,
    payload: Option<String>,
    leaf_hash: String,
}

/// Reads the events in their order; each goes on to `certificates` and `enrolments`.
pub fn check(
    bundle: &Bundle,
    certificates: &mut Certificates,
    enrolments: &mut Enrolments,
    findings: &mut Findings,
) -> Result<(), Unreadable> {
    for (name, authority) in &bundle.authorities {
        if !certificates.has_authority(authority) {
            findings.contradiction(
                format!("authority {name}"),
                "its certificate is not among the certificates that hold",
            );
        }
    }
    let (own, since) = (bundle.checkpoints()?, bundle.since()?);
    (findings.checkpoints, findings.since) = (own.len() as u64, since.len() as u64);
    let mut kept = [
        Kept::of("checkpoints", own, bundle, findings),
        Kept::of("kept checkpoints", since, bundle, findings),
    ];
    let mut payloads = Payloads::default();
    let covered = kept[0].notes.last().map_or(0, |note| note.size);
    let mut tree = Tree::default();
    bundle.each_line("events.jsonl", |line, event: Event| {
        findings.events += 1;
        let leaf = event.check(findings);
        match event.sequence {
            Some(sequence) if sequence != tree.size => {
                let what = format!("stands at place {sequence}, where {} is due", tree.size);
                findings.contradiction(format!("events.jsonl line {line}, event {}", event.id), what);
            }
            _ => {}
        }
        if event.sequence.is_some() {
            tree.push(leaf);
            kept.iter_mut().for_each(|kept| kept.compare(&tree, findings));
        }
        if event.sequence.is_none() || tree.size > covered {
            findings.unsigned += 1;
        }
        payloads.see(&event);
        let (action, subject) = (event.action.as_str(), event.subject.as_str());
        enrolments.leaf(action, subject, event.payload.as_deref(), findings);
        certificates.leaf((action, subject, event.occurred_at), event.payload.as_deref(), findings);
    })?;
    if covered == 0 {
        findings.contradiction("checkpoints", "no signed head stands over the events");
    }
    kept.into_iter().for_each(|kept| kept.conclude(&tree, findings));
    payloads.conclude(findings);
    Ok(())
}

/// Payloads that are gone, and the events that say so.
#[derive(Default)]
struct Payloads {
    gone: HashSet<String>,
    erased: HashSet<String>,
}

impl Payloads {
    fn see(&mut self, event: &Event) {
        if event.payload.is_none() || event.salt.is_none() {
            self.gone.insert(event.id.clone());
        }
        if let Some(id) =
            event.subject.strip_prefix("event ").filter(|_| event.action == "audit.payload-erased")
        {
            self.erased.insert(id.to_owned());
        }
    }

    fn conclude(self, findings: &mut Findings) {
        findings.erased = self.gone.intersection(&self.erased).count() as u64;
        for id in self.gone.difference(&self.erased) {
            findings.contradiction(
                format!("event {id}"),
                "its payload is gone, and no event says that it was erased",
            );
        }
    }
}

impl Event {
    /// The leaf that the fields give (docs/audit.md, "Leaves"), whatever the line says it is.
    pub fn check(&self, findings: &mut Findings) -> [u8; 32] {
        let row = || format!("event {} ({} {})", self.id, self.action, self.subject);
        let commitment = unhex(&self.payload_commitment).unwrap_or_default();
        if let (Some(salt), Some(payload)) = (&self.salt, &self.payload) {
            let salted = [unhex(salt).unwrap_or_default().as_slice(), payload.as_bytes()].concat();
            if sha256(&salted)[..] != commitment {
                findings.contradiction(row(), "its payload is not the one it committed to");
            }
        }
        let mut encoded = b"\x00igc-audit-event-v1".to_vec();
        let at = self.occurred_at.to_be_bytes();
        let fields: [&[u8]; 7] = [
            self.id.as_bytes(),
            &at,
            self.actor.as_bytes(),
            self.request.as_bytes(),
            self.action.as_bytes(),
            self.subject.as_bytes(),
            &commitment,
        ];
        for field in fields {
            encoded.extend_from_slice(&(field.len() as u64).to_be_bytes());
            encoded.extend_from_slice(field);
        }
        let leaf = sha256(&encoded);
        if hex(&leaf) != self.leaf_hash {
            findings.contradiction(row(), "altered: its fields do not give its leaf");
        }
        leaf
    }
}

/// The tree of RFC 6962 §2.1, by the perfect subtrees at its right edge: a root for each set bit of the size.
#[derive(Default)]
struct Tree {
    size: u64,
    roots: Vec<[u8; 32]>,
}

impl Tree {
    fn push(&mut self, leaf: [u8; 32]) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            node = parent(&self.roots.pop().unwrap_or_default(), &node);
        }
        self.roots.push(node);
        self.size += 1;
    }

    fn root(&self) -> [u8; 32] {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return sha256(b"") };
        roots.fold(*last, |right, left| parent(left, &right))
    }
}

pub fn parent(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    sha256(&[&[1], left.as_slice(), right.as_slice()].concat())
}

/// Checkpoints, the smallest tree first, while the leaves go by.
struct Kept {
    name: &'static str,
    notes: Vec<Note>,
    next: usize,
}

impl Kept {
    /// Those that read, are the log's, and grow.
    fn of(
        name: &'static str,
        read: Vec<Result<Note, usize>>,
        bundle: &Bundle,
        findings: &mut Findings,
    ) -> Self {
        let mut notes: Vec<Note> = Vec::new();
        for note in read {
            match note {
                Err(line) => findings.contradiction(format!("{name} line {line}"), "is no checkpoint"),
                Ok(note) if !bundle.key.signed(&note) => {
                    findings
                        .contradiction(format!("{name} {}", note.size), "its signature is not the log key's");
                }
                Ok(note) if notes.last().is_some_and(|last| last.size > note.size) => {
                    findings.contradiction(format!("{name} {}", note.size), "stands behind a larger one");
                }
                Ok(note) => notes.push(note),
            }
        }
        Self { name, notes, next: 0 }
    }

    fn compare(&mut self, tree: &Tree, findings: &mut Findings) {
        while let Some(note) = self.notes.get(self.next).filter(|note| note.size <= tree.size) {
            if note.size == tree.size && note.root != tree.root() {
                findings.contradiction(
                    format!("{} {}", self.name, note.size),
                    "signs another tree than these events",
                );
            }
            self.next += 1;
        }
    }

    /// What is left signs more leaves than there are.
    fn conclude(self, tree: &Tree, findings: &mut Findings) {
        for note in &self.notes[self.next..] {
            let what =
                format!("signs {} leaves, and there are {}: cut, or rolled back", note.size, tree.size);
            findings.contradiction(format!("{} {}", self.name, note.size), what);
        }
    }
}
