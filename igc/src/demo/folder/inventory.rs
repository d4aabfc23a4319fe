//! What lies in the folder of a demonstration: what a demonstration left there, and what somebody else did.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::setup::{DEMO_MARK, file_problem};

/// Files that stand at one place.
const FILES: &[&str] = &[
    "bureau.pem",
    "bureau.pem.new",
    "identity.toml",
    "igc.altered",
    "igc.altered-shm",
    "igc.altered-wal",
    "igc.sql",
    "igc.sqlite",
    "igc.sqlite-journal",
    "igc.sqlite-queue",
    "igc.sqlite-reserve",
    "igc.sqlite-shm",
    "igc.sqlite-turn",
    "igc.sqlite-wal",
    "igc.toml",
    "public/.lock",
    "report.json",
];

/// Sockets that a role of it left, which nobody answers any more.
const SOCKETS: &[&str] = &["status.sock", "status.sock.new"];

/// Its folders, and how the names of the files in each end; `*` stands for one folder of any name.
const FOLDERS: &[(&str, &[&str])] = &[
    ("audit", &["", "new"]),
    ("ceremonies/*", &["jsonl", "new", "toml"]),
    ("certificates", &["pem"]),
    ("demo", &["key"]),
    ("letters", &["json", "unrecorded"]),
    ("ocsp", &["der"]),
    ("public/audit", &[""]),
    ("public/ca", &["cer", "pem", "p7b"]),
    ("public/crl", &["crl"]),
    ("public/oppositions", &["bin", "csv", "json", "p7s"]),
    ("public/oppositions/changes", &["csv", "json", "p7s"]),
    ("register", &["txt"]),
    ("signer", &["before", "json", "ledger", "next", "torn"]),
    ("tls", &["key", "pem"]),
    ("tokens", &["conf", "new", "toml"]),
    ("tokens/pin", &[""]),
    ("tokens/store/*", &["", "lock", "object"]),
];

/// The copy of the installation that was moved ahead: the same layout once more.
const FUTURE: &str = "future";

/// What a demonstration left in a folder, its mark apart. Files and folders of somebody else are passed over.
pub(super) struct Inventory {
    /// What may be removed, contents before their folder.
    found: Vec<Found>,
    /// The first link, special file or other file system, none of which a demonstration leaves: then nothing
    /// may be removed.
    pub(super) refused: Option<PathBuf>,
}

struct Found {
    path: PathBuf,
    is_dir: bool,
}

impl Inventory {
    /// Looks at everything below `dir`; follows no link and enters no other file system.
    pub(super) fn of(dir: &Path) -> Result<Self, Problem> {
        let device = fs::symlink_metadata(dir).map_err(|error| file_problem(dir, &error))?.dev();
        let mut inventory = Self { found: Vec::new(), refused: None };
        inventory.enter(dir, Path::new(""), device)?;
        Ok(inventory)
    }

    fn enter(&mut self, dir: &Path, within: &Path, device: u64) -> Result<(), Problem> {
        for entry in fs::read_dir(dir).map_err(|error| file_problem(dir, &error))? {
            let entry = entry.map_err(|error| file_problem(dir, &error))?;
            let (path, within) = (entry.path(), within.join(entry.file_name()));
            if within == Path::new(DEMO_MARK) {
                continue;
            }
            let found = fs::symlink_metadata(&path).map_err(|error| file_problem(&path, &error))?;
            let is_dir = found.is_dir();
            let is_ours = if is_dir && found.dev() == device {
                is_folder(&within)
            } else if found.is_file() {
                is_file(&within)
            } else if found.file_type().is_socket() && is_socket(&within) {
                true
            } else {
                self.refused.get_or_insert(path);
                continue;
            };
            if !is_ours {
                continue;
            }
            if is_dir {
                self.enter(&path, &within, device)?;
            }
            self.found.push(Found { path, is_dir });
        }
        Ok(())
    }

    /// Removes what was found, and nothing else: a folder that still holds something stays.
    pub(super) fn remove(self) -> Result<(), Problem> {
        for Found { path, is_dir } in self.found {
            let removed = if is_dir { fs::remove_dir(&path) } else { fs::remove_file(&path) };
            match removed {
                Err(error) if is_dir && error.kind() == std::io::ErrorKind::DirectoryNotEmpty => {}
                other => other.map_err(|error| file_problem(&path, &error))?,
            }
        }
        Ok(())
    }
}

/// The path as it would stand in the installation's own folder.
fn in_installation(within: &Path) -> &Path {
    within.strip_prefix(FUTURE).unwrap_or(within)
}

fn is_folder(within: &Path) -> bool {
    let within = in_installation(within);
    FOLDERS.iter().any(|(folder, _)| {
        let mut pattern = Path::new(folder).iter();
        within.iter().all(|name| pattern.next().is_some_and(|part| part == "*" || part == name))
    })
}

fn is_socket(within: &Path) -> bool {
    let within = in_installation(within);
    SOCKETS.iter().any(|socket| within == Path::new(socket))
}

/// The name of a file, also of one that was being published when its process was killed: `.full.csv.new`.
fn published_name(within: &Path) -> &str {
    let name = within.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    let unfinished = name.strip_prefix('.').and_then(|rest| rest.strip_suffix(".new"));
    unfinished.unwrap_or(name)
}

fn is_file(within: &Path) -> bool {
    let within = in_installation(within);
    if FILES.iter().any(|file| within == Path::new(file)) {
        return true;
    }
    let folder = within.parent().unwrap_or(Path::new(""));
    let name = published_name(within);
    let ending = Path::new(name).extension().unwrap_or_default();
    FOLDERS.iter().any(|(pattern, endings)| {
        let pattern = Path::new(pattern);
        pattern.iter().count() == folder.iter().count()
            && pattern.iter().zip(folder.iter()).all(|(part, name)| part == "*" || part == name)
            && endings.iter().any(|known| ending == *known)
    })
}
