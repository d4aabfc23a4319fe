//! What of the public folder goes to the store, and in which order.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use opposition_list_reader::CompactList;
use store::Timestamp;

use crate::crl::read::Crl;
use crate::http::target::Target;
use crate::publish::list_file::SIGNATURE;
use crate::publish::opposition_list::OppositionList;

/// Folders below folders: `crl/ACI-FO-PP/3.crl` is the deepest that is published.
const DEEPEST: usize = 3;

/// A published file.
#[derive(Clone, Debug)]
pub(super) struct PublicFile {
    pub(super) path: PathBuf,
    /// Below the public folder: `crl/ACI-FO-PP.crl`. Its object's name as well.
    pub(super) name: String,
    /// What a GET of that name asks for.
    pub(super) target: Target,
}

impl PublicFile {
    /// The object whose progress speaks for this one; itself, or the list that a part of a list belongs to.
    pub(super) fn speaker(&self) -> &str {
        if self.name.starts_with("oppositions/") { FULL_LIST } else { &self.name }
    }
}

/// The list that says how far all files of the list are.
pub(super) const FULL_LIST: &str = "oppositions/full.json";

/// The list for readers that are off line.
pub(super) const COMPACT_LIST: &str = "oppositions/full.bin";

/// When a file goes out, what ends certificates and cards first: a complete CRL of a million entries takes its time, and may
/// not go at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    Authority,
    /// A signature before the file it is of.
    List,
    /// After every other file of the list, and its signature just before it.
    FullList,
    /// Where the CRL that it starts from stands already; otherwise after that.
    Delta,
    Crl,
    /// What was looked at goes before it.
    Coherence,
    Audit,
}

impl PublicFile {
    pub(super) fn rank(&self) -> Rank {
        match &self.name {
            name if name.starts_with("ca/") => Rank::Authority,
            name if name.strip_suffix(SIGNATURE).unwrap_or(name) == FULL_LIST => Rank::FullList,
            name if name.starts_with("oppositions/") => Rank::List,
            name if name.ends_with(DELTA) => Rank::Delta,
            name if name.starts_with("crl/") => Rank::Crl,
            name if name.starts_with("coherence/") => Rank::Coherence,
            _ => Rank::Audit,
        }
    }

    /// The complete CRL beside a delta.
    pub(super) fn complete(&self) -> Option<String> {
        self.name.strip_suffix(DELTA).map(|stem| format!("{stem}.crl"))
    }

    /// The object whose nextUpdate ends this one, where it does not say so itself: of a signature the file that it is of, of
    /// `full.csv` the list that is made with it.
    pub(super) fn ends_with(&self) -> Option<&str> {
        let of = self.name.strip_suffix(SIGNATURE).unwrap_or(&self.name);
        match of {
            "oppositions/full.csv" => Some(FULL_LIST),
            of if of != self.name && [FULL_LIST, COMPACT_LIST].contains(&of) => Some(of),
            _ => None,
        }
    }

    /// What must have gone out before a file of the list: its signature.
    pub(super) fn signature(&self) -> String {
        format!("{}{SIGNATURE}", self.name)
    }
}

const DELTA: &str = "-delta.crl";

/// Every file that the status role would serve, in the order in which they go out.
pub(super) fn public_files(root: &Path) -> io::Result<Vec<PublicFile>> {
    let mut files = Vec::new();
    collect(root, root, DEEPEST, &mut files)?;
    files.sort_by_cached_key(|file| (file.rank(), !file.name.ends_with(SIGNATURE), file.name.clone()));
    Ok(files)
}

fn collect(root: &Path, folder: &Path, deeper: usize, files: &mut Vec<PublicFile>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        let metadata = fs::symlink_metadata(&path)?;
        if metadata.is_dir() && deeper > 1 {
            collect(root, &path, deeper - 1, files)?;
        } else if metadata.is_file()
            && let Some(name) = path.strip_prefix(root).ok().and_then(Path::to_str)
        {
            let (name, target) = (name.to_owned(), Target::of(&format!("/{name}")));
            if matches!(target, Target::Published(_) | Target::OppositionFile(..)) {
                files.push(PublicFile { path, name, target });
            }
        }
    }
    Ok(())
}

/// What the octets of a published file say of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Says {
    /// How far it is, where that may never go back: a CRL's number, a list's sequence, the size of the audit tree.
    pub(super) progress: Option<u64>,
    /// From which complete CRL a delta starts.
    pub(super) base: Option<u64>,
    /// nextUpdate, of what has one.
    pub(super) next_update: Option<Timestamp>,
}

impl Says {
    pub(super) fn of(name: &str, octets: &[u8]) -> Self {
        if name.ends_with(".crl") {
            let Ok(crl) = Crl::read(octets) else { return Self::default() };
            let (progress, base) = (Some(crl.number), crl.base_number);
            return Self { progress, base, next_update: Some(crl.next_update) };
        }
        match name {
            FULL_LIST => {
                let list: Option<OppositionList> = serde_json::from_slice(octets).ok();
                let progress = list.as_ref().and_then(|list| u64::try_from(list.sequence).ok());
                Self { progress, base: None, next_update: list.map(|list| list.next_update) }
            }
            COMPACT_LIST => {
                let end = CompactList::read(octets).ok().and_then(|list| list.next_update().try_into().ok());
                Self { next_update: end.map(Timestamp::from_seconds), ..Self::default() }
            }
            "audit/checkpoint" => {
                let size = |text: &str| text.lines().nth(1)?.parse().ok();
                Self { progress: std::str::from_utf8(octets).ok().and_then(size), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}
