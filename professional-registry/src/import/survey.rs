use std::collections::{BTreeMap, HashSet};
use std::io::Read;

use sha2::{Digest, Sha256};

use super::report::UnknownCodes;
use crate::extract::{Encoding, ExtractError, Form, Header, Line, Lines, RowError, RowFault};
use crate::nomenclature::{InForce, UnknownCode};

/// The most different lines about one person or mailbox: a person is written whole, from memory. Real ones have a
/// dozen.
const LINES_OF_ONE: usize = 10_000;

/// How many refused lines and dropped cells a report shows.
const SHOWN_ERRORS: usize = 100;

/// How many different unknown codes a report shows.
const SHOWN_CODES: usize = 50;

/// What the first pass learnt of the file.
pub(super) struct Survey {
    /// SHA-256 of the file, in hex.
    pub(super) digest: String,
    /// Size of the file.
    pub(super) bytes: u64,
    /// Lines after the header.
    pub(super) rows_read: u64,
    pub(super) rows_rejected: u64,
    /// Refused lines of which not even the person, or the mailbox, can be read: any that the feed seems not to name may
    /// stand there.
    pub(super) rows_unidentified: u64,
    pub(super) values_dropped: u64,
    pub(super) errors: Vec<RowError>,
    /// Codes that no table has, and in how many lines each stands.
    unknown_codes: BTreeMap<(&'static str, Option<String>), u64>,
    /// The first refused line.
    pub(super) first_rejection: Option<RowError>,
    /// Every good line, as person and fingerprint; sorted, each once.
    pub(super) lines: Vec<(SubjectKey, LineKey)>,
    /// Persons, or mailboxes, with a refused line: what the feed says of them is not known, so nothing of theirs ceases.
    pub(super) shielded: HashSet<Box<str>>,
    /// Persons with a line whose place of practice cannot be read: they keep the places that they had.
    misplaced: HashSet<SubjectKey>,
}

/// A person or mailbox as a number. An IdNat_PS of type 0 or 8 is its ten or twelve characters in base 36, so no two
/// share one; anything else the first eight octets of its SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SubjectKey(u64);

/// The first eight bytes of a line's SHA-256.
pub(super) type LineKey = u64;

impl SubjectKey {
    pub(super) fn of(subject: &str) -> Self {
        let length = match subject.as_bytes().first() {
            Some(b'0') => 10,
            Some(b'8') => 12,
            _ => 0,
        };
        let number = if subject.len() == length { u64::from_str_radix(subject, 36).ok() } else { None };
        Self(number.unwrap_or_else(|| line_key(&Sha256::digest(subject.as_bytes()))))
    }

    /// Of the cell of a line that names its subject, whatever the rest of the line is.
    pub(super) fn of_line(form: &Form, line: &str) -> Option<Self> {
        line.split('|').nth(form.subject_column()).map(Self::of)
    }
}

/// Of a line as it stands, without its trailing bar.
pub(super) fn line_key_of(line: &Line<'_>) -> LineKey {
    line_key(&Sha256::digest(line.text.as_bytes()))
}

fn line_key(digest: &[u8]) -> LineKey {
    digest.iter().take(8).fold(0, |key, byte| (key << 8) | u64::from(*byte))
}

/// Reads the whole file; writes nothing.
pub(super) fn survey<R: Read>(
    file: R,
    form: &'static Form,
    (encoding, in_force): (Encoding, InForce),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Survey, ExtractError> {
    let mut lines = Lines::new(file, encoding);
    let Some((_, first)) = lines.next()? else { return Err(ExtractError::Empty) };
    let header = Header::read(form, first, in_force)?;
    let mut survey = Survey::empty();
    while let Some((number, line)) = lines.next()? {
        survey.rows_read += 1;
        match Line::read(header, number, line) {
            Ok(line) => survey.keep(line),
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
    let most = survey.lines.chunk_by(|(a, _), (b, _)| a == b).map(<[_]>::len).max().unwrap_or(0);
    if most > LINES_OF_ONE {
        return Err(ExtractError::LinesOfOne { most: LINES_OF_ONE });
    }
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
            unknown_codes: BTreeMap::new(),
            first_rejection: None,
            lines: Vec::new(),
            shielded: HashSet::new(),
            misplaced: HashSet::new(),
        }
    }

    /// How many persons the good lines name.
    pub(super) fn persons(&self) -> u64 {
        self.lines.chunk_by(|(a, _), (b, _)| a == b).count() as u64
    }

    /// Where the lines of this person begin; none where the feed does not name him.
    pub(super) fn place_of(&self, person: SubjectKey) -> Option<usize> {
        let place = self.lines.partition_point(|(key, _)| *key < person);
        self.lines.get(place).is_some_and(|(key, _)| *key == person).then_some(place)
    }

    /// The lines of the person whose first one stands at `place`.
    pub(super) fn lines_at(&self, place: usize) -> &[(SubjectKey, LineKey)] {
        let (person, _) = self.lines[place];
        let lines = &self.lines[place..];
        let length = lines.iter().take_while(|(key, _)| *key == person).count();
        &lines[..length]
    }

    /// Whether a place of practice of the person whose first line stands at `place` cannot be read.
    pub(super) fn is_misplaced_at(&self, place: usize) -> bool {
        self.misplaced.contains(&self.lines[place].0)
    }

    /// One number for all the lines of that person, in whatever order they come; never 0.
    pub(super) fn fingerprint_at(&self, place: usize) -> i64 {
        let key = match self.lines_at(place) {
            [(_, line)] => *line,
            lines => {
                let mut hash = Sha256::new();
                lines.iter().for_each(|(_, line)| hash.update(line.to_be_bytes()));
                line_key(&hash.finalize())
            }
        };
        key.max(1).cast_signed()
    }

    fn keep(&mut self, line: Line<'_>) {
        let subject = SubjectKey::of(line.subject);
        self.lines.push((subject, line_key_of(&line)));
        if line.place_unread {
            self.misplaced.insert(subject);
        }
        self.values_dropped += line.dropped.len() as u64;
        for error in line.dropped {
            self.show(error);
        }
        for code in line.unknown {
            self.count(code);
        }
    }

    fn reject(&mut self, error: RowError) {
        self.rows_rejected += 1;
        match &error.subject {
            Some(subject) => drop(self.shielded.insert(subject.clone())),
            None => self.rows_unidentified += 1,
        }
        self.first_rejection.get_or_insert_with(|| error.clone());
        self.show(error);
    }

    /// The codes that no table has, by table and code.
    pub(super) fn unknown_codes(&self) -> Vec<UnknownCodes> {
        let of = |((table, code), rows): (&(&'static str, Option<String>), &u64)| UnknownCodes {
            table,
            code: code.clone(),
            rows: *rows,
        };
        self.unknown_codes.iter().map(of).collect()
    }

    fn count(&mut self, UnknownCode { table, code }: UnknownCode) {
        let full = self.unknown_codes.len() >= SHOWN_CODES;
        let key = (table, code);
        match self.unknown_codes.get_mut(&key) {
            Some(rows) => *rows += 1,
            None if full => {}
            None => drop(self.unknown_codes.insert(key, 1)),
        }
    }

    fn show(&mut self, error: RowError) {
        if let RowFault::Code(code) = &error.fault {
            self.count(code.clone());
        }
        if self.errors.len() < SHOWN_ERRORS {
            self.errors.push(error);
        }
    }
}
