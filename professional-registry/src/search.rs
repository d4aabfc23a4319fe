//! Finding a person by name, for the officer who has no number at hand.

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::professionals;
use store::{Database, Timestamp};

use crate::identifiers::IdNatPs;

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

/// Two persons whom the register names as living, by RPPS number: the first and the last. Whoever asks another register
/// whether it answers at all asks it about them.
pub fn living_at_both_ends(db: &mut Database) -> QueryResult<Vec<IdNatPs>> {
    let living = professionals::ceased_at.is_null().and(professionals::id_nat.like("8%"));
    let rows = professionals::table.filter(living).select(professionals::id_nat).limit(1);
    let first: Vec<String> = rows.order(professionals::id_nat.asc()).load(db)?;
    let last: Vec<String> = rows.order(professionals::id_nat.desc()).load(db)?;
    let mut both: Vec<IdNatPs> = first.iter().chain(&last).filter_map(|id| id.parse().ok()).collect();
    both.dedup();
    Ok(both)
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
