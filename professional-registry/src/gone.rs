//! Where those are reached whom the restricted feed no longer names: what they hold ends because they have left, and they are told. Whoever
//! knows what somebody holds says when that may be forgotten.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use store::Database;
use store::schema::register_identities;

use crate::contact_change::EMPTIED;
use crate::extract::Form;

#[derive(QueryableByName)]
struct Gone {
    #[diesel(sql_type = Text)]
    subject: String,
}

/// The persons (IdNat_PS) whom the restricted feed no longer names and whose telephone and e-mail still stand, `most` of those after
/// `after`, by number. For the worker alone, as [`forget_contacts`].
pub fn contacts_of_gone(db: &mut Database, after: &str, most: i64) -> QueryResult<Vec<String>> {
    // Literals, as in the index.
    let gone =
        format!("source = '{}' AND ceased_at IS NOT NULL AND content <> '[]'", Form::RESTRICTED.source);
    let rows: Vec<Gone> = diesel::sql_query(format!(
        "SELECT subject FROM register_identities WHERE {gone} AND subject > $1 ORDER BY subject LIMIT $2"
    ))
    .into_boxed()
    .bind::<Text, _>(after)
    .bind::<BigInt, _>(most)
    .load(db)?;
    Ok(rows.into_iter().map(|row| row.subject).collect())
}

/// Forgets telephone and e-mail of these persons, as far as the restricted feed has not named them again; how many. Inside the caller's
/// transaction.
pub fn forget_contacts(db: &mut Database, persons: &[String]) -> QueryResult<usize> {
    diesel::update(register_identities::table)
        .filter(register_identities::source.eq(Form::RESTRICTED.source))
        .filter(register_identities::subject.eq_any(persons))
        .filter(register_identities::ceased_at.is_not_null())
        .set(register_identities::content.eq(EMPTIED))
        .execute(db)
}
