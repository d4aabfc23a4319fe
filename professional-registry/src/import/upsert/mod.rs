//! Where what a form says stands, and how many rows go there in few statements, on either database.
//!
//! A batch insert with `ON CONFLICT` does not compile on the `Database` enum. So each backend gets the rows as it
//! takes them best: SQLite as the values of a prepared statement (`sqlite`), PostgreSQL by COPY or as arrays
//! (`postgres`).

mod postgres;
mod rows;
mod sqlite;

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use store::schema::{professionals, register_identities, register_structures, register_supplements};
use store::{Act, Database, Timestamp};

use super::ImportError;
use super::subject::Subject;
use crate::contact_change;
use crate::exercises::{self, Ends};
use crate::extract::{Form, Table};
use rows::{EntryRow, PersonRow};

pub(super) use rows::Structure;

/// What is asked of a subject to compare it with a feed.
#[derive(Debug, Queryable)]
pub(super) struct Known {
    pub(super) subject: String,
    pub(super) first_feed: i64,
    pub(super) ceased_at: Option<Timestamp>,
    pub(super) lines: i64,
}

/// The same of either table of entries.
macro_rules! entries {
    ($form:expr, $entries:ident => $query:expr) => {
        match $form.table {
            Table::Identities => {
                use register_identities as $entries;
                $query
            }
            Table::Supplements | Table::Professionals => {
                use register_supplements as $entries;
                $query
            }
        }
    };
}

/// A page of what is known, of the subjects after this one.
pub(super) fn page(db: &mut Database, form: &Form, after: &str, most: i64) -> QueryResult<Vec<Known>> {
    if form.table == Table::Professionals {
        use professionals::{ceased_at, first_feed, id_nat, lines, table};
        let columns = (id_nat, first_feed, ceased_at, lines);
        return table.filter(id_nat.gt(after)).order(id_nat).limit(most).select(columns).load(db);
    }
    entries!(form, entries => {
        use entries::{ceased_at, first_feed, lines, source, subject, table};
        let columns = (subject, first_feed, ceased_at, lines);
        let of_form = table.filter(source.eq(form.source).and(subject.gt(after)));
        of_form.order(subject).limit(most).select(columns).load(db)
    })
}

/// Whether the register has never known a structure: none that a feed names once can stand already.
pub(super) fn knows_no_structure(db: &mut Database) -> QueryResult<bool> {
    let any: Option<String> =
        register_structures::table.select(register_structures::technical_id).first(db).optional()?;
    Ok(any.is_none())
}

/// Writes what the feed says of these structures; `all_new`: the register knows none of them. Inside the caller's
/// transaction.
pub(super) fn structures(
    db: &mut Database,
    feed: i64,
    structures: &[Structure],
    all_new: bool,
) -> Result<(), ImportError> {
    let rows: Vec<_> = structures.iter().map(|structure| structure.row(feed)).collect();
    match db {
        Database::Sqlite(connection) => sqlite::upsert(connection, &rows)?,
        Database::Postgresql(connection) if all_new => postgres::insert_structures(connection, rows)?,
        Database::Postgresql(connection) => postgres::upsert_structures(connection, &rows)?,
    }
    Ok(())
}

/// Where a feed writes. Everything here stands inside the caller's transaction.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) form: &'static Form,
    pub(super) feed: i64,
}

impl Target {
    /// Writes subjects that the register has never known.
    pub(super) fn add(self, db: &mut Database, subjects: &[Subject]) -> Result<(), ImportError> {
        if self.form.table != Table::Professionals {
            let rows: Vec<_> = subjects.iter().map(|subject| EntryRow::of(subject, self)).collect();
            return self.write_entries(db, &rows);
        }
        let rows: Vec<_> = subjects.iter().map(|subject| PersonRow::of(subject, self)).collect();
        match db {
            Database::Sqlite(connection) => sqlite::upsert(connection, &rows)?,
            Database::Postgresql(connection) => postgres::insert_persons(connection, rows)?,
        }
        Ok(())
    }

