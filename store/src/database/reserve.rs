//! Room on the disk that is kept for what may never be refused (architecture invariant 11).
//!
//! A file beside the SQLite file holds it. Where the disk is full and a card is opposed, the file is given
//! back to the disk and the opposition commits in its place; from then on nothing is issued until there is
//! room for the file again. On PostgreSQL the disk is the server's, and its operator keeps the room.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::Error as DieselError;
use diesel::sql_types::Text;
use rustix::fs::{FallocateFlags, fallocate, statvfs};
use serde::Serialize;
use thiserror::Error;

use super::Database;
use crate::fault::{self, Code, Fault};

/// How much is kept, octets: some thousands of oppositions with what follows from them.
pub const RESERVE: u64 = 32 * 1024 * 1024;

/// Below this a disk counts as full, octets: SQLite says no more than "I/O error" where it cannot extend the
/// index of its log.
const NOTHING_LEFT: u64 = 1024 * 1024;

/// How things stand with the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Reserve {
    /// It is kept.
    Held,
    /// It was given to an opposition, and the disk has not had room for it since.
    Used,
    /// Nobody keeps any: the installation is new, or its database is on a server.
    None,
}

/// Why something that may wait does not begin.
#[derive(Debug, Error)]
pub enum OnReserve {
    /// What is left on the disk belongs to oppositions.
    #[error(
        "the disk is full, and the room that was kept for oppositions is in use: nothing else begins until \
         there is space again"
    )]
    Used,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for OnReserve {
    fn code(&self) -> Code {
        match self {
            Self::Used => fault::DISK_FULL,
            Self::Database(_) => fault::DATABASE,
        }
    }
}

impl Database {
    /// Whether the database is on a server, whose disk is not ours.
    pub const fn is_on_server(&self) -> bool {
        matches!(self, Self::Postgresql(_))
    }

    /// Whether the room is kept.
    pub fn reserve(&mut self) -> QueryResult<Reserve> {
        Ok(self.file()?.map_or(Reserve::None, |file| standing(&file)))
    }

    /// Takes the room where it is not kept and the disk has twice as much to give. A file system that keeps no
    /// room is said, and refuses nothing.
    pub fn hold_reserve(&mut self) -> QueryResult<Reserve> {
        let Some(file) = self.file()? else { return Ok(Reserve::None) };
        let before = standing(&file);
        if (before != Reserve::Held || is_hollow(&file))
            && free(&file) >= 2 * RESERVE
            && let Err(error) = take(&beside(&file))
        {
            tracing::warn!(%error, "the room for oppositions could not be taken");
            match before {
                Reserve::Held => {}
                Reserve::Used => give_back(&file),
                Reserve::None => {}
            }
        }
        self.reserve()
    }

    /// Refuses where the room was used.
    pub fn refuse_on_reserve(&mut self) -> Result<(), OnReserve> {
        match self.reserve()? {
            Reserve::Held | Reserve::None => Ok(()),
            Reserve::Used => Err(OnReserve::Used),
        }
    }

    /// [`Database::write`] for what may never be refused: where the disk is full, the room that is kept is given
    /// back to it and `f` runs once more.
    pub fn write_on_reserve<T, E>(&mut self, mut f: impl FnMut(&mut Self) -> Result<T, E>) -> Result<T, E>
    where
        E: From<DieselError>,
    {
        debug_assert!(!self.in_transaction(), "the outermost transaction is what runs again");
        let outcome = self.write(&mut f);
        if outcome.is_err()
            && let Some(file) = self.file()?
            && give_way(&file)
        {
            return self.write(f);
        }
        outcome
    }

    /// The file of a SQLite database.
    pub(super) fn file(&mut self) -> QueryResult<Option<PathBuf>> {
        let Self::Sqlite(connection) = self else { return Ok(None) };
        let path: String =
            diesel::select(sql::<Text>("(SELECT file FROM pragma_database_list WHERE name = 'main')"))
                .get_result(connection)?;
        Ok((!path.is_empty()).then(|| PathBuf::from(path)))
    }
}

fn standing(file: &Path) -> Reserve {
    match fs::metadata(beside(file)) {
        Ok(found) if found.len() >= RESERVE => Reserve::Held,
        Ok(_) => Reserve::Used,
        Err(_) => Reserve::None,
    }
}

/// Whether its length is there and its blocks are not: a backup that was put back keeps holes.
fn is_hollow(file: &Path) -> bool {
    fs::metadata(beside(file)).is_ok_and(|found| found.blocks() * 512 < RESERVE)
}

/// Gives the room to the database where the disk is full and the room is still kept; whether it did.
pub(super) fn give_way(file: &Path) -> bool {
    if standing(file) != Reserve::Held || free(file) >= NOTHING_LEFT {
        return false;
    }
    give_back(file);
    tracing::error!(
        database = %file.display(),
        "the disk is full: the room that was kept on it is given up, and nothing is issued until there is space again"
    );
    true
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push("-reserve");
    PathBuf::from(name)
}

/// What the disk still gives to a process without privileges; nothing where it does not say.
fn free(file: &Path) -> u64 {
    let folder = file.parent().unwrap_or(Path::new("/"));
    statvfs(folder).map_or(0, |disk| disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Takes the room. Nobody sees a new file that keeps none yet: an empty one says that the room was used.
fn take(path: &Path) -> io::Result<()> {
    if path.exists() {
        return fill(path);
    }
    let mut new = path.as_os_str().to_owned();
    new.push("-new");
    let taken = fill(Path::new(&new)).and_then(|()| fs::rename(&new, path));
    match taken {
        Err(error) if !path.exists() => {
            let _ = fs::remove_file(&new);
            Err(error)
        }
        // Or another process was quicker.
        _ => Ok(()),
    }
}

/// Every block of it is the file's own: a length alone would keep nothing.
fn fill(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o640).open(path)?;
    fallocate(&file, FallocateFlags::empty(), 0, RESERVE)?;
    file.sync_all()
}

/// An empty file stays: it says that the room was used.
fn give_back(file: &Path) {
    let path = beside(file);
    if let Err(error) = OpenOptions::new().write(true).truncate(true).open(&path) {
        tracing::error!(%error, file = %path.display(), "the room for oppositions could not be given back");
    }
}
