//! PostgreSQL takes new rows fastest by COPY, which knows no conflict; where a key may stand already, as one array a
//! column.

use diesel::copy_from;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::query_builder::BoxedSqlQuery;
use diesel::sql_types::{Array, BigInt, Text};
use store::schema::{professionals, register_structures};

use super::rows::{EntryRow, PersonRow, StructureRow};
use super::{ENTRY_STANDS, PERSON_STANDS, STRUCTURE_STANDS};

pub(super) fn insert_persons(connection: &mut PgConnection, rows: Vec<PersonRow<'_>>) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    copy_from(professionals::table).from_insertable(rows).execute(connection).map(drop)
}

pub(super) fn upsert_persons(connection: &mut PgConnection, rows: &[PersonRow<'_>]) -> QueryResult<()> {
    let Some(PersonRow { last_feed, .. }) = rows.first() else { return Ok(()) };
    let statement = format!(
        "INSERT INTO professionals (id_nat, family_name, given_name, civility, exercises, lines, first_feed, last_feed) \
         SELECT *, {last_feed}, {last_feed} FROM unnest($1, $2, $3, $4, $5, $6){PERSON_STANDS}"
    );
    let query = diesel::sql_query(statement).into_boxed::<Pg>();
    let query = texts(query, rows, |row| row.id_nat);
    let query = texts(query, rows, |row| row.family_name);
    let query = texts(query, rows, |row| row.given_name);
    let query = texts(query, rows, |row| row.civility);
    let query = texts(query, rows, |row| row.exercises);
    let lines: Vec<i64> = rows.iter().map(|row| row.lines).collect();
    query.bind::<Array<BigInt>, _>(lines).execute(connection).map(drop)
}

pub(super) fn insert_structures(
    connection: &mut PgConnection,
    rows: Vec<StructureRow<'_>>,
) -> QueryResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    copy_from(register_structures::table).from_insertable(rows).execute(connection).map(drop)
}

pub(super) fn upsert_entries(connection: &mut PgConnection, rows: &[EntryRow<'_>]) -> QueryResult<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let (head, feed) = (first.head(), first.feed);
    let statement = format!(
        "{head} SELECT source, subject, content, {feed}, {feed}, lines \
         FROM unnest($1, $2, $3, $4) AS row (source, subject, content, lines){ENTRY_STANDS}"
    );
    let query = diesel::sql_query(statement).into_boxed::<Pg>();
    let query = texts(query, rows, |row| row.source);
    let query = texts(query, rows, |row| row.subject);
    let query = texts(query, rows, |row| row.content);
    let lines: Vec<i64> = rows.iter().map(|row| row.lines).collect();
    query.bind::<Array<BigInt>, _>(lines).execute(connection).map(drop)
}

pub(super) fn upsert_structures(connection: &mut PgConnection, rows: &[StructureRow<'_>]) -> QueryResult<()> {
    let Some(StructureRow { last_feed, .. }) = rows.first() else { return Ok(()) };
    let statement = format!(
        "INSERT INTO register_structures (technical_id, siret, siren, finess, finess_legal, corporate_name, \
         department_code, department_label, last_feed) \
         SELECT *, {last_feed} FROM unnest($1, $2, $3, $4, $5, $6, $7, $8){STRUCTURE_STANDS}"
    );
    let query = diesel::sql_query(statement).into_boxed::<Pg>();
    let query = texts(query, rows, |row| row.technical_id);
    let query = texts(query, rows, |row| row.siret);
    let query = texts(query, rows, |row| row.siren);
    let query = texts(query, rows, |row| row.finess);
    let query = texts(query, rows, |row| row.finess_legal);
    let query = texts(query, rows, |row| row.corporate_name);
    let query = texts(query, rows, |row| row.department_code);
    let query = texts(query, rows, |row| row.department_label);
    query.execute(connection).map(drop)
}

type Query<'a> = BoxedSqlQuery<'a, Pg, diesel::query_builder::SqlQuery>;

/// One more column.
fn texts<'a, T>(query: Query<'a>, rows: &'a [T], column: impl Fn(&'a T) -> &'a str) -> Query<'a> {
    let values: Vec<&'a str> = rows.iter().map(column).collect();
    query.bind::<Array<Text>, _>(values)
}