    /// Writes subjects that it knows otherwise: what the feed no longer names of theirs ceases, where it `ceases`; where
    /// it does not, the next feed writes them anew. Gives back those whose row cannot be read: it stands as it was.
    pub(super) fn change(
        self,
        db: &mut Database,
        subjects: &[Subject],
        ceases: bool,
        act: &Act,
    ) -> Result<Vec<String>, ImportError> {
        let keys: Vec<&str> = subjects.iter().map(|subject| &*subject.key).collect();
        let known: HashMap<String, String> = self.contents(db, &keys)?.into_iter().collect();
        let (mut both, mut unreadable) = (Vec::with_capacity(subjects.len()), Vec::new());
        for subject in subjects {
            let before = known.get(&subject.key).map_or("[]", String::as_str);
            let ends = match (ceases, subject.misplaced) {
                (false, _) => Ends::Nothing,
                (true, true) => Ends::Exercises,
                (true, false) => Ends::All,
            };
            match self.merged(before, &subject.content, ends, act.at) {
                Ok(content) => both.push((subject, content)),
                Err(_) => unreadable.push(subject.key.clone()),
            }
        }
        let lines = |subject: &Subject| if ceases { subject.lines } else { 0 };
        if self.form.table == Table::Identities {
            self.keep_contact_changes(db, &known, &both, act)?;
        }
        if self.form.table != Table::Professionals {
            let rows: Vec<_> = both
                .iter()
                .map(|(one, content)| EntryRow { content, lines: lines(one), ..EntryRow::of(one, self) })
                .collect();
            self.write_entries(db, &rows)?;
            return Ok(unreadable);
        }
        let rows: Vec<_> = both
            .iter()
            .map(|(one, exercises)| PersonRow { exercises, lines: lines(one), ..PersonRow::of(one, self) })
            .collect();
        match db {
            Database::Sqlite(connection) => sqlite::upsert(connection, &rows)?,
            Database::Postgresql(connection) => postgres::upsert_persons(connection, &rows)?,
        }
        Ok(unreadable)
    }

    /// Keeps whose telephone or e-mail changes with this feed. Of whoever comes back after his were [forgotten](crate::gone) nothing is known
    /// to have changed, no more than of whom the register has never known.
    fn keep_contact_changes(
        self,
        db: &mut Database,
        known: &HashMap<String, String>,
        after: &[(&Subject, String)],
        act: &Act,
    ) -> QueryResult<()> {
        for (subject, content) in after {
            let before = known.get(&subject.key).map_or(contact_change::EMPTIED, String::as_str);
            if before != contact_change::EMPTIED && contact_change::differs(before, content) {
                contact_change::keep(db, &subject.key, self.feed, act.at)?;
            }
        }
        Ok(())
    }

    /// Ceases subjects. A person's exercises stay, without their activities; entries go, but for the contact of a person. Gives back those whose row cannot be
    /// read: it stands as it was.
    pub(super) fn cease(
        self,
        db: &mut Database,
        subjects: &[String],
        act: &Act,
    ) -> Result<Vec<String>, ImportError> {
        let source = self.form.source;
        let mut unreadable = Vec::new();
        match self.form.table {
            Table::Professionals => {
                for (key, content) in self.contents(db, subjects)? {
                    let Ok(ended) = self.merged(&content, "[]", Ends::All, act.at) else {
                        unreadable.push(key);
                        continue;
                    };
                    diesel::update(professionals::table.find(&key))
                        .filter(professionals::ceased_at.is_null())
                        .set((
                            professionals::ceased_at.eq(act.at),
                            professionals::lines.eq(0),
                            professionals::exercises.eq(ended),
                        ))
                        .execute(db)?;
                }
            }
            Table::Supplements => {
                use register_supplements::{ceased_at, content, lines, subject};
                diesel::update(register_supplements::table)
                    .filter(register_supplements::source.eq(source).and(subject.eq_any(subjects)))
                    .filter(ceased_at.is_null())
                    .set((ceased_at.eq(act.at), lines.eq(0), content.eq("[]")))
                    .execute(db)?;
            }
            // Who has left is still to be told of the end of what he holds: `crate::gone` forgets where.
            Table::Identities => {
                use register_identities::{ceased_at, content, lines};
                for (key, stood) in self.contents(db, subjects)? {
                    diesel::update(register_identities::table.find((source, &key)))
                        .filter(ceased_at.is_null())
                        .set((
                            ceased_at.eq(act.at),
                            lines.eq(0),
                            content.eq(contact_change::contact_alone(&stood)),
                        ))
                        .execute(db)?;
                }
            }
        }
        Ok(unreadable)
    }

