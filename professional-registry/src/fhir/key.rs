use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use zeroize::Zeroizing;

use super::FhirError;

const SHORTEST: usize = 8;
const LONGEST: usize = 512;

/// The key of the API, sent as `ESANTE-API-KEY` (\[S\] domain.md §3.2). Says nothing of itself.
pub(super) struct ApiKey(Zeroizing<String>);

impl ApiKey {
    /// Reads it from a file that its owner alone may read: one line of 8 to 512 printable ASCII characters. A message
    /// never quotes what the file holds.
    pub(super) fn read(path: &Path) -> Result<Self, FhirError> {
        let refuse = |rule: String| FhirError::KeyFile { file: path.to_owned(), rule };
        let mut file = File::open(path).map_err(|error| refuse(error.to_string()))?;
        // The open file is asked, not the path: it cannot be exchanged between question and reading.
        let metadata = file.metadata().map_err(|error| refuse(error.to_string()))?;
        if !metadata.is_file() || metadata.mode() & 0o077 != 0 {
            return Err(refuse("must be a file that its owner alone may read (mode 0600)".to_owned()));
        }
        let mut octets = Zeroizing::new(Vec::with_capacity(LONGEST + 3));
        let read = (&mut file).take(LONGEST as u64 + 2).read_to_end(&mut octets);
        read.map_err(|error| refuse(error.to_string()))?;
        let line = octets.strip_suffix(b"\n").unwrap_or(&octets);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if !(SHORTEST..=LONGEST).contains(&line.len()) || !line.iter().all(u8::is_ascii_graphic) {
            return Err(refuse(format!(
                "must hold one line of {SHORTEST} to {LONGEST} printable ASCII characters"
            )));
        }
        Ok(Self(Zeroizing::new(line.iter().copied().map(char::from).collect())))
    }

    /// For the header, and nothing else.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey")
    }
}
