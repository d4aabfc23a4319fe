//! Finding a person by name, for the officer who has no number at hand.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::professionals;
use store::{Database, Timestamp};

/// The most persons a search returns.
const MOST_MATCHES: i64 = 50;

/// A person found by name.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = professionals)]
pub struct NameMatch {
    /// IdNat_PS, as text.
    pub id_nat: String,
    /// Family name.
    pub family_name: String,
    /// Given name.
    pub given_name: String,
    /// Since when the person is no longer in the register.
    pub ceased_at: Option<Timestamp>,
}

/// Persons whose family name begins with `prefix`, as the register writes it (capital letters, accents as they
/// stand), by name; at most `limit`, never more than 50. An empty prefix finds nobody: a register is
/// not a list to leaf through.
pub fn search_by_name(db: &mut Database, prefix: &str, limit: i64) -> Result<Vec<NameMatch>, DieselError> {
    let prefix = prefix.trim().to_uppercase();
    if prefix.is_empty() {
        return Ok(Vec::new());
    }
    professionals::table
        .filter(professionals::family_name.like(pattern(&prefix)).escape('\\'))
        .order((professionals::family_name, professionals::given_name, professionals::id_nat))
        .limit(limit.clamp(1, MOST_MATCHES))
        .select(NameMatch::as_select())
        .load(db)
}

/// A LIKE pattern that matches what begins with `prefix`, whose own wildcards are taken literally.
fn pattern(prefix: &str) -> String {
    let mut pattern = String::with_capacity(prefix.len() + 1);
    for character in prefix.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
