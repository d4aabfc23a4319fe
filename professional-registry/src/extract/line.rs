use super::cells::{Cells, is_address, is_identifier_type};
use super::form::Subject;
use super::{Form, Header, Row, RowError, RowFault, StructureCells, Table};
use crate::nomenclature::UnknownCode;

/// The most characters of a cell that is kept as it stands.
const LONGEST: usize = 300;

/// One line of any extract, checked: whom it is about, and the cells that are kept.
#[derive(Clone, Debug)]
pub(crate) struct Line<'a> {
    /// The line as it stands, without the trailing bar: what tells one line about a subject from another.
    pub(crate) text: &'a str,
    /// The IdNat_PS, or the address of the mailbox.
    pub(crate) subject: &'a str,
    /// What is kept of it, in the order in which it is put together again; none holds a `|`.
    pub(crate) cells: Vec<&'a str>,
    /// The place of practice of an activity.
    pub(crate) structure: Option<StructureCells<'a>>,
    /// Whether it names a place of practice that cannot be read.
    pub(crate) place_unread: bool,
    /// Cells that were left out because they are wrong.
    pub(crate) dropped: Vec<RowError>,
    /// Codes that are kept, and that no table of this program has.
    pub(crate) unknown: Vec<UnknownCode>,
}

impl<'a> Line<'a> {
    /// Reads line `number` of a file with this header.
    pub(crate) fn read(header: Header, number: u64, line: &'a str) -> Result<Self, RowError> {
        match header.form.table {
            Table::Professionals => Row::read(header, number, line).map(Self::of_activity),
            Table::Supplements | Table::Identities => Self::of_cells(header, number, line),
        }
    }

    fn of_activity(row: Row<'a>) -> Self {
        let cells = vec![
            row.family_name,
            row.given_name,
            row.civility,
            row.profession.code(),
            row.category.code(),
            row.know_how_type,
            row.know_how,
            row.structure.map_or("", |cells| cells.technical_id),
            row.mode,
            row.sector,
        ];
        let Row { text, id_nat: subject, structure, place_unread, dropped, unknown, .. } = row;
        Self { text, subject, cells, structure, place_unread, dropped, unknown }
    }

    /// Whom the line is about must be right, or it is refused; a kept cell that is wrong is left empty.
    fn of_cells(header: Header, number: u64, line: &'a str) -> Result<Self, RowError> {
        let form: &'static Form = header.form;
        let identity = if form.subject == Subject::Mailbox { 2 } else { 0 };
        let (mut reader, text) = Cells::split(header, number, line, identity)?;
        let subject = match form.subject {
            Subject::Person if matches!(reader.cells[0], "8" | "0") => reader.identity()?,
            Subject::Person => return Err(reader.error(0, RowFault::IdentifierType)),
            Subject::Mailbox => address(&mut reader)?,
        };
        let kept = form.kept.iter();
        let cells =
            kept.map(|place| reader.or_dropped(*place, |r, column| r.text(column, LONGEST))).collect();
        let dropped = reader.dropped;
        Ok(Self { text, subject, cells, structure: None, place_unread: false, dropped, unknown: Vec::new() })
    }
}

/// The address of a mailbox; where it is a person's, his identifier must be right, or it is left out.
fn address<'a>(reader: &mut Cells<'a>) -> Result<&'a str, RowError> {
    const ADDRESS: usize = 1;
    let address = reader.text(ADDRESS, LONGEST)?;
    if !is_address(address) {
        return Err(reader.error(ADDRESS, RowFault::Address));
    }
    // A bar too few behind the address has made another of it.
    if !is_identifier_type(reader.cells[2]) {
        return Err(reader.error(2, RowFault::IdentifierType));
    }
    if !reader.cells[2].is_empty()
        && let Err(error) = reader.identity()
    {
        reader.dropped.push(error);
        reader.cells[4] = "";
    }
    Ok(address)
}
