//! The folder: its files, and whom to trust.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use openssl::pkey::{PKey, Public};
use openssl::x509::X509;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::arguments::Arguments;
use crate::ceremony::Ceremony;
use crate::certificates::Record;
use crate::key::{hex, public_key, sha256};
use crate::note::{LogKey, Notes};
use crate::passkey::{Enrolment, Officers, Roots};
use crate::status::StatusEvent;

pub const FORMAT: &str = "igc-audit-bundle-v3";
/// The roots of the officers' keys.
const OFFICERS: &str = "officers.json";
const LONGEST_FILE: u64 = 1 << 20;
/// A line of JSON: a renewal plan with its ten thousand cards is the longest.
const LONGEST_LINE: u64 = 64 << 20;

/// A file that is missing or is not what it should be, with its line.
#[derive(Debug)]
pub struct Unreadable(pub String);

/// What `bundle.json` says that there is.
#[derive(Deserialize)]
pub struct Head {
    format: String,
    /// The name of the log.
    pub origin: String,
    pub events: u64,
    pub certificates: u64,
    pub checkpoints: u64,
    /// Heads that were kept beside the log.
    pub witnessed: u64,
}

pub struct Bundle {
    folder: PathBuf,
    pub head: Head,
    pub key: LogKey,
    /// Checkpoints kept from an earlier time.
    since: Option<PathBuf>,
    /// By short name.
    pub authorities: Vec<(String, X509)>,
    pub roots: Vec<X509>,
    pub bureaus: Vec<X509>,
    /// With the SHA-256 of its SubjectPublicKeyInfo.
    pub approval_keys: Vec<([u8; 32], PKey<Public>)>,
    /// Officers whose passkeys count.
    pub officers: Officers,
    /// Ceremonies that were begun.
    pub ceremonies: Vec<Ceremony>,
    /// What was taken from the bundle itself.
    own: Vec<String>,
}

impl Bundle {
    pub fn open(arguments: &Arguments) -> Result<Self, Unreadable> {
        let folder = arguments.bundle.clone();
        let head = text(&folder.join("bundle.json"), LONGEST_FILE)?;
        let head: Head =
            serde_json::from_str(&head).map_err(|error| Unreadable(format!("bundle.json: {error}")))?;
        if head.format != FORMAT {
            return Err(Unreadable(format!(
                "bundle.json: format {}, and {FORMAT} is what is known here",
                head.format
            )));
        }
        let mut own = Vec::new();
        let mut given = |given: &[PathBuf], place: &str, what: &str| -> Result<Vec<Vec<u8>>, Unreadable> {
            if !given.is_empty() {
                return given.iter().map(|path| read(path, LONGEST_FILE)).collect();
            }
            let files = files_of(&folder.join(place))?;
            for (name, octets) in &files {
                own.push(format!(
                    "{what} {place}/{name} of the bundle itself, SHA-256 {}",
                    hex(&sha256(octets))
                ));
            }
            Ok(files.into_iter().map(|(_, octets)| octets).collect())
        };
        let bureaus = certificates("bureau", given(&arguments.bureaus, "bureaus", "bureau")?)?;
        let keys = given(&arguments.approval_keys, "approval-keys", "key of officers' proofs")?;
        let ceremonies = given(&arguments.ceremonies, "ceremonies", "ceremony")?;
        let mut authorities = Vec::new();
        for (name, der) in files_of(&folder.join("authorities"))? {
            let name = name.strip_suffix(".cer").unwrap_or(&name).to_owned();
            let certificate =
                X509::from_der(&der).map_err(|_| Unreadable(format!("authorities/{name}.cer")))?;
            authorities.push((name, certificate));
        }
        let roots = match arguments.roots.as_slice() {
            [] => {
                let is_root = |it: &&(String, X509)| same_name(it.1.subject_name(), it.1.issuer_name());
                let roots: Vec<_> = authorities.iter().filter(is_root).collect();
                own.extend(roots.iter().map(|(name, _)| format!("root {name} of the bundle itself")));
                roots.into_iter().map(|(_, root)| root.clone()).collect()
            }
            paths => {
                let files: Result<_, _> = paths.iter().map(|path| read(path, LONGEST_FILE)).collect();
                certificates("root", files?)?
            }
        };
        let key_path = arguments.key.clone().unwrap_or_else(|| folder.join("key"));
        let text = text(&key_path, LONGEST_FILE)?;
        let key = LogKey::read(&text)
            .ok_or_else(|| Unreadable(format!("{}: no verifier key", key_path.display())))?;
        if arguments.key.is_none() {
            own.push(format!("log key {} of the bundle itself", key.name));
        }
        let officers = officers(arguments, &folder, &mut own)?;
        let mut bundle = Self {
            head,
            officers,
            key,
            since: arguments.since.clone(),
            authorities,
            roots,
            bureaus,
            approval_keys: keys
                .iter()
                .map(|spki| public_key(spki).map(|key| (sha256(spki), key)))
                .collect::<Option<_>>()
                .ok_or_else(|| Unreadable("a key of officers' proofs".to_owned()))?,
            ceremonies: ceremonies.iter().map(|octets| Ceremony::read(octets)).collect(),
            folder,
            own,
        };
        let mut officers = std::mem::take(&mut bundle.officers);
        bundle.enrolments(|_, line| officers.enrol(&line))?;
        bundle.officers = officers;
        Ok(bundle)
    }

