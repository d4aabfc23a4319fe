//! The log of an installation that is made up: its events, and the heads that were signed of it.

use openssl::pkey::{PKey, Private};
use serde_json::{Value, json};

use super::encodings::{key, sign, spki, text_of};
use crate::bundle::FORMAT;
use crate::key::{hex, sha256};
use crate::log::parent;

const NAME: &str = "log.test";

pub struct Log {
    key: PKey<Private>,
    pub events: Vec<Logged>,
    /// Heads of the database; one over all events where there is none.
    pub heads: Vec<Head>,
    /// Heads that were kept beside it.
    pub witnessed: Vec<Head>,
}

#[derive(Clone)]
pub struct Logged {
    action: String,
    subject: String,
    payload: String,
    at: i64,
}

/// A head that was signed.
#[derive(Clone)]
pub struct Head(pub u64, pub [u8; 32]);

impl Logged {
    fn id(&self, place: usize) -> String {
        format!("{place:032x}")
    }

    fn commitment(&self) -> [u8; 32] {
        sha256(&[[7; 16].as_slice(), self.payload.as_bytes()].concat())
    }

    fn leaf(&self, place: usize) -> [u8; 32] {
        let mut encoded = b"\x00igc-audit-event-v1".to_vec();
        let (id, at, commitment) = (self.id(place), self.at.to_be_bytes(), self.commitment());
        for field in [
            id.as_bytes(),
            at.as_slice(),
            b"job:test",
            b"",
            self.action.as_bytes(),
            self.subject.as_bytes(),
            &commitment,
        ] {
            encoded.extend((field.len() as u64).to_be_bytes());
            encoded.extend(field);
        }
        sha256(&encoded)
    }
}

impl Log {
    pub fn new() -> Self {
        Self { key: key(), events: Vec::new(), heads: Vec::new(), witnessed: Vec::new() }
    }

    pub fn event(&mut self, action: &str, subject: &str, payload: Value, at: i64) {
        let (action, subject) = (action.to_owned(), subject.to_owned());
        self.events.push(Logged { action, subject, payload: payload.to_string(), at });
    }

    /// The head over the events of now.
    pub fn head(&self) -> Head {
        let leaves: Vec<_> = self.events.iter().enumerate().map(|(place, event)| event.leaf(place)).collect();
        Head(leaves.len() as u64, root(&leaves))
    }

    fn note(&self, Head(size, root): &Head) -> String {
        let text = format!("{NAME}\n{size}\n{}\nigc-signed-at 5\n", text_of(root));
        let id = &sha256(&spki(&self.key))[..4];
        let line = text_of(&[id, &sign(&self.key, text.as_bytes())].concat());
        format!("{text}\n\u{2014} {NAME} {line}\n")
    }

    fn notes(&self, heads: &[Head]) -> String {
        heads.iter().map(|head| self.note(head)).collect()
    }

    /// The files of the bundle that tell of it.
    pub fn files(&self, certificates: usize) -> Vec<(&'static str, Vec<u8>)> {
        let heads = if self.heads.is_empty() { vec![self.head()] } else { self.heads.clone() };
        let line = |(place, event): (usize, &Logged)| {
            json!({
                "sequence": place, "id": event.id(place), "occurred_at": event.at, "actor": "job:test", "request": "",
                "action": event.action, "subject": event.subject, "payload_commitment": hex(&event.commitment()),
                "salt": hex(&[7; 16]), "payload": event.payload, "leaf_hash": hex(&event.leaf(place)),
            })
        };
        let events: String = self.events.iter().enumerate().map(|one| format!("{}\n", line(one))).collect();
        let bundle = json!({
            "format": FORMAT, "origin": NAME, "events": self.events.len(), "certificates": certificates,
            "checkpoints": heads.len(), "witnessed": self.witnessed.len(),
        });
        let public = spki(&self.key);
        let encoded = text_of(&[&[2], public.as_slice()].concat());
        vec![
            ("bundle.json", bundle.to_string().into_bytes()),
            ("key", format!("{NAME}+{}+{encoded}\n", hex(&sha256(&public)[..4])).into_bytes()),
            ("checkpoints", self.notes(&heads).into_bytes()),
            ("witness", self.notes(&self.witnessed).into_bytes()),
            ("events.jsonl", events.into_bytes()),
        ]
    }
}

/// RFC 6962 §2.1.
fn root(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => sha256(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            parent(&root(left), &root(right))
        }
    }
}
