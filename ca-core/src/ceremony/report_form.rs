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

/// Whether the octets are a report of the ceremony of this name: a ceremony file that bears it, and an unbroken transcript that was
/// begun with this file and came to its end. Neither the lint nor any other rule about what a ceremony makes is asked.
pub(crate) fn is_report_of(json: &[u8], ceremony: &str) -> bool {
    let Ok(report) = serde_json::from_slice::<Form>(json) else { return false };
    let named = toml::from_str::<Named>(&report.ceremony_file).is_ok_and(|file| file.name == ceremony);
    let file = sha256(report.ceremony_file.as_bytes());
    let ended = read_chain(&report.transcript.join("\n"), &file).is_ok_and(|entries| {
        entries
            .last()
            .is_some_and(|last| last.step == Step::Close.to_string() && last.event == EntryEvent::Done)
    });
    report.format == FORMAT && named && ended
}
