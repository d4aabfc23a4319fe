//! The log: every leaf computed again, the tree over them, and the checkpoints it must agree with.

mod heads;

use std::collections::HashSet;

use serde::Deserialize;

use crate::bundle::{Bundle, Unreadable};
use crate::certificates::Certificates;
use crate::enrolments::Enrolments;
use crate::findings::Findings;
use crate::key::{hex, sha256, unhex};
use heads::Heads;

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
    let mut heads = Heads::of(bundle, findings)?;
    let mut payloads = Payloads::default();
    let mut unsigned = Unsigned::default();
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
            heads.compare(&tree, bundle, findings);
        }
        unsigned.see(event.occurred_at, event.sequence.is_some(), heads.cover(tree.size));
        payloads.see(&event);
        let (action, subject) = (event.action.as_str(), event.subject.as_str());
        enrolments.leaf(action, subject, event.payload.as_deref(), findings);
        certificates.leaf((action, subject, event.occurred_at), event.payload.as_deref(), findings);
    })?;
    heads.conclude(&tree, bundle, findings)?;
    unsigned.conclude(findings);
    payloads.conclude(findings);
    Ok(())
}

/// Milliseconds that a leaf may wait for a head in a log whose heads are all there. It waits for less than one second; this is what
/// a token may take.
const LATE: i64 = 60_000;

/// Events under no head.
#[derive(Default)]
struct Unsigned {
    /// How many, and of these how many have their place.
    events: u64,
    placed: u64,
    /// The latest time of an event that has its place, and of one under a head. Those that wait for a place say nothing: the worker may be
    /// away, or busy with the first of them.
    newest: i64,
    newest_covered: i64,
    /// The earliest of one that has its place, and happened after all those under heads: what happened before was written late, at the end of
    /// something long.
    oldest: Option<i64>,
}

impl Unsigned {
    fn see(&mut self, at: i64, is_placed: bool, is_covered: bool) {
        if is_placed {
            self.newest = self.newest.max(at);
        }
        if is_placed && is_covered {
            self.newest_covered = self.newest_covered.max(at);
            return;
        }
        self.events += 1;
        if is_placed {
            self.placed += 1;
            if at > self.newest_covered {
                self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
            }
        }
    }

    /// Whoever deletes the heads over what he has written anew leaves it under none.
    fn conclude(&self, findings: &mut Findings) {
        findings.unsigned = self.events;
        if let Some(oldest) = self.oldest
            && self.newest.saturating_sub(oldest) > LATE
        {
            let seconds = (self.newest - oldest) / 1000;
            findings.contradiction(
                "checkpoints",
                format!(
                    "{} events have their place under no signed head, the first of them {seconds} s before the newest event: \
                     heads are missing, or the log's key does not sign",
                    self.placed
                ),
            );
        }
    }
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
pub struct Tree {
    pub size: u64,
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

    pub fn root(&self) -> [u8; 32] {
        let mut roots = self.roots.iter().rev();
        let Some(last) = roots.next() else { return sha256(b"") };
        roots.fold(*last, |right, left| parent(left, &right))
    }
}

pub fn parent(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    sha256(&[&[1], left.as_slice(), right.as_slice()].concat())
}
