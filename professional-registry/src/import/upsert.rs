//! Many rows in one statement, on either database.
//!
//! A batch insert with `ON CONFLICT` does not compile on the `Database` enum. So each backend gets the rows as it
//! takes them best: SQLite as one JSON array of arrays, PostgreSQL as one array a column; what happens on a
//! conflict is the same text for both. Within one feed the first line that names a row wins.

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use store::Database;

/// `id_nat`, family name, given name, civility.
pub(super) type PersonRow = [String; 4];
/// `id_nat`, profession, category, practice name, practice given name, type of know-how, know-how.
pub(super) type ExerciseRow = [String; 7];
/// `id_nat`, profession, category, SHA-256 of the line in hex, mode, sector, structure.
pub(super) type ActivityRow = [String; 7];
/// Technical id, SIRET, SIREN, FINESS, legal FINESS, corporate name, department code, department label.
pub(super) type StructureRow = [String; 8];

/// Which of two lines of one exercise speaks for its know-how: an ordinal speciality (`S`), else another know-how,
/// by type and code, else none; the lesser rank wins. `BETTER_KNOW_HOW` says the same in SQL.
pub(super) fn know_how_rank(exercise: &ExerciseRow) -> (u8, &str, &str) {
    let [.., kind, code] = exercise;
    match (kind.as_str(), code.as_str()) {
        (_, "") => (2, "", ""),
        ("S", code) => (0, "", code),
        (kind, code) => (1, kind, code),
    }
}

const BETTER_KNOW_HOW: &str = "(CASE WHEN excluded.know_how = '' THEN '2' \
     WHEN excluded.know_how_type = 'S' THEN '0' || excluded.know_how \
     ELSE '1' || excluded.know_how_type || ' ' || excluded.know_how END) {bytes} \
     < (CASE WHEN exercises.know_how = '' THEN '2' \
     WHEN exercises.know_how_type = 'S' THEN '0' || exercises.know_how \
     ELSE '1' || exercises.know_how_type || ' ' || exercises.know_how END) {bytes}";

pub(super) fn persons(db: &mut Database, feed: i64, rows: Vec<PersonRow>) -> QueryResult<usize> {
    let statement = Statement {
        into: "INSERT INTO professionals (id_nat, family_name, given_name, civility, first_feed, last_feed)",
        select: "{0}, {1}, {2}, {3}, {feed}, {feed}",
        conflict: "(id_nat) DO UPDATE SET family_name = excluded.family_name, given_name = excluded.given_name, \
                   civility = excluded.civility, last_feed = excluded.last_feed, ceased_at = NULL \
                   WHERE professionals.last_feed < excluded.last_feed",
    };
    statement.run(db, feed, rows)
}

pub(super) fn exercises(db: &mut Database, feed: i64, rows: Vec<ExerciseRow>) -> QueryResult<usize> {
    let conflict = format!(
        "(id_nat, profession, category) DO UPDATE SET practice_name = excluded.practice_name, \
         practice_given = excluded.practice_given, know_how_type = excluded.know_how_type, \
         know_how = excluded.know_how, last_feed = excluded.last_feed, ceased_at = NULL \
         WHERE exercises.last_feed < excluded.last_feed \
         OR (exercises.last_feed = excluded.last_feed AND {BETTER_KNOW_HOW})"
    );
    let statement = Statement {
        into: "INSERT INTO exercises (id_nat, profession, category, practice_name, practice_given, know_how_type, know_how, \
               last_feed)",
        select: "{0}, {1}, {2}, {3}, {4}, {5}, {6}, {feed}",
        conflict: &conflict,
    };
    statement.run(db, feed, rows)
}

pub(super) fn activities(db: &mut Database, feed: i64, rows: Vec<ActivityRow>) -> QueryResult<usize> {
    let statement = Statement {
        into: "INSERT INTO activities (id_nat, profession, category, line_sha256, mode, sector, structure, last_feed)",
        select: "{0}, {1}, {2}, {from_hex}({3}{hex}), {4}, {5}, {6}, {feed}",
        conflict: "(id_nat, line_sha256) DO UPDATE SET last_feed = excluded.last_feed \
                   WHERE activities.last_feed < excluded.last_feed",
    };
    statement.run(db, feed, rows)
}

