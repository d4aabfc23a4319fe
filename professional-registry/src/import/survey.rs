use std::collections::HashSet;
use std::io::Read;

use sha2::{Digest, Sha256};

use super::ImportError;
use crate::extract::{Encoding, ExtractError, Header, Lines, Row, RowError};

/// How many refused lines and dropped cells a report shows.
const SHOWN_ERRORS: usize = 100;

/// What the first pass learnt of the file.
pub(super) struct Survey {
    /// SHA-256 of the file, in hex.
    pub(super) digest: String,
    /// Size of the file.
    pub(super) bytes: u64,
    /// Lines after the header.
    pub(super) rows_read: u64,
    pub(super) rows_rejected: u64,
    /// Refused lines of which not even the person can be read: any person that the feed seems not to name may
    /// stand there.
    pub(super) rows_unidentified: u64,
    pub(super) values_dropped: u64,
    pub(super) errors: Vec<RowError>,
    /// The first refused line.
    first_rejection: Option<RowError>,
    /// Every good line, as person and fingerprint; sorted, each once.
    pub(super) lines: Vec<(PersonKey, LineKey)>,
    /// Persons with a refused line: what the feed says of them is not known, so nothing of theirs ceases.
    pub(super) shielded: HashSet<String>,
}

/// An IdNat_PS of type 0 or 8 as a number: its ten or twelve characters in base 36, so no two share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct PersonKey(u64);

/// The first eight bytes of a line's SHA-256.
pub(super) type LineKey = u64;

impl PersonKey {
    /// `None` for the types of identifier that the extract does not carry: this feed says nothing of them.
    pub(super) fn of(id_nat: &str) -> Option<Self> {
        let length = match id_nat.as_bytes().first()? {
            b'0' => 10,
            b'8' => 12,
            _ => return None,
        };
        (id_nat.len() == length).then(|| u64::from_str_radix(id_nat, 36).ok().map(Self))?
    }
}

/// SHA-256 of a line as it stands, without its trailing bar.
pub(super) fn line_digest(row: &Row<'_>) -> [u8; 32] {
    Sha256::digest(row.text.as_bytes()).into()
}

/// The part of a line's digest that the survey remembers.
pub(super) fn line_key(digest: &[u8]) -> LineKey {
    digest.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

/// Reads the whole file; writes nothing.
pub(super) fn survey<R: Read>(
    file: R,
    encoding: Encoding,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Survey, ExtractError> {
    let mut lines = Lines::new(file, encoding);
    let Some((_, first)) = lines.next()? else { return Err(ExtractError::Empty) };
    let header = Header::read(first)?;
    let mut survey = Survey::empty();
    while let Some((number, line)) = lines.next()? {
        survey.rows_read += 1;
        match Row::read(header, number, line) {
            Ok(row) => survey.keep(row),
            Err(error) => survey.reject(error),
        }
        if survey.rows_read.is_multiple_of(1000) {
            progress(lines.bytes_read(), survey.rows_read);
        }
    }
    if survey.rows_read == 0 {
        return Err(ExtractError::Empty);
    }
    progress(lines.bytes_read(), survey.rows_read);
    survey.lines.sort_unstable();
    survey.lines.dedup();
    survey.bytes = lines.bytes_read();
    survey.digest = hex::encode(lines.into_digest());
    Ok(survey)
}

impl Survey {
    fn empty() -> Self {
        Self {
            digest: String::new(),
            bytes: 0,
            rows_read: 0,
            rows_rejected: 0,
            rows_unidentified: 0,
            values_dropped: 0,
            errors: Vec::new(),
            first_rejection: None,
            lines: Vec::new(),
            shielded: HashSet::new(),
        }
    }

    /// How many persons the good lines name.
    pub(super) fn persons(&self) -> u64 {
        self.lines.chunk_by(|(a, _), (b, _)| a == b).count() as u64
    }

    /// The fingerprints of one person's lines; empty where the feed does not name the person.
    pub(super) fn lines_of(&self, person: PersonKey) -> &[(PersonKey, LineKey)] {
        let start = self.lines.partition_point(|(key, _)| *key < person);
        let length = self.lines[start..].partition_point(|(key, _)| *key == person);
        &self.lines[start..start + length]
    }

    /// Refuses a feed most of whose rows would be lost.
    pub(super) fn brake(&self) -> Result<(), ImportError> {
        match &self.first_rejection {
            Some(first) if too_many(self.rows_rejected, self.rows_read) => Err(ImportError::MassRejection {
                rejected: self.rows_rejected,
                rows: self.rows_read,
                line: first.line,
                column: first.column,
            }),
            _ => Ok(()),
        }
    }

    fn keep(&mut self, row: Row<'_>) {
        let person = PersonKey::of(row.id_nat).expect("a row carries type 0 or 8 only");
        self.lines.push((person, line_key(&line_digest(&row))));
        self.values_dropped += row.dropped.len() as u64;
        for error in row.dropped {
            self.show(error);
        }
    }

    fn reject(&mut self, error: RowError) {
        self.rows_rejected += 1;
        match &error.person {
            Some(person) => drop(self.shielded.insert(person.to_string())),
            None => self.rows_unidentified += 1,
        }
        self.first_rejection.get_or_insert_with(|| error.clone());
        self.show(error);
    }

    fn show(&mut self, error: RowError) {
        if self.errors.len() < SHOWN_ERRORS {
            self.errors.push(error);
        }
    }
}

/// The brake: more than a fifth, and more than ten.
pub(super) fn too_many(part: u64, whole: u64) -> bool {
    part > 10 && part.saturating_mul(5) > whole
}
