use csv::{ByteRecord, ReaderBuilder, Trim};

use super::{COLUMNS, FILE_BOUND, ROWS_BOUND, StaffImportError};
use crate::staff::{NewMember, Post};

/// A row by its line: whom it names, or the column that is wrong and why.
pub(super) type ReadRow = (u64, Result<NewMember, (&'static str, String)>);

/// The rows of the file. An error of the whole where it is no such file.
pub(super) fn read(file: &[u8]) -> Result<Vec<ReadRow>, StaffImportError> {
    let refused = |line, reason: &str| StaffImportError::File { line, reason: reason.to_owned() };
    if file.len() > FILE_BOUND {
        return Err(refused(1, "le fichier dépasse un mébioctet"));
    }
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
                let begin = record.position().map_or(0, csv::Position::byte);
                rows.push((place.advance(begin), row(&record)));
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

fn row(record: &ByteRecord) -> Result<NewMember, (&'static str, String)> {
    if record.len() != COLUMNS.len() {
        let last = COLUMNS[record.len().clamp(1, COLUMNS.len()) - 1];
        return Err((last, format!("{} cellules, et non {}", record.len(), COLUMNS.len())));
    }
    let mut cells = [const { String::new() }; COLUMNS.len()];
    for ((cell, column), octets) in cells.iter_mut().zip(COLUMNS).zip(record.iter()) {
        let text = std::str::from_utf8(octets).map_err(|_| (column, "n’est pas en UTF-8".to_owned()))?;
        cell.push_str(text);
    }
    let [local_id, family_name, given_name, post] = cells;
    let post = match post.as_str() {
        "personnel" => Post::Employee,
        "responsable" => Post::Head,
        "service" => Post::Service,
        _ => return Err((COLUMNS[3], "doit être personnel, responsable ou service".to_owned())),
    };
    let member = NewMember { local_id, post, family_name, given_name };
    match member.fault() {
        None => Ok(member),
        Some((field, _)) => Err(in_french(field, post)),
    }
}

/// The rule of a field, for whoever filled it in.
fn in_french(field: &'static str, post: Post) -> (&'static str, String) {
    let (column, rule) = match (field, post) {
        ("local_id", Post::Service) => (COLUMNS[0], "neuf chiffres, pour un service"),
        ("local_id", _) => (COLUMNS[0], "1 à 20 lettres et chiffres, sans accent"),
        ("family_name", Post::Service) => (COLUMNS[1], "vide, pour un service"),
        ("given_name", Post::Service) => (COLUMNS[2], "vide, pour un service"),
        ("family_name", _) => (COLUMNS[1], "1 à 64 caractères, sans caractère de commande"),
        _ => (COLUMNS[2], "1 à 64 caractères, sans caractère de commande"),
    };
    (column, rule.to_owned())
}