    fn write_entries(self, db: &mut Database, rows: &[EntryRow<'_>]) -> Result<(), ImportError> {
        match db {
            Database::Sqlite(connection) => sqlite::upsert(connection, rows)?,
            Database::Postgresql(connection) => postgres::upsert_entries(connection, rows)?,
        }
        Ok(())
    }

    /// What the register says now of these subjects.
    fn contents<T: AsRef<str>>(self, db: &mut Database, keys: &[T]) -> QueryResult<Vec<(String, String)>> {
        let mut found = Vec::new();
        for keys in keys.chunks(1000) {
            let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
            found.extend(if self.form.table == Table::Professionals {
                use professionals::{exercises, id_nat, table};
                table.filter(id_nat.eq_any(keys)).select((id_nat, exercises)).load::<(String, String)>(db)?
            } else {
                entries!(self.form, entries => {
                    use entries::{content, source, subject, table};
                    let of_form = table.filter(source.eq(self.form.source).and(subject.eq_any(keys)));
                    of_form.select((subject, content)).load::<(String, String)>(db)?
                })
            });
        }
        Ok(found)
    }

    /// What is stored where `before` stood and the feed says `now`.
    fn merged(self, before: &str, now: &str, ends: Ends, at: Timestamp) -> serde_json::Result<String> {
        if self.form.table == Table::Professionals {
            let [before, now] = [exercises::read(before)?, exercises::read(now)?];
            return Ok(exercises::written(&exercises::succeed(before, now, ends, self.feed, at)));
        }
        if ends != Ends::Nothing {
            return Ok(now.to_owned());
        }
        let read = serde_json::from_str::<BTreeSet<Vec<String>>>;
        let mut both = read(now)?;
        both.append(&mut read(before)?);
        Ok(serde_json::to_string(&both).expect("text is always JSON"))
    }
}

/// What becomes of a row of `professionals` whose key stands: all of it is new, but the feed that first named him.
const PERSON_STANDS: &str = " ON CONFLICT (id_nat) DO UPDATE SET family_name = excluded.family_name, \
    given_name = excluded.given_name, civility = excluded.civility, last_feed = excluded.last_feed, \
    ceased_at = NULL, lines = excluded.lines, exercises = excluded.exercises";

/// The same of a table of entries.
const ENTRY_STANDS: &str = " ON CONFLICT (source, subject) DO UPDATE SET last_feed = excluded.last_feed, \
    ceased_at = NULL, lines = excluded.lines, content = excluded.content";

/// What becomes of a row of `register_structures` whose key stands: within one feed the first line is right.
const STRUCTURE_STANDS: &str = " ON CONFLICT (technical_id) DO UPDATE SET siret = excluded.siret, \
    siren = excluded.siren, finess = excluded.finess, finess_legal = excluded.finess_legal, \
    corporate_name = excluded.corporate_name, department_code = excluded.department_code, \
    department_label = excluded.department_label, last_feed = excluded.last_feed, unnamed_since = NULL \
    WHERE register_structures.last_feed < excluded.last_feed";
