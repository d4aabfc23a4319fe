//! The demonstration's folder: what an earlier demonstration left in it is removed, file by file, and what
//! somebody else put there stays; a folder that no demonstration made is left alone.

mod inventory;

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::bureau_process::BureauProcess;
use crate::faults;
use crate::problem::Problem;
use crate::setup::{self, DEMO_MARK, file_problem, read_text};

use inventory::Inventory;

/// What stands in the file that marks a demonstration's folder.
const MARK: &str = include_str!("mark.txt");

/// Keeps the folder of a demonstration from being emptied while it is used; until it is dropped.
#[derive(Debug)]
pub struct Held(#[expect(dead_code, reason = "the lock is held as long as the file is open")] File);

/// Makes room for a demonstration in `dir`, and marks it: nothing is there, nothing is in there, or an earlier
/// demonstration is, which is removed. What others put beside that one stays.
pub fn take(dir: &Path) -> Result<Held, Problem> {
    refuse_place(dir)?;
    if is_occupied(dir)? {
        clear(dir)?;
    }
    setup::make_dir(dir, setup::OWN_DIR)?;
    setup::write_file(&dir.join(DEMO_MARK), setup::SHARED_FILE, MARK.as_bytes())?;
    hold(dir)?.ok_or_else(|| not_ours(dir, "its mark went away at once"))
}

/// Holds the folder of a demonstration for a process that uses it; nothing where it is another installation's.
pub fn hold(dir: &Path) -> Result<Option<Held>, Problem> {
    let path = dir.join(DEMO_MARK);
    let mark = match File::open(&path) {
        Ok(mark) => mark,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_problem(&path, &error)),
    };
    match mark.try_lock_shared() {
        Ok(()) => Ok(Some(Held(mark))),
        Err(error) => Err(in_use(dir, error)),
    }
}

/// Where no demonstration is ever played, whatever is or is not there.
fn refuse_place(dir: &Path) -> Result<(), Problem> {
    // Without a slash at its end, which would follow a link.
    let dir: PathBuf = dir.components().collect();
    if dir.parent().is_none() {
        return Err(not_ours(&dir, "it is the root of the file system"));
    }
    if std::env::home_dir().is_some_and(|home| home == dir) {
        return Err(not_ours(&dir, "it is your home"));
    }
    match fs::symlink_metadata(&dir) {
        Ok(found) if found.is_symlink() => Err(not_ours(&dir, "it is a link; name the folder itself")),
        Ok(found) if !found.is_dir() => Err(not_ours(&dir, "it is no folder")),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(file_problem(&dir, &error)),
        _ => Ok(()),
    }
}

fn is_occupied(dir: &Path) -> Result<bool, Problem> {
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(file_problem(dir, &error)),
    }
}

/// Removes an earlier demonstration; the mark goes last, so that what was interrupted can be taken up again.
/// Only what was looked at is removed, one by one.
fn clear(dir: &Path) -> Result<(), Problem> {
    let mark = own_mark(dir)?;
    match mark.try_lock() {
        Ok(()) => {}
        Err(error) => return Err(in_use(dir, error)),
    }
    let bureau_homes = [bureau_home(dir)?, bureau_home(&dir.join("future"))?];
    let inventory = Inventory::of(dir)?;
    if let Some(refused) = &inventory.refused {
        return Err(not_ours(
            dir,
            &format!("{} is no file and no folder of this file system", refused.display()),
        ));
    }
    for home in bureau_homes.into_iter().flatten() {
        BureauProcess::remove(&home)?;
    }
    inventory.remove()?;
    let path = dir.join(DEMO_MARK);
    fs::remove_file(&path).map_err(|error| file_problem(&path, &error))
}

/// The mark that a demonstration of this very user left.
fn own_mark(dir: &Path) -> Result<File, Problem> {
    let path = dir.join(DEMO_MARK);
    let found = match fs::symlink_metadata(&path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(not_ours(dir, "it is not empty and no demonstration made it"));
        }
        Err(error) => return Err(file_problem(&path, &error)),
    };
    let folder = fs::symlink_metadata(dir).map_err(|error| file_problem(dir, &error))?;
    let me = rustix::process::geteuid().as_raw();
    if [&found, &folder].iter().any(|one| one.uid() != me) {
        return Err(not_ours(dir, "it belongs to another user"));
    }
    if !found.is_file() || read_text(&path, setup::LONGEST_TEXT)? != MARK {
        return Err(not_ours(dir, &format!("{DEMO_MARK} is not what a demonstration writes")));
    }
    File::open(&path).map_err(|error| file_problem(&path, &error))
}

/// Where the bureau of the installation in `dir` lives. An installation that is no demonstration any more,
/// as its configuration says, is never removed.
fn bureau_home(dir: &Path) -> Result<Option<PathBuf>, Problem> {
    let path = dir.join("igc.toml");
    if fs::symlink_metadata(&path).is_err() {
        // The ceremony did not come to its end.
        return Ok(None);
    }
    let table: toml::Table = read_text(&path, setup::LONGEST_TEXT)?
        .parse()
        .map_err(|_| not_ours(dir, "its igc.toml does not read"))?;
    if table.get("kind").and_then(toml::Value::as_str) != Some("demo") {
        return Err(not_ours(dir, "its igc.toml says that it is no demonstration"));
    }
    let home = table.get("demo").and_then(|demo| demo.get("bureau_home")).and_then(toml::Value::as_str);
    Ok(home.map(PathBuf::from))
}

fn not_ours(dir: &Path, why: &str) -> Problem {
    Problem::new(faults::FOLDER_NOT_OURS, format!("{}: {why}", dir.display()))
}

fn in_use(dir: &Path, error: TryLockError) -> Problem {
    match error {
        TryLockError::WouldBlock => Problem::new(
            faults::FOLDER_IN_USE,
            format!("{}: a process uses this demonstration", dir.display()),
        ),
        TryLockError::Error(error) => file_problem(&dir.join(DEMO_MARK), &error),
    }
}