    /// What was taken from the bundle itself, in words.
    pub fn trusted(&self) -> Vec<String> {
        self.own.clone()
    }

    /// The checkpoints of the database.
    pub fn checkpoints(&self) -> Result<Heads, Unreadable> {
        heads(&self.folder.join("checkpoints"))
    }

    /// Those that were kept beside the log, where the database's owner does not reach.
    pub fn witnessed(&self) -> Result<Heads, Unreadable> {
        heads(&self.folder.join("witness"))
    }

    /// Those kept from an earlier time; none where none were given.
    pub fn since(&self) -> Result<Option<Heads>, Unreadable> {
        self.since.as_deref().map(heads).transpose()
    }

    /// Gives each certificate with its line.
    pub fn certificates(&self, each: impl FnMut(usize, Record)) -> Result<(), Unreadable> {
        self.each_line("certificates.jsonl", each)
    }

    /// Gives each event of the status log with its line.
    pub fn status_events(&self, each: impl FnMut(usize, StatusEvent)) -> Result<(), Unreadable> {
        self.each_line("status_events.jsonl", each)
    }

    /// Gives each enrolment with its line.
    pub fn enrolments(&self, each: impl FnMut(usize, Enrolment)) -> Result<(), Unreadable> {
        self.each_line("enrolments.jsonl", each)
    }

    /// Gives each line of a file of JSON lines.
    pub fn each_line<T: DeserializeOwned>(
        &self,
        name: &str,
        mut each: impl FnMut(usize, T),
    ) -> Result<(), Unreadable> {
        let path = self.folder.join(name);
        let failed =
            |line: usize, what: &dyn std::fmt::Display| Unreadable(format!("{name} line {line}: {what}"));
        let file = File::open(&path).map_err(|error| failed(0, &error))?;
        let mut reader = BufReader::new(file);
        for n in 1.. {
            let mut line = Vec::new();
            let read = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
            if read.map_err(|error| failed(n, &error))? == 0 {
                break;
            }
            each(n, serde_json::from_slice(&line).map_err(|error| failed(n, &error))?);
        }
        Ok(())
    }
}

/// A file of notes, one read after the other: half a year of them is longer than memory.
pub type Heads = Notes<BufReader<File>>;

fn heads(path: &Path) -> Result<Heads, Unreadable> {
    let file = File::open(path).map_err(|error| Unreadable(format!("{}: {error}", path.display())))?;
    Ok(Notes::of(BufReader::new(file)))
}

/// The roots of the officers' keys: given, or taken from the bundle where it has any.
fn officers(arguments: &Arguments, folder: &Path, own: &mut Vec<String>) -> Result<Officers, Unreadable> {
    let path = match &arguments.officers {
        Some(path) => path.clone(),
        None if folder.join(OFFICERS).exists() => {
            let octets = read(&folder.join(OFFICERS), LONGEST_FILE)?;
            own.push(format!(
                "roots of officers' keys {OFFICERS} of the bundle itself, SHA-256 {}",
                hex(&sha256(&octets))
            ));
            folder.join(OFFICERS)
        }
        None => return Ok(Officers::default()),
    };
    let unreadable = |what: &dyn std::fmt::Display| Unreadable(format!("{}: {what}", path.display()));
    let roots: Roots =
        serde_json::from_slice(&read(&path, LONGEST_FILE)?).map_err(|error| unreadable(&error))?;
    Officers::pinned(roots).ok_or_else(|| unreadable(&"a key"))
}

fn certificates(what: &str, files: Vec<Vec<u8>>) -> Result<Vec<X509>, Unreadable> {
    files
        .iter()
        .map(|file| X509::from_der(file).or_else(|_| X509::from_pem(file)))
        .collect::<Result<_, _>>()
        .map_err(|_| Unreadable(format!("a {what}'s certificate")))
}

pub fn same_name(a: &openssl::x509::X509NameRef, b: &openssl::x509::X509NameRef) -> bool {
    a.try_cmp(b).is_ok_and(std::cmp::Ordering::is_eq)
}

/// The files of a folder by name; none where there is no folder.
fn files_of(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, Unreadable> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.push((name, read(&path, LONGEST_FILE)?));
    }
    files.sort();
    Ok(files)
}

pub fn text(path: &Path, most: u64) -> Result<String, Unreadable> {
    String::from_utf8(read(path, most)?).map_err(|_| Unreadable(format!("{}: not UTF-8", path.display())))
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Unreadable> {
    let failed = |error: std::io::Error| Unreadable(format!("{}: {error}", path.display()));
    let mut octets = Vec::new();
    File::open(path).and_then(|file| file.take(most + 1).read_to_end(&mut octets)).map_err(failed)?;
    match octets.len() as u64 > most {
        true => Err(Unreadable(format!("{}: longer than {most} octets", path.display()))),
        false => Ok(octets),
    }
}
