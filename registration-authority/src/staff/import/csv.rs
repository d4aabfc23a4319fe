//! A list as CSV: UTF-8, with or without a byte order mark, `;` between the cells.

use csv::{ByteRecord, Position, ReaderBuilder, Trim};

use super::read::{RawRow, refused};
use super::{COLUMNS, ROWS_BOUND, StaffImportError};

/// The rows after the header.
pub(super) fn rows(file: &[u8]) -> Result<Vec<RawRow>, StaffImportError> {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    let mut reader = ReaderBuilder::new()
        .delimiter(b';')
        .flexible(true)
        .has_headers(false)
        .trim(Trim::All)
        .from_reader(file);
    let mut record = ByteRecord::new();
    if !reader.read_byte_record(&mut record).map_err(|_| refused(1, "ce n’est pas un fichier CSV"))? {
        return Err(refused(1, "le fichier est vide"));
    }
    if !record.iter().eq(COLUMNS.iter().map(|column| column.as_bytes())) {
        return Err(refused(1, &format!("la première ligne doit être « {} »", COLUMNS.join(";"))));
    }
    let mut rows = Vec::new();
    let mut place = Place { file, octet: 0, line: 1 };
    loop {
        let line = reader.position().line();
        match reader.read_byte_record(&mut record) {
            Ok(false) => return Ok(rows),
            Ok(true) if rows.len() == ROWS_BOUND => {
                return Err(refused(line, &format!("un fichier a {ROWS_BOUND} lignes au plus")));
            }
            Ok(true) => {
                let begin = record.position().map_or(0, Position::byte);
                rows.push(row(place.advance(begin), &record));
            }
            Err(_) => return Err(refused(line, "ce n’est pas un fichier CSV")),
        }
    }
}

/// Where in the file the reading is. A record's own line is the one before it where empty lines come between.
struct Place<'a> {
    file: &'a [u8],
    octet: usize,
    line: u64,
}

impl Place<'_> {
    /// The line of the first record at or after this octet.
    fn advance(&mut self, begin: u64) -> u64 {
        let begin = usize::try_from(begin).unwrap_or(self.file.len());
        while let Some(octet) = self.file.get(self.octet) {
            if self.octet >= begin && !matches!(octet, b'\r' | b'\n') {
                break;
            }
            self.line += u64::from(*octet == b'\n');
            self.octet += 1;
        }
        self.line
    }
}

fn row(line: u64, record: &ByteRecord) -> RawRow {
    let mut row = RawRow { line, cells: Default::default(), fault: None };
    if record.len() != COLUMNS.len() {
        let last = COLUMNS[record.len().clamp(1, COLUMNS.len()) - 1];
        row.fault = Some((last, format!("{} cellules, et non {}", record.len(), COLUMNS.len())));
    }
    for ((cell, column), octets) in row.cells.iter_mut().zip(COLUMNS).zip(record.iter()) {
        match std::str::from_utf8(octets) {
            Ok(text) => cell.push_str(text),
            Err(_) => {
                row.fault.get_or_insert((column, "n’est pas en UTF-8".to_owned()));
            }
        }
    }
    row
}

/// A cell as it is written.
pub(super) fn quoted(cell: &str) -> String {
    match cell.contains([';', '"', '\r', '\n']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}
