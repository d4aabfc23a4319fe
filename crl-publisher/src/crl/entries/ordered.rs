//! Rows of one table in the order of their serial numbers, read page by page.

use ca_core::serial::SerialNumber;
use diesel::QueryResult;
use store::Database;

use super::PAGE;

/// The rows of a query that gives a page of those after a serial number, in rising order.
pub(super) struct Ordered<V, P> {
    page: P,
    rows: std::vec::IntoIter<(SerialNumber, V)>,
    /// The last serial number that was read, as it is stored; none once all were.
    after: Option<String>,
    /// Read, and not yet asked for.
    ahead: Option<(SerialNumber, V)>,
}

impl<V, P> Ordered<V, P>
where
    P: FnMut(&mut Database, &str) -> QueryResult<Vec<(SerialNumber, V)>>,
{
    pub(super) fn new(page: P) -> Self {
        Self { page, rows: Vec::new().into_iter(), after: Some(String::new()), ahead: None }
    }

    /// The next row.
    pub(super) fn next(&mut self, db: &mut Database) -> QueryResult<Option<(SerialNumber, V)>> {
        if let Some(row) = self.ahead.take().or_else(|| self.rows.next()) {
            return Ok(Some(row));
        }
        let Some(after) = self.after.take() else { return Ok(None) };
        let rows = (self.page)(db, &after)?;
        if rows.len() as i64 == PAGE {
            self.after = rows.last().map(|(serial, _)| serial.to_string());
        }
        self.rows = rows.into_iter();
        Ok(self.rows.next())
    }

    /// The row of this serial number, if there is one. Asked in rising order: those before it are gone.
    pub(super) fn of(&mut self, db: &mut Database, serial: &SerialNumber) -> QueryResult<Option<V>> {
        while let Some((found, value)) = self.next(db)? {
            if found == *serial {
                return Ok(Some(value));
            }
            if found > *serial {
                self.ahead = Some((found, value));
                break;
            }
        }
        Ok(None)
    }
}
