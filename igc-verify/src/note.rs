//! C2SP signed notes that are checkpoints.

use std::io::{self, BufRead, Read};

use openssl::pkey::{PKey, Public};

use crate::key::{base64, hex, public_key, sha256, verifies};

/// The signature types of `signed-note` that a log of this kind uses, and the RSA one's longer name.
const ECDSA: u8 = 0x02;
const RSA: &[u8] = b"\xffigc-sante.invalid/rsassa-pkcs1-v1_5-sha256";
const TIME_LINE: &str = "igc-signed-at ";
/// Most octets of a note.
const LONGEST_NOTE: usize = 16 << 10;
const MARK: &str = "\u{2014} ";

/// A log's verifier key: `<name>+<key ID>+<base64 of signature type and public key>`.
pub struct LogKey {
    pub name: String,
    id: [u8; 4],
    key: PKey<Public>,
}

/// A checkpoint whose signature was not verified yet.
pub struct Note {
    /// What is signed.
    text: String,
    pub size: u64,
    pub root: [u8; 32],
    signatures: Vec<(String, Vec<u8>)>,
}

impl LogKey {
    pub fn read(text: &str) -> Option<Self> {
        let mut parts = text.trim_end().splitn(3, '+');
        let (name, id, encoded) = (parts.next()?, parts.next()?, base64(parts.next()?)?);
        let (spki, digest) = match encoded.split_first()? {
            (&ECDSA, spki) => (spki, sha256(spki)),
            _ => {
                let spki = encoded.strip_prefix(RSA)?;
                (spki, sha256(&[name.as_bytes(), b"\n", &encoded].concat()))
            }
        };
        let id_octets = [digest[0], digest[1], digest[2], digest[3]];
        let key = public_key(spki)?;
        (hex(&id_octets) == id).then(|| Self { name: name.to_owned(), id: id_octets, key })
    }

    /// Whether the note has the log's name and a signature of this key, and none of this key that is false.
    pub fn signed(&self, note: &Note) -> bool {
        let own =
            note.signatures.iter().filter(|(name, line)| *name == self.name && line.starts_with(&self.id));
        let own: Vec<_> =
            own.map(|(_, line)| verifies(&self.key, note.text.as_bytes(), &line[4..])).collect();
        note.text.lines().next() == Some(&self.name) && !own.is_empty() && own.iter().all(|holds| *holds)
    }
}

impl Note {
    fn read(lines: &[&str]) -> Option<Self> {
        let end = lines.iter().position(|line| line.is_empty())?;
        let &[_, size, root, time] = lines.get(..end)? else { return None };
        time.strip_prefix(TIME_LINE)?.parse::<i64>().ok()?;
        let number: u64 = size.parse().ok()?;
        let signatures: Option<Vec<_>> = lines[end + 1..]
            .iter()
            .map(|line| {
                let (name, signature) = line.strip_prefix(MARK)?.split_once(' ')?;
                Some((name.to_owned(), base64(signature).filter(|octets| octets.len() > 4)?))
            })
            .collect();
        let text = lines[..end].iter().map(|line| format!("{line}\n")).collect();
        let root = base64(root)?.try_into().ok()?;
        (number.to_string() == size).then_some(Self { text, size: number, root, signatures: signatures? })
    }
}

/// The notes of a text, one after the other, of which no more than one is held: one ends where a line follows its signature lines that is
/// none. What is none is given as the number of its first line.
pub struct Notes<R> {
    reader: R,
    /// The first line of the next one.
    ahead: Vec<u8>,
    lines: usize,
}

impl<R: BufRead> Notes<R> {
    pub fn of(reader: R) -> Self {
        Self { reader, ahead: Vec::new(), lines: 0 }
    }

    fn next_note(&mut self) -> io::Result<Option<Result<Note, usize>>> {
        let first = self.lines + 1;
        let (mut octets, mut length, mut signed) = (Vec::new(), 0, false);
        loop {
            let line = match std::mem::take(&mut self.ahead) {
                line if line.is_empty() => self.line()?,
                line => line,
            };
            let is_signature = line.starts_with(MARK.as_bytes());
            if line.is_empty() || (signed && !is_signature) {
                self.ahead = line;
                break;
            }
            signed |= is_signature;
            self.lines += 1;
            length += line.len();
            if length <= LONGEST_NOTE {
                octets.extend(line);
            }
        }
        if length == 0 {
            return Ok(None);
        }
        let text = String::from_utf8(octets).ok().filter(|_| length <= LONGEST_NOTE);
        let note = text.and_then(|text| Note::read(&text.lines().collect::<Vec<_>>()));
        Ok(Some(note.ok_or(first)))
    }

    /// With its line feed; empty at the end. One that is longer than a note comes in pieces.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        self.reader.by_ref().take(LONGEST_NOTE as u64).read_until(b'\n', &mut line)?;
        Ok(line)
    }
}

impl<R: BufRead> Iterator for Notes<R> {
    type Item = io::Result<Result<Note, usize>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_note().transpose()
    }
}
