use std::io::{BufRead, BufReader, Read};

use sha2::{Digest, Sha256};

use super::{Encoding, ExtractError};

/// The most bytes a line may have, its newline included. Real ones have some 400.
pub(crate) const LONGEST_LINE: usize = 64 * 1024;

/// The lines of a file, one at a time, and the SHA-256 of all its bytes once the end is reached.
pub(crate) struct Lines<R> {
    source: BufReader<Hashed<R>>,
    encoding: Encoding,
    bytes: Vec<u8>,
    decoded: String,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(source: R, encoding: Encoding) -> Self {
        Self {
            source: BufReader::with_capacity(LONGEST_LINE, Hashed { source, hash: Sha256::new(), read: 0 }),
            encoding,
            bytes: Vec::new(),
            decoded: String::new(),
            number: 0,
        }
    }

    /// The next line and its number, from 1; without newline, carriage return and BOM. `None` at the end. A line of nothing but
    /// white space says nothing of anybody: it has its number, and is passed over.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, &str)>, ExtractError> {
        loop {
            self.bytes.clear();
            (&mut self.source).take(LONGEST_LINE as u64).read_until(b'\n', &mut self.bytes)?;
            if self.bytes.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            if !self.bytes.ends_with(b"\n") {
                let line = self.number;
                return Err(if self.bytes.len() == LONGEST_LINE {
                    ExtractError::LineLength { line, most: LONGEST_LINE }
                } else {
                    ExtractError::Truncated { line }
                });
            }
            if !self.bytes.trim_ascii_start().is_empty() {
                break;
            }
        }
        let line = self.number;
        let text = self.bytes.strip_suffix(b"\n").unwrap_or(&self.bytes);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let text = if line == 1 { text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text) } else { text };
        match self.encoding {
            Encoding::Utf8 => std::str::from_utf8(text)
                .map(|text| Some((line, text)))
                .map_err(|error| ExtractError::Encoding { line, byte: error.valid_up_to() + 1 }),
            Encoding::Latin1 => {
                self.decoded.clear();
                self.decoded.extend(text.iter().map(|byte| char::from(*byte)));
                Ok(Some((line, &self.decoded)))
            }
        }
    }

    /// How many bytes were read so far, read-ahead included.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.source.get_ref().read
    }

    /// SHA-256 of the file. Only to be asked once [`Lines::next`] said `None`.
    pub(crate) fn into_digest(self) -> [u8; 32] {
        self.source.into_inner().hash.finalize().into()
    }
}

/// Hashes what passes through.
struct Hashed<R> {
    source: R,
    hash: Sha256,
    read: u64,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.read += read as u64;
        Ok(read)
    }
}
