//! From a file to whom it names: a table of cells first, by whatever writes tables, then one set of rules over its rows.

use super::{COLUMNS, FILE_BOUND, StaffImportError, csv, xlsx};
use crate::staff::{NewMember, Post, StaffMember};

/// A row by its line: whom it names, or the column that is wrong and why, in French.
pub type ReadRow = (u64, Result<NewMember, (&'static str, String)>);

/// A row as it stands in the file.
pub(super) struct RawRow {
    /// In the file, from 1.
    pub(super) line: u64,
    /// Its cells, trimmed; empty where one cannot be had.
    pub(super) cells: [String; COLUMNS.len()],
    /// The first column that cannot be had, and why.
    pub(super) fault: Option<(&'static str, String)>,
}

/// The rows of the file after its header. An error of the whole where it is no such file.
pub fn rows(file: &[u8]) -> Result<Vec<ReadRow>, StaffImportError> {
    Ok(raw_rows(file)?.into_iter().map(|row| (row.line, member(row))).collect())
}

/// The same, each beside its cells.
pub(super) fn rows_and_cells(
    file: &[u8],
) -> Result<Vec<([String; COLUMNS.len()], ReadRow)>, StaffImportError> {
    Ok(raw_rows(file)?.into_iter().map(|row| (row.cells.clone(), (row.line, member(row)))).collect())
}

/// What stands of somebody, as a row of a file would have it.
pub(super) fn cells_of(member: &StaffMember) -> [String; COLUMNS.len()] {
    let post = match member.post {
        Post::Employee => "personnel",
        Post::Head => "responsable",
        Post::Service => "service",
    };
    let StaffMember { local_id, family_name, given_name, .. } = member;
    [local_id.clone(), family_name.clone(), given_name.clone(), post.to_owned()]
}

/// The file as text, CSV, each row on the line that it has in the file: for a page where it is mended. What cannot be had is empty there.
pub fn as_csv(file: &[u8]) -> Result<String, StaffImportError> {
    if !xlsx::is_one(file) {
        let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
        return Ok(String::from_utf8_lossy(file).into_owned());
    }
    let (mut text, mut line) = (COLUMNS.join(";"), 1);
    for row in raw_rows(file)? {
        while line < row.line {
            text.push('\n');
            line += 1;
        }
        text.push_str(&row.cells.each_ref().map(|cell| csv::quoted(cell)).join(";"));
    }
    text.push('\n');
    Ok(text)
}

fn raw_rows(file: &[u8]) -> Result<Vec<RawRow>, StaffImportError> {
    if file.len() > FILE_BOUND {
        return Err(refused(1, "le fichier dépasse un mébioctet"));
    }
    match xlsx::is_one(file) {
        true => xlsx::rows(file),
        false => csv::rows(file),
    }
}

pub(super) fn refused(line: u64, reason: &str) -> StaffImportError {
    StaffImportError::File { line, reason: reason.to_owned() }
}

fn member(row: RawRow) -> Result<NewMember, (&'static str, String)> {
    if let Some(fault) = row.fault {
        return Err(fault);
    }
    let [local_id, family_name, given_name, post] = row.cells;
    let post =
        post_of(&post).ok_or((COLUMNS[3], "doit être personnel, responsable ou service".to_owned()))?;
    let member = NewMember { local_id, post, family_name, given_name };
    match member.fault() {
        None => Ok(member),
        Some((field, _)) => Err(in_french(field, post)),
    }
}

/// What a cell of the last column says.
pub(super) fn post_of(cell: &str) -> Option<Post> {
    match cell {
        "personnel" => Some(Post::Employee),
        "responsable" => Some(Post::Head),
        "service" => Some(Post::Service),
        _ => None,
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
