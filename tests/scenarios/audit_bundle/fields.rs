//! A bundle as files: whatever in it is another octet is found.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use acceptance::harness::{Finished, folder};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::{export, verify};
use crate::scenarios::demonstration::on_sqlite;

/// Files that say nothing of the installation.
const FOR_A_PERSON: &[&str] = &["README"];

/// Alters every field of one record of each kind, takes that record away, and alters every file that has no records, one after the other, and has each found:
/// the bundle does not hold, or does not read, or says that it trusts something else. What is in the folder `given` the
/// auditor has from elsewhere, and does not read here. Gives how many were altered.
pub fn every_field_is_found(bundle: &Path, given: Option<&str>, verify: &dyn Fn(&Path) -> Finished) -> usize {
    let clean = verify(bundle).expect_exit(0).stdout;
    let mut bundle = Bundle { folder: bundle, verify, clean, altered: 0, unfound: Vec::new() };
    for file in files_below(bundle.folder) {
        let octets = fs::read(&file).unwrap();
        let name = file.strip_prefix(bundle.folder).unwrap().display().to_string();
        let extension = file.extension().unwrap_or_default().to_str().unwrap();
        match extension {
            "jsonl" | "json" => bundle.alter_records(&name, &String::from_utf8(octets).unwrap(), extension),
            _ if FOR_A_PERSON.contains(&name.as_str()) => {}
            _ if given.is_some_and(|folder| file.starts_with(bundle.folder.join(folder))) => {}
            _ => bundle.alter_octets(&name, &octets),
        }
    }
    assert!(bundle.unfound.is_empty(), "of {}:\n{}", bundle.altered, bundle.unfound.join("\n"));
    bundle.altered
}

struct Bundle<'a> {
    folder: &'a Path,
    verify: &'a dyn Fn(&Path) -> Finished,
    /// What is said of it as it was exported.
    clean: String,
    altered: usize,
    unfound: Vec<String>,
}

