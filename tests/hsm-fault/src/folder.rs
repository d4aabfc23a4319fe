//! The folder through which tests and library speak.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

/// A file of the folder.
pub fn file(name: &str) -> PathBuf {
    let folder = std::env::var_os("HSM_FAULT_FOLDER").expect("HSM_FAULT_FOLDER names a folder");
    PathBuf::from(folder).join(name)
}

/// Whether the file holds this number.
pub fn holds(name: &str, number: u64) -> bool {
    fs::read_to_string(file(name)).is_ok_and(|text| text == number.to_string())
}

/// What the file says, where it is there.
pub fn text(name: &str) -> Option<String> {
    fs::read_to_string(file(name)).ok()
}

/// Puts an empty file there.
pub fn put(name: &str) {
    File::create(file(name)).expect("the folder can be written");
}

/// Whether the file was put there less than `ago` before now.
pub fn is_younger(name: &str, ago: Duration) -> bool {
    let put = fs::metadata(file(name)).and_then(|there| there.modified());
    put.is_ok_and(|put| put.elapsed().unwrap_or_default() < ago)
}

/// Makes the file longer by one octet.
pub fn count(name: &str) {
    append(name, ".");
}

/// How often the file was made longer by one octet.
pub fn counted(name: &str) -> u64 {
    fs::metadata(file(name)).map_or(0, |there| there.len())
}

/// Makes the file longer by this text, in one write.
pub fn append(name: &str, text: &str) {
    let opened = OpenOptions::new().append(true).create(true).open(file(name));
    opened.and_then(|mut file| file.write_all(text.as_bytes())).expect("the folder can be written");
}

/// Takes the file away and gives what it held; of several who try, one has it.
pub fn take(name: &str) -> Option<String> {
    let taken = file(&format!("{name}.{}", std::process::id()));
    fs::rename(file(name), &taken).ok()?;
    let text = fs::read_to_string(&taken).expect("what was taken can be read");
    fs::remove_file(&taken).expect("what was taken can be removed");
    Some(text)
}
