//! What other extracts than that of the activities say of a subject.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde::Serialize;
use store::schema::{register_feeds, register_identities, register_supplements};
use store::{Database, Timestamp};

use crate::extract::{Form, Table};
use crate::registry::RegistryError;

/// What one extract says of a person, or of a mailbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Supplement {
    /// Which extract: `register_feeds.source`.
    pub source: &'static str,
    /// SHA-256, in hex, of the feed that said so.
    pub feed: String,
    /// Since when it no longer names the subject.
    pub ceased_at: Option<Timestamp>,
    /// One for each line, as column and cell; empty cells are left out, and all of them once it has ceased, but for a contact that is still
    /// [needed](crate::contacts_of_gone).
    pub entries: Vec<Vec<(&'static str, String)>>,
}

type Stored = (Option<Timestamp>, String, String);

/// What the extract of this form says of `subject`, an IdNat_PS or the address of a mailbox; `None` where it never named
/// it. The restricted feed is read by the worker alone.
pub fn supplement(
    db: &mut Database,
    form: &'static Form,
    subject: &str,
) -> Result<Option<Supplement>, RegistryError> {
    let stored: Option<Stored> = match form.table {
        Table::Professionals => None,
        Table::Supplements => {
            use register_supplements::{ceased_at, content, last_feed, table};
            let row = table.find((form.source, subject));
            let row = row.inner_join(register_feeds::table.on(register_feeds::sequence.eq(last_feed)));
            row.select((ceased_at, content, register_feeds::id)).first(db).optional()?
        }
        Table::Identities => {
            use register_identities::{ceased_at, content, last_feed, table};
            let row = table.find((form.source, subject));
            let row = row.inner_join(register_feeds::table.on(register_feeds::sequence.eq(last_feed)));
            row.select((ceased_at, content, register_feeds::id)).first(db).optional()?
        }
    };
    let Some((ceased_at, content, feed)) = stored else { return Ok(None) };
    let unreadable = |_| RegistryError::Unreadable { table: form.table.name(), column: "content" };
    let lines: Vec<Vec<String>> = serde_json::from_str(&content).map_err(unreadable)?;
    let named = |cells: Vec<String>| -> Vec<(&'static str, String)> {
        let columns = form.kept.iter().map(|place| form.columns[*place]);
        columns.zip(cells).filter(|(_, cell)| !cell.is_empty()).collect()
    };
    let entries = lines.into_iter().map(named).collect();
    Ok(Some(Supplement { source: form.source, feed, ceased_at, entries }))
}

/// Whose the mailbox of this address is, as the extract of the MSSanté says: IdNat_PS of each person whom it names; none of a
/// structure's, of one that has ceased, and of one that it never named. Addresses are compared as they stand there.
pub fn mailbox_holders(db: &mut Database, address: &str) -> Result<Vec<String>, RegistryError> {
    const HOLDER: &str = "Identification nationale PP";
    let Some(mailbox) = supplement(db, Form::MAILBOXES, address)? else { return Ok(Vec::new()) };
    let cells = mailbox.entries.into_iter().flatten();
    Ok(cells.filter(|(column, _)| *column == HOLDER).map(|(_, cell)| cell).collect())
}

/// The address of the mailbox of the MSSanté that is this person's own, an IdNat_PS; of several the first by address. A mailbox that
/// has ceased, or is one of a structure or an application, is nobody's own.
pub fn mailbox_of(db: &mut Database, person: &str) -> Result<Option<String>, RegistryError> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Text)]
        subject: String,
    }
    let (kind, holder) = match db {
        Database::Sqlite(_) => ("json_extract(content, '$[0][0]')", "json_extract(content, '$[0][1]')"),
        Database::Postgresql(_) => ("(content::jsonb -> 0 ->> 0)", "(content::jsonb -> 0 ->> 1)"),
    };
    // Literals, as in the index.
    let living = format!("source = '{}' AND ceased_at IS NULL", Form::MAILBOXES.source);
    let found: Option<Found> = diesel::sql_query(format!(
        "SELECT subject FROM register_supplements WHERE {living} AND {holder} = $1 AND {kind} = 'PER' ORDER BY subject LIMIT 1"
    ))
    .into_boxed()
    .bind::<Text, _>(person)
    .get_result(db)
    .optional()?;
    Ok(found.map(|found| found.subject))
}