pub(super) fn structures(db: &mut Database, feed: i64, rows: Vec<StructureRow>) -> QueryResult<usize> {
    let statement = Statement {
        into: "INSERT INTO register_structures (technical_id, siret, siren, finess, finess_legal, corporate_name, \
               department_code, department_label, last_feed)",
        select: "{0}, {1}, {2}, {3}, {4}, {5}, {6}, {7}, {feed}",
        conflict: "(technical_id) DO UPDATE SET siret = excluded.siret, siren = excluded.siren, \
                   finess = excluded.finess, finess_legal = excluded.finess_legal, \
                   corporate_name = excluded.corporate_name, department_code = excluded.department_code, \
                   department_label = excluded.department_label, last_feed = excluded.last_feed \
                   WHERE register_structures.last_feed < excluded.last_feed",
    };
    statement.run(db, feed, rows)
}

/// `INSERT INTO … SELECT … ON CONFLICT …`. In `select`, `{n}` is the n-th value of a row, `{feed}` the sequence.
struct Statement<'a> {
    into: &'a str,
    select: &'a str,
    conflict: &'a str,
}

impl Statement<'_> {
    fn run<const N: usize>(
        &self,
        db: &mut Database,
        feed: i64,
        rows: Vec<[String; N]>,
    ) -> QueryResult<usize> {
        if rows.is_empty() {
            return Ok(0);
        }
        match db {
            Database::Sqlite(connection) => {
                // WHERE true: without it the grammar takes ON for a join's.
                let sql = self.text::<N>(
                    "json_each(?) WHERE true",
                    feed,
                    &Dialect {
                        value: |place| format!("value ->> {place}"),
                        from_hex: "unhex",
                        hex: "",
                        bytes: "COLLATE BINARY",
                    },
                );
                let rows: Vec<&[String]> = rows.iter().map(<[String; N]>::as_slice).collect();
                let json = serde_json::to_string(&rows).expect("text is always JSON");
                diesel::sql_query(sql).bind::<Text, _>(json).execute(connection)
            }
            Database::Postgresql(connection) => {
                let columns: Vec<String> = (1..=N).map(|place| format!("${place}")).collect();
                let names: Vec<String> = (0..N).map(|place| format!("v{place}")).collect();
                let from = format!("unnest({}) AS row ({})", columns.join(", "), names.join(", "));
                let sql = self.text::<N>(
                    &from,
                    feed,
                    &Dialect {
                        value: |place| format!("v{place}"),
                        from_hex: "decode",
                        hex: ", 'hex'",
                        bytes: "COLLATE \"C\"",
                    },
                );
                let mut query = diesel::sql_query(sql).into_boxed::<diesel::pg::Pg>();
                for column in 0..N {
                    let values: Vec<&str> = rows.iter().map(|row| row[column].as_str()).collect();
                    query = query.bind::<Array<Text>, _>(values);
                }
                query.execute(connection)
            }
        }
    }

    fn text<const N: usize>(&self, from: &str, feed: i64, dialect: &Dialect) -> String {
        let mut select = self
            .select
            .replace("{feed}", &feed.to_string())
            .replace("{from_hex}", dialect.from_hex)
            .replace("{hex}", dialect.hex);
        for place in 0..N {
            select = select.replace(&format!("{{{place}}}"), &(dialect.value)(place));
        }
        let conflict = self.conflict.replace("{bytes}", dialect.bytes);
        format!("{} SELECT {select} FROM {from} ON CONFLICT {conflict}", self.into)
    }
}

/// What the two databases write differently.
struct Dialect {
    value: fn(usize) -> String,
    from_hex: &'static str,
    hex: &'static str,
    /// Compare as bytes.
    bytes: &'static str,
}
