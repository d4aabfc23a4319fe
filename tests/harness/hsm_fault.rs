//! The PKCS#11 library that fails on demand (`tests/hsm-fault`), and a folder to steer it by.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::folder;
use super::workspace::profile_folder;

/// A folder that one test steers the library by.
pub struct HsmFault {
    folder: TempDir,
}

impl HsmFault {
    /// Wraps `library`.
    pub fn around(library: &Path) -> Self {
        let folder = folder();
        fs::write(folder.path().join("library"), library.to_str().expect("a path of text")).expect("written");
        Self { folder }
    }

    /// Another folder, with what was counted so far.
    pub fn copied(&self) -> Self {
        let folder = folder();
        for entry in fs::read_dir(self.folder.path()).expect("the folder can be read") {
            let entry = entry.expect("the folder can be read");
            fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a file can be copied");
        }
        Self { folder }
    }

    /// What `tokens.toml` must name.
    pub fn library() -> PathBuf {
        let library = profile_folder().join("libhsm_fault.so");
        assert!(
            library.exists(),
            "{} is missing: run `make test`, or `cargo build -p hsm-fault` first",
            library.display()
        );
        library
    }

    /// Lets a command, and its children, know the folder.
    pub fn steer<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("HSM_FAULT_FOLDER", self.folder.path())
    }

    /// Asks for a fault: the next signature meets it, at its beginning (`C_SignInit`) or where it says (`hang at C_Sign`).
    pub fn ask(&self, fault: &str) {
        fs::write(self.folder.path().join("fault"), fault).expect("the folder can be written");
    }

    /// Asks for a fault that is met once so many more signatures were made: in the middle of what is signed at once.
    pub fn ask_after(&self, fault: &str, signatures: u64) {
        self.ask(&format!("{fault} after {}", self.signatures() + signatures));
    }

    /// Whether the fault that was asked for was met.
    pub fn met(&self) -> bool {
        !self.folder.path().join("fault").exists()
    }

    /// Closes every session of the token before every Nth signature of a process that starts from now on.
    pub fn reset_every(&self, signatures: u32) {
        fs::write(self.folder.path().join("reset-every"), signatures.to_string())
            .expect("the folder can be written");
    }

    /// Has the first `C_Sign` wait until so many are under way in its process.
    pub fn keep_company(&self, of: usize) {
        fs::write(self.folder.path().join("company"), of.to_string()).expect("the folder can be written");
    }

    /// How many signatures were under way at once at most, since they keep company.
    pub fn at_once(&self) -> usize {
        let text = fs::read_to_string(self.folder.path().join("at-once")).unwrap_or_default();
        text.lines().filter_map(|line| line.parse().ok()).max().unwrap_or_default()
    }

    /// How many sessions were opened.
    pub fn sessions(&self) -> u64 {
        self.count("sessions")
    }

    /// Has every login come to this end, `hang`, `crash` or `vendor`, from now on.
    pub fn end_logins_in(&self, end: &str) {
        fs::write(self.folder.path().join("at-login"), end).expect("the folder can be written");
    }

    /// Has logins succeed again.
    pub fn let_logins_pass(&self) {
        fs::remove_file(self.folder.path().join("at-login")).expect("they came to an end");
    }

    /// What the security officer does after `pin-locked`: the PIN is good again.
    pub fn unlock_pin(&self) {
        fs::remove_file(self.folder.path().join("pin-locked")).expect("it is locked");
    }

    /// Hands parameters to the library's `C_Initialize`, as NSS's softoken wants them.
    pub fn parameters(&self, text: &str) {
        fs::write(self.folder.path().join("parameters"), text).expect("the folder can be written");
    }

    /// How many signatures the token has really made.
    pub fn signatures(&self) -> u64 {
        self.count("signatures")
    }

    /// What it has signed, in order: the octets that it was handed, hexadecimal.
    pub fn signed(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("signed")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// How many message authentication codes it has made.
    pub fn codes(&self) -> u64 {
        self.count("codes")
    }

    /// How many times somebody logged in, or tried.
    pub fn logins(&self) -> u64 {
        self.count("logins")
    }

    /// How many times a login was refused because the PIN is locked.
    pub fn refused_logins(&self) -> u64 {
        self.count("refused-logins")
    }

    fn count(&self, name: &str) -> u64 {
        fs::metadata(self.folder.path().join(name)).map_or(0, |file| file.len())
    }
}
