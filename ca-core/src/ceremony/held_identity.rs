//! The identity that a ceremony is held with, from the first certificate or CRL to the last: each bears its names, policies and
//! addresses, and a report holds them against one text. PINs, shares and keys bear none.

use serde::Deserialize;

use super::outcome::{Opened, TakenUp};
use super::transcript::{Entry, EntryEvent};
use super::verify::{ReportError, part, sha256};
use super::{Ceremony, CeremonyError, Step};
use crate::identity::Identity;

/// Where the identity comes from that a report is to bring.
#[derive(Clone, Copy, Debug)]
pub enum ReportIdentity<'a> {
    /// The text that was kept beside the transcript. It must be the one that the transcript names.
    Kept(&'a str),
    /// That of the installation as it is today, where none was kept: brought if it still is the one that the transcript names.
    OfToday(&'a str),
}

impl ReportIdentity<'_> {
    /// The text for the report; none where the one that the transcript names is not at hand, or it names none.
    pub(super) fn held_with(self, entries: &[Entry]) -> Result<Option<String>, ReportError> {
        let (Self::Kept(text) | Self::OfToday(text)) = self;
        let (Some(held_with), brought) = (of(entries), sha256(text.as_bytes())) else { return Ok(None) };
        match self {
            _ if brought == held_with => Ok(Some(text.to_owned())),
            Self::OfToday(_) => Ok(None),
            Self::Kept(_) => {
                let why = format!(
                    "the copy beside the transcript has SHA-256 {brought}, and the ceremony was held with {held_with}: put that one \
                     in its place, or take the copy away"
                );
                Err(part("identity.toml", why))
            }
        }
    }
}

/// SHA-256 of the text of the identity that the transcript names, hexadecimal; none before the ceremony is opened, and where a program
/// of before has opened it.
pub(super) fn of(entries: &[Entry]) -> Option<String> {
    entries.iter().rev().find_map(named_when_taken_up).or_else(|| {
        let opened = entries.iter().find(|entry| is_opening(entry) && entry.event == EntryEvent::Done)?;
        Opened::deserialize(&opened.detail).ok()?.identity_sha256
    })
}

/// The same, of the transcript of a report: another identity than the one it was opened with is named with the first certificate or CRL
/// at the latest.
pub(super) fn verified(entries: &[Entry]) -> Result<Option<String>, ReportError> {
    let later = entries.iter().skip_while(|entry| !bears_it(entry)).skip(1);
    match later.clone().find(|entry| named_when_taken_up(entry).is_some()) {
        Some(entry) => Err(part(&entry.step, "goes on with another identity than what was begun before it")),
        None => Ok(of(entries)),
    }
}

/// Refuses to take a ceremony up with another identity than it is held with. Where nothing was begun that bears it, it goes on
/// with the new one: its digest, for the line that says who took it up.
pub(super) fn settle(
    ceremony: &Ceremony,
    entries: &[Entry],
    identity: &Identity,
) -> Result<Option<String>, CeremonyError> {
    let now = sha256(identity.text().as_bytes());
    let ended = entries
        .last()
        .is_some_and(|last| last.step == Step::Close.to_string() && last.event == EntryEvent::Done);
    match of(entries) {
        Some(held_with) if held_with != now && !ended => {
            if !entries.iter().any(bears_it) {
                return Ok(Some(now));
            }
            Err(CeremonyError::OtherIdentity { ceremony: ceremony.name().to_owned(), held_with, now })
        }
        _ => Ok(None),
    }
}

fn is_opening(entry: &Entry) -> bool {
    entry.step == Step::Open.to_string()
}

/// Whether it is of what the identity is written into.
fn bears_it(entry: &Entry) -> bool {
    ["certificate ", "crl "].iter().any(|kind| entry.step.starts_with(kind))
}

fn named_when_taken_up(entry: &Entry) -> Option<String> {
    TakenUp::deserialize(entry.detail.get("taken_up_by")?).ok()?.identity_sha256
}
