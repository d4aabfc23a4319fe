use std::str::FromStr;

use memchr::memchr_iter;

use super::form::Subject;
use super::{Form, Header, RowError, RowFault};
use crate::identifiers::IdNatPs;

/// The most octets of an address: more than RFC 5321 §4.5.3.1 permits.
const LONGEST_ADDRESS: usize = 300;

/// The cells of one line while they are read.
pub(super) struct Cells<'a> {
    pub(super) cells: Vec<&'a str>,
    form: &'static Form,
    number: u64,
    /// Where *Type d'identifiant PP* stands; identifier and both together follow it.
    identity: usize,
    pub(super) dropped: Vec<RowError>,
}

impl<'a> Cells<'a> {
    /// Splits line `number` into as many cells as the header has, the last of them ended by a bar or not. Gives the text
    /// of the form's own columns too, without the bar after the last: a column that the publisher adds changes nobody.
    pub(super) fn split(
        header: Header,
        number: u64,
        line: &'a str,
        identity: usize,
    ) -> Result<(Self, &'a str), RowError> {
        let Header { form, columns, .. } = header;
        let mut cells = Vec::with_capacity(columns + 1);
        let (mut start, mut own) = (0, 0);
        // A bar is one byte, and no byte of another character.
        for end in memchr_iter(b'|', line.as_bytes()).chain([line.len()]) {
            cells.push(&line[start..end]);
            if cells.len() == form.columns.len() {
                own = end;
            }
            start = end + 1;
        }
        let found = cells.len();
        if found < form.columns.len() {
            cells.resize(form.columns.len(), "");
        }
        let reader = Self { cells, form, number, identity, dropped: Vec::new() };
        let ended = found == columns + 1 && line.ends_with('|');
        if !ended && found != columns {
            return Err(reader.error(0, RowFault::Columns { expected: columns, found }));
        }
        Ok((reader, &line[..own]))
    }

    /// Whose line it is, by an identifier of any type: its three columns agree, and it passes its check.
    pub(super) fn identity(&self) -> Result<&'a str, RowError> {
        let [id_type, id, id_nat] = self.identity_cells();
        if id_nat.strip_prefix(id_type) != Some(id) {
            return Err(self.error(self.identity + 2, RowFault::Mismatch));
        }
        IdNatPs::check(id_nat).map_err(|fault| self.error(self.identity + 1, fault.into()))?;
        Ok(id_nat)
    }

    /// Whom the line is about, as its form has it, where that can be believed of a line that is wrong.
    fn subject(&self) -> Option<Box<str>> {
        let [id_type, id, id_nat] = self.identity_cells();
        match self.form.subject {
            Subject::Person => {
                let agrees = id_nat.strip_prefix(id_type) == Some(id) && IdNatPs::check(id_nat).is_ok();
                agrees.then(|| id_nat.into())
            }
            // No other column says it again. What stands behind it is a type of identifier, or nothing: where a bar too many or
            // too few has shifted the cells, it is something else.
            Subject::Mailbox => {
                let address = self.cells[self.form.subject_column()];
                (is_identifier_type(id_type) && is_address(address)).then(|| address.into())
            }
        }
    }

    fn identity_cells(&self) -> [&'a str; 3] {
        [0, 1, 2].map(|place| self.cells[self.identity + place])
    }

    /// A cell as text of at most `most` characters.
    pub(super) fn text(&self, column: usize, most: usize) -> Result<&'a str, RowError> {
        let cell = self.cells[column];
        // Control characters are those below the space, and U+007F to U+009F.
        if cell.bytes().any(|byte| !(b' '..0x7F).contains(&byte)) && cell.chars().any(char::is_control) {
            return Err(self.error(column, RowFault::Control));
        }
        if cell.len() > most && cell.chars().count() > most {
            return Err(self.error(column, RowFault::Length { most }));
        }
        Ok(cell)
    }

    pub(super) fn parsed<T: FromStr<Err: Into<RowFault>>>(&self, column: usize) -> Result<T, RowError> {
        self.cells[column].parse().map_err(|fault: T::Err| self.error(column, fault.into()))
    }

    /// A cell that is empty or passes its check; one that does not is dropped.
    pub(super) fn optional<E: Into<RowFault>>(
        &mut self,
        column: usize,
        check: impl Fn(&str) -> Result<(), E>,
    ) -> &'a str {
        self.or_dropped(column, |r, column| match r.cells[column] {
            "" => Ok(""),
            cell => check(cell).map(|()| cell).map_err(|fault| r.error(column, fault.into())),
        })
    }

    pub(super) fn or_dropped(
        &mut self,
        column: usize,
        read: impl FnOnce(&Self, usize) -> Result<&'a str, RowError>,
    ) -> &'a str {
        match read(self, column) {
            Ok(cell) => cell,
            Err(error) => {
                self.dropped.push(error);
                ""
            }
        }
    }

    pub(super) fn error(&self, column: usize, fault: RowFault) -> RowError {
        RowError { line: self.number, column: self.form.columns[column], fault, subject: self.subject() }
    }
}

/// Whether a cell is a type of identifier, or says that there is none.
pub(super) fn is_identifier_type(cell: &str) -> bool {
    matches!(cell.as_bytes(), [] | [b'0'..=b'9'])
}

/// Whether a cell is the address of a mailbox, as a line is known by.
pub(super) fn is_address(cell: &str) -> bool {
    cell.len() <= LONGEST_ADDRESS
        && !cell.contains(|character: char| character == ' ' || character.is_control())
        && cell
            .split_once('@')
            .is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.') && !domain.contains('@'))
}
