//! PIN files: where the secret that opens a token stands between two starts of a process.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::SignerError;

/// Letters and digits that nobody takes for one another when he must type them: 32 of them, so
/// that a random octet picks one without bias.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyzACDEF2345";
/// How long a drawn PIN is, in characters.
pub const GENERATED_LENGTH: usize = 20;
const SHORTEST: usize = 4;
const LONGEST: usize = 64;

/// Reads the PIN of a token.
///
/// The file must belong to the user of the process and be closed to everybody else (mode 0600 or
/// 0400); it holds one line of 4 to 64 printable ASCII characters. The value is zeroised when
/// dropped. A message never quotes what the file holds.
pub fn read(path: &Path) -> Result<Zeroizing<String>, SignerError> {
    read_edition(path).map(|(pin, _)| pin)
}

/// Reads the PIN of a token as [`read`] does, and which edition of the file held it.
pub(super) fn read_edition(path: &Path) -> Result<(Zeroizing<String>, Edition), SignerError> {
    let refuse = |detail: String| SignerError::PinFile { file: path.to_owned(), detail };
    let mut file = File::open(path).map_err(|error| refuse(error.to_string()))?;
    // The open file is asked, not the path: it cannot be exchanged between question and reading.
    let metadata = file.metadata().map_err(|error| refuse(error.to_string()))?;
    if !metadata.is_file() {
        return Err(refuse("must be a regular file".to_owned()));
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(refuse(format!("has mode {:04o}; must be 0600", metadata.mode() & 0o7777)));
    }
    let user = rustix::process::geteuid().as_raw();
    if metadata.uid() != user {
        return Err(refuse(format!("belongs to user {}; must belong to user {user}", metadata.uid())));
    }

    // One buffer that never grows, so that no copy is left behind. One octet more than the longest
    // line with its line end is enough to see that a file is too long.
    let mut buffer = Zeroizing::new([0u8; LONGEST + 3]);
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]).map_err(|error| refuse(error.to_string()))? {
            0 => break,
            read => length += read,
        }
    }
    let line = &buffer[..length];
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if !(SHORTEST..=LONGEST).contains(&line.len()) || !line.iter().all(u8::is_ascii_graphic) {
        return Err(refuse(format!(
            "must hold one line of {SHORTEST} to {LONGEST} printable ASCII characters"
        )));
    }
    Ok((Zeroizing::new(line.iter().copied().map(char::from).collect()), Edition::of(&metadata)))
}

/// What a PIN file was when it was read. A PIN that was refused is not tried again while its file is of the same
/// edition: whoever has corrected it, or has unlocked the token and says so with `touch`, makes another one. A new
/// mode, owner or link makes none, and its content is not remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    device: u64,
    inode: u64,
    length: u64,
    modified: (i64, i64),
}

impl Edition {
    /// Of the file that stands at `path` now; none where none can be looked at.
    pub fn at(path: &Path) -> Option<Self> {
        fs::metadata(path).ok().map(|metadata| Self::of(&metadata))
    }

    fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            length: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }
}

/// Draws a PIN of 20 characters (100 bits) and writes it to a new file of mode 0600. A file that
/// exists is refused: it may be the only copy of a PIN in use.
pub fn create(path: &Path, rng: &mut dyn CryptoRng) -> Result<(), SignerError> {
    let refuse =
        |error: std::io::Error| SignerError::PinFile { file: path.to_owned(), detail: error.to_string() };
    let pin = draw(rng);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(refuse)?;
    file.write_all(pin.as_bytes()).and_then(|()| file.write_all(b"\n")).map_err(refuse)?;
    file.sync_all().map_err(refuse)?;
    // The name of a new file is durable with its folder: without its PIN a token is lost.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(refuse)
}

/// Draws a PIN of [`GENERATED_LENGTH`] characters, 100 bits.
pub fn draw(rng: &mut dyn CryptoRng) -> Zeroizing<String> {
    let mut octets = Zeroizing::new([0; GENERATED_LENGTH]);
    rng.fill_bytes(octets.as_mut_slice());
    // Of the full capacity from the start, so that no copy is left behind.
    let mut pin = Zeroizing::new(String::with_capacity(GENERATED_LENGTH));
    pin.extend(octets.iter().map(|octet| char::from(ALPHABET[usize::from(*octet) % ALPHABET.len()])));
    pin
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn written(text: &[u8], mode: u32) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pin");
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        (folder, file)
    }

    #[test]
    fn a_pin_is_one_line_in_a_file_of_its_own_user() {
        for text in ["12345678", "12345678\n", "12345678\r\n"] {
            let (_folder, file) = written(text.as_bytes(), 0o600);
            assert_eq!(read(&file).unwrap().as_str(), "12345678");
        }
        let longest = "x".repeat(LONGEST) + "\r\n";
        let (_folder, file) = written(longest.as_bytes(), 0o400);
        assert_eq!(read(&file).unwrap().len(), LONGEST);
    }

    #[test]
    fn a_pin_file_that_others_may_read_is_refused() {
        for mode in [0o640, 0o604, 0o660] {
            let (_folder, file) = written(b"12345678\n", mode);
            let error = read(&file).unwrap_err().to_string();
            assert!(error.contains("must be 0600"), "{error}");
        }
    }

    #[test]
    fn a_malformed_pin_is_refused_without_being_quoted() {
        let long = "x".repeat(LONGEST + 1);
        for text in ["", "123", "1234\n5678", "12 345678", "12\u{e9}45678", long.as_str()] {
            let (_folder, file) = written(text.as_bytes(), 0o600);
            let error = read(&file).unwrap_err().to_string();
            assert!(error.ends_with("one line of 4 to 64 printable ASCII characters"), "{error}");
        }
    }

    #[test]
    fn a_file_that_was_touched_is_another_edition_and_one_with_another_mode_is_not() {
        let (_folder, file) = written(b"12345678\n", 0o600);
        let (_, read) = read_edition(&file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(Edition::at(&file), Some(read));
        let later = read.modified.0.unsigned_abs() + 1;
        let later = std::time::UNIX_EPOCH + std::time::Duration::from_secs(later);
        File::open(&file).unwrap().set_modified(later).unwrap();
        assert_ne!(Edition::at(&file), Some(read));
        fs::remove_file(&file).unwrap();
        assert_eq!(Edition::at(&file), None);
    }

    #[test]
    fn a_drawn_pin_reads_back_and_never_overwrites_another() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pin");
        let mut rng = rand_core::UnwrapErr(getrandom::SysRng);
        create(&file, &mut rng).unwrap();
        let pin = read(&file).unwrap();
        assert_eq!(pin.len(), GENERATED_LENGTH);
        assert!(create(&file, &mut rng).is_err());
        assert_eq!(read(&file).unwrap(), pin);
    }
}