impl Bundle<'_> {
    fn alter_records(&mut self, file: &str, text: &str, extension: &str) {
        let records: Vec<Value> = match extension {
            "json" => vec![serde_json::from_str(text).unwrap()],
            _ => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        };
        let mut kinds = BTreeMap::new();
        for (place, record) in records.iter().enumerate() {
            kinds.entry(kind(record)).or_insert(place);
        }
        for (kind, place) in kinds {
            if extension == "jsonl" {
                self.lose(file, &records, place, &kind);
            }
            for field in fields(&records[place], "") {
                for (how, altered) in alterations(records[place].pointer(&field).unwrap()) {
                    let mut records = records.clone();
                    match altered {
                        Some(altered) => *records[place].pointer_mut(&field).unwrap() = altered,
                        None => remove(&mut records[place], &field),
                    }
                    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
                    self.see(file, text.as_bytes(), lines.as_bytes(), &format!("{kind} {field} {how}"));
                }
            }
        }
    }

    /// What is said where the whole record is gone, and counted no more.
    fn lose(&mut self, file: &str, records: &[Value], place: usize, kind: &str) {
        let head = self.folder.join("bundle.json");
        let text = fs::read_to_string(&head).unwrap();
        let mut counted: Value = serde_json::from_str(&text).unwrap();
        if let Some(count) = counted.get_mut(file.strip_suffix(".jsonl").unwrap()) {
            *count = (count.as_u64().unwrap() - 1).into();
        }
        fs::write(&head, counted.to_string()).unwrap();
        let whole = fs::read(self.folder.join(file)).unwrap();
        let others = records.iter().enumerate().filter(|(other, _)| *other != place);
        let lines: String = others.map(|(_, record)| format!("{record}\n")).collect();
        self.see(file, &whole, lines.as_bytes(), &format!("{kind} taken away whole"));
        fs::write(head, text).unwrap();
    }

    fn alter_octets(&mut self, file: &str, octets: &[u8]) {
        for part in 0..8 {
            let mut altered = octets.to_vec();
            altered[octets.len() * part / 8] ^= 1;
            self.see(file, octets, &altered, &format!("octet {part}/8"));
        }
    }

    /// What is said with another content in the place of a file; the file is put back.
    fn see(&mut self, file: &str, own: &[u8], other: &[u8], what: &str) {
        self.altered += 1;
        fs::write(self.folder.join(file), other).unwrap();
        let said = (self.verify)(self.folder);
        fs::write(self.folder.join(file), own).unwrap();
        let found = match said.status.code() {
            Some(1 | 8) => true,
            // Something that the auditor is told to compare with what he was given: he sees another digest.
            Some(0) => said.stdout != self.clean,
            _ => false,
        };
        if !found {
            self.unfound.push(format!("{file} {what}: {}", said.status));
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Records of one kind have the same fields, and rest on the same.
fn kind(record: &Value) -> String {
    let word = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
    let names = record.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join("+");
    let rests_on = match word("evidence_kind").as_str() {
        "" if record["proofs"].is_array() => enrolment(record),
        "" => word("event"),
        "ceremony" => format!("ceremony, {}", word("profile")),
        kind => format!("{kind}, {}", word("subject").rsplit_once(' ').map_or("", |(thing, _)| thing)),
    };
    format!("{names} ({rests_on}, {})", word("status"))
}

/// What an enrolment proposes, how many decided on it, and whether one refused.
fn enrolment(record: &Value) -> String {
    let octets = |text: &Value| STANDARD.decode(text.as_str().unwrap()).unwrap();
    let says = |octets: &[u8], word: &str| {
        let text = [&[0x0c, word.len() as u8], word.as_bytes()].concat();
        octets.windows(text.len()).any(|part| part == text)
    };
    let canonical = octets(&record["canonical"]);
    let action = ["enrol", "revoke", "readdress"].into_iter().find(|action| says(&canonical, action));
    let proofs = record["proofs"].as_array().unwrap();
    let refused = proofs.iter().any(|proof| says(&octets(proof), "refuse"));
    format!("{action:?}, {} decided, refused: {refused}", proofs.len())
}

/// The places of all values that are no object and no list.
fn fields(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::Object(inside) => {
            inside.iter().flat_map(|(name, value)| fields(value, &format!("{at}/{name}"))).collect()
        }
        Value::Array(inside) => {
            inside.iter().enumerate().flat_map(|(n, value)| fields(value, &format!("{at}/{n}"))).collect()
        }
        _ => vec![at.to_owned()],
    }
}

/// Another value of its sort, and none.
fn alterations(value: &Value) -> Vec<(&'static str, Option<Value>)> {
    let other = match value {
        Value::Number(number) => Value::from(number.as_i64().unwrap() + 1),
        Value::String(text) => Value::from(other_text(text)),
        Value::Null => Value::from(0),
        other => panic!("no field of a bundle is {other}"),
    };
    vec![("altered", Some(other)), ("taken away", None)]
}

/// The same octets but for one bit, where it is base64; else another last sign.
fn other_text(text: &str) -> String {
    if let Ok(mut octets) = STANDARD.decode(text)
        && octets.len() > 32
    {
        let middle = octets.len() / 2;
        octets[middle] ^= 1;
        return STANDARD.encode(octets);
    }
    let mut signs: Vec<char> = text.chars().collect();
    let last = signs.pop();
    signs.push(if last == Some('0') { '1' } else { '0' });
    signs.into_iter().collect()
}

fn remove(record: &mut Value, field: &str) {
    let (around, name) = field.rsplit_once('/').unwrap();
    match record.pointer_mut(around).unwrap() {
        Value::Object(fields) => drop(fields.remove(name)),
        Value::Array(values) => drop(values.remove(name.parse().unwrap())),
        other => panic!("{other} has no fields"),
    }
}

/// Of the demonstration, and of its installation three years ahead, which renewed cards by a plan.
#[test]
fn every_field_of_every_kind_of_record_that_is_altered_or_taken_away_is_found() {
    let place = folder();
    for (name, dir, least) in
        [("now", on_sqlite().dir().to_owned(), 150), ("ahead", on_sqlite().dir().join("future"), 150)]
    {
        let bundle = place.path().join(name);
        export(&dir, &bundle);
        let altered = every_field_is_found(&bundle, None, &|bundle| verify(bundle, &[]));
        assert!(altered > least, "{name}: {altered}");
    }
}

/// Every word that a status may be, on a certificate of each kind.
#[test]
fn a_certificate_whose_status_is_another_word_is_found() {
    let place = folder();
    let bundle = place.path().join("bundle");
    export(on_sqlite().dir(), &bundle);
    let file = bundle.join("certificates.jsonl");
    let text = fs::read_to_string(&file).unwrap();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kinds: BTreeMap<_, _> =
        records.iter().enumerate().map(|(place, record)| (kind(record), place)).collect();
    assert!(kinds.keys().any(|kind| kind.contains("revoked")), "{kinds:?}");
    for (kind, place) in kinds {
        for word in ["intended", "signing", "good", "held", "revoked", "abandoned"] {
            if records[place]["status"] == word {
                continue;
            }
            let mut records = records.clone();
            records[place]["status"] = word.into();
            fs::write(&file, records.iter().map(|record| format!("{record}\n")).collect::<String>()).unwrap();
            let said = verify(&bundle, &[]).expect_exit(8).stdout;
            assert!(said.contains(&format!("it is {word} and there, its leaves say")), "{kind}: {said}");
        }
    }
}
