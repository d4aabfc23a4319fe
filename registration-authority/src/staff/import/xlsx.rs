//! A list as a workbook (ECMA-376, *Office Open XML*): its first sheet that can be seen, the header in its first row.
//!
//! Read cell by cell and never as a rectangle, since one cell may stand in the last row of the last column. Of a formula its value counts
//! that stands beside it; nothing is computed, and nothing that a workbook names outside of itself is opened.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::package;
use super::read::{RawRow, post_of, refused};
use super::{COLUMNS, ROWS_BOUND, StaffImportError};
use crate::staff::Post;

/// How far down a row may stand, empty ones counted.
const LAST_LINE: u64 = 10_000;
/// Above that a spreadsheet has forgotten the last digits of a number.
const LARGEST: f64 = 999_999_999_999_999.0;
/// Most signs of a cell: one string of a workbook may stand in every cell, and is copied for none of them while it is longer.
const LONGEST_TEXT: usize = 300;
/// Digits of a service's number.
const SERVICE_DIGITS: usize = 9;

/// What stands in a cell.
enum Content {
    Text(String),
    /// Digits, without the zeros before them that a number does not have.
    Number(String),
    Other(&'static str),
}

/// Whether these octets begin as a workbook does, whatever its name: a package (ZIP), or the older format and one under a password
/// (OLE2), which are refused with a word of their own.
pub(super) fn is_one(file: &[u8]) -> bool {
    file.starts_with(b"PK\x03\x04") || file.starts_with(OLE2)
}

const OLE2: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The rows after the header.
pub(super) fn rows(file: &[u8]) -> Result<Vec<RawRow>, StaffImportError> {
    if file.starts_with(OLE2) {
        return Err(refused(1, "le classeur est protégé par un mot de passe, ou n’est pas au format XLSX"));
    }
    package::check(file)?;
    let unreadable = |_: XlsxError| refused(1, "ce n’est pas un classeur XLSX");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(file)).map_err(unreadable)?;
    let sheets = workbook.sheets_metadata().iter();
    let mut shown =
        sheets.filter(|one| one.typ == SheetType::WorkSheet && one.visible == SheetVisible::Visible);
    let sheet =
        shown.next().ok_or_else(|| refused(1, "le classeur n’a pas de feuille visible"))?.name.clone();
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(unreadable)?;
    let mut rows: BTreeMap<u64, Row> = BTreeMap::new();
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (row, column) = cell.get_position();
        let Some(content) = content(cell.get_value()) else { continue };
        let line = u64::from(row) + 1;
        if line > LAST_LINE {
            return Err(refused(line, &format!("rien ne doit figurer après la ligne {LAST_LINE}")));
        }
        let row = rows.entry(line).or_default();
        match usize::try_from(column).ok().and_then(|column| row.cells.get_mut(column)) {
            Some(cell) => *cell = Some(content),
            None => row.is_too_long = true,
        }
        if rows.len() > ROWS_BOUND + 1 {
            return Err(refused(line, &format!("un fichier a {ROWS_BOUND} lignes au plus")));
        }
    }
    let header = rows.remove(&1).map(|row| row.read(1));
    if !header.is_some_and(|header| header.fault.is_none() && header.cells == COLUMNS) {
        return Err(refused(1, &format!("la première ligne doit être « {} »", COLUMNS.join("\u{a0}| "))));
    }
    Ok(rows.into_iter().map(|(line, row)| row.read(line)).collect())
}

#[derive(Default)]
struct Row {
    cells: [Option<Content>; COLUMNS.len()],
    /// Whether something stands behind the last column.
    is_too_long: bool,
}

impl Row {
    fn read(self, line: u64) -> RawRow {
        let mut row = RawRow { line, cells: Default::default(), fault: None };
        let is_number = matches!(self.cells[0], Some(Content::Number(_)));
        for ((cell, column), content) in row.cells.iter_mut().zip(COLUMNS).zip(self.cells) {
            match content {
                None => {}
                Some(Content::Text(text) | Content::Number(text)) => *cell = text,
                Some(Content::Other(why)) => {
                    row.fault.get_or_insert((column, why.to_owned()));
                }
            }
        }
        // A number has no zeros before it; that of a service has nine digits.
        if is_number && post_of(&row.cells[3]) == Some(Post::Service) {
            row.cells[0] = format!("{:0>SERVICE_DIGITS$}", row.cells[0]);
        }
        if self.is_too_long {
            let last = COLUMNS[COLUMNS.len() - 1];
            row.fault.get_or_insert((last, format!("rien ne doit figurer après la colonne {last}")));
        }
        row
    }
}

/// What stands in a cell; nothing where it is empty.
fn content(value: &DataRef<'_>) -> Option<Content> {
    const NO_TEXT: &str =
        "un nombre que le tableur a arrondi\u{202f}: donnez à la colonne le format Texte, puis ressaisissez";
    const DATE: &str =
        "une date, et non un texte\u{202f}: donnez à la colonne le format Texte, puis ressaisissez";
    Some(match value {
        DataRef::Empty => return None,
        DataRef::String(text) => of_text(text)?,
        DataRef::SharedString(text) => of_text(text)?,
        DataRef::Int(number) => Content::Number(number.to_string()),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() <= LARGEST => {
            Content::Number(format!("{number:.0}"))
        }
        DataRef::Float(_) => Content::Other(NO_TEXT),
        DataRef::DateTime(_) | DataRef::DateTimeIso(_) | DataRef::DurationIso(_) => Content::Other(DATE),
        DataRef::Bool(_) => Content::Other("VRAI ou FAUX, et non un texte"),
        DataRef::Error(_) => Content::Other("une formule en erreur"),
    })
}

/// A line within a cell is a control that no name has, and stays one.
fn of_text(text: &str) -> Option<Content> {
    if text.chars().nth(LONGEST_TEXT).is_some() {
        return Some(Content::Other("plus de 300 caractères"));
    }
    let text = text.trim().replace(['\r', '\n'], "\t");
    (!text.is_empty()).then_some(Content::Text(text))
}
