//! What an auditor is given by those whom he audits.

use std::fs;
use std::path::Path;

use igc_verify::{Arguments, verify};
use store::audit::checkpoint::{NOTE_BOUND, SignedCheckpoint};
use tempfile::TempDir;

use crate::scratch;

/// A checkpoint: one content, one note.
pub(crate) fn checkpoint(octets: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(octets) else { return false };
    let Ok(note) = text.parse::<SignedCheckpoint>() else { return false };
    assert!(text.len() <= NOTE_BOUND);
    assert_eq!(note.to_string(), text, "a checkpoint has a second form");
    true
}

/// Before each file of a bundle stands a line with this and its path.
const MARK: &str = "== ";

/// The folders of a bundle.
const FOLDERS: [&str; 4] = ["approval-keys", "authorities", "bureaus", "ceremonies"];

thread_local! {
    static FOLDER: TempDir = scratch::folder();
}

/// A bundle, file after file. It is unreadable, or its findings are a document that says whether it holds.
pub(crate) fn bundle(octets: &[u8]) -> bool {
    FOLDER.with(|folder| {
        let place = folder.path().join("bundle");
        lay_out(&place, octets);
        let arguments = Arguments { bundle: place, ..Arguments::default() };
        let findings = verify(&arguments);
        if let Ok(findings) = &findings {
            let document: serde_json::Value =
                serde_json::from_str(&findings.json()).expect("the findings are a document");
            assert_eq!(document["ok"], findings.hold());
            assert_eq!(findings.text().ends_with("DOES NOT HOLD\n"), !findings.hold());
            assert!(
                document["trusted"].as_array().is_some_and(|trusted| !trusted.is_empty()),
                "whom was it trusted on?"
            );
        }
        findings.is_ok()
    })
}

fn lay_out(place: &Path, octets: &[u8]) {
    let _ = fs::remove_dir_all(place);
    FOLDERS.iter().for_each(|folder| {
        fs::create_dir_all(place.join(folder)).expect("a temporary folder can be written")
    });
    for file in files(octets) {
        let line = file.iter().position(|octet| *octet == b'\n').unwrap_or(file.len());
        let (name, content) = (std::str::from_utf8(&file[..line]), file.get(line + 1..).unwrap_or_default());
        if let Some(name) = name.ok().filter(|name| is_of_a_bundle(name)) {
            fs::write(place.join(name), content).expect("a temporary folder can be written");
        }
    }
}

/// What stands behind each mark, up to the next line that begins with one.
fn files(octets: &[u8]) -> Vec<&[u8]> {
    let mark = MARK.as_bytes();
    let begins = |at: &usize| octets[*at..].starts_with(mark) && (*at == 0 || octets[at - 1] == b'\n');
    let starts: Vec<_> = (0..octets.len()).filter(begins).collect();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([octets.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| octets.get(start + mark.len()..end).unwrap_or_default())
        .collect()
}

/// A file at the top, or in one of the folders; nothing that leaves them.
fn is_of_a_bundle(path: &str) -> bool {
    let (folder, name) = path.split_once('/').unwrap_or(("", path));
    let plain = name.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"-._".contains(&octet));
    (folder.is_empty() || FOLDERS.contains(&folder))
        && plain
        && !["", ".", ".."].contains(&name)
        && name.len() <= 64
        && !FOLDERS.contains(&path)
}
