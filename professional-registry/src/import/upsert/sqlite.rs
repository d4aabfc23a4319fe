//! SQLite takes rows as the values of a prepared statement. One of many rows costs less than many of one, and its
//! text is always the same, so it is prepared once.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::rows::{EntryRow, PersonRow, StructureRow};
use super::{ENTRY_STANDS, PERSON_STANDS, STRUCTURE_STANDS};

/// How many rows go into one statement.
const ROWS: usize = 32;

pub(super) fn upsert<T: SqliteRow>(connection: &mut SqliteConnection, rows: &[T]) -> QueryResult<()> {
    let (many, rest) = rows.as_chunks::<ROWS>();
    for rows in many.iter().map(<[T; ROWS]>::as_slice).chain(rest.chunks(1)) {
        Upsert { rows }.execute(connection)?;
    }
    Ok(())
}

/// A row whose values can be bound.
pub(super) trait SqliteRow {
    const STANDS: &'static str;

    /// `INSERT INTO` its table.
    fn into(&self) -> &'static str;

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()>;
}

impl SqliteRow for PersonRow<'_> {
    const STANDS: &'static str = PERSON_STANDS;

    fn into(&self) -> &'static str {
        "INSERT INTO professionals (id_nat, family_name, given_name, civility, exercises, first_feed, last_feed, \
         lines, ceased_at) "
    }

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let Self { id_nat, family_name, given_name, civility, exercises, .. } = self;
        values::<Text, _, _>(out, [id_nat, family_name, given_name, civility, exercises])?;
        values::<BigInt, _, _>(out, [&self.first_feed, &self.last_feed, &self.lines])?;
        out.push_bind_param::<Nullable<BigInt>, _>(&self.ceased_at)
    }
}

impl SqliteRow for EntryRow<'_> {
    const STANDS: &'static str = ENTRY_STANDS;

    fn into(&self) -> &'static str {
        self.head()
    }

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        values::<Text, _, _>(out, [&self.source, &self.subject, &self.content])?;
        values::<BigInt, _, _>(out, [&self.feed, &self.feed])?;
        out.push_bind_param::<BigInt, _>(&self.lines)
    }
}

impl SqliteRow for StructureRow<'_> {
    const STANDS: &'static str = STRUCTURE_STANDS;

    fn into(&self) -> &'static str {
        "INSERT INTO register_structures (technical_id, siret, siren, finess, finess_legal, corporate_name, \
         department_code, department_label, last_feed) "
    }

    fn bind<'b>(&'b self, out: &mut AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        let Self { technical_id, siret, siren, finess, finess_legal, .. } = self;
        values::<Text, _, _>(out, [technical_id, siret, siren, finess, finess_legal])?;
        let Self { corporate_name, department_code, department_label, .. } = self;
        values::<Text, _, _>(out, [corporate_name, department_code, department_label])?;
        out.push_bind_param::<BigInt, _>(&self.last_feed)
    }
}

/// Values, each with the comma after it.
fn values<'b, S, V: ToSql<S, Sqlite>, const N: usize>(
    out: &mut AstPass<'_, 'b, Sqlite>,
    values: [&'b V; N],
) -> QueryResult<()>
where
    Sqlite: HasSqlType<S>,
{
    values.into_iter().try_for_each(|value| {
        out.push_bind_param::<S, _>(value)?;
        out.push_sql(", ");
        Ok(())
    })
}

struct Upsert<'a, T> {
    rows: &'a [T],
}

impl<T: SqliteRow> QueryFragment<Sqlite> for Upsert<'_, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        for (number, row) in self.rows.iter().enumerate() {
            if number == 0 {
                out.push_sql(row.into());
            }
            out.push_sql(if number == 0 { "VALUES (" } else { "), (" });
            row.bind(&mut out)?;
        }
        out.push_sql(")");
        out.push_sql(T::STANDS);
        Ok(())
    }
}

/// Known by its text, which says how many rows it takes and for which table.
impl<T> QueryId for Upsert<'_, T> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T> RunQueryDsl<SqliteConnection> for Upsert<'_, T> {}
