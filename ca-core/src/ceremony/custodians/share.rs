//! One custodian's share, and the file he carries it in.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use sha2::{Digest, Sha256};
use store::CryptoRng;
use zeroize::Zeroizing;

use super::CustodianError;

const HEADING: &str = "igc-custodian-share-v1";
const LONGEST_FILE: usize = 1024;

/// One share. Zeroised when dropped; never printed.
pub struct Share {
    token: String,
    set: [u8; 16],
    /// Its number, then one octet of the secret's polynomial for each octet of the secret.
    pub(super) value: Zeroizing<Vec<u8>>,
    /// Hides the value in the commitment: nobody can try values against it.
    blinding: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Share {{ token: {:?}, number: {} }}", self.token, self.number())
    }
}

impl Share {
    pub(super) fn new(
        token: &str,
        set: [u8; 16],
        value: Zeroizing<Vec<u8>>,
        rng: &mut dyn CryptoRng,
    ) -> Self {
        let mut blinding = Zeroizing::new([0; 32]);
        rng.fill_bytes(blinding.as_mut_slice());
        Self { token: token.to_owned(), set, value, blinding }
    }

    /// Its number, from 1: the place of its custodian.
    pub fn number(&self) -> u8 {
        self.value[0]
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    pub(super) fn set(&self) -> String {
        hex::encode(self.set)
    }

    pub(super) fn value(&self) -> &[u8] {
        &self.value
    }

    /// SHA-256 over purpose, token, sharing, blinding and value, hexadecimal. It may be published: the 32
    /// random octets in it are in the share alone.
    pub fn commitment(&self) -> String {
        let mut hash = Sha256::new();
        for field in
            [HEADING.as_bytes(), self.token.as_bytes(), &self.set, self.blinding.as_slice(), &self.value]
        {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
        hex::encode(hash.finalize())
    }

    /// Writes the share to a new file of mode 0600, durably, or to an open descriptor (`/dev/fd/N`). A file that
    /// stands is refused: it may be the only copy of a share in use; so is one that others may read.
    pub fn write(&self, path: &Path) -> Result<(), CustodianError> {
        let refuse = |error: std::io::Error| refuse(path, error.to_string());
        let text = self.text();
        let mut options = OpenOptions::new();
        options.write(true).mode(0o600);
        let new = !path.starts_with("/dev/fd");
        let mut file = options.create_new(new).open(path).map_err(refuse)?;
        let metadata = file.metadata().map_err(refuse)?;
        if let Err(error) = refuse_open_to_others(path, &metadata) {
            if new {
                fs::remove_file(path).map_err(refuse)?;
            }
            return Err(error);
        }
        file.write_all(text.as_bytes()).map_err(refuse)?;
        // A pipe has nothing to be synced to.
        if metadata.is_file() {
            file.sync_all().map_err(refuse)?;
        }
        // The name of a new file is durable with its folder.
        match path.parent().filter(|_| new) {
            Some(folder) if folder.as_os_str().is_empty() => sync(Path::new(".")),
            Some(folder) => sync(folder),
            None => Ok(()),
        }
        .map_err(refuse)
    }

    /// Reads a share from a file closed to everybody else (mode 0600 or 0400), or from a descriptor.
    pub fn read(path: &Path) -> Result<Self, CustodianError> {
        let failed = |error: std::io::Error| refuse(path, error.to_string());
        let mut file = File::open(path).map_err(failed)?;
        refuse_open_to_others(path, &file.metadata().map_err(failed)?)?;
        // One buffer that never grows, so that no copy is left behind.
        let mut buffer = Zeroizing::new([0u8; LONGEST_FILE + 1]);
        let mut length = 0;
        while length < buffer.len() {
            match file.read(&mut buffer[length..]).map_err(failed)? {
                0 => break,
                read => length += read,
            }
        }
        Self::parse(&buffer[..length]).ok_or_else(|| refuse(path, "is not a custodian's share".to_owned()))
    }

    pub(super) fn text(&self) -> Zeroizing<String> {
        let (set, blinding) = (self.set(), Zeroizing::new(hex::encode(self.blinding.as_slice())));
        let value = Zeroizing::new(hex::encode(self.value.as_slice()));
        let (token, blinding, value) = (&self.token, blinding.as_str(), value.as_str());
        Zeroizing::new(format!("{HEADING}\ntoken {token}\nset {set}\nblinding {blinding}\nvalue {value}\n"))
    }

    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok().filter(|text| text.len() <= LONGEST_FILE)?;
        let mut lines = text.strip_suffix('\n')?.split('\n');
        if lines.next() != Some(HEADING) {
            return None;
        }
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let token = field("token")?.to_owned();
        let mut set = [0; 16];
        hex::decode_to_slice(field("set")?, &mut set).ok()?;
        let mut blinding = Zeroizing::new([0; 32]);
        hex::decode_to_slice(field("blinding")?, blinding.as_mut_slice()).ok()?;
        let value = Zeroizing::new(hex::decode(field("value")?).ok()?);
        (lines.next().is_none() && value.len() > 1).then_some(Self { token, set, value, blinding })
    }
}

fn refuse_open_to_others(path: &Path, metadata: &Metadata) -> Result<(), CustodianError> {
    let mode = metadata.mode() & 0o7777;
    if !metadata.is_file() || mode & 0o077 == 0 {
        return Ok(());
    }
    let detail =
        format!("has mode {mode:04o}; must be 0600 (a FAT medium has no modes: mount it with umask=077)");
    Err(refuse(path, detail))
}

fn sync(folder: &Path) -> std::io::Result<()> {
    File::open(folder)?.sync_all()
}

fn refuse(path: &Path, detail: String) -> CustodianError {
    CustodianError::File { path: path.to_owned(), detail }
}
