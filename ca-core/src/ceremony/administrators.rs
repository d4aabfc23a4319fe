//! The keys of the first administrators, recorded before witnesses: with them the chain of officers' keys begins, which this crate knows
//! nothing else of. A ceremony makes none of these keys; it says whose they are.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Timestamp;
use toml::Spanned;

use super::check::Checker;
use super::file::Administrator;
use super::outcome::{Opened, TakenUp};
use super::transcript::{Entry, EntryEvent, TranscriptError, read_chain};
use super::{Ceremony, CeremonyError, Step};
use crate::profile::KeyKind;

/// Most keys that one ceremony records.
const MOST: usize = 16;
/// How the name of a step begins that records a key.
pub(super) const STEP: &str = "administrator ";
/// Octets of the longest identifier of a key (Web Authentication Level 3 §4, "Credential ID").
const LONGEST_ID: usize = 1023;

/// An administrator's key, to be recorded; and what is left of it in the transcript.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdministratorKey {
    /// Whose it is: his login.
    pub login: String,
    /// His name, for people.
    pub display_name: String,
    /// The authenticator's name for the key, lower-case hexadecimal.
    pub credential_id: String,
    /// SubjectPublicKeyInfo in DER, lower-case hexadecimal.
    pub public_key: String,
}

impl AdministratorKey {
    pub(super) fn of(administrator: &Administrator) -> Self {
        let lower = |text: &Spanned<String>| text.get_ref().to_ascii_lowercase();
        Self {
            login: administrator.login.get_ref().clone(),
            display_name: administrator.display_name.get_ref().clone(),
            credential_id: lower(&administrator.credential_id),
            public_key: lower(&administrator.public_key),
        }
    }

    /// SHA-256 of the key, lower-case hexadecimal, as its owner's screen shows it.
    pub fn fingerprint(&self) -> String {
        hex::encode(Sha256::digest(hex::decode(&self.public_key).unwrap_or_default()))
    }

    /// The step that records it: unique, since a key stands once.
    pub(super) fn step(&self) -> String {
        format!("{STEP}{} {}", self.login, &self.fingerprint()[..8])
    }
}

/// Keys of two administrators at least, each once, on the curve that officers sign with.
pub(super) fn check(checker: &Checker<'_>) -> Result<(), CeremonyError> {
    let administrators = &checker.ceremony.plan.administrator;
    let Some(first) = administrators.first() else { return Ok(()) };
    let (mut people, mut keys) = (BTreeSet::new(), BTreeSet::new());
    for one in administrators {
        let login = one.login.get_ref();
        let word =
            |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || b".-_".contains(&octet);
        if !(1..=64).contains(&login.len()) || !login.bytes().all(word) {
            let rule = "must be 1 to 64 lower-case letters, digits, dots, dashes and underscores";
            return checker.refuse(&one.login, "login", rule);
        }
        let name = one.display_name.get_ref();
        if !(1..=100).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return checker.refuse(
                &one.display_name,
                "display_name",
                "must be a name of 1 to 100 characters",
            );
        }
        let id = hex::decode(one.credential_id.get_ref()).unwrap_or_default();
        if !(1..=LONGEST_ID).contains(&id.len()) {
            let rule = "must be 1 to 1023 octets in hexadecimal";
            return checker.refuse(&one.credential_id, "credential_id", rule);
        }
        let key = hex::decode(one.public_key.get_ref()).unwrap_or_default();
        if KeyKind::of(&key) != Some(KeyKind::P256) {
            let rule = "must be the SubjectPublicKeyInfo of a P-256 key in hexadecimal";
            return checker.refuse(&one.public_key, "public_key", rule);
        }
        if !keys.insert(id) || !keys.insert(key) {
            return checker.refuse(&one.credential_id, "credential_id", "the same key stands twice");
        }
        people.insert(login);
    }
    if people.len() < 2 || administrators.len() > MOST {
        let rule = "must be keys of two administrators at least, and 16 keys at most";
        return checker.refuse(&first.login, "administrator", rule);
    }
    Ok(())
}

/// The administrators' keys that a ceremony recorded, once it has come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedAdministrators {
    /// The end of the ceremony.
    pub at: Timestamp,
    /// SHA-256 of the last line of its transcript, as the audit trail has it.
    pub head: String,
    /// Who was there, as it says: who typed, and who watched.
    pub present: Vec<String>,
    /// The keys, in the order of the file.
    pub keys: Vec<AdministratorKey>,
}

/// What the transcript of this ceremony says of administrators' keys; nothing where it records none, or has not come to its end.
pub fn recorded_administrators(
    ceremony: &Ceremony,
    transcript: &str,
) -> Result<Option<RecordedAdministrators>, TranscriptError> {
    let entries = read_chain(transcript, &ceremony.sha256())?;
    let closed = Step::Close.to_string();
    let end = entries.last().filter(|last| last.step == closed && last.event == EntryEvent::Done);
    let Some(end) = end else { return Ok(None) };
    let mut keys = Vec::new();
    for step in ceremony.steps().iter().filter(|step| matches!(step, Step::Administrator(_))) {
        let name = step.to_string();
        let done = entries.iter().find(|entry| entry.step == name && entry.event == EntryEvent::Done);
        keys.extend(done.and_then(|entry| AdministratorKey::deserialize(&entry.detail).ok()));
    }
    let head = transcript.lines().last().map(|line| hex::encode(Sha256::digest(line)));
    Ok((!keys.is_empty()).then(|| RecordedAdministrators {
        at: end.at,
        head: head.unwrap_or_default(),
        present: present(&entries),
        keys,
    }))
}

/// Everybody who was there, each once: at the opening, and where another process took it up.
fn present(entries: &[Entry]) -> Vec<String> {
    let opened = entries.iter().filter_map(|entry| Opened::deserialize(&entry.detail).ok());
    let opened = opened.map(|one| (one.operator, one.witnesses));
    let taken_up = entries.iter().filter_map(|entry| TakenUp::deserialize(&entry.detail["taken_up_by"]).ok());
    let mut present: Vec<String> = Vec::new();
    for (operator, witnesses) in opened.chain(taken_up.map(|one| (one.operator, one.witnesses))) {
        for name in std::iter::once(operator).chain(witnesses) {
            if !present.contains(&name) {
                present.push(name);
            }
        }
    }
    present
}
