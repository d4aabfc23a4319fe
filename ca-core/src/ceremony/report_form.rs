//! A report by its form alone: what every report has had since the first one, whatever is asked of its content today.

use serde::Deserialize;

use super::Step;
use super::report::FORMAT;
use super::transcript::{EntryEvent, read_chain};
use super::verify::sha256;

/// What every report has; a report of a later program may have more.
#[derive(Deserialize)]
struct Form {
    format: String,
    ceremony_file: String,
    transcript: Vec<String>,
}

/// What is read of a ceremony file: which sections one may have is a question of the day.
#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The head of the transcript, where the octets are a report of the ceremony of this name: a ceremony file that bears it, and an unbroken transcript
/// that was begun with this file and came to its end. Neither the lint nor any other rule about what a ceremony makes is asked.
pub(crate) fn head_of_report(json: &[u8], ceremony: &str) -> Option<String> {
    let report: Form = serde_json::from_slice(json).ok()?;
    let named = toml::from_str::<Named>(&report.ceremony_file).is_ok_and(|file| file.name == ceremony);
    let file = sha256(report.ceremony_file.as_bytes());
    let entries = read_chain(&report.transcript.join("\n"), &file).ok()?;
    let last = entries.last()?;
    let ended = last.step == Step::Close.to_string() && last.event == EntryEvent::Done;
    let head = sha256(report.transcript.last()?.as_bytes());
    (report.format == FORMAT && named && ended).then_some(head)
}
